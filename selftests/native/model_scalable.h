/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native tests on the software unit: a unit that translates in scalable mode,
 * with tables that are made by hand, of literal entries, and a queue of
 * descriptors of 256 bits.
 */
#ifndef VTD_MODEL_SCALABLE_H
#define VTD_MODEL_SCALABLE_H

#include "model_fixture.h"

#define SM_SID 0x0118 /* 01:03.0: lower half of its bus */
#define SM_HIGH 0x0198 /* 01:13.0: upper half */
#define SM_DID 5
#define SM_CAP (FIX_CAP | VTDM_CAP_FL1GP | VTDM_CAP_FL5LP)
#define SM_ECAP                                                                \
	(FIX_ECAP | VTDM_ECAP_DT | VTDM_ECAP_NEST | VTDM_ECAP_PRS |            \
	 VTDM_ECAP_ERS | VTDM_ECAP_SRS | VTDM_ECAP_EAFS | VTDM_ECAP_PSS(20) |  \
	 VTDM_ECAP_PASID | VTDM_ECAP_SMTS | VTDM_ECAP_SSADS | VTDM_ECAP_SSTS | \
	 VTDM_ECAP_FSTS | VTDM_ECAP_SMPWCS | VTDM_ECAP_RPS)

/* First words of PASID entries, without pointers: AW is 4 levels. */
#define SM_FIRST 0x41ULL
#define SM_SECOND 0x89ULL
#define SM_NESTED 0xc9ULL
#define SM_PASS 0x109ULL
/* Second words: page walks snoop. */
#define SM_WALK(did) ((u64)(did) | 0x800000)

/**
 * struct sm - a unit and its tables
 * @unit: translating
 * @regs: its registers
 * @root: root table
 * @context: context tables of bus 1, lower and upper half
 * @directory: PASID directory of both devices, one page
 * @pasids: PASID table of PASIDs 0 to 63
 * @ring: invalidation queue, one page
 * @status: where wait descriptors write
 * @first: first-stage tables by level, @first[5] above @first[4]
 * @second: second-stage tables by level
 * @tail: of the ring, bytes
 */
struct sm {
	struct vtd_model_unit *unit;
	struct vtd_regs regs;
	u64 *root;
	u64 *context[2];
	u64 *directory;
	u64 *pasids;
	u64 *ring;
	u64 *status;
	u64 *first[6];
	u64 *second[5];
	u32 tail;
};

extern struct sm sm;

/*
 * Start a machine with one unit.  First stage: 512 pages from address 0 lead to
 * 4 GiB, their entries writable and dirty; second stage: the same to 8 GiB.
 * Nobody is translated by them yet: PASID tables are empty, SM_SID and SM_HIGH
 * have context entries, with all that they may switch on.  On, with nothing
 * cached.
 */
void sm_start(u64 cap, u64 ecap, u32 policy);
/* The same with a configuration of the caller's; stepped by hand all the same. */
void sm_start_as(struct vtd_model_config config);
void sm_stop(void);

/*
 * The PASID entry, raw: not present, everything forgotten, then the rest, then
 * present.
 */
void sm_set(u32 pasid, u64 w0, u64 w1, u64 w2);
u64 *sm_entry(u32 pasid);
/* The context entry, likewise. */
void sm_set_context(u16 sid, u64 w0, u64 w1);
u64 *sm_context(u16 sid);
/* First words with pointers to the tables above. */
u64 sm_first_top(unsigned int levels);
u64 sm_second_top(void);

/* PASID 0, of requests without one, by the first stage under SM_DID. */
void sm_use_first(void);
void sm_use_second(void);
/*
 * Nested, where the first stage lies at the same addresses for the guest: the
 * second stage maps all the tables 1:1, and the guest's page 4 GiB + n * 4 KiB
 * to 8 GiB + n * 4 KiB.
 */
void sm_use_nested(void);

/* A request, and what it comes to: 0 or the reason. */
unsigned int sm_ask(u64 addr, enum vtd_model_access access);
unsigned int sm_ask_pasid(u32 pasid, u64 addr, enum vtd_model_access access);
unsigned int sm_send(const struct vtd_model_request *request);
/* Without a PASID, from nothing cached before it. */
unsigned int sm_ask_fresh(u64 addr, enum vtd_model_access access);
/* The last result. */
extern struct vtd_model_result sm_result;

/* Put a descriptor on the ring; ring the doorbell; let the unit work. */
void sm_queue(u64 lo, u64 hi);
void sm_doorbell(void);
void sm_run(void);
/* All of it, for one descriptor and a wait behind it. */
void sm_do(u64 lo, u64 hi);
/* Everything cached is forgotten, in order. */
void sm_forget(void);

/* Reports are expected. */
void sm_start_quiet(u64 cap, u64 ecap, u32 policy);
/* Exactly this rule was broken, once or more, by this word; NULL: by any. */
void sm_assert_told(enum vtd_model_rule rule, const void *ptr);
/* The last report has this in it. */
void sm_assert_text(const char *text);

void sm_clear_present(u64 *entry);

/*
 * PASIDs 1 to 4, each of a kind and in a domain of its own: first stage, second
 * stage, nested, pass-through; @walk: PWSNP or not.
 */
#define SM_KINDS 4
#define SM_SNOOPS 0x800000ULL
extern const u16 sm_kind_did[SM_KINDS + 1];
extern const char *const sm_kind_name[SM_KINDS + 1];
void sm_set_kind(unsigned int kind, u64 walk);
/* Needs it an IOTLB invalidation by domain, when it goes? */
bool sm_kind_by_domain(unsigned int kind);
/* What is due when it went. */
void sm_flush_kind(unsigned int kind);

/* Literal descriptors. */
#define SM_CONTEXT_GLOBAL 0x11ULL
#define SM_CONTEXT_DOMAIN 0x21ULL
#define SM_CONTEXT_DEVICE(sid) (0x31ULL | (u64)(sid) << 32)
#define SM_IOTLB_GLOBAL 0x12ULL
#define SM_IOTLB_DOMAIN(did) (0x22ULL | (u64)(did) << 16)
#define SM_IOTLB_PAGES(did) (0x32ULL | (u64)(did) << 16)
#define SM_WAIT(value) (0x25ULL | (u64)(value) << 32)
#define SM_PASIDS_DOMAIN(did) (0x07ULL | (u64)(did) << 16)
#define SM_PASIDS_ONE(did, pasid) \
	(0x17ULL | (u64)(did) << 16 | (u64)(pasid) << 32)
#define SM_PASIDS_GLOBAL 0x37ULL
#define SM_PIOTLB_ALL(did, pasid) \
	(0x26ULL | (u64)(did) << 16 | (u64)(pasid) << 32)
#define SM_PIOTLB_PAGES(did, pasid) \
	(0x36ULL | (u64)(did) << 16 | (u64)(pasid) << 32)

#endif /* VTD_MODEL_SCALABLE_H */
