/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Access to one unit's registers.
 *
 * The one way to a register.  Real hardware costs a readl() or a writel();
 * while a software unit is plugged in, the static key sends every access
 * through its operations.
 */
#ifndef VTD_REGS_IO_H
#define VTD_REGS_IO_H

#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/jump_label.h>
#include <linux/types.h>

struct vtd_regs;

/**
 * struct vtd_reg_ops - a software unit in place of memory-mapped registers
 * @read32: value of the 32-bit register at byte offset @off
 * @read64: value of the 64-bit register at byte offset @off
 * @write32: write the 32-bit register at byte offset @off
 * @write64: write the 64-bit register at byte offset @off
 *
 * Called in any context, hard interrupt included; must not sleep.
 */
struct vtd_reg_ops {
	u32 (*read32)(const struct vtd_regs *regs, u32 off);
	u64 (*read64)(const struct vtd_regs *regs, u32 off);
	void (*write32)(const struct vtd_regs *regs, u32 off, u32 val);
	void (*write64)(const struct vtd_regs *regs, u32 off, u64 val);
};

/**
 * struct vtd_regs - where a unit's registers are
 * @base: mapping of the register space, NULL for a software unit
 * @bytes: length of the register space
 * @ops: NULL for real hardware
 * @data: for @ops
 *
 * Constant once the unit is mapped.
 */
struct vtd_regs {
	void __iomem *base;
	u64 bytes;
	const struct vtd_reg_ops *ops;
	void *data;
};

/* On while any unit has register operations of its own. */
DECLARE_STATIC_KEY_FALSE(vtd_soft_regs);

#ifdef VTD_OBSERVER
/**
 * vtd_regs_plug() - is there a unit of software at an address?
 * @regs: filled in when there is one
 * @base: physical address of the register space, as the DMAR table has it
 *
 * Only in test builds; the test answers.
 *
 * Context: may sleep.
 * Return: true when @regs can be used.
 */
bool vtd_regs_plug(struct vtd_regs *regs, u64 base);
#else
static inline bool vtd_regs_plug(struct vtd_regs *regs, u64 base)
{
	return false;
}
#endif

static inline bool vtd_regs_soft(const struct vtd_regs *regs)
{
	return static_branch_unlikely(&vtd_soft_regs) && regs->ops;
}

static inline u32 vtd_read32(const struct vtd_regs *regs, u32 off)
{
	if (vtd_regs_soft(regs))
		return regs->ops->read32(regs, off);
	return readl(regs->base + off);
}

static inline u64 vtd_read64(const struct vtd_regs *regs, u32 off)
{
	if (vtd_regs_soft(regs))
		return regs->ops->read64(regs, off);
	return readq(regs->base + off);
}

/**
 * vtd_regs_gone() - is nobody there to answer?
 * @status: what a status register of 32 bits was read as
 *
 * What has left the bus, or lost its power, reads as all ones; of GSTS, FSTS and
 * PMEN some bits are always 0.
 *
 * Context: any.
 * Return: true when the unit has gone.
 */
static inline bool vtd_regs_gone(u32 status)
{
	return status == ~0U;
}

static inline void vtd_write32(const struct vtd_regs *regs, u32 off, u32 val)
{
	if (vtd_regs_soft(regs))
		regs->ops->write32(regs, off, val);
	else
		writel(val, regs->base + off);
}

static inline void vtd_write64(const struct vtd_regs *regs, u32 off, u64 val)
{
	if (vtd_regs_soft(regs))
		regs->ops->write64(regs, off, val);
	else
		writeq(val, regs->base + off);
}

#endif /* VTD_REGS_IO_H */
