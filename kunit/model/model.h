/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A software VT-d: remapping units that answer register accesses, walk the
 * real tables, keep caches that go stale, and watch the driver's stores.
 *
 * There is one machine.  It is started, units are put into it, and every page
 * that a unit may read is made known to it.  All calls are safe against each
 * other; none sleeps but vtd_model_start(), vtd_model_stop(),
 * vtd_model_unit_create() and vtd_model_unit_destroy().
 */
#ifndef VTD_MODEL_H
#define VTD_MODEL_H

#include <linux/types.h>

#include <vtd/regs_io.h>

/*
 * Wide entries: context entries of scalable mode and PASID entries.  A unit
 * reads them slowly, 128 bits at a time and in any order.  So
 * - one that is not present may be written in any way, if every cache of such
 *   entries was invalidated since P was taken away (TORN otherwise, and ORDER
 *   when P comes back before);
 * - a present one may be changed by one store of 64 or 128 bits that makes
 *   another good entry of it: whichever pieces a read takes, they are those of
 *   the one or of the other.  A second such store, of whatever word, must wait
 *   until the cache was invalidated for the first: a read that began before
 *   could take pieces that never stood there together (TORN);
 * - P may be taken away at any time, the other words stay until then.
 * What must be invalidated, and in which order, is due from the store on.
 */

/**
 * enum vtd_model_rule - which rule the driver broke
 * @VTD_MODEL_TORN: hardware could see an entry half written
 * @VTD_MODEL_RESERVED: a present entry with reserved bits set
 * @VTD_MODEL_INVISIBLE: what an entry points to has not reached memory
 * @VTD_MODEL_FREED: a page was freed that a table or a cache still reaches
 * @VTD_MODEL_STALE: a cache says other than the tables
 * @VTD_MODEL_UNFLUSHED: a store has not reached memory
 * @VTD_MODEL_UNSEEN: memory changed without the observer being told
 * @VTD_MODEL_ORDER: invalidations in the wrong order, or one missing; an
 *	interrupt entry used again before the unit forgot what stood there; a
 *	posted interrupt that nobody was notified of
 * @VTD_MODEL_DID: a domain-id was used again while something is cached
 * @VTD_MODEL_COMMAND: a register write that the specification forbids
 * @VTD_MODEL_QUEUE: a descriptor changed while hardware owned it
 * @VTD_MODEL_WILD: DMA reached memory that is not there
 * @VTD_MODEL_NR_RULES: how many
 */
enum vtd_model_rule {
	VTD_MODEL_TORN,
	VTD_MODEL_RESERVED,
	VTD_MODEL_INVISIBLE,
	VTD_MODEL_FREED,
	VTD_MODEL_STALE,
	VTD_MODEL_UNFLUSHED,
	VTD_MODEL_UNSEEN,
	VTD_MODEL_ORDER,
	VTD_MODEL_DID,
	VTD_MODEL_COMMAND,
	VTD_MODEL_QUEUE,
	VTD_MODEL_WILD,
	VTD_MODEL_NR_RULES,
};

/**
 * struct vtd_model_report - a broken rule and the access that broke it
 * @rule: which
 * @ptr: the word concerned, or NULL
 * @value: what was stored or found there
 * @seq: number of the store, counted from vtd_model_start()
 * @text: one sentence
 */
struct vtd_model_report {
	enum vtd_model_rule rule;
	const void *ptr;
	u64 value;
	u64 seq;
	char text[128];
};

/**
 * struct vtd_model_sink - who is told
 * @report: a rule was broken
 * @interrupt: a message goes to the CPUs: an event of a unit, or a device's
 *	interrupt, after it was remapped; bits 31:8 of a destination of 32 bits
 *	are in the upper half of the address
 * @data: for both
 *
 * Called with the model's lock held: must not call the model.
 */
struct vtd_model_sink {
	void (*report)(void *data, const struct vtd_model_report *report);
	void (*interrupt)(void *data, u64 addr, u32 value);
	void *data;
};

/*
 * What a unit may do on its own, all of it legal.
 * EAGER: has cached every entry just before it changes.
 * EVICT: drops cached entries at random.
 * PREFETCH: caches neighbours of what a request used.
 * REORDER: executes fetched descriptors in any order the rules allow.
 * MANUAL: does nothing but in vtd_model_run().
 */
#define VTD_MODEL_EAGER 0x01
#define VTD_MODEL_EVICT 0x02
#define VTD_MODEL_PREFETCH 0x04
#define VTD_MODEL_REORDER 0x08
#define VTD_MODEL_MANUAL 0x10

/**
 * struct vtd_model_config - what a unit is like
 * @version: version register
 * @cap: capability register
 * @ecap: extended capability register
 * @haw: host address width, bits; 0 for 52
 * @policy: VTD_MODEL_* bits
 * @seed: of its random behaviour
 * @latency: steps from the fetch of a descriptor to its completion
 * @fetch: descriptors it works on at once; 0 for 8
 * @command_latency: steps until a global command is answered
 * @device_timeout: steps that a device has to answer an invalidation of its
 *	TLB; 0 for 64
 * @page_latency: steps from a page request to its place in the queue
 * @perf_counters: performance counters, up to 8, of a unit with ECAP.PMS
 * @perf_width: bits of them; 0 for 48
 * @perf_limited: the last of them only counts what happens in the IOTLB
 * @perf_silent: their overflow raises no interrupt
 */
struct vtd_model_config {
	u32 version;
	u64 cap;
	u64 ecap;
	u8 haw;
	u32 policy;
	u64 seed;
	unsigned int latency;
	unsigned int fetch;
	unsigned int command_latency;
	unsigned int device_timeout;
	unsigned int page_latency;
	unsigned int perf_counters;
	unsigned int perf_width;
	bool perf_limited;
	bool perf_silent;
};

/**
 * enum vtd_model_access - what a device asks for
 * @VTD_MODEL_READ: memory read
 * @VTD_MODEL_WRITE: memory write
 * @VTD_MODEL_ATOMIC: read, add and write back
 * @VTD_MODEL_TRANSLATED: a write that carries a translated address (ATS)
 * @VTD_MODEL_ASK: an ATS translation request
 * @VTD_MODEL_PAGE: a page request; only in what faults tell
 */
enum vtd_model_access {
	VTD_MODEL_READ,
	VTD_MODEL_WRITE,
	VTD_MODEL_ATOMIC,
	VTD_MODEL_TRANSLATED,
	VTD_MODEL_ASK,
	VTD_MODEL_PAGE,
};

/**
 * struct vtd_model_request - what a device sends
 * @sid: source-id
 * @with_pasid: it carries a PASID
 * @pasid: that one, 20 bits
 * @privileged: privileged mode requested; only with a PASID
 * @execute: execute requested; only with a PASID, and for reading
 * @no_write: of VTD_MODEL_ASK: it will not write (NW)
 * @access: what for
 * @addr: any address
 */
struct vtd_model_request {
	u16 sid;
	bool with_pasid;
	u32 pasid;
	bool privileged;
	bool execute;
	bool no_write;
	enum vtd_model_access access;
	u64 addr;
};

/*
 * Rights that a translation gives.  WRITE of a first stage needs no dirty bit
 * yet; EXECUTE is of requests with a PASID through a first stage that lets them
 * execute; PRIVILEGED tells that they are rights of supervisor requests.
 */
#define VTD_MODEL_RIGHT_READ 0x01
#define VTD_MODEL_RIGHT_WRITE 0x02
#define VTD_MODEL_RIGHT_EXECUTE 0x04
#define VTD_MODEL_RIGHT_PRIVILEGED 0x08

/**
 * struct vtd_model_result - what became of a request
 * @reason: 0, or the fault reason (7.1.3)
 * @aborted: refused without a fault: protected memory, or a request to the
 *	interrupt range that is no interrupt
 * @interrupt: it was an interrupt
 * @phys: where the address led
 * @did: domain-id it was translated under
 * @cached: the translation came from a cache
 * @pasid: it was translated under; RID_PASID of a request without one; 0 in
 *	legacy mode
 * @rw: VTD_MODEL_RIGHT_* of the translation, what an ATS completion would
 *	carry; those of an address that is not mapped are 0
 * @size: bytes of the page that @phys lies in; of a pass-through address 4096
 * @pass_through: the address is not translated: by a pass-through entry
 * @pending: of an endpoint: it has asked for the page, or must
 * @group: the group of that page request, or VTD_MODEL_NO_GROUP
 */
struct vtd_model_result {
	u8 reason;
	bool aborted;
	bool interrupt;
	u64 phys;
	u16 did;
	bool cached;
	u32 pasid;
	u8 rw;
	u64 size;
	bool pass_through;
	bool pending;
	u16 group;
};

/**
 * struct vtd_model_interrupt - what became of an interrupt request
 * @reason: 0, or the fault reason (7.1.3)
 * @aborted: refused without a fault: it is no interrupt request
 * @remapped: an entry in remapped format says where it goes
 * @posted: the entry is in posted format, and its bit of PIR was set
 * @notified: a notification was sent for it; of a posted one only
 * @urgent: the entry is in posted format and says so
 * @cached: that entry came from a cache
 * @index: of the entry
 * @vector: of the CPU; of a posted one the virtual vector
 * @notify: of a posted one: vector of the notification (NV)
 * @dest: APIC id; of a posted one where notifications go (NDST)
 * @descriptor: of an entry in posted format: physical address it names
 * @delivery: delivery mode, 0 is fixed
 * @logical: @dest is a logical one
 * @redirect: redirection hint
 * @level: level-triggered
 */
struct vtd_model_interrupt {
	u8 reason;
	bool aborted;
	bool remapped;
	bool posted;
	bool notified;
	bool urgent;
	bool cached;
	u32 index;
	u8 vector;
	u8 notify;
	u32 dest;
	u64 descriptor;
	u8 delivery;
	bool logical;
	bool redirect;
	bool level;
};

/**
 * enum vtd_model_error - what can be made to happen
 * @VTD_MODEL_IQE: a descriptor is refused
 * @VTD_MODEL_ITE: a device does not answer in time
 * @VTD_MODEL_ICE: a device answers an invalidation wrongly
 * @VTD_MODEL_DEAD: the unit executes nothing from this descriptor on
 */
enum vtd_model_error {
	VTD_MODEL_IQE,
	VTD_MODEL_ITE,
	VTD_MODEL_ICE,
	VTD_MODEL_DEAD,
};

/**
 * struct vtd_model_stats - counters of a unit
 * @translated: requests translated
 * @hits: of them, from the IOTLB
 * @faults: requests refused with a fault
 * @recorded: faults that got a record
 * @contexts: context-cache invalidations executed
 * @iotlbs: IOTLB invalidations executed
 * @pasids: PASID-cache invalidations executed
 * @pasid_iotlbs: PASID-based IOTLB invalidations executed
 * @iecs: invalidations of the interrupt entry cache executed
 * @interrupts: interrupt requests let through, posted ones among them
 * @posted: of them, those posted into a descriptor
 * @notifications: of the latter, those that a notification was sent for
 * @suppressed: not sent: SN was set, and the entry not urgent
 * @pending: not sent: ON was set already; counted besides @suppressed
 * @blocked: interrupt requests refused with a fault; not counted as @faults
 * @waits: wait descriptors completed
 * @dropped: wait descriptors dropped by a time-out
 * @write_buffer: write-buffer flushes
 * @asked: translation requests
 * @believed: translated requests let through
 * @device_tlbs: invalidations of device TLBs sent
 * @timeouts: of them, those given up
 * @page_requests: page requests that came in
 * @page_queued: of them, those put into the queue
 * @page_refused: of them, those of devices that may not ask
 * @page_overflows: of them, those that came while the queue had overflown
 * @page_answers: responses that the unit sent by itself
 * @responses: responses of the driver
 * @perf_overflows: times that a performance counter went round
 * @perf_commands: enhanced commands given
 */
struct vtd_model_stats {
	u64 translated;
	u64 hits;
	u64 faults;
	u64 recorded;
	u64 contexts;
	u64 iotlbs;
	u64 pasids;
	u64 pasid_iotlbs;
	u64 iecs;
	u64 interrupts;
	u64 posted;
	u64 notifications;
	u64 suppressed;
	u64 pending;
	u64 blocked;
	u64 waits;
	u64 dropped;
	u64 write_buffer;
	u64 asked;
	u64 believed;
	u64 device_tlbs;
	u64 timeouts;
	u64 page_requests;
	u64 page_queued;
	u64 page_refused;
	u64 page_overflows;
	u64 page_answers;
	u64 responses;
	u64 perf_overflows;
	u64 perf_commands;
};

struct vtd_model_unit;

int vtd_model_start(const struct vtd_model_sink *sink);
void vtd_model_stop(void);

struct vtd_model_unit *
vtd_model_unit_create(const struct vtd_model_config *config);
void vtd_model_unit_destroy(struct vtd_model_unit *u);
void vtd_model_plug(struct vtd_model_unit *u, struct vtd_regs *regs);
void vtd_model_run(struct vtd_model_unit *u, unsigned int steps);
void vtd_model_tick(void);
void vtd_model_inject(struct vtd_model_unit *u, enum vtd_model_error error,
		      unsigned int nth, u16 sid);
void vtd_model_foreign_tables(struct vtd_model_unit *u, bool on);
void vtd_model_perf_stuck(struct vtd_model_unit *u, bool on);
void vtd_model_perf_lost(struct vtd_model_unit *u);
void vtd_model_gone(struct vtd_model_unit *u);
void vtd_model_corrupt(struct vtd_model_unit *u, u32 off, u32 value);
void vtd_model_revive(struct vtd_model_unit *u);
void vtd_model_firmware_pmr(struct vtd_model_unit *u, u64 base, u64 limit);
struct vtd_model_stats vtd_model_stats(struct vtd_model_unit *u);
unsigned int vtd_model_cached(struct vtd_model_unit *u);

bool vtd_model_request(struct vtd_model_unit *u,
		       const struct vtd_model_request *request, void *data,
		       size_t bytes, struct vtd_model_result *result);
bool vtd_model_translate(struct vtd_model_unit *u, u16 sid, u64 addr,
			 enum vtd_model_access access,
			 struct vtd_model_result *result);
bool vtd_model_dma(struct vtd_model_unit *u, u16 sid, u64 addr,
		   enum vtd_model_access access, void *data, size_t bytes,
		   struct vtd_model_result *result);
bool vtd_model_msi(struct vtd_model_unit *u, u16 sid, u64 addr, u32 data,
		   struct vtd_model_interrupt *result);

void vtd_model_stored(const void *ptr, size_t bytes);
void vtd_model_flushed(const void *ptr, size_t bytes);
int vtd_model_page_made(const void *virt, size_t bytes);
void vtd_model_page_freed(const void *virt);
unsigned int vtd_model_pages(void);
void vtd_model_poison(u64 phys, bool on);
unsigned int vtd_model_check_quiescent(void);
unsigned int vtd_model_check_descriptor(u64 phys);

#endif /* VTD_MODEL_H */
