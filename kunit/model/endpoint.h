/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device that caches translations (ATS) and asks for pages (PRI), with or
 * without PASIDs: PCI Express 10.
 *
 * Sits behind a unit and is known to it by its source-id.  In the kernel
 * configuration space switches it (pci.h); a program does it by calls.  All
 * calls are safe against each other; none sleeps but
 * vtd_model_endpoint_create() and vtd_model_endpoint_destroy().
 */
#ifndef VTD_MODEL_ENDPOINT_H
#define VTD_MODEL_ENDPOINT_H

#include "model.h"

/**
 * struct vtd_model_endpoint_config - what an endpoint is like
 * @sid: its source-id
 * @pfsid: of the function whose invalidation queue it shares; its own @sid
 *	unless it is a virtual function
 * @qdep: invalidations that this queue takes at once; 0 for 32
 * @width: of its PASIDs, bits; 0 for none
 * @prq: page requests that it can have outstanding; 0 without PRI
 * @global: knows the global flag of invalidations with a PASID
 * @latency: steps of the unit from an invalidation to the answer
 * @seed: of its random behaviour
 * @responded: a page group response was taken; or NULL.  Called with the
 *	model's lock held: must not call the model
 * @data: for it
 */
struct vtd_model_endpoint_config {
	u16 sid;
	u16 pfsid;
	u8 qdep;
	u8 width;
	u16 prq;
	bool global;
	unsigned int latency;
	u64 seed;
	void (*responded)(void *data, u32 pasid, bool with_pasid,
			  unsigned int group, unsigned int code);
	void *data;
};

/**
 * struct vtd_model_page_request - a page request message
 * @with_pasid: it carries a PASID
 * @pasid: that one
 * @privileged: for privileged mode
 * @execute: for execution
 * @read: for reading; with neither this nor @write it is a stop marker
 * @write: for writing
 * @last: the last of its group
 * @group: index, 0 to 511
 * @addr: any address in the page
 */
struct vtd_model_page_request {
	bool with_pasid;
	u32 pasid;
	bool privileged;
	bool execute;
	bool read;
	bool write;
	bool last;
	u16 group;
	u64 addr;
};

/* As in the PRI status register. */
#define VTD_MODEL_PRI_FAILED 0x0001
#define VTD_MODEL_PRI_UNEXPECTED 0x0002
#define VTD_MODEL_PRI_STOPPED 0x0100

/* No page request could be sent: as many as allowed are outstanding. */
#define VTD_MODEL_NO_GROUP 0xffff

/**
 * struct vtd_model_endpoint_stats - counters of an endpoint
 * @hits: pages of DMA that its device TLB knew
 * @asked: translation requests
 * @invalidations: of its device TLB, answered
 * @forgotten: translations that they took out
 * @most: most invalidations that were waiting for an answer at once, of all
 *	functions that share the queue
 * @requests: page requests, stop markers among them
 * @responses: page group responses taken
 * @lost: messages that came while it was mute
 */
struct vtd_model_endpoint_stats {
	u64 hits;
	u64 asked;
	u64 invalidations;
	u64 forgotten;
	u64 most;
	u64 requests;
	u64 responses;
	u64 lost;
};

struct vtd_model_endpoint;

struct vtd_model_endpoint *
vtd_model_endpoint_create(struct vtd_model_unit *u,
			  const struct vtd_model_endpoint_config *config);
void vtd_model_endpoint_destroy(struct vtd_model_endpoint *ep);
void vtd_model_endpoint_enable(struct vtd_model_endpoint *ep, bool ats,
			       bool pasid, bool pri, u32 allocation);
void vtd_model_endpoint_pri_reset(struct vtd_model_endpoint *ep);
u16 vtd_model_endpoint_pri_status(struct vtd_model_endpoint *ep);
void vtd_model_endpoint_pri_clear(struct vtd_model_endpoint *ep, u16 bits);
void vtd_model_endpoint_reset(struct vtd_model_endpoint *ep);
void vtd_model_endpoint_mute(struct vtd_model_endpoint *ep, bool mute);
struct vtd_model_endpoint_stats
vtd_model_endpoint_stats(struct vtd_model_endpoint *ep);
unsigned int vtd_model_endpoint_cached(struct vtd_model_endpoint *ep);

bool vtd_model_endpoint_dma(struct vtd_model_endpoint *ep,
			    const struct vtd_model_request *request, void *data,
			    size_t bytes, struct vtd_model_result *result);
bool vtd_model_endpoint_spoof(struct vtd_model_endpoint *ep,
			      const struct vtd_model_request *request,
			      void *data, size_t bytes,
			      struct vtd_model_result *result);
int vtd_model_endpoint_group(struct vtd_model_endpoint *ep);
bool vtd_model_endpoint_ask(struct vtd_model_endpoint *ep,
			    const struct vtd_model_page_request *request);
unsigned int
vtd_model_endpoint_flood(struct vtd_model_endpoint *ep,
			 const struct vtd_model_page_request *first,
			 unsigned int nr, bool greedy);
void vtd_model_endpoint_parting(struct vtd_model_endpoint *ep,
				const struct vtd_model_page_request *request);
int vtd_model_endpoint_answer(struct vtd_model_endpoint *ep,
			      unsigned int group);

#endif /* VTD_MODEL_ENDPOINT_H */
