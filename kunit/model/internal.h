/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the files of the model; everything here is under vtd_model.lock.
 */
#ifndef VTD_MODEL_INTERNAL_H
#define VTD_MODEL_INTERNAL_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "endpoint.h"
#include "model.h"
#include "spec.h"

#define VTDM_PAGE 4096ULL
#define VTDM_WORDS 512
#define VTDM_BUCKETS 4096
#define VTDM_UNITS 8
#define VTDM_CONTEXTS 256 /* cached context entries */
#define VTDM_IOTLBS 1024
#define VTDM_POINTERS 256 /* paging-structure caches */
#define VTDM_WINDOW 32
#define VTDM_INJECTED 8
#define VTDM_DUES 64
#define VTDM_LIVE 2048
#define VTDM_IRTES 256 /* cached interrupt entries */
#define VTDM_IRTE_DUES 256
#define VTDM_ENDPOINTS 16
#define VTDM_ARRIVING 64 /* page requests on their way into the queue */
#define VTDM_DEVICE_TIMEOUT 64 /* steps */
#define VTDM_NAMED 256 /* descriptors that entries named before they changed */
#define VTDM_PASID_CACHE 256
#define VTDM_PASID_DUES 256
#define VTDM_PASID_LIVE 2048
#define VTDM_COUNTERS 8 /* of performance */
#define VTDM_TRIES 16 /* of an atomic update, before it is given up */

/**
 * enum vtdm_role - what a page is to the units that read it
 * @VTDM_PLAIN: nothing that is known
 * @VTDM_ROOT: root table
 * @VTDM_CONTEXT: context table
 * @VTDM_DIRECTORY: page of a PASID directory
 * @VTDM_PASID_TABLE: PASID table
 * @VTDM_TABLE: table of second-stage entries
 * @VTDM_FIRST_TABLE: table of first-stage entries, host-physical
 * @VTDM_RING: invalidation queue
 * @VTDM_IRT: interrupt remapping table
 * @VTDM_DESCRIPTORS: posted interrupt descriptors, and whatever is besides
 */
enum vtdm_role {
	VTDM_PLAIN,
	VTDM_ROOT,
	VTDM_CONTEXT,
	VTDM_DIRECTORY,
	VTDM_PASID_TABLE,
	VTDM_TABLE,
	VTDM_FIRST_TABLE,
	VTDM_RING,
	VTDM_IRT,
	VTDM_DESCRIPTORS,
};

/**
 * enum vtdm_kind - what translates
 * @VTDM_SECOND: second-stage tables, of legacy mode or of a PASID entry
 * @VTDM_FIRST: first-stage tables
 * @VTDM_NESTED: first-stage tables whose addresses the second stage translates
 * @VTDM_PASS: nothing
 */
enum vtdm_kind {
	VTDM_SECOND,
	VTDM_FIRST,
	VTDM_NESTED,
	VTDM_PASS,
};

/**
 * struct vtdm_path - what a request is translated by
 * @kind: what translates
 * @scalable: a PASID entry led here; the reasons are those of scalable mode
 * @snoops: tables are read from the CPUs' caches
 * @ssade: accessed and dirty bits are set in the second stage
 * @did: domain-id
 * @pasid: of the request, or RID_PASID
 * @levels: of the second stage
 * @first_levels: of the first stage
 * @flags: VTDM_PE2_* of the PASID entry
 * @second: top table of the second stage
 * @first: top table of the first stage; guest-physical in a nested one
 */
struct vtdm_path {
	enum vtdm_kind kind;
	bool scalable;
	bool snoops;
	bool ssade;
	u16 did;
	u32 pasid;
	u8 levels;
	u8 first_levels;
	u16 flags;
	u64 second;
	u64 first;
};

/**
 * struct vtdm_due - invalidations that a changed context entry calls for
 * @valid: still due
 * @sid: whose entry it was
 * @did: domain-id before the change; of no account in scalable mode
 * @done: the context cache has been told; the IOTLB must follow
 * @forgot: waits completed when it was
 * @directory: PASID directory before the change, in scalable mode
 * @bytes: of it
 *
 * In scalable mode what must follow is due for each PASID by itself.
 */
struct vtdm_due {
	bool valid;
	u16 sid;
	u16 did;
	bool done;
	u64 forgot;
	u64 directory;
	u32 bytes;
};

/**
 * struct vtdm_pasid_due - invalidations that a changed PASID entry calls for
 * @valid: still due
 * @told: the PASID cache has been told; the IOTLB must follow
 * @domain: that must be domain-selective, or more; otherwise all of the PASID
 *	will do
 * @context: a context entry changed, not this one: its cache comes first
 * @sid: whose context entry, for that
 * @table: PASID table
 * @index: entry of it
 * @path: what it said before
 * @since: waits completed when the last step was done
 */
struct vtdm_pasid_due {
	bool valid;
	bool told;
	bool domain;
	bool context;
	u16 sid;
	u64 table;
	u16 index;
	struct vtdm_path path;
	u64 since;
};

/**
 * struct vtdm_page - a page that hardware may read
 * @next: in its bucket
 * @phys: address
 * @role: see there
 * @level: of a table
 * @span: pages made known together, in the first of them
 * @poisoned: reads of it fail
 * @in_wbuf: stores have not left the write buffer
 * @unit: whose root, context table or ring it is
 * @wide: context table of scalable mode
 * @upper: and of the upper half of the bus
 * @snooped: page table: every unit that walks it snoops
 * @bus: of a context table
 * @up: address of the table whose entry points to this one; 0 for a top table;
 *	of a PASID directory its first page
 * @up_index: which entry; of a PASID directory which page of it this is
 * @seen: contents as of the last store that was observed
 * @view: contents in memory, for units that do not snoop; NULL if none
 * @drained: contents behind the write buffer; NULL if none
 */
struct vtdm_page {
	struct vtdm_page *next;
	u64 phys;
	enum vtdm_role role;
	u8 level;
	u16 span;
	bool poisoned;
	bool in_wbuf;
	struct vtd_model_unit *unit;
	bool wide;
	bool upper;
	bool snooped;
	u8 bus;
	u64 up;
	u16 up_index;
	u64 *seen;
	u64 *view;
	u64 *drained;
};

/*
 * A cached context entry; @reason for one that leads to a fault.  In scalable
 * mode the first half of one, which belongs to no domain.
 */
struct vtdm_context {
	bool valid;
	u8 reason;
	u16 sid;
	u16 did;
	u64 lo;
	u64 hi;
};

/**
 * struct vtdm_pasid - a PASID entry, or a cached one, or a directory entry
 * @valid: cached
 * @directory: it is a directory entry, for all of its PASIDs
 * @silent: FPD of what was read
 * @reason: what it leads to a fault for, or 0
 * @sid: whose
 * @pasid: of a directory entry the first one
 * @did: domain-id
 * @table: PASID table, of a directory entry
 * @word: those that are not reserved
 */
struct vtdm_pasid {
	bool valid;
	bool directory;
	bool silent;
	u8 reason;
	u16 sid;
	u32 pasid;
	u16 did;
	u64 table;
	u64 word[3];
};

/**
 * struct vtdm_pasid_live - a present PASID entry that a context entry leads to
 * @directory: its first page
 * @table: PASID table
 * @index: entry of it
 * @path: what it says
 */
struct vtdm_pasid_live {
	u64 directory;
	u64 table;
	u16 index;
	struct vtdm_path path;
};

/* Rights in a leaf or on the way to it; of the second stage the first two. */
#define VTDM_L_R 0x01
#define VTDM_L_W 0x02
#define VTDM_L_USER 0x04
#define VTDM_L_X 0x08
#define VTDM_L_DIRTY 0x10 /* writes have nothing to set any more */
#define VTDM_L_HOST_W 0x20 /* of a nested one: the second stage's W */
#define VTDM_L_ALL 0x3f

/* What a request needs: R and W as above, and: */
#define VTDM_NEED_EXECUTE 0x04
#define VTDM_NEED_SUPERVISOR 0x08

/* How a walk is made. */
#define VTDM_WALK_CACHES 0x01 /* from cached pointers, and cache what is read */
#define VTDM_WALK_SETS 0x02 /* accessed and dirty bits are set */

/* A cached leaf; @reason for an address that leads to a fault. */
struct vtdm_iotlb {
	bool valid;
	u8 reason;
	u8 level;
	u8 rw;
	u64 iova;
	u64 phys;
	struct vtdm_path path;
};

/* A cached pointer of level @level to the table at @table. */
struct vtdm_pointer {
	bool valid;
	u8 level;
	u8 rw;
	u64 iova;
	u64 table;
	struct vtdm_path path;
};

/* A cached interrupt entry. */
struct vtdm_irte {
	bool valid;
	u32 index;
	u64 lo;
	u64 hi;
};

/**
 * struct vtdm_irte_due - the invalidation that a changed entry calls for
 * @valid: still due
 * @used: a request was served by what was cached of the old one
 * @index: of the entry
 * @since: descriptors fetched when it changed; one of them does not count
 */
struct vtdm_irte_due {
	bool valid;
	bool used;
	u32 index;
	u64 since;
};

/**
 * struct vtdm_named - a posted interrupt descriptor that an entry named before
 * @valid: the unit may have the entry cached
 * @index: of the entry
 * @phys: of the descriptor
 * @since: descriptors fetched when the entry changed
 */
struct vtdm_named {
	bool valid;
	u32 index;
	u64 phys;
	u64 since;
};

/* A descriptor that was fetched and is not complete. */
struct vtdm_pending {
	u64 lo;
	u64 hi;
	u64 fetched; /* waits completed then, or at the end of a fence before it */
	u64 number;
	unsigned int wait;
	bool sent; /* to a device */
	bool waits; /* for a device that will not answer */
};

/* A page request that came in. */
struct vtdm_arriving {
	u16 sid;
	unsigned int wait;
	struct vtd_model_page_request request;
};

struct vtdm_injected {
	bool armed;
	enum vtd_model_error error;
	unsigned int nth;
	u16 sid;
};

/**
 * struct vtdm_perf_tag - for whom something happens that may be counted
 * @sid: source-id
 * @did: domain-id
 * @pasid: of the request
 * @at: its address type: untranslated, translation request, translated
 * @pgtt: what translates: as in a PASID entry, 0 in legacy mode
 * @known: which of them, by filter
 */
struct vtdm_perf_tag {
	u16 sid;
	u16 did;
	u32 pasid;
	u8 at;
	u8 pgtt;
	u8 known;
};

/**
 * struct vtdm_perf - performance monitoring of a unit
 * @enabled: counters that count, unless frozen
 * @frozen: none does
 * @busy: an enhanced command is being worked on
 * @wait: steps left
 * @command: that command
 * @tag: for whom what happens now happens
 */
struct vtdm_perf {
	u32 enabled;
	bool frozen;
	bool busy;
	unsigned int wait;
	u32 command;
	struct vtdm_perf_tag tag;
};

/**
 * struct vtd_model_unit - one software unit
 * @config: what it is like
 * @reg: register file, by dword
 * @bytes: of the register file
 * @root: root table in force
 * @rooted: there is one
 * @scalable: it is one of scalable mode
 * @foreign: first-stage tables may lie in memory that was not made known
 * @dead: executes nothing
 * @gone: nothing answers an access to its registers
 * @flush_context: the context cache must be emptied before translation
 * @flush_pasid: and then the PASID cache, in scalable mode
 * @flush_iotlb: and then the IOTLB
 * @flushed_at: waits completed when the last of the former was done
 * @command: global command being worked on
 * @command_on: switched on or off
 * @command_wait: steps left
 * @pmr_busy: a change of PMEN is under way
 * @pmr_wait: steps left to take it
 * @next_record: fault record to be used next
 * @irt: interrupt remapping table in force
 * @irt_entries: how many it has; 0 without one
 * @eime: interrupts go to 32-bit APIC ids
 * @flush_irtes: the interrupt entry cache must be emptied before remapping
 * @fetches: descriptors fetched
 * @seed: of the random numbers to come
 * @now: steps made
 * @window: descriptors being worked on, oldest first
 * @nr_window: how many
 * @arriving: page requests on their way into the queue, oldest first
 * @nr_arriving: how many
 * @due: invalidations that must still come
 * @pasid_due: the same of PASID entries
 * @irte_due: the same of interrupt entries
 * @named: what posted entries named before they changed
 * @live: present context entries, as stored
 * @nr_live: how many
 * @live_pasid: present PASID entries, as stored
 * @nr_live_pasid: how many
 * @injected: what is to go wrong
 * @contexts: context cache
 * @pasids: PASID cache
 * @iotlbs: IOTLB
 * @pointers: paging-structure caches
 * @irtes: interrupt entry cache
 * @next_context: place in @contexts to be used next
 * @next_pasid: place in @pasids to be used next
 * @next_iotlb: place in @iotlbs to be used next
 * @next_pointer: place in @pointers to be used next
 * @next_irte: place in @irtes to be used next
 * @perf: performance monitoring
 * @perf_stuck: enhanced commands are never answered
 * @stats: counters
 */
struct vtd_model_unit {
	struct vtd_model_config config;
	u32 *reg;
	u32 bytes;
	u64 root;
	bool rooted;
	bool scalable;
	bool foreign;
	bool dead;
	bool gone;
	bool flush_context;
	bool flush_pasid;
	bool flush_iotlb;
	u64 flushed_at;
	u32 command;
	bool command_on;
	unsigned int command_wait;
	bool pmr_busy;
	unsigned int pmr_wait;
	unsigned int next_record;
	u64 irt;
	u32 irt_entries;
	bool eime;
	bool flush_irtes;
	u64 fetches;
	u64 seed;
	u64 now;
	struct vtdm_pending window[VTDM_WINDOW];
	unsigned int nr_window;
	struct vtdm_injected injected[VTDM_INJECTED];
	struct vtdm_arriving arriving[VTDM_ARRIVING];
	unsigned int nr_arriving;
	struct vtdm_due due[VTDM_DUES];
	struct vtdm_pasid_due pasid_due[VTDM_PASID_DUES];
	struct vtdm_irte_due irte_due[VTDM_IRTE_DUES];
	struct vtdm_named named[VTDM_NAMED];
	struct vtdm_context live[VTDM_LIVE];
	unsigned int nr_live;
	struct vtdm_pasid_live live_pasid[VTDM_PASID_LIVE];
	unsigned int nr_live_pasid;
	struct vtdm_context contexts[VTDM_CONTEXTS];
	struct vtdm_pasid pasids[VTDM_PASID_CACHE];
	struct vtdm_iotlb iotlbs[VTDM_IOTLBS];
	struct vtdm_pointer pointers[VTDM_POINTERS];
	struct vtdm_irte irtes[VTDM_IRTES];
	unsigned int next_context;
	unsigned int next_pasid;
	unsigned int next_iotlb;
	unsigned int next_pointer;
	unsigned int next_irte;
	struct vtdm_perf perf;
	bool perf_stuck;
	struct vtd_model_stats stats;
};

/**
 * struct vtdm_machine - everything
 * @lock: held for all else here; the innermost of all locks
 * @running: started
 * @sink: who is told
 * @unit: the units
 * @nr_units: how many
 * @endpoint: the endpoints
 * @nr_endpoints: how many
 * @bucket: pages, hashed by address
 * @seq: stores observed
 * @some_stale: there is a unit that does not snoop
 * @some_wbuf: there is a unit with a write buffer
 * @nr_pages: how many
 * @nr_wbuf: pages with stores in the write buffer
 * @broken: rules found broken
 */
struct vtdm_machine {
	raw_spinlock_t lock;
	bool running;
	struct vtd_model_sink sink;
	struct vtd_model_unit *unit[VTDM_UNITS];
	unsigned int nr_units;
	struct vtd_model_endpoint *endpoint[VTDM_ENDPOINTS];
	unsigned int nr_endpoints;
	struct vtdm_page *bucket[VTDM_BUCKETS];
	u64 seq;
	bool some_stale;
	bool some_wbuf;
	unsigned int nr_pages;
	unsigned int nr_wbuf;
	unsigned int broken;
};

extern struct vtdm_machine vtd_model;

/* model.c */
u64 vtdm_random(struct vtd_model_unit *u);
void vtdm_step(struct vtd_model_unit *u);
__printf(4, 5) void vtdm_report(enum vtd_model_rule rule, const void *ptr,
				u64 value, const char *fmt, ...);

/* memory.c */
struct vtdm_page *vtdm_page(u64 phys);
bool vtdm_read(const struct vtd_model_unit *u, u64 phys, u64 *value);
bool vtdm_read_ring(const struct vtd_model_unit *u, u64 phys, u64 *value);
bool vtdm_read_table(const struct vtd_model_unit *u,
		     const struct vtdm_path *path, u64 phys, u64 *value);
bool vtdm_set_bits(u64 phys, u64 expected, u64 bits);
bool vtdm_foreign(const struct vtd_model_unit *u, u64 phys);
bool vtdm_read128(const struct vtd_model_unit *u, u64 phys, u64 *value);
void vtdm_now_in_memory128(const struct vtdm_page *page, unsigned int index,
			   u64 *value);
void vtdm_buffered(struct vtdm_page *page);
void vtdm_write32(u64 phys, u32 value);
void vtdm_write64(u64 phys, u64 value);
void vtdm_drain(void);
u64 vtdm_now_in_memory(const struct vtdm_page *page, unsigned int index);
u64 *vtdm_claim(u64 phys);
u64 vtdm_ignored(const struct vtdm_page *page);
bool vtdm_visible(const struct vtdm_page *page, unsigned int *index);
void vtdm_memory_stop(void);

/* regs.c */
void vtdm_regs_reset(struct vtd_model_unit *u);
void vtdm_regs_step(struct vtd_model_unit *u);
u64 vtdm_get64(const struct vtd_model_unit *u, u32 off);
void vtdm_put64(struct vtd_model_unit *u, u32 off, u64 value);
extern const struct vtd_reg_ops vtdm_ops;

static inline u32 vtdm_get(const struct vtd_model_unit *u, u32 off)
{
	return u->reg[off / 4];
}

static inline void vtdm_put(struct vtd_model_unit *u, u32 off, u32 value)
{
	u->reg[off / 4] = value;
}

static inline bool vtdm_on(const struct vtd_model_unit *u)
{
	return vtdm_get(u, VTDM_GSTS) & VTDM_G_TE;
}

static inline bool vtdm_remaps(const struct vtd_model_unit *u)
{
	return vtdm_get(u, VTDM_GSTS) & VTDM_G_IRE;
}

static inline bool vtdm_cap(const struct vtd_model_unit *u, u64 bit)
{
	return u->config.cap & bit;
}

static inline bool vtdm_ecap(const struct vtd_model_unit *u, u64 bit)
{
	return u->config.ecap & bit;
}

/* perfmon.c */
void vtdm_perf_reset(struct vtd_model_unit *u);
void vtdm_perf_lost(struct vtd_model_unit *u);
void vtdm_perf_step(struct vtd_model_unit *u);
void vtdm_perf_request(struct vtd_model_unit *u,
		       const struct vtd_model_request *request);
void vtdm_perf_path(struct vtd_model_unit *u, const struct vtdm_path *path);
bool vtdm_perf_write(struct vtd_model_unit *u, u32 off, u32 value);
void vtdm_count(struct vtd_model_unit *u, unsigned int group, u32 event);

/* fault.c */
void vtdm_fault(struct vtd_model_unit *u,
		const struct vtd_model_request *request, u8 reason);
void vtdm_fault_status(struct vtd_model_unit *u, u32 bits);
void vtdm_fault_cleared(struct vtd_model_unit *u);
void vtdm_event_unmasked(struct vtd_model_unit *u, u32 control);
void vtdm_event(struct vtd_model_unit *u, u32 control);
u32 vtdm_record_offset(const struct vtd_model_unit *u, unsigned int index);
unsigned int vtdm_nr_records(const struct vtd_model_unit *u);

static inline u64 vtdm_level_bytes(unsigned int level)
{
	return VTDM_PAGE << (9 * (level - 1));
}

/* walk.c */
unsigned int vtdm_levels(u64 hi);
u64 vtdm_table_reserved(const struct vtd_model_unit *u, unsigned int level,
			u64 entry);
u64 vtdm_above_haw(const struct vtd_model_unit *u);
u8 vtdm_context_lookup(struct vtd_model_unit *u, u16 sid,
		       struct vtdm_context *context);
u8 vtdm_context_read(struct vtd_model_unit *u, u16 sid,
		     struct vtdm_context *context);
void vtdm_legacy_path(const struct vtd_model_unit *u, u16 did, u64 lo, u64 hi,
		      struct vtdm_path *path);
unsigned int vtdm_width(const struct vtd_model_unit *u,
			const struct vtdm_path *path);
u8 vtdm_denied(const struct vtdm_path *path, u8 rw, unsigned int need);
u8 vtdm_walk_second(struct vtd_model_unit *u, const struct vtdm_path *path,
		    u64 addr, unsigned int need, unsigned int how,
		    struct vtdm_iotlb *leaf);
u8 vtdm_walk(struct vtd_model_unit *u, const struct vtdm_path *path, u64 addr,
	     unsigned int need, unsigned int how, struct vtdm_iotlb *leaf);
bool vtdm_peek(struct vtd_model_unit *u, const struct vtdm_path *path, u64 iova,
	       unsigned int level, u64 *entry);

/* walk_first.c */
u64 vtdm_first_reserved(const struct vtd_model_unit *u, unsigned int level,
			u64 entry);
bool vtdm_canonical(const struct vtdm_path *path, u64 addr);
u8 vtdm_first_denied(const struct vtdm_path *path, u8 rw, unsigned int need);
u8 vtdm_page_denied(const struct vtdm_path *path, u8 rw, unsigned int need);
u8 vtdm_walk_first(struct vtd_model_unit *u, const struct vtdm_path *path,
		   u64 addr, unsigned int need, unsigned int how,
		   struct vtdm_iotlb *leaf);
u8 vtdm_guest_table(struct vtd_model_unit *u, const struct vtdm_path *path,
		    u64 guest, bool top, bool sets, unsigned int how,
		    u64 *phys);

/* scalable.c */
u64 vtdm_root_reserved(const struct vtd_model_unit *u, u64 word);
bool vtdm_scalable_context_reserved(const struct vtd_model_unit *u,
				    const u64 *word);
u32 vtdm_directory_entries(u64 lo);
u8 vtdm_scalable_context_read(struct vtd_model_unit *u, u16 sid,
			      struct vtdm_context *context);
u8 vtdm_pasid_check(const struct vtd_model_unit *u, const u64 *word);
void vtdm_pasid_path(const struct vtd_model_unit *u, u32 pasid, const u64 *word,
		     struct vtdm_path *path);
u8 vtdm_pasid_read(struct vtd_model_unit *u, const struct vtdm_context *context,
		   u32 pasid, bool use_caches, struct vtdm_pasid *entry);
u8 vtdm_pasid_lookup(struct vtd_model_unit *u,
		     const struct vtdm_context *context, u32 pasid,
		     struct vtdm_pasid *entry);

/* device.c */
bool vtdm_request(struct vtd_model_unit *u,
		  const struct vtd_model_request *request,
		  struct vtd_model_result *result);
bool vtdm_ask_quietly(struct vtd_model_unit *u,
		      const struct vtd_model_request *request,
		      struct vtd_model_result *result);
bool vtdm_ask_tables(struct vtd_model_unit *u,
		     const struct vtd_model_request *request,
		     struct vtd_model_result *result);
bool vtdm_is_msi(const struct vtd_model_request *request);
bool vtdm_move(struct vtd_model_unit *u, u64 phys, enum vtd_model_access access,
	       void *data, size_t bytes);
bool vtdm_dma(struct vtd_model_unit *u, struct vtd_model_request request,
	      void *data, size_t bytes, struct vtd_model_result *result);

/* cache.c */
bool vtdm_same_tag(const struct vtdm_path *a, const struct vtdm_path *b);
bool vtdm_same_tables(const struct vtdm_path *a, const struct vtdm_path *b);
void vtdm_cache_context(struct vtd_model_unit *u,
			const struct vtdm_context *context);
void vtdm_cache_iotlb(struct vtd_model_unit *u, const struct vtdm_iotlb *leaf);
void vtdm_cache_pointer(struct vtd_model_unit *u,
			const struct vtdm_pointer *pointer);
struct vtdm_context *vtdm_find_context(struct vtd_model_unit *u, u16 sid);
struct vtdm_iotlb *vtdm_find_iotlb(struct vtd_model_unit *u,
				   const struct vtdm_path *path, u64 addr);
struct vtdm_pointer *vtdm_find_pointer(struct vtd_model_unit *u,
				       const struct vtdm_path *path, u64 addr);
void vtdm_forget_contexts(struct vtd_model_unit *u, unsigned int granularity,
			  u16 did, u16 sid, unsigned int fm);
void vtdm_forget_iotlb(struct vtd_model_unit *u, unsigned int granularity,
		       u16 did, u64 addr, unsigned int am, bool hint);
bool vtdm_meet(u64 a, u64 a_bytes, u64 b, u64 b_bytes);
void vtdm_evict(struct vtd_model_unit *u);

/* cache_pasid.c */
struct vtdm_pasid *vtdm_find_pasid(struct vtd_model_unit *u, u16 sid, u32 pasid,
				   bool directory);
void vtdm_cache_pasid(struct vtd_model_unit *u, const struct vtdm_pasid *entry);
void vtdm_forget_pasids(struct vtd_model_unit *u, unsigned int granularity,
			u16 did, u32 pasid);
void vtdm_forget_first(struct vtd_model_unit *u, unsigned int granularity,
		       u16 did, u32 pasid, u64 addr, unsigned int am,
		       bool hint);

/* intr.c */
bool vtdm_interrupt(struct vtd_model_unit *u, u16 sid, u64 addr, u32 data,
		    struct vtd_model_interrupt *result);
bool vtdm_irte_reserved(const struct vtd_model_unit *u, u64 lo, u64 hi);
bool vtdm_posts(const struct vtd_model_unit *u, u64 lo);
u64 vtdm_descriptor(u64 lo, u64 hi);
u64 vtdm_descriptor_reserved(const struct vtd_model_unit *u, u64 phys,
			     unsigned int *index);
struct vtdm_irte *vtdm_find_irte(struct vtd_model_unit *u, u32 index);
void vtdm_cache_irte(struct vtd_model_unit *u, u32 index, u64 lo, u64 hi);
void vtdm_forget_irtes(struct vtd_model_unit *u, bool selective, u32 index,
		       unsigned int im);

/* queue.c */
unsigned int vtdm_needs_scalable(const struct vtd_model_unit *u);
u32 vtdm_descriptor_bytes(const struct vtd_model_unit *u);
void vtdm_queue_step(struct vtd_model_unit *u);
void vtdm_queue_off(struct vtd_model_unit *u);

/* check.c */
void vtdm_check_root(struct vtd_model_unit *u);
void vtdm_check_forgot_context(struct vtd_model_unit *u,
			       unsigned int granularity, u16 did, u16 sid,
			       unsigned int fm);
void vtdm_check_forgot_iotlb(struct vtd_model_unit *u, unsigned int granularity,
			     u16 did, u64 started);
const void *vtdm_where(const struct vtdm_page *page, unsigned int index);
struct vtdm_page *vtdm_target(u64 phys, const void *ptr, u64 value);
void vtdm_check_visible(bool coherent, const struct vtdm_page *page,
			const void *ptr, u64 value);
void vtdm_check_did(struct vtd_model_unit *u, const struct vtdm_path *path,
		    const void *ptr, u64 value);
bool vtdm_is_pointer(unsigned int level, u64 entry);
void vtdm_adopt_table(struct vtd_model_unit *u, u64 phys, unsigned int level,
		      bool snoops, u64 up, unsigned int up_index,
		      const void *ptr, u64 value);
void vtdm_live_set(struct vtd_model_unit *u, u16 sid, u64 lo, u64 hi);
struct vtdm_due *vtdm_due(struct vtd_model_unit *u, u16 sid);
struct vtdm_due *vtdm_due_set(struct vtd_model_unit *u, u16 sid, u16 did);
u64 vtdm_climb(const struct vtdm_page *page, unsigned int index, u64 *root);

/* check_first.c */
void vtdm_adopt_first(struct vtd_model_unit *u, u64 phys, unsigned int level,
		      bool snoops, u64 up, unsigned int up_index,
		      const void *ptr, u64 value);
void vtdm_first_stored(struct vtdm_page *page, unsigned int index, u64 old,
		       u64 now);

/* check_pasid.c */
void vtdm_pasid_table_adopt(struct vtdm_page *directory, unsigned int index);
void vtdm_pasid_stored(struct vtdm_page *page, unsigned int index,
		       unsigned int words);
void vtdm_pasid_due_set(struct vtd_model_unit *u,
			const struct vtdm_pasid_live *live, bool domain,
			const u16 *sid);
void vtdm_live_pasids_drop(struct vtd_model_unit *u, u64 directory, u64 table);
void vtdm_check_forgot_pasids(struct vtd_model_unit *u,
			      unsigned int granularity, u16 did, u32 pasid,
			      u64 started);
void vtdm_check_forgot_first(struct vtd_model_unit *u, unsigned int granularity,
			     u16 did, u32 pasid, u64 started);
void vtdm_check_pasid_dues_iotlb(struct vtd_model_unit *u,
				 unsigned int granularity, u16 did,
				 u64 started);
void vtdm_pasid_dues_context(struct vtd_model_unit *u, u16 sid);
void vtdm_check_pasid_dues(struct vtd_model_unit *u);
const char *vtdm_due_names(const struct vtd_model_unit *u, u64 phys);
void vtdm_eager_pasids(struct vtd_model_unit *u, u16 sid, u64 directory);

/* check_scalable.c */
void vtdm_check_scalable_root(struct vtd_model_unit *u, struct vtdm_page *page);
void vtdm_scalable_root_stored(struct vtdm_page *page, unsigned int index,
			       u64 now);
void vtdm_wide_stored(struct vtdm_page *page, unsigned int index,
		      unsigned int words);
void vtdm_directory_stored(struct vtdm_page *page, unsigned int index, u64 old,
			   u64 now);
bool vtdm_directory_led(const struct vtd_model_unit *u, u64 phys);
bool vtdm_directory_reachable(u64 phys);
void vtdm_check_whole(const void *ptr, u64 value, const char *what, bool was,
		      bool is, bool due, bool at_once);
bool vtdm_take(struct vtdm_page *page, unsigned int first, unsigned int nr,
	       unsigned int from, unsigned int to, u64 *old);

/* check_intr.c */
void vtdm_check_irt(struct vtd_model_unit *u);
bool vtdm_irt_reachable(u64 phys);
const char *vtdm_descriptors_named(u64 phys);
void vtdm_irte_stored(struct vtdm_page *page, unsigned int index, size_t bytes);
void vtdm_check_irte_used(struct vtd_model_unit *u, const struct vtdm_irte *c);
void vtdm_check_forgot_irtes(struct vtd_model_unit *u, bool selective,
			     u32 index, unsigned int im, u64 number);
void vtdm_check_interrupts(struct vtd_model_unit *u);

/* quiescent.c */
void vtdm_check_freed(struct vtdm_page *page);
bool vtdm_reachable(const struct vtdm_page *page);

#endif /* VTD_MODEL_INTERNAL_H */
