// SPDX-License-Identifier: GPL-2.0
/* System core callbacks take a context pointer (since 7.0). */
#include <linux/syscore_ops.h>

void vtd_probe(struct syscore *syscore);
void vtd_probe(struct syscore *syscore)
{
	register_syscore(syscore);
}
