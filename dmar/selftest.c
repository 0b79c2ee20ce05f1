// SPDX-License-Identifier: GPL-2.0
/*
 * A unit proves itself before a device depends on it (parameter "selftest"): its
 * registers keep what they were given, its queue executes what it is given and
 * answers each submission, and entries are written as they are read.
 *
 * Nothing of what devices go by is touched: entries are written to tables that no
 * unit is given.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "check.h"
#include "context.h"
#include "domain.h"
#include "fault.h"
#include "reply.h"
#include "scalable.h"
#include "selftest.h"
#include "unit.h"

/* Submissions of each length, so that the ring wraps. */
#define VTD_SELFTEST_ROUNDS 32

/* A source-id of the scratch table. */
#define VTD_SELFTEST_SID 0x1234

bool vtd_want_selftest;

/* Registers, by the same look that "check" has. */
static int vtd_selftest_registers(struct vtd_unit *unit,
				  struct vtd_reply *reply)
{
	struct vtd_reply found = {};
	struct vtd_check c = { .reply = &found };

	vtd_check_registers(&c, unit);
	if (c.findings)
		vtd_say(reply,
			"%s: self-test: a register does not keep what it was given: %.*s",
			unit->name, (int)found.len, found.text ?: "");
	vtd_reply_free(&found);
	return c.findings ? -EIO : 0;
}

/* Each length from 1 to the most, over and over; nothing is left unanswered. */
static int vtd_selftest_queue(struct vtd_unit *unit, struct vtd_reply *reply)
{
	struct vtd_qi_desc desc[VTD_QI_BATCH];
	u64 errors = READ_ONCE(unit->qi.stats.errors);
	unsigned int i, nr;
	int ret = 0;

	for (i = 0; i < VTD_QI_BATCH; i++)
		desc[i] = vtd_qi_fence(&unit->qi);
	for (i = 0; i < VTD_SELFTEST_ROUNDS && !ret; i++)
		for (nr = 1; nr <= VTD_QI_BATCH && !ret; nr++)
			ret = vtd_qi_submit(&unit->qi, desc, nr);
	if (!ret && READ_ONCE(unit->qi.stats.errors) != errors)
		ret = -EIO;
	if (ret)
		vtd_say(reply,
			"%s: self-test: the invalidation queue failed in round %u (error %d)\n",
			unit->name, i, ret);
	return ret;
}

/* One of each kind that the unit has. */
static int vtd_selftest_flush(struct vtd_unit *unit, struct vtd_reply *reply)
{
	const struct vtd_qi_desc desc[] = {
		vtd_qi_context_global(),
		vtd_qi_iotlb_domain(VTD_DID_PASS_THROUGH, vtd_unit_drain(unit)),
		vtd_qi_iotlb_global(vtd_unit_drain(unit)),
		vtd_qi_pasid_global(),
		vtd_qi_piotlb_pasid(VTD_DID_PASS_THROUGH, 1),
	};
	unsigned int i, nr = unit->scalable ? ARRAY_SIZE(desc) : 3;
	int ret = 0;

	for (i = 0; i < nr && !ret; i++)
		ret = vtd_qi_submit_one(&unit->qi, desc[i]);
	if (ret)
		vtd_say(reply,
			"%s: self-test: the unit does not execute an invalidation, kind %u (error %d)\n",
			unit->name, i, ret);
	return ret;
}

/* Where a request of @sid ends that goes through the scratch table. */
static enum vtd_fault_end vtd_selftest_walk(const struct vtd_unit *scratch,
					    u16 sid)
{
	const struct vtd_fault_way way = {
		.root = virt_to_phys(scratch->root),
		.addr = PAGE_SIZE,
		.sid = sid,
		.scalable = scratch->scalable,
	};
	struct vtd_fault_tables tables = {};

	vtd_fault_walk(&way, vtd_fault_peek_memory, &tables);
	return tables.end;
}

static int vtd_selftest_expect(const struct vtd_unit *scratch, u16 sid,
			       enum vtd_fault_end end)
{
	return vtd_selftest_walk(scratch, sid) == end ? 0 : -EIO;
}

/*
 * Absent, present, changed, and absent again; and the neighbour of it is not
 * touched.  The way there is that of faults, which has nothing of the writer's.
 */
static int vtd_selftest_write(struct vtd_unit *scratch)
{
	const struct vtd_translation none = {};
	struct vtd_translation to = vtd_identity(scratch);
	enum vtd_fault_end same = to.kind == VTD_PASS_THROUGH ?
					  VTD_END_PASS_THROUGH :
					  VTD_END_LEAF;
	u16 sid = VTD_SELFTEST_SID;
	int ret;

	ret = vtd_selftest_expect(scratch, sid, VTD_END_ROOT) ?:
		      vtd_context_set(scratch, &sid, 1, VTD_NO_PASID, &to);
	ret = ret ?: vtd_selftest_expect(scratch, sid, same);
	ret = ret ?: vtd_selftest_expect(scratch, sid + 1, VTD_END_CONTEXT);
	to = vtd_pt_translation(&scratch->identity, VTD_DID_FIRST);
	ret = ret ?: vtd_context_set(scratch, &sid, 1, VTD_NO_PASID, &to);
	/* The table is empty. */
	ret = ret ?: vtd_selftest_expect(scratch, sid, VTD_END_ABSENT);
	ret = ret ?: vtd_context_set(scratch, &sid, 1, VTD_NO_PASID, &none);
	if (ret)
		return ret;
	return vtd_selftest_walk(scratch, sid) == VTD_END_ABSENT ? -EIO : 0;
}

/* As much of a unit as the writer of entries looks at; the hardware has none of it. */
static int vtd_selftest_entries(struct vtd_unit *unit, struct vtd_reply *reply)
{
	struct vtd_unit *scratch = kzalloc(sizeof(*scratch), GFP_KERNEL);
	int ret = -ENOMEM;

	if (!scratch)
		goto say;
	mutex_init(&scratch->lock);
	xa_init(&scratch->held);
	xa_init(&scratch->devtlbs);
	scratch->cap = unit->cap;
	/* The empty table is what passes through would otherwise need. */
	scratch->ecap = unit->ecap | VTD_ECAP_PT;
	scratch->nid = unit->nid;
	scratch->scalable = unit->scalable;
	scratch->first_stage = unit->first_stage;
	scratch->levels = unit->levels;
	scratch->nr_did = unit->nr_did;
	ret = vtd_context_init(scratch) ?:
		      vtd_unit_pt_init(unit, vtd_unit_usual(unit),
				       &scratch->identity);
	if (!ret)
		ret = vtd_selftest_write(scratch);
	vtd_context_destroy(scratch);
	vtd_identity_destroy(scratch);
	xa_destroy(&scratch->devtlbs);
	xa_destroy(&scratch->held);
	mutex_destroy(&scratch->lock);
	kfree(scratch);
say:
	if (ret)
		vtd_say(reply,
			"%s: self-test: entries are not read as they were written (error %d)\n",
			unit->name, ret);
	return ret;
}

/**
 * vtd_selftest() - does a unit do what everything depends on?
 * @unit: it translates; no device is managed yet
 * @reply: told what it does not
 *
 * Context: may sleep.
 * Return: 0; -EIO, or what failed, with nothing changed.
 */
int vtd_selftest(struct vtd_unit *unit, struct vtd_reply *reply)
{
	u64 began = ktime_get_ns();
	int ret;

	ret = vtd_selftest_registers(unit, reply) ?:
		      vtd_selftest_queue(unit, reply);
	ret = ret ?: vtd_selftest_flush(unit, reply);
	ret = ret ?: vtd_selftest_entries(unit, reply);
	if (!ret)
		pr_info("%s: self-test passed in %llu us\n", unit->name,
			div64_u64(ktime_get_ns() - began, NSEC_PER_USEC));
	return ret;
}
