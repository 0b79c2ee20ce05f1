// SPDX-License-Identifier: GPL-2.0
/*
 * Flips bits of a word of memory, wherever that is: what nobody should do to the
 * tables of a unit, so that a test can see whether it is found.
 */
#include <linux/io.h>
#include <linux/module.h>

static unsigned long phys;
module_param(phys, ulong, 0444);
MODULE_PARM_DESC(phys, "Physical address of the word, a multiple of 8");

static unsigned long flip;
module_param(flip, ulong, 0444);
MODULE_PARM_DESC(flip, "Bits to flip");

static int __init vtd_poke_init(void)
{
	u64 *word;

	if (phys % sizeof(*word) || !pfn_valid(PHYS_PFN(phys)))
		return -EINVAL;
	word = phys_to_virt(phys);
	WRITE_ONCE(*word, READ_ONCE(*word) ^ flip);
	return 0;
}
module_init(vtd_poke_init);

static void __exit vtd_poke_exit(void)
{
}
module_exit(vtd_poke_exit);

MODULE_DESCRIPTION("Flips bits of memory, for tests");
MODULE_LICENSE("GPL");
