// SPDX-License-Identifier: GPL-2.0
/* System core callbacks take a context pointer (since 7.0). */
#include <linux/syscore_ops.h>

static void __maybe_unused vtd_probe(struct syscore *syscore)
{
	register_syscore(syscore);
}
