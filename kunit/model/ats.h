/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between units and endpoints: device TLBs, page requests, responses.
 * Everything here is under vtd_model.lock.
 */
#ifndef VTD_MODEL_ATS_H
#define VTD_MODEL_ATS_H

#include "endpoint.h"
#include "internal.h"

#define VTDM_DEVTLBS 256
#define VTDM_ASKED 512 /* page requests outstanding */
#define VTDM_GROUPS 512
#define VTDM_REFILLS 16

/* A cached translation; without a PASID or of one. */
struct vtdm_devtlb {
	bool valid;
	bool with_pasid;
	bool privileged;
	u8 rw;
	u32 pasid;
	u64 iova;
	u64 phys;
	u64 size;
};

/**
 * struct vtdm_range - what an invalidation of device TLBs names
 * @with_pasid: translations of @pasid; else those without a PASID
 * @global: those of all PASIDs
 * @pasid: see there
 * @first: first byte
 * @last: last byte; less than @first when the descriptor says no range
 */
struct vtdm_range {
	bool with_pasid;
	bool global;
	u32 pasid;
	u64 first;
	u64 last;
};

/**
 * struct vtd_model_endpoint - one endpoint
 * @config: what it is like
 * @unit: on its way to memory; NULL when that has left the machine
 * @ats: ATS is on
 * @pasid: PASIDs are on
 * @pri: PRI is on
 * @mute: it neither answers nor takes anything
 * @restored: it was reset, and ATS has not come on since
 * @failed: a response said that there will be no more
 * @parting: @last_word is sent when PRI goes off
 * @allocation: page requests that it may have outstanding
 * @last_word: see @parting
 * @status: VTD_MODEL_PRI_FAILED and VTD_MODEL_PRI_UNEXPECTED
 * @seed: of the random numbers to come
 * @tlb: device TLB
 * @next: place in @tlb to be used next
 * @asked: page requests that were not answered
 * @nr_asked: how many
 * @next_group: index to be tried next
 * @answer: by group: code of its last response, or negative
 * @stats: counters
 */
struct vtd_model_endpoint {
	struct vtd_model_endpoint_config config;
	struct vtd_model_unit *unit;
	bool ats;
	bool pasid;
	bool pri;
	bool mute;
	bool restored;
	bool failed;
	bool parting;
	u32 allocation;
	struct vtd_model_page_request last_word;
	u16 status;
	u64 seed;
	struct vtdm_devtlb tlb[VTDM_DEVTLBS];
	unsigned int next;
	struct vtd_model_page_request asked[VTDM_ASKED];
	unsigned int nr_asked;
	unsigned int next_group;
	s8 answer[VTDM_GROUPS];
	struct vtd_model_endpoint_stats stats;
};

/* ats.c */
struct vtd_model_endpoint *vtdm_endpoint(const struct vtd_model_unit *u,
					 u16 sid);
bool vtdm_is_devtlb(u64 lo);
unsigned int vtdm_devtlb_check(const struct vtd_model_unit *u, u64 lo, u64 hi);
unsigned int vtdm_pasid_devtlb_check(const struct vtd_model_unit *u, u64 lo,
				     u64 hi);
bool vtdm_devtlb_may_send(const struct vtd_model_unit *u, unsigned int at);
void vtdm_devtlb_send(struct vtd_model_unit *u, unsigned int at);
bool vtdm_devtlb_answered(struct vtd_model_unit *u, struct vtdm_pending *p,
			  u16 *sid);
void vtdm_devtlb_done(struct vtd_model_unit *u, const struct vtdm_pending *p);
unsigned int vtdm_response_check(const struct vtd_model_unit *u, u64 lo,
				 u64 hi);
void vtdm_execute_response(struct vtd_model_unit *u,
			   const struct vtdm_pending *p);

/* page_request.c */
void vtdm_page_request(struct vtd_model_unit *u, u16 sid,
		       const struct vtd_model_page_request *request);
void vtdm_pages_step(struct vtd_model_unit *u);
void vtdm_pages_drain(struct vtd_model_unit *u);
bool vtdm_pages_write(struct vtd_model_unit *u, u32 off, u32 value);
bool vtdm_is_prq(const struct vtd_model_unit *u, u64 phys);

/* endpoint_pages.c */
static inline bool vtdm_may_ask(const struct vtd_model_endpoint *ep)
{
	return ep->pri && !ep->failed;
}

void vtdm_endpoint_part(struct vtd_model_endpoint *ep);
u16 vtdm_endpoint_wants(struct vtd_model_endpoint *ep,
			const struct vtd_model_request *request);
void vtdm_endpoint_response(struct vtd_model_endpoint *ep,
			    const struct vtd_model_page_request *to,
			    unsigned int code);

/* device_tlb.c */
struct vtdm_devtlb *vtdm_find_devtlb(struct vtd_model_endpoint *ep,
				     const struct vtd_model_request *request);
void vtdm_cache_devtlb(struct vtd_model_endpoint *ep,
		       const struct vtd_model_request *request,
		       const struct vtd_model_result *result);
void vtdm_forget_devtlb(struct vtd_model_endpoint *ep,
			const struct vtdm_range *range);
void vtdm_empty_devtlb(struct vtd_model_endpoint *ep);
void vtdm_evict_devtlb(struct vtd_model_endpoint *ep);
void vtdm_eager_devtlbs(struct vtd_model_unit *u, const struct vtdm_path *path,
			u64 iova);
void vtdm_check_devtlbs(struct vtd_model_unit *u);
bool vtdm_in_devtlbs(const struct vtd_model_unit *u, u64 phys);

#endif /* VTD_MODEL_ATS_H */
