// SPDX-License-Identifier: GPL-2.0
/*
 * Performance monitoring as a unit does it (11.4.12, 11.4.13): counters, what
 * they count and for whom, overflow and its event, and the enhanced commands
 * that steer them.
 *
 * A filter on something that a request does not have lets it not be counted.
 * The bits of the filters on address types and page tables are 1 << AT and
 * 1 << PGTT; tables of legacy mode are bit 0.
 */
#include <linux/bitops.h>
#include <linux/kernel.h>

#include "internal.h"

/* Where the registers lie whose offsets others tell. */
#define VTDM_PERF_OVERFLOW 0x1400
#define VTDM_PERF_FROZEN 0x1408
#define VTDM_PERF_CONFIG 0x1800
#define VTDM_PERF_COUNTERS 0x2000
#define VTDM_PERF_STRIDE 0x400

static const u32 vtdm_perf_events[VTDM_PERF_GROUPS] = {
	VTDM_EV0_CLOCKS | VTDM_EV0_REQUESTS,
	VTDM_EV1_READS | VTDM_EV1_PAGES,
	VTDM_EV2_CONTEXT | VTDM_EV2_CONTEXT_HIT | VTDM_EV2_PASID |
		VTDM_EV2_PASID_HIT | VTDM_EV2_SECOND | VTDM_EV2_SECOND_HIT |
		VTDM_EV2_FIRST | VTDM_EV2_FIRST_HIT,
	VTDM_EV3_IOTLB | VTDM_EV3_IOTLB_HIT,
	VTDM_EV4_IRTE | VTDM_EV4_IRTE_HIT | VTDM_EV4_POSTED_HIT,
};

static u32 vtdm_perf_config(unsigned int counter)
{
	return VTDM_PERF_CONFIG + counter * VTDM_PC_BYTES;
}

static u32 vtdm_perf_counter(unsigned int counter)
{
	return VTDM_PERF_COUNTERS + counter * VTDM_PERF_STRIDE;
}

static unsigned int vtdm_perf_width(const struct vtd_model_unit *u)
{
	return u->config.perf_width ?: 48;
}

/* The last counter only counts what happens in the IOTLB. */
static void vtdm_perf_limit(struct vtd_model_unit *u, unsigned int counter)
{
	u32 at = vtdm_perf_config(counter);

	vtdm_put(u, at + VTDM_PC_CAP,
		 VTDM_PC_CAP_OWN | vtdm_perf_width(u) << 8 |
			 (u->config.perf_silent ? 0 : VTDM_PC_CAP_INT) |
			 1U << 28);
	vtdm_put(u, at + VTDM_PC_EVENTS,
		 3U << 28 | VTDM_EV3_IOTLB | VTDM_EV3_IOTLB_HIT);
}

/**
 * vtdm_perf_reset() - power-on values
 * @u: the unit
 */
void vtdm_perf_reset(struct vtd_model_unit *u)
{
	unsigned int i;

	if (!vtdm_ecap(u, VTDM_ECAP_PMS))
		return;
	if (vtdm_cap(u, VTDM_CAP_ECMDS))
		vtdm_put64(u, VTDM_ECCAP + 24, VTDM_ECCAP3_COUNTERS);
	vtdm_put64(u, VTDM_PERFCAP,
		   u->config.perf_counters | (u64)vtdm_perf_width(u) << 16 |
			   (u64)VTDM_PERF_GROUPS << 24 | 0x1fULL << 32 |
			   (u->config.perf_silent ? 0 : VTDM_PERFCAP_INT));
	vtdm_put(u, VTDM_PERFCFGOFF, VTDM_PERF_CONFIG);
	vtdm_put(u, VTDM_PERFFRZOFF, VTDM_PERF_FROZEN);
	vtdm_put(u, VTDM_PERFOVFOFF, VTDM_PERF_OVERFLOW);
	vtdm_put(u, VTDM_PERFCNTROFF, VTDM_PERF_COUNTERS);
	vtdm_put(u, VTDM_PERFINTRCTL, VTDM_E_IM);
	for (i = 0; i < VTDM_PERF_GROUPS; i++)
		vtdm_put64(u, VTDM_PERFEVNTCAP + i * 8, vtdm_perf_events[i]);
	if (u->config.perf_limited)
		vtdm_perf_limit(u, u->config.perf_counters - 1);
}

/**
 * vtdm_perf_lost() - registers and counters as after power was away
 * @u: the unit
 *
 * Context: the model's lock is held.
 */
void vtdm_perf_lost(struct vtd_model_unit *u)
{
	u32 end = vtdm_perf_counter(u->config.perf_counters);
	u32 off;

	u->perf = (struct vtdm_perf){};
	for (off = VTDM_PERFCAP; off < VTDM_PERFEVNTCAP; off += 4)
		vtdm_put(u, off, 0);
	for (off = VTDM_ECMD; off < VTDM_ECCAP; off += 4)
		vtdm_put(u, off, 0);
	for (off = VTDM_PERF_OVERFLOW; off < end; off += 4)
		vtdm_put(u, off, 0);
	vtdm_perf_reset(u);
}

static bool vtdm_perf_passes(const struct vtd_model_unit *u, u32 at)
{
	const struct vtdm_perf_tag *tag = &u->perf.tag;
	const u32 has[VTDM_PF_NR] = { tag->sid, tag->did, tag->pasid,
				      1U << tag->at, 1U << tag->pgtt };
	unsigned int i;

	for (i = 0; i < VTDM_PF_NR; i++) {
		u32 filter = vtdm_get(u, at + 8 + i * 4);
		u32 value = filter & ~VTDM_PF_ON;

		if (!(filter & VTDM_PF_ON))
			continue;
		if (!(tag->known & 1U << i))
			return false;
		if (i < VTDM_PF_AT ? has[i] != value : !(has[i] & value))
			return false;
	}
	return true;
}

static void vtdm_perf_overflowed(struct vtd_model_unit *u, unsigned int counter)
{
	u64 config = vtdm_get64(u, vtdm_perf_config(counter));

	u->stats.perf_overflows++;
	vtdm_put64(u, VTDM_PERF_OVERFLOW,
		   vtdm_get64(u, VTDM_PERF_OVERFLOW) | 1ULL << counter);
	if (!(config & VTDM_PC_INT) || u->config.perf_silent ||
	    vtdm_get(u, VTDM_PERFINTRSTS))
		return;
	vtdm_put(u, VTDM_PERFINTRSTS, VTDM_PERF_PIS);
	vtdm_event(u, VTDM_PERFINTRCTL);
}

/**
 * vtdm_count() - something has happened that can be counted
 * @u: the unit; its tag says for whom
 * @group: event group
 * @event: VTDM_EV*, one of that group
 *
 * Context: the model's lock is held.
 */
void vtdm_count(struct vtd_model_unit *u, unsigned int group, u32 event)
{
	u64 mask = GENMASK_ULL(vtdm_perf_width(u) - 1, 0);
	unsigned int i;

	if (!u->perf.enabled || u->perf.frozen)
		return;
	for (i = 0; i < u->config.perf_counters; i++) {
		u64 config = vtdm_get64(u, vtdm_perf_config(i)), value;

		if (!(u->perf.enabled & 1U << i) ||
		    (config >> 8 & 0xf) != group || !(config >> 32 & event) ||
		    !vtdm_perf_passes(u, vtdm_perf_config(i)))
			continue;
		value = (vtdm_get64(u, vtdm_perf_counter(i)) + 1) & mask;
		vtdm_put64(u, vtdm_perf_counter(i), value);
		if (!value)
			vtdm_perf_overflowed(u, i);
	}
}

/**
 * vtdm_perf_request() - what is counted from now on is for a request
 * @u: the unit
 * @request: the request; its domain and tables are not known yet
 *
 * Context: the model's lock is held.
 */
void vtdm_perf_request(struct vtd_model_unit *u,
		       const struct vtd_model_request *request)
{
	struct vtdm_perf_tag *tag = &u->perf.tag;

	*tag = (struct vtdm_perf_tag){
		.sid = request->sid,
		.pasid = request->pasid,
		.known = 1U << VTDM_PF_SID | 1U << VTDM_PF_AT,
	};
	if (request->access == VTD_MODEL_ASK)
		tag->at = 1;
	else if (request->access == VTD_MODEL_TRANSLATED)
		tag->at = 2;
	if (request->with_pasid)
		tag->known |= 1U << VTDM_PF_PASID;
}

/**
 * vtdm_perf_path() - it is known by what the request is translated
 * @u: the unit
 * @path: that
 *
 * Context: the model's lock is held.
 */
void vtdm_perf_path(struct vtd_model_unit *u, const struct vtdm_path *path)
{
	static const u8 pgtt[] = {
		[VTDM_SECOND] = VTDM_PGTT_SECOND,
		[VTDM_FIRST] = VTDM_PGTT_FIRST,
		[VTDM_NESTED] = VTDM_PGTT_NESTED,
		[VTDM_PASS] = VTDM_PGTT_PASS,
	};
	struct vtdm_perf_tag *tag = &u->perf.tag;

	tag->did = path->did;
	tag->pgtt = path->scalable ? pgtt[path->kind] : 0;
	tag->known |= 1U << VTDM_PF_DID | 1U << VTDM_PF_PGTT;
}

/* Is the command one that the unit knows?  0, or a status code. */
static u32 vtdm_perf_command(struct vtd_model_unit *u, u32 command)
{
	u32 counter = command >> 16;
	u8 code = command;

	if (!(vtdm_get64(u, VTDM_ECCAP + code / 64 * 8) >> code % 64 & 1))
		return VTDM_EC_UNKNOWN;
	if (code <= VTDM_EC_DISABLE && counter >= u->config.perf_counters)
		return VTDM_EC_OPERAND;
	switch (code) {
	case VTDM_EC_ENABLE:
		u->perf.enabled |= 1U << counter;
		break;
	case VTDM_EC_DISABLE:
		u->perf.enabled &= ~(1U << counter);
		break;
	case VTDM_EC_FREEZE:
	case VTDM_EC_UNFREEZE:
		u->perf.frozen = code == VTDM_EC_FREEZE;
		vtdm_put64(u, VTDM_PERF_FROZEN, u->perf.frozen ? ~0ULL : 0);
		break;
	}
	return 0;
}

/**
 * vtdm_perf_step() - a step of a command, and a clock
 * @u: the unit
 *
 * Context: the model's lock is held.
 */
void vtdm_perf_step(struct vtd_model_unit *u)
{
	if (u->perf.busy && !u->perf.wait--) {
		u->perf.busy = false;
		vtdm_put64(u, VTDM_ECRSP,
			   vtdm_perf_command(u, u->perf.command) << 1);
	}
	u->perf.tag = (struct vtdm_perf_tag){};
	vtdm_count(u, 0, VTDM_EV0_CLOCKS);
}

static void vtdm_perf_command_given(struct vtd_model_unit *u, u32 value)
{
	if (!vtdm_cap(u, VTDM_CAP_ECMDS))
		return;
	if (u->perf.busy) {
		vtdm_report(VTD_MODEL_COMMAND, NULL, value,
			    "ECMD written before the last was answered");
		return;
	}
	u->stats.perf_commands++;
	u->perf.command = value;
	if (u->perf_stuck) {
		vtdm_put64(u, VTDM_ECRSP, VTDM_ECRSP_IP);
		return;
	}
	u->perf.busy = true;
	u->perf.wait = u->config.command_latency;
	vtdm_put64(u, VTDM_ECRSP, VTDM_ECRSP_IP);
	if (!u->perf.wait)
		vtdm_perf_step(u);
}

/* The configuration of a counter, or one of its filters. */
static void vtdm_perf_configured(struct vtd_model_unit *u, u32 off, u32 value)
{
	static const u32 mask[] = {
		VTDM_PC_INT | 0xf00,   0x0fffffff,
		VTDM_PF_ON | 0xffff,   VTDM_PF_ON | 0xffff,
		VTDM_PF_ON | 0x3fffff, VTDM_PF_ON | 0x1f,
		VTDM_PF_ON | 0x1f,
	};
	u32 counter = (off - VTDM_PERF_CONFIG) / VTDM_PC_BYTES;
	u32 at = (off - VTDM_PERF_CONFIG) % VTDM_PC_BYTES / 4;

	if (at >= ARRAY_SIZE(mask))
		return;
	if (u->perf.enabled & 1U << counter && vtdm_get(u, off) != value)
		vtdm_report(VTD_MODEL_COMMAND, NULL, value,
			    "counter %u configured while it counts", counter);
	vtdm_put(u, off, value & mask[at]);
}

/**
 * vtdm_perf_write() - the driver writes a register of performance monitoring
 * @u: the unit
 * @off: register offset
 * @value: 32 bits
 *
 * Context: the model's lock is held.
 * Return: true when it was one of them.
 */
bool vtdm_perf_write(struct vtd_model_unit *u, u32 off, u32 value)
{
	bool eim = vtdm_ecap(u, VTDM_ECAP_EIM);

	if (!vtdm_ecap(u, VTDM_ECAP_PMS))
		return false;
	if (off >= VTDM_PERF_CONFIG &&
	    off < vtdm_perf_config(u->config.perf_counters)) {
		vtdm_perf_configured(u, off, value);
		return true;
	}
	switch (off) {
	case VTDM_PERFINTRSTS:
		vtdm_put(u, off, vtdm_get(u, off) & ~(value & VTDM_PERF_PIS));
		if (value & VTDM_PERF_PIS)
			vtdm_put(u, VTDM_PERFINTRCTL,
				 vtdm_get(u, VTDM_PERFINTRCTL) & ~VTDM_E_IP);
		return true;
	case VTDM_PERFINTRDATA:
		vtdm_put(u, off, eim ? value : value & 0xffff);
		return true;
	case VTDM_PERFINTRADDR:
		vtdm_put(u, off, value & ~3U);
		return true;
	case VTDM_PERFINTRUADDR:
		vtdm_put(u, off, eim ? value : 0);
		return true;
	case VTDM_PERF_OVERFLOW:
	case VTDM_PERF_OVERFLOW + 4:
		vtdm_put(u, off, vtdm_get(u, off) & ~value);
		return true;
	case VTDM_ECMD:
		vtdm_perf_command_given(u, value);
		return true;
	case VTDM_ECEO:
	case VTDM_ECEO + 4:
		vtdm_put(u, off, value);
		return true;
	}
	return false;
}
