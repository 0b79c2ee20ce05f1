#include "iommufd_user.h"
void run_dirty(void)
{
	must(0, "not there yet");
}
void run_migrate(unsigned int r)
{
	must(r>9999, "not there yet");
}
