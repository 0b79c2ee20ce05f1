/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Primary faults of the units (VT-d 7.2): read, decoded, counted, kept.
 *
 * Data flows one way: registers (fault_read.c) -> one source's counters and
 * what is kept of it (fault_keep.c) -> the sentence (fault_say.c, with the
 * reasons of fault_reason.c and a look at the tables by fault_walk.c).  These
 * are pure; fault.c and fault_look.c tie them to the kernel.
 */
#ifndef VTD_FAULT_H
#define VTD_FAULT_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>

#include "storm.h"

struct vtd_regs;
struct vtd_reply;
struct vtd_unit;

/* --- fault_reason.c */

/**
 * struct vtd_fault_reason - what a reason means
 * @name: of the condition in the specification
 * @text: meaning, as a part of a sentence
 * @remedy: what most likely helps, likewise
 */
struct vtd_fault_reason {
	const char *name;
	const char *text;
	const char *remedy;
};

const struct vtd_fault_reason *vtd_fault_reason(u8 code);
const char *vtd_fault_remedy(const struct vtd_fault_reason *reason,
			     bool assigned);

/* --- fault_read.c */

/**
 * struct vtd_fault_record - what a unit recorded of one fault (11.4.7.6)
 * @lo: bits 63:0 of the fault record
 * @hi: bits 127:64 of the fault record
 */
struct vtd_fault_record {
	u64 lo;
	u64 hi;
};

/**
 * struct vtd_fault_reading - what became of one look at a unit
 * @found: records taken
 * @overflow: faults were lost before it
 * @pending: records are left, of which no interrupt may tell
 * @held_up: other conditions are set that keep interrupts for new faults away
 * @gone: the unit has gone: nothing could be read
 */
struct vtd_fault_reading {
	unsigned int found;
	bool overflow;
	bool pending;
	bool held_up;
	bool gone;
};

void vtd_fault_read(const struct vtd_regs *regs, u64 cap, unsigned int budget,
		    void (*take)(void *data,
				 const struct vtd_fault_record *record),
		    void *data, struct vtd_fault_reading *reading);

/* --- fault_walk.c */

/**
 * enum vtd_fault_end - where the walk of the tables came to its end
 * @VTD_END_NONE: nobody looked
 * @VTD_END_CHANGED: they changed meanwhile
 * @VTD_END_UNREADABLE: an entry points to no memory
 * @VTD_END_ROOT: the root entry of the bus is not present
 * @VTD_END_CONTEXT: the context entry of the source-id is not present
 * @VTD_END_INVALID: the context entry means nothing
 * @VTD_END_PASIDS_OFF: the source-id may send no PASIDs
 * @VTD_END_PASID_BEYOND: the PASID is beyond the directory of the source-id
 * @VTD_END_DIRECTORY: the directory entry of the PASID is not present
 * @VTD_END_PASID: the entry of the PASID is not present
 * @VTD_END_PASID_INVALID: the entry of the PASID means nothing
 * @VTD_END_NESTED: both stages are used, which is not looked at
 * @VTD_END_PASS_THROUGH: addresses are not translated
 * @VTD_END_BEYOND: the address is beyond what the top table covers; for a first
 *	stage: it is not canonical
 * @VTD_END_ABSENT: an entry allows nothing
 * @VTD_END_LEAF: an entry maps memory
 */
enum vtd_fault_end {
	VTD_END_NONE,
	VTD_END_CHANGED,
	VTD_END_UNREADABLE,
	VTD_END_ROOT,
	VTD_END_CONTEXT,
	VTD_END_INVALID,
	VTD_END_PASIDS_OFF,
	VTD_END_PASID_BEYOND,
	VTD_END_DIRECTORY,
	VTD_END_PASID,
	VTD_END_PASID_INVALID,
	VTD_END_NESTED,
	VTD_END_PASS_THROUGH,
	VTD_END_BEYOND,
	VTD_END_ABSENT,
	VTD_END_LEAF,
};

/**
 * struct vtd_fault_tables - what the tables say at an address
 * @end: where the walk ended
 * @level: of the last entry read, 1 to @levels
 * @levels: of the tables
 * @read: reading is allowed on all of the way
 * @write: writing is
 * @directory: the walk came to the PASID directory
 * @first: of the first stage, otherwise of the second
 * @user: for a first stage: all of the way is for user privilege, too
 * @entry: the last entry read
 * @phys: for a leaf: where the address leads
 * @bytes: for a leaf: size of the page
 */
struct vtd_fault_tables {
	enum vtd_fault_end end;
	u8 level;
	u8 levels;
	bool read;
	bool write;
	bool directory;
	bool first;
	bool user;
	u64 entry;
	u64 phys;
	u64 bytes;
};

/**
 * struct vtd_fault_way - which tables a request goes through
 * @root: physical address of the unit's root table
 * @addr: address of the request, bytes
 * @pasid: its PASID
 * @sid: its source-id
 * @scalable: the tables are those of scalable mode
 * @has_pasid: @pasid is valid, in scalable mode
 */
struct vtd_fault_way {
	u64 root;
	u64 addr;
	u32 pasid;
	u16 sid;
	bool scalable;
	bool has_pasid;
};

/**
 * typedef vtd_fault_peek - read a word of a table
 * @phys: physical address of the word, aligned
 * @value: set to it
 *
 * Return: false when there is no memory.
 */
typedef bool (*vtd_fault_peek)(u64 phys, u64 *value);

void vtd_fault_walk(const struct vtd_fault_way *way, vtd_fault_peek peek,
		    struct vtd_fault_tables *tables);

/* --- fault_say.c */

/**
 * enum vtd_fault_access - what a request was
 * @VTD_ACCESS_READ: memory read
 * @VTD_ACCESS_WRITE: memory write
 * @VTD_ACCESS_ATOMIC: atomic operation
 * @VTD_ACCESS_EXECUTE: memory read for execution, with a PASID
 * @VTD_ACCESS_PAGE: page request
 * @VTD_ACCESS_INTERRUPT: interrupt request
 */
enum vtd_fault_access {
	VTD_ACCESS_READ,
	VTD_ACCESS_WRITE,
	VTD_ACCESS_ATOMIC,
	VTD_ACCESS_EXECUTE,
	VTD_ACCESS_PAGE,
	VTD_ACCESS_INTERRUPT,
};

/**
 * struct vtd_fault_request - a record, taken apart
 * @sid: source-id
 * @reason: fault reason
 * @access: what was asked for
 * @has_pasid: @pasid is valid
 * @privileged: with supervisor privilege
 * @pasid: PASID
 * @at: address type: 0, VTD_FRCD_AT_TRANSLATION or VTD_FRCD_AT_TRANSLATED
 * @where: address of the page, bytes; the index for an interrupt request
 */
struct vtd_fault_request {
	u16 sid;
	u8 reason;
	enum vtd_fault_access access;
	bool has_pasid;
	bool privileged;
	u32 pasid;
	u8 at;
	u64 where;
};

/**
 * struct vtd_fault_last - the last change at an address
 * @state: 0: not noted, 1: noted, but nothing of this address, 2: mapped,
 *	3: unmapped
 * @start: first address of that change, bytes
 * @bytes: its length
 * @us_before: how long before the fault was read, microseconds
 */
struct vtd_fault_last {
	u8 state;
	u64 start;
	u64 bytes;
	u64 us_before;
};

#define VTD_LAST_OFF 0
#define VTD_LAST_NONE 1
#define VTD_LAST_MAPPED 2
#define VTD_LAST_UNMAPPED 3

/**
 * struct vtd_fault_facts - what was known of a device when it faulted
 * @driver: bound to it, "" for none
 * @domain: kind of what it is attached to, "" when it is not managed
 * @present: there is a PCI device with the source-id
 * @behind: another device whose requests carry the source-id, or ""
 * @tables: what the tables said
 * @last: what changed there last
 */
struct vtd_fault_facts {
	char driver[24];
	char domain[12];
	bool present;
	char behind[16];
	struct vtd_fault_tables tables;
	struct vtd_fault_last last;
};

static inline bool vtd_fault_assigned(const struct vtd_fault_facts *facts)
{
	return !strcmp(facts->domain, "unmanaged");
}

/* Room for vtd_fault_sentence() with the longest of everything. */
#define VTD_FAULT_SENTENCE 768
/* The same for vtd_fault_say_tables() and vtd_fault_say_last(). */
#define VTD_FAULT_PART 192

struct vtd_fault_request
vtd_fault_decode(const struct vtd_fault_record *record);
const char *vtd_fault_access_name(enum vtd_fault_access access);
void vtd_fault_say_tables(const struct vtd_fault_request *request,
			  const struct vtd_fault_tables *tables, char *text,
			  size_t size);
void vtd_fault_say_last(const struct vtd_fault_last *last, char *text,
			size_t size);
void vtd_fault_sentence(u16 segment, const struct vtd_fault_record *record,
			const struct vtd_fault_facts *facts, char *text,
			size_t size);

/* --- fault_keep.c */

/* Sources that are told apart, and faults that are kept of each. */
#define VTD_FAULT_SOURCES 128
#define VTD_FAULT_KEPT 32
/* A source's faults are described while they are few: at once, then one each. */
#define VTD_FAULT_BURST 64
#define VTD_FAULT_EACH_NS 250000000ULL
/* And of those, told in the log. */
#define VTD_FAULT_LOG_BURST 5
#define VTD_FAULT_LOG_EACH_NS 10000000000ULL

/**
 * struct vtd_fault_kept - a fault as it is remembered
 * @node: in the order of @seq; not linked while unused
 * @seq: number of the fault since load, from 1; 0 while unused
 * @ns: when it was read, since boot
 * @more: faults of the source after it that were counted, not described
 * @unit: name of the unit
 * @segment: of the device
 * @record: what the unit recorded
 * @facts: what was known then
 */
struct vtd_fault_kept {
	struct list_head node;
	u64 seq;
	u64 ns;
	u64 more;
	char unit[16];
	u16 segment;
	struct vtd_fault_record record;
	struct vtd_fault_facts facts;
};

/**
 * struct vtd_fault_tokens - how often something may still be done
 * @left: times
 * @filled_ns: when tokens were added last, since boot
 */
struct vtd_fault_tokens {
	unsigned int left;
	u64 filled_ns;
};

/**
 * struct vtd_fault_source - what faulted: a source-id below one unit
 * @node: in the store, the latest to fault first
 * @unit: name of the unit
 * @segment: of the source-id
 * @sid: source-id
 * @present: a PCI device has the source-id
 * @partial: the unit lost faults, perhaps of this source: @count is too low
 * @count: faults
 * @described: of them, those that were described
 * @first_ns: when the first was read, since boot
 * @last_ns: and the last
 * @untold: faults since the last one that went to the log
 * @describe: faults that may be described
 * @log: faults that may be told in the log
 * @storm: is it one?
 * @next: place in @kept to be used next
 * @kept: the last ones that were described
 */
struct vtd_fault_source {
	struct list_head node;
	char unit[16];
	u16 segment;
	u16 sid;
	bool present;
	bool partial;
	u64 count;
	u64 described;
	u64 first_ns;
	u64 last_ns;
	u64 untold;
	struct vtd_fault_tokens describe;
	struct vtd_fault_tokens log;
	struct vtd_storm storm;
	unsigned int next;
	struct vtd_fault_kept kept[VTD_FAULT_KEPT];
};

/**
 * struct vtd_fault_verdict - what is to be done with a fault
 * @seq: its number
 * @describe: describe it: vtd_fault_keep() follows
 * @log: tell it in the log, too
 * @untold: for @log: faults of its source before it that were not told there
 * @storm: see there
 */
struct vtd_fault_verdict {
	u64 seq;
	bool describe;
	bool log;
	u64 untold;
	enum vtd_storm_verdict storm;
};

/**
 * struct vtd_fault_store - all that is remembered
 * @lock: guards all of it; nothing is taken under it
 * @sources: struct vtd_fault_source
 * @nr: how many
 * @kept: all kept faults, the oldest first
 * @seq: number of the last fault
 * @newest: number of the last fault that was kept
 * @forgotten: faults of sources that had to make room, or had none
 */
struct vtd_fault_store {
	spinlock_t lock;
	struct list_head sources;
	unsigned int nr;
	struct list_head kept;
	u64 seq;
	u64 newest;
	u64 forgotten;
};

void vtd_fault_store_init(struct vtd_fault_store *store);
void vtd_fault_store_empty(struct vtd_fault_store *store);
void vtd_fault_count(struct vtd_fault_store *store, const char *unit,
		     u16 segment, u16 sid, u64 now, bool lossy,
		     struct vtd_fault_verdict *verdict);
void vtd_fault_keep(struct vtd_fault_store *store,
		    const struct vtd_fault_kept *fault);
void vtd_fault_lost(struct vtd_fault_store *store, const char *unit);
bool vtd_fault_next(struct vtd_fault_store *store, u64 after,
		    struct vtd_fault_kept *fault);
bool vtd_fault_next_source(struct vtd_fault_store *store, unsigned int index,
			   struct vtd_fault_source *source);

/* --- fault_look.c */

bool vtd_fault_peek_memory(u64 phys, u64 *value);
void vtd_fault_look(const struct vtd_unit *unit,
		    const struct vtd_fault_request *request,
		    struct vtd_fault_facts *facts);

/* --- fault_watch.c */

void vtd_fault_tell(u64 ns, u16 segment,
		    const struct vtd_fault_request *request);

/* --- history.c */

bool vtd_history_on(void);
void vtd_history_note(const void *domain, u64 start, u64 bytes, bool mapped);
void vtd_history_find(const void *domain, u64 addr, u64 now,
		      struct vtd_fault_last *last);

/* --- fault.c */

extern struct wait_queue_head vtd_fault_wait;

void vtd_fault_exit(void);
u64 vtd_fault_newest(void);
int vtd_fault_start(struct vtd_unit *unit);
void vtd_fault_stop(struct vtd_unit *unit);
u64 vtd_fault_report(struct vtd_reply *reply, u64 after);
void vtd_fault_report_sources(struct vtd_reply *reply);

/* irq.c */
int vtd_irq_domain_create(void);
void vtd_irq_domain_destroy(void);
int vtd_irq_alloc(struct vtd_unit *unit, unsigned int which);
void vtd_irq_free(unsigned int irq);

/* Control, data, address and upper address, in a row (11.4.7.2 to 11.4.7.5). */
#define VTD_IRQ_REGS 4
bool vtd_irq_registers(unsigned int irq, u32 regs[VTD_IRQ_REGS]);
void vtd_irq_restore(unsigned int irq);

#endif /* VTD_FAULT_H */
