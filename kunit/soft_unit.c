// SPDX-License-Identifier: GPL-2.0
/*
 * A unit of software for the suites; see soft_unit.h.
 *
 * Owns its register space.  Knows the offsets and bits as numbers of its own:
 * what is wrong in the driver's headers must not be right here.
 */
#include <linux/io.h>
#include <linux/jump_label.h>
#include <linux/mm.h>

#include "context.h"
#include "reply.h"
#include "soft_unit.h"

enum {
	R_VER = 0x00,
	R_CAP = 0x08,
	R_ECAP = 0x10,
	R_GCMD = 0x18,
	R_GSTS = 0x1c,
	R_FSTS = 0x34,
	R_IQH = 0x80,
	R_IQT = 0x88,
	R_IQA = 0x90,
};

#define FSTS_IQE 0x10u
#define FSTS_ITE 0x40u
#define FSTS_RW1C 0x71u
/* TES, AFLS, QIES, IRES, CFIS stay; RTPS and IRTPS latch. */
#define GSTS_LASTING 0x96800000u
#define GSTS_LATCHED 0x41000000u

static struct soft_unit *soft_of(const struct vtd_regs *regs)
{
	return regs->data;
}

static u32 *reg32(struct soft_unit *su, u32 off)
{
	return (u32 *)((u8 *)su->reg + off);
}

/* Executes one descriptor; false when the queue stands still at it. */
static bool soft_execute(struct soft_unit *su, const struct vtd_qi_desc *desc,
			 bool dropping)
{
	su->seen++;
	if (su->seen == su->refuse) {
		*reg32(su, R_FSTS) |= FSTS_IQE;
		return false;
	}
	if ((desc->w[0] & 0xf) != 5) {
		if (su->nr < SOFT_LOG)
			su->log[su->nr] = *desc;
		su->nr++;
		return true;
	}
	if (dropping)
		return true;
	su->waits++;
	if (desc->w[0] & 0x20)
		WRITE_ONCE(*(u32 *)phys_to_virt(desc->w[1] & ~3ULL),
			   desc->w[0] >> 32);
	return true;
}

static void soft_run_queue(struct soft_unit *su)
{
	u8 *ring = phys_to_virt(su->reg[R_IQA / 8] & ~0xfffULL);
	u64 *head = &su->reg[R_IQH / 8];
	bool dropping = false;

	if (su->stopped || !(*reg32(su, R_GSTS) & 0x4000000))
		return;
	while (*head != su->reg[R_IQT / 8]) {
		struct vtd_qi_desc desc = *(struct vtd_qi_desc *)(ring + *head);

		if (*reg32(su, R_FSTS) & FSTS_IQE)
			return;
		if (su->seen + 1 == su->time_out) {
			*reg32(su, R_FSTS) |= FSTS_ITE;
			dropping = true;
		}
		if (!soft_execute(su, &desc, dropping))
			return;
		*head = (*head + 16) & 0xfff;
	}
}

static void soft_answer(struct irq_work *work)
{
	struct soft_unit *su = container_of(work, struct soft_unit, answer);
	unsigned long flags;

	raw_spin_lock_irqsave(&su->lock, flags);
	soft_run_queue(su);
	raw_spin_unlock_irqrestore(&su->lock, flags);
}

static void soft_command(struct soft_unit *su, u32 val)
{
	u32 *gsts = reg32(su, R_GSTS);
	u32 kept = *gsts & (GSTS_LATCHED | (su->ignore & GSTS_LASTING));
	u32 taken = val & ~su->ignore;

	if (su->nr_gcmd < ARRAY_SIZE(su->gcmd))
		su->gcmd[su->nr_gcmd] = val;
	su->nr_gcmd++;
	*gsts = kept | (taken & (GSTS_LASTING | GSTS_LATCHED));
	/* The write buffer: the status bit falls when it is done. */
	if (val & su->ignore & 0x8000000)
		*gsts |= 0x8000000;
	if (!(*gsts & 0x4000000))
		su->reg[R_IQH / 8] = 0;
}

static u32 soft_read32(const struct vtd_regs *regs, u32 off)
{
	return READ_ONCE(*reg32(soft_of(regs), off));
}

static u64 soft_read64(const struct vtd_regs *regs, u32 off)
{
	return READ_ONCE(soft_of(regs)->reg[off / 8]);
}

static void soft_write32(const struct vtd_regs *regs, u32 off, u32 val)
{
	struct soft_unit *su = soft_of(regs);
	unsigned long flags;

	raw_spin_lock_irqsave(&su->lock, flags);
	if (off == R_GCMD) {
		soft_command(su, val);
	} else if (off == R_FSTS) {
		*reg32(su, off) &= ~(val & FSTS_RW1C);
		soft_run_queue(su);
	} else {
		*reg32(su, off) = val;
	}
	raw_spin_unlock_irqrestore(&su->lock, flags);
}

static void soft_write64(const struct vtd_regs *regs, u32 off, u64 val)
{
	struct soft_unit *su = soft_of(regs);
	unsigned long flags;

	raw_spin_lock_irqsave(&su->lock, flags);
	su->reg[off / 8] = val;
	if (off == R_IQT && su->late)
		irq_work_queue(&su->answer);
	else if (off == R_IQT)
		soft_run_queue(su);
	raw_spin_unlock_irqrestore(&su->lock, flags);
}

static const struct vtd_reg_ops soft_ops = {
	.read32 = soft_read32,
	.read64 = soft_read64,
	.write32 = soft_write32,
	.write64 = soft_write64,
};

/* A unit fresh from reset, not looked at by the driver yet. */
struct soft_unit *soft_unit_new(struct kunit *test, u64 cap, u64 ecap)
{
	struct soft_unit *su = kunit_kzalloc(test, sizeof(*su), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, su);
	raw_spin_lock_init(&su->lock);
	su->answer = IRQ_WORK_INIT_HARD(soft_answer);
	*reg32(su, R_VER) = 0x10;
	su->reg[R_CAP / 8] = cap;
	su->reg[R_ECAP / 8] = ecap;
	su->unit.regs.ops = &soft_ops;
	su->unit.regs.data = su;
	su->unit.regs.bytes = sizeof(su->reg);
	su->unit.nid = NUMA_NO_NODE;
	strscpy(su->unit.name, "dmar0");
	return su;
}

static void soft_unit_release(void *data)
{
	struct soft_unit *su = data;

	vtd_unit_teardown(&su->unit);
}

/* ... that the driver has set up and not switched on. */
struct soft_unit *soft_unit_ready(struct kunit *test, u64 cap, u64 ecap)
{
	struct soft_unit *su = soft_unit_new(test, cap, ecap);
	struct vtd_reply reply = {};
	int ret;

	ret = vtd_unit_setup(&su->unit, &reply);
	vtd_reply_free(&reply);
	KUNIT_ASSERT_EQ(test,
			kunit_add_action_or_reset(test, soft_unit_release, su),
			0);
	KUNIT_ASSERT_EQ(test, ret, 0);
	return su;
}

/* ... and on. */
struct soft_unit *soft_unit_translating(struct kunit *test, u64 cap, u64 ecap)
{
	struct soft_unit *su = soft_unit_ready(test, cap, ecap);
	struct vtd_reply reply = {};
	int ret;

	ret = vtd_unit_enable(&su->unit, &reply);
	vtd_reply_free(&reply);
	KUNIT_ASSERT_EQ(test, ret, 0);
	soft_unit_forget(su);
	return su;
}

/* Empties the logs and starts to count descriptors anew. */
void soft_unit_forget(struct soft_unit *su)
{
	su->seen = 0;
	su->nr = 0;
	su->waits = 0;
	su->nr_gcmd = 0;
}

int soft_unit_suite_init(struct kunit_suite *suite)
{
	static_branch_inc(&vtd_soft_regs);
	return 0;
}

void soft_unit_suite_exit(struct kunit_suite *suite)
{
	static_branch_dec(&vtd_soft_regs);
}
