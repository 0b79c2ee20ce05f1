// SPDX-License-Identifier: GPL-2.0
/*
 * The write-back of one cache line.
 *
 * Owns the choice of instruction.  Must never return before the line is on its
 * way to memory ahead of every later store of this CPU.
 */
#include <linux/compiler.h>

#include <asm/barrier.h>
#include <asm/special_insns.h>

#include <vtd/observe.h>

void vtd_write_back_line(void *ptr)
{
	/* Stores to the line come before its write-back all by themselves. */
	clwb(ptr);
	/* The write-back before later stores, a doorbell among them. */
	wmb();
}
