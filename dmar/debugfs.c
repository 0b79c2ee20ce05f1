// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/vtd: what the units hold (Documentation/ABI/testing/
 * debugfs-vtd).
 *
 * Only shows.  Takes no lock but a unit's own: whoever takes a unit down waits
 * for the readers, with other locks held.  So what is shown may be from several
 * moments.
 */
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/security.h>
#include <linux/seq_file.h>

#include <vtd/hw/ir.h>

#include "context.h"
#include "control.h"
#include "latency.h"
#include "scalable.h"

/* Gone while nothing is attached. */
static struct dentry *vtd_debugfs_dir;

/**
 * struct vtd_field_show - a part of a register
 * @name: as in the specification
 * @mask: its bits
 */
struct vtd_field_show {
	const char *name;
	u64 mask;
};

/* Most fields of one register. */
#define VTD_FIELDS 28

/**
 * struct vtd_reg_show - a register
 * @name: as in the specification
 * @offset: bytes
 * @wide: 64 bits, otherwise 32
 * @ecap: it is there where this is set in the extended capabilities; 0: always
 * @field: its fields, the lowest first
 */
struct vtd_reg_show {
	const char *name;
	u32 offset;
	bool wide;
	u64 ecap;
	struct vtd_field_show field[VTD_FIELDS];
};

static const struct vtd_reg_show vtd_regs_shown[] = {
	{
		.name = "VER",
		.offset = VTD_VER,
		.field = {
			{ "minor", VTD_VER_MINOR },
			{ "major", VTD_VER_MAJOR },
		},
	},
	{
		.name = "CAP",
		.offset = VTD_CAP,
		.wide = true,
		.field = {
			{ "ND", VTD_CAP_ND },
			{ "AFL", VTD_CAP_AFL },
			{ "RWBF", VTD_CAP_RWBF },
			{ "PLMR", VTD_CAP_PLMR },
			{ "PHMR", VTD_CAP_PHMR },
			{ "CM", VTD_CAP_CM },
			{ "SAGAW", VTD_CAP_SAGAW },
			{ "MGAW", VTD_CAP_MGAW },
			{ "ZLR", VTD_CAP_ZLR },
			{ "FRO", VTD_CAP_FRO },
			{ "SSLPS", VTD_CAP_SLLPS },
			{ "PSI", VTD_CAP_PSI },
			{ "NFR", VTD_CAP_NFR },
			{ "MAMV", VTD_CAP_MAMV },
			{ "DWD", VTD_CAP_DWD },
			{ "DRD", VTD_CAP_DRD },
			{ "FS1GP", VTD_CAP_FL1GP },
			{ "PI", VTD_CAP_PI },
			{ "FS5LP", VTD_CAP_FL5LP },
			{ "ESIRTPS", VTD_CAP_ESIRTPS },
			{ "ESRTPS", VTD_CAP_ESRTPS },
		},
	},
	{
		.name = "ECAP",
		.offset = VTD_ECAP,
		.wide = true,
		.field = {
			{ "C", VTD_ECAP_C },
			{ "QI", VTD_ECAP_QI },
			{ "DT", VTD_ECAP_DT },
			{ "IR", VTD_ECAP_IR },
			{ "EIM", VTD_ECAP_EIM },
			{ "PT", VTD_ECAP_PT },
			{ "SC", VTD_ECAP_SC },
			{ "IRO", VTD_ECAP_IRO },
			{ "MHMV", VTD_ECAP_MHMV },
			{ "MTS", VTD_ECAP_MTS },
			{ "NEST", VTD_ECAP_NEST },
			{ "PRS", VTD_ECAP_PRS },
			{ "ERS", VTD_ECAP_ERS },
			{ "SRS", VTD_ECAP_SRS },
			{ "NWFS", VTD_ECAP_NWFS },
			{ "EAFS", VTD_ECAP_EAFS },
			{ "PSS", VTD_ECAP_PSS },
			{ "PASID", VTD_ECAP_PASID },
			{ "DIT", VTD_ECAP_DIT },
			{ "PDS", VTD_ECAP_PDS },
			{ "SMTS", VTD_ECAP_SMTS },
			{ "SSADS", VTD_ECAP_SSADS },
			{ "SSTS", VTD_ECAP_SSTS },
			{ "FSTS", VTD_ECAP_FSTS },
			{ "SMPWCS", VTD_ECAP_SMPWCS },
			{ "RPS", VTD_ECAP_RPS },
		},
	},
	{
		.name = "GSTS",
		.offset = VTD_GSTS,
		.field = {
			{ "CFIS", VTD_GCMD_CFI },
			{ "IRTPS", VTD_GCMD_SIRTP },
			{ "IRES", VTD_GCMD_IRE },
			{ "QIES", VTD_GCMD_QIE },
			{ "WBFS", VTD_GCMD_WBF },
			{ "RTPS", VTD_GCMD_SRTP },
			{ "TES", VTD_GCMD_TE },
		},
	},
	{
		.name = "RTADDR",
		.offset = VTD_RTADDR,
		.wide = true,
		.field = {
			{ "TTM", VTD_RTADDR_TTM },
			{ "RTA", VTD_RTADDR_RTA },
		},
	},
	{
		.name = "FSTS",
		.offset = VTD_FSTS,
		.field = {
			{ "PFO", VTD_FSTS_PFO },
			{ "PPF", VTD_FSTS_PPF },
			{ "IQE", VTD_FSTS_IQE },
			{ "ICE", VTD_FSTS_ICE },
			{ "ITE", VTD_FSTS_ITE },
			{ "FRI", VTD_FSTS_FRI },
		},
	},
	{
		.name = "FECTL",
		.offset = VTD_FECTL,
		.field = {
			{ "IP", VTD_FECTL_IP },
			{ "IM", VTD_FECTL_IM },
		},
	},
	{
		.name = "FEDATA",
		.offset = VTD_FEDATA,
	},
	{
		.name = "FEADDR",
		.offset = VTD_FEADDR,
	},
	{
		.name = "FEUADDR",
		.offset = VTD_FEUADDR,
	},
	{
		.name = "PMEN",
		.offset = VTD_PMEN,
		.field = {
			{ "PRS", VTD_PMEN_PRS },
			{ "EPM", VTD_PMEN_EPM },
		},
	},
	{
		.name = "IQH",
		.offset = VTD_IQH,
		.wide = true,
	},
	{
		.name = "IQT",
		.offset = VTD_IQT,
		.wide = true,
	},
	{
		.name = "IQA",
		.offset = VTD_IQA,
		.wide = true,
		.field = {
			{ "QS", VTD_IQA_QS },
			{ "DW", VTD_IQA_DW },
			{ "IQA", VTD_IQA_IQA },
		},
	},
	{
		.name = "IQERCD",
		.offset = VTD_IQER,
		.wide = true,
		.field = {
			{ "IQEI", VTD_IQER_IQEI },
			{ "ITESID", VTD_IQER_ITESID },
			{ "ICESID", VTD_IQER_ICESID },
		},
	},
	{
		.name = "IRTA",
		.offset = VTD_IRTA,
		.wide = true,
	},
	{
		.name = "PQH",
		.offset = VTD_PQH,
		.wide = true,
		.ecap = VTD_ECAP_PRS,
	},
	{
		.name = "PQT",
		.offset = VTD_PQT,
		.wide = true,
		.ecap = VTD_ECAP_PRS,
	},
	{
		.name = "PQA",
		.offset = VTD_PQA,
		.wide = true,
		.ecap = VTD_ECAP_PRS,
		.field = {
			{ "PQS", VTD_PQA_PQS },
			{ "PQA", VTD_PQA_PQA },
		},
	},
	{
		.name = "PRS",
		.offset = VTD_PRS,
		.ecap = VTD_ECAP_PRS,
		.field = {
			{ "PPR", VTD_PRS_PPR },
			{ "PRO", VTD_PRS_PRO },
		},
	},
	{
		.name = "PECTL",
		.offset = VTD_PECTL,
		.ecap = VTD_ECAP_PRS,
		.field = {
			{ "IP", VTD_FECTL_IP },
			{ "IM", VTD_FECTL_IM },
		},
	},
};

static void vtd_show_fields(struct seq_file *s, const struct vtd_reg_show *reg,
			    u64 val)
{
	unsigned int i;

	for (i = 0; i < VTD_FIELDS && reg->field[i].name; i++) {
		u64 mask = reg->field[i].mask;

		seq_printf(s, " %s=0x%llx", reg->field[i].name,
			   (val & mask) >> __ffs64(mask));
	}
	seq_putc(s, '\n');
}

static int vtd_registers_show(struct seq_file *s, void *unused)
{
	const struct vtd_unit *unit = s->private;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vtd_regs_shown); i++) {
		const struct vtd_reg_show *reg = &vtd_regs_shown[i];
		u64 val;

		if (reg->offset + (reg->wide ? 8 : 4) > unit->regs.bytes ||
		    (unit->ecap & reg->ecap) != reg->ecap)
			continue;
		val = reg->wide ? vtd_read64(&unit->regs, reg->offset) :
				  vtd_read32(&unit->regs, reg->offset);
		seq_printf(s, "%s offset=0x%02x value=0x%0*llx", reg->name,
			   reg->offset, reg->wide ? 16 : 8, val);
		vtd_show_fields(s, reg, val);
	}
	return 0;
}

static const char *vtd_show_translation(const struct vtd_context_entry *ce)
{
	switch (FIELD_GET(VTD_CONTEXT_TT, ce->w[0])) {
	case VTD_CONTEXT_TT_SECOND_STAGE:
		return "second-stage";
	case VTD_CONTEXT_TT_WITH_ATS:
		return "second-stage-with-ats";
	case VTD_CONTEXT_TT_PASS_THROUGH:
		return "pass-through";
	default:
		return "reserved";
	}
}

static void vtd_show_context(struct seq_file *s, const struct vtd_unit *unit,
			     u16 sid, const struct vtd_context_entry *ce)
{
	seq_printf(s, "context %04x:%02x:%02x.%u 0x%016llx%016llx present=%u",
		   unit->drhd->segment, PCI_BUS_NUM(sid), PCI_SLOT(sid & 0xff),
		   PCI_FUNC(sid & 0xff), ce->w[1], ce->w[0],
		   vtd_context_present(ce));
	if (vtd_context_present(ce))
		seq_printf(s,
			   " type=%s domain-id=%llu levels=%llu table=0x%llx",
			   vtd_show_translation(ce),
			   FIELD_GET(VTD_CONTEXT_DID, ce->w[1]),
			   FIELD_GET(VTD_CONTEXT_AW, ce->w[1]) + 2,
			   ce->w[0] & VTD_CONTEXT_SSPTPTR);
	seq_putc(s, '\n');
}

static void vtd_show_pasid(struct seq_file *s, const struct vtd_unit *unit,
			   u16 sid, u32 pasid, const struct vtd_pasid_entry *pe)
{
	static const char *const types[] = {
		[VTD_PASID_PGTT_FIRST] = "first-stage",
		[VTD_PASID_PGTT_SECOND] = "second-stage",
		[VTD_PASID_PGTT_NESTED] = "nested",
		[VTD_PASID_PGTT_PASS_THROUGH] = "pass-through",
		[7] = NULL,
	};
	unsigned int type = FIELD_GET(VTD_PASID_PGTT, pe->w[0]);
	bool first = type == VTD_PASID_PGTT_FIRST;

	seq_printf(
		s,
		"pasid %04x:%02x:%02x.%u 0x%x 0x%016llx%016llx%016llx type=%s domain-id=%llu levels=%llu table=0x%llx\n",
		unit->drhd->segment, PCI_BUS_NUM(sid), PCI_SLOT(sid & 0xff),
		PCI_FUNC(sid & 0xff), pasid, pe->w[2], pe->w[1], pe->w[0],
		types[type] ?: "reserved", FIELD_GET(VTD_PASID_DID, pe->w[1]),
		first ? FIELD_GET(VTD_PASID_FSPM, pe->w[2]) + 4 :
			FIELD_GET(VTD_PASID_AW, pe->w[0]) + 2,
		first ? pe->w[2] & VTD_PASID_FSPTPTR :
			pe->w[0] & VTD_PASID_SSPTPTR);
}

/* A context entry of scalable mode, and the PASID entries behind it. */
static void vtd_show_sm_context(struct seq_file *s, struct vtd_unit *unit,
				u16 sid, const struct vtd_sm_context_entry *ce)
{
	struct vtd_pasid_entry pe;
	u32 pasid;

	seq_printf(s, "context %04x:%02x:%02x.%u 0x%016llx%016llx present=%llu",
		   unit->drhd->segment, PCI_BUS_NUM(sid), PCI_SLOT(sid & 0xff),
		   PCI_FUNC(sid & 0xff), ce->w[1], ce->w[0],
		   ce->w[0] & VTD_SM_CONTEXT_P);
	if (ce->w[0] & VTD_SM_CONTEXT_P)
		seq_printf(
			s,
			" directory=0x%llx entries=%u rid-pasid=0x%llx pasids=%u ats=%u page-requests=%u",
			ce->w[0] & VTD_SM_CONTEXT_DIR,
			1U << (FIELD_GET(VTD_SM_CONTEXT_PDTS, ce->w[0]) +
			       VTD_PASID_DIR_MIN_ORDER),
			FIELD_GET(VTD_SM_CONTEXT_RID_PASID, ce->w[1]),
			!!(ce->w[0] & VTD_SM_CONTEXT_PASIDE),
			!!(ce->w[0] & VTD_SM_CONTEXT_DTE),
			!!(ce->w[0] & VTD_SM_CONTEXT_PRE));
	seq_putc(s, '\n');
	for (pasid = 0; vtd_sm_next(unit, sid, &pasid, &pe); pasid++)
		vtd_show_pasid(s, unit, sid, pasid, &pe);
}

/* The context table of half a bus. */
static void vtd_show_half(struct seq_file *s, struct vtd_unit *unit, u16 first)
{
	unsigned int half = first / VTD_SM_CONTEXT_ENTRIES % 2;
	struct vtd_sm_context_entry ce;
	struct vtd_pasid_entry pe;
	unsigned int i;

	if (vtd_sm_peek(unit, first, VTD_NO_PASID, &ce, &pe))
		return;
	seq_printf(s, "root bus=%02x half=%s 0x%016llx\n", PCI_BUS_NUM(first),
		   half ? "upper" : "lower",
		   READ_ONCE(unit->root[PCI_BUS_NUM(first)].w[half]));
	for (i = 0; i < VTD_SM_CONTEXT_ENTRIES; i++) {
		vtd_sm_peek(unit, first + i, VTD_NO_PASID, &ce, &pe);
		if (ce.w[0] || ce.w[1])
			vtd_show_sm_context(s, unit, first + i, &ce);
	}
}

/* Tables of contexts go only when the unit does, after this file. */
static int vtd_contexts_show(struct seq_file *s, void *unused)
{
	struct vtd_unit *unit = s->private;
	unsigned int bus, devfn, half;

	for (half = 0; half < VTD_SM_TABLES && unit->scalable; half++)
		vtd_show_half(s, unit, half * VTD_SM_CONTEXT_ENTRIES);
	for (bus = 0; bus < VTD_ROOT_ENTRIES; bus++) {
		struct vtd_context_entry ce;

		if (vtd_context_peek(unit, PCI_DEVID(bus, 0), &ce))
			continue;
		seq_printf(s, "root bus=%02x 0x%016llx\n", bus,
			   READ_ONCE(unit->root[bus].w[0]));
		for (devfn = 0; devfn < VTD_CONTEXT_ENTRIES; devfn++) {
			vtd_context_peek(unit, PCI_DEVID(bus, devfn), &ce);
			if (ce.w[0] || ce.w[1])
				vtd_show_context(s, unit, PCI_DEVID(bus, devfn),
						 &ce);
		}
	}
	return 0;
}

static const char *vtd_show_kind(u64 lo)
{
	static const char *const iotlb[] = { "iotlb?", "iotlb-global",
					     "iotlb-domain", "iotlb-page" };
	static const char *const context[] = { "context?", "context-global",
					       "context-domain",
					       "context-device" };

	static const char *const piotlb[] = { "piotlb?", "piotlb?",
					      "piotlb-pasid", "piotlb-page" };
	static const char *const pasid[] = { "pasid-domain", "pasid-one",
					     "pasid?", "pasid-global" };

	switch (FIELD_GET(VTD_QI_TYPE, lo)) {
	case 0:
		return "unused";
	case VTD_QI_TYPE_CONTEXT:
		return context[FIELD_GET(VTD_QI_GRANULARITY, lo)];
	case VTD_QI_TYPE_IOTLB:
		return iotlb[FIELD_GET(VTD_QI_GRANULARITY, lo)];
	case VTD_QI_TYPE_PIOTLB:
		return piotlb[FIELD_GET(VTD_QI_GRANULARITY, lo)];
	case VTD_QI_TYPE_PASID:
		return pasid[FIELD_GET(VTD_QI_GRANULARITY, lo)];
	case VTD_QI_TYPE_DEVTLB:
		return "devtlb";
	case VTD_QI_TYPE_PDEVTLB:
		return "devtlb-pasid";
	case VTD_QI_TYPE_RESPONSE:
		return "page-response";
	case VTD_QI_TYPE_IEC:
		return lo & VTD_QI_IEC_G ? "interrupt-index" :
					   "interrupt-global";
	case VTD_QI_TYPE_WAIT:
		return lo & VTD_QI_WAIT_FN ? "fence" : "wait";
	default:
		return "unknown";
	}
}

static int vtd_queue_show(struct seq_file *s, void *unused)
{
	const struct vtd_unit *unit = s->private;
	const struct vtd_qi *qi = &unit->qi;
	size_t bytes = vtd_qi_bytes(qi, 1);
	u64 head = vtd_read64(&unit->regs, VTD_IQH) / bytes;
	u64 tail = vtd_read64(&unit->regs, VTD_IQT) / bytes;
	u32 slot;

	seq_printf(
		s,
		"slots=%u head=%llu tail=%llu oldest=%u next=%u batch=%u open=%u stopped=%s\n",
		qi->slots, head, tail, READ_ONCE(qi->head), READ_ONCE(qi->tail),
		READ_ONCE(qi->seq), READ_ONCE(qi->open_nr),
		READ_ONCE(qi->dead) ? "yes" : "no");
	for (slot = 0; slot < qi->slots; slot++) {
		const struct vtd_qi_desc *desc = vtd_qi_at(qi, slot);
		u64 lo = READ_ONCE(desc->w[0]);
		u64 hi = READ_ONCE(desc->w[1]);

		if (lo || hi)
			seq_printf(s, "slot=%u 0x%016llx%016llx %s%s%s\n", slot,
				   hi, lo, vtd_show_kind(lo),
				   slot == head ? " <head" : "",
				   slot == tail ? " <tail" : "");
	}
	return 0;
}

static int vtd_latency_show(struct seq_file *s, void *unused)
{
	const struct vtd_unit *unit = s->private;
	const struct vtd_qi_stats *stats = &unit->qi.stats;
	u64 timed = READ_ONCE(stats->timed);
	unsigned int i;

	seq_printf(s, "timed=%llu of=%llu avg_ns=%llu max_ns=%llu slow=%llu\n",
		   timed, READ_ONCE(stats->doorbells),
		   timed ? div64_u64(READ_ONCE(stats->timed_ns), timed) : 0,
		   READ_ONCE(stats->max_ns), READ_ONCE(stats->slow));
	for (i = 0; i < VTD_QI_BUCKETS; i++) {
		seq_printf(s, "from_ns=%llu", i ? 128ULL << i : 0);
		if (i < VTD_QI_BUCKETS - 1)
			seq_printf(s, " below_ns=%llu", 256ULL << i);
		seq_printf(s, " waits=%llu\n", READ_ONCE(stats->bucket[i]));
	}
	return 0;
}

static int vtd_latencies_show(struct seq_file *s, void *unused)
{
	struct vtd_reply reply = {};

	vtd_latency_dump(&reply);
	if (reply.len)
		seq_write(s, reply.text, reply.len);
	vtd_reply_free(&reply);
	return 0;
}

/* The kernel lets files that are only read be, under lockdown; these not. */
static int vtd_debugfs_open(struct inode *inode, struct file *file,
			    int (*show)(struct seq_file *s, void *unused))
{
	int ret = security_locked_down(LOCKDOWN_DEBUGFS);

	return ret ?: single_open(file, show, inode->i_private);
}

#define VTD_DEBUGFS_FILE(name)                                               \
	static int vtd_##name##_open(struct inode *inode, struct file *file) \
	{                                                                    \
		return vtd_debugfs_open(inode, file, vtd_##name##_show);     \
	}                                                                    \
	static const struct file_operations vtd_##name##_fops = {            \
		.owner = THIS_MODULE,                                        \
		.open = vtd_##name##_open,                                   \
		.read = seq_read,                                            \
		.llseek = seq_lseek,                                         \
		.release = single_release,                                   \
	}

VTD_DEBUGFS_FILE(registers);
VTD_DEBUGFS_FILE(contexts);
VTD_DEBUGFS_FILE(queue);
VTD_DEBUGFS_FILE(latency);
VTD_DEBUGFS_FILE(latencies);

/**
 * vtd_debugfs_add() - show what the units hold
 *
 * That it cannot be shown is no error.
 *
 * Context: may sleep; the units stay until vtd_debugfs_remove().
 */
void vtd_debugfs_add(void)
{
	unsigned int i;

	vtd_debugfs_dir = debugfs_create_dir("vtd", NULL);
	debugfs_create_file("latencies", 0400, vtd_debugfs_dir, NULL,
			    &vtd_latencies_fops);
	for (i = 0; i < vtd_control.nr_units; i++) {
		struct vtd_unit *unit = vtd_control.units[i];
		struct dentry *dir =
			debugfs_create_dir(unit->name, vtd_debugfs_dir);

		debugfs_create_file("registers", 0400, dir, unit,
				    &vtd_registers_fops);
		debugfs_create_file("contexts", 0400, dir, unit,
				    &vtd_contexts_fops);
		debugfs_create_file("queue", 0400, dir, unit, &vtd_queue_fops);
		debugfs_create_file("latency", 0400, dir, unit,
				    &vtd_latency_fops);
	}
}

/**
 * vtd_debugfs_remove() - undo vtd_debugfs_add(), if it was called
 *
 * Context: may sleep; waits for those who read just now, who take no lock of
 * ours.
 */
void vtd_debugfs_remove(void)
{
	debugfs_remove(vtd_debugfs_dir);
	vtd_debugfs_dir = NULL;
}
