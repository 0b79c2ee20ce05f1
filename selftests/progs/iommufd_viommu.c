#include "iommufd_user.h"
void run_viommu(void)
{
	must(0, "not there yet");
}
