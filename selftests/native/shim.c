// SPDX-License-Identifier: GPL-2.0
/*
 * Native build: the kernel services behind the headers in include/.
 *
 * Owns the counters that a test is judged by: WARNs, live memory, held locks.
 * Must never hide an error that the kernel would report.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <linux/atomic.h>
#include <linux/cacheflush.h>
#include <linux/idr.h>
#include <linux/ioport.h>
#include <linux/ktime.h>
#include <linux/processor.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <vtd/observe.h>

#include "iommu-pages.h"
#include "vtd_test.h"

static unsigned int warnings;
static long live_allocs, live_tables;
static u64 tables_made, flushed_bytes;
static int fail_in;
static unsigned int failures;
static bool virtual_clock;
static u64 virtual_ns, virtual_poll_ns;
static __thread int spinning;
static struct vtd_shim_hooks hooks;
static u64 ram_bytes;

void vtd_shim_warn(const char *file, int line, const char *what)
{
	fprintf(stderr, "# WARNING: %s:%d: %s\n", file, line, what);
	__atomic_add_fetch(&warnings, 1, __ATOMIC_SEQ_CST);
}

unsigned int vtd_shim_warnings(void)
{
	return xchg(&warnings, 0);
}

void vtd_shim_might_sleep(const char *who)
{
	if (spinning)
		vtd_shim_warn(who, 0, "sleeps with a spin lock held");
}

/* In the kernel interrupts would be off meanwhile, and others spin. */
static void might_wait(const char *who)
{
	if (spinning)
		vtd_shim_warn(who, 0, "waits with a spin lock held");
}

/* Where another CPU may come between. */

static __thread void (*between)(void);

void vtd_shim_between(void (*fn)(void))
{
	between = fn;
}

void vtd_shim_point(void)
{
	void (*fn)(void) = between;

	if (!fn || spinning)
		return;
	/* What it calls is not interrupted in turn. */
	between = NULL;
	fn();
	between = fn;
}

/* Memory. */

void vtd_shim_fail_alloc(unsigned int nth)
{
	WRITE_ONCE(fail_in, (int)nth);
	WRITE_ONCE(failures, 0);
}

static __thread bool exempt;

void vtd_shim_fail_exempt(bool on)
{
	exempt = on;
}

unsigned int vtd_shim_alloc_failures(void)
{
	return READ_ONCE(failures);
}

static bool alloc_must_fail(void)
{
	if (exempt || READ_ONCE(fail_in) <= 0)
		return false;
	if (__atomic_sub_fetch(&fail_in, 1, __ATOMIC_SEQ_CST) != 0)
		return false;
	__atomic_add_fetch(&failures, 1, __ATOMIC_SEQ_CST);
	return true;
}

static void *alloc_bytes(size_t bytes, size_t align, gfp_t gfp)
{
	void *p;

	if (gfpflags_allow_blocking(gfp))
		vtd_shim_might_sleep("allocation");
	if (bytes > SZ_1G || alloc_must_fail())
		return NULL;
	p = align ? aligned_alloc(align, ALIGN(bytes, align)) : malloc(bytes);
	if (p)
		memset(p, gfp & __GFP_ZERO ? 0 : 0x5a, bytes);
	return p;
}

void *vtd_shim_alloc(size_t bytes, size_t align, gfp_t gfp)
{
	void *p = alloc_bytes(bytes, align, gfp);

	if (p)
		__atomic_add_fetch(&live_allocs, 1, __ATOMIC_SEQ_CST);
	return p;
}

void vtd_shim_free(const void *p)
{
	if (!p)
		return;
	vtd_shim_point();
	__atomic_sub_fetch(&live_allocs, 1, __ATOMIC_SEQ_CST);
	free((void *)p);
}

int vtd_shim_read_nofault(void *value, const void *ptr, unsigned long size)
{
	const struct iovec to = { value, size }, from = { (void *)ptr, size };

	vtd_shim_point();
	if (process_vm_readv(getpid(), &to, 1, &from, 1, 0) == (ssize_t)size)
		return 0;
	memset(value, 0, size);
	return -EFAULT;
}

static int expected_node;
static unsigned int of_other_nodes;

void vtd_shim_expect_node(int nid)
{
	expected_node = nid;
	of_other_nodes = 0;
}

unsigned int vtd_shim_of_other_nodes(void)
{
	return of_other_nodes;
}

void *iommu_alloc_pages_node_sz(int nid, gfp_t gfp, size_t size)
{
	void *p;

	if (nid != expected_node)
		__atomic_add_fetch(&of_other_nodes, 1, __ATOMIC_SEQ_CST);
	size = size < PAGE_SIZE ? PAGE_SIZE : roundup_pow_of_two(size);
	p = alloc_bytes(size, size, gfp | __GFP_ZERO);
	if (!p)
		return NULL;
	__atomic_add_fetch(&live_tables, 1, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&tables_made, 1, __ATOMIC_SEQ_CST);
	if (hooks.table_made)
		hooks.table_made(p, size);
	return p;
}

void iommu_free_pages(void *virt)
{
	if (!virt)
		return;
	__atomic_sub_fetch(&live_tables, 1, __ATOMIC_SEQ_CST);
	if (hooks.table_freed)
		hooks.table_freed(virt);
	free(virt);
}

struct waiting_table {
	struct list_head node;
	void *virt;
};

void iommu_pages_list_add(struct iommu_pages_list *list, void *virt)
{
	struct waiting_table *t = malloc(sizeof(*t));

	if (!t)
		abort();
	t->virt = virt;
	list_add_tail(&t->node, &list->pages);
}

bool vtd_shim_charged;

void *vtd_pages_list_first(struct iommu_pages_list *list)
{
	return list_first_entry(&list->pages, struct waiting_table, node)->virt;
}

void vtd_pages_list_del_first(struct iommu_pages_list *list, void *virt)
{
	struct waiting_table *t =
		list_first_entry(&list->pages, struct waiting_table, node);

	list_del(&t->node);
	free(t);
}

void iommu_put_pages_list(struct iommu_pages_list *list)
{
	struct waiting_table *t, *next;

	list_for_each_entry_safe(t, next, &list->pages, node) {
		list_del(&t->node);
		iommu_free_pages(t->virt);
		free(t);
	}
}

long vtd_shim_live_allocs(void)
{
	return READ_ONCE(live_allocs);
}

long vtd_shim_live_tables(void)
{
	return READ_ONCE(live_tables);
}

u64 vtd_shim_tables_made(void)
{
	return READ_ONCE(tables_made);
}

void clflush_cache_range(void *p, unsigned int bytes)
{
	__atomic_add_fetch(&flushed_bytes, bytes, __ATOMIC_SEQ_CST);
}

void clwb(volatile void *ptr)
{
	clflush_cache_range((void *)ptr, sizeof(u64));
}

u64 vtd_shim_flushed_bytes(void)
{
	return READ_ONCE(flushed_bytes);
}

void vtd_shim_hook(const struct vtd_shim_hooks *new)
{
	hooks = *new;
}

/* What waits for a grace period. */

struct waiting_memory {
	struct waiting_memory *next;
	void *p;
};

static struct waiting_memory *waiting;

void vtd_shim_kfree_rcu(void *p)
{
	struct waiting_memory *w = malloc(sizeof(*w));

	if (!w)
		abort();
	w->p = p;
	w->next = READ_ONCE(waiting);
	while (!try_cmpxchg(&waiting, &w->next, w))
		;
}

static void (*grace_period)(void);

void vtd_shim_on_grace_period(void (*fn)(void))
{
	grace_period = fn;
}

void vtd_shim_synchronize_rcu(void)
{
	vtd_shim_might_sleep("synchronize_rcu");
	if (grace_period)
		grace_period();
}

void vtd_shim_rcu_barrier(void)
{
	struct waiting_memory *w = xchg(&waiting, NULL);

	while (w) {
		struct waiting_memory *next = w->next;

		vtd_shim_free(w->p);
		free(w);
		w = next;
	}
}

/* The machine's memory. */

void vtd_shim_set_ram(u64 bytes)
{
	ram_bytes = bytes;
}

int walk_iomem_res_desc(unsigned long desc, unsigned long flags, u64 start,
			u64 end, void *arg,
			int (*func)(struct resource *res, void *arg))
{
	struct resource ram = { 0, ram_bytes - 1, flags };

	return func(&ram, arg);
}

/* Numbers. */

void ida_init(struct ida *ida)
{
	mutex_init(&ida->lock);
	ida->used = NULL;
	ida->words = 0;
}

void ida_destroy(struct ida *ida)
{
	kfree(ida->used);
	ida->used = NULL;
	ida->words = 0;
}

static int ida_take(struct ida *ida, unsigned int min, unsigned int max)
{
	unsigned int id;

	for (id = min; id <= max && id < ida->words * 64; id++) {
		if (ida->used[id / 64] >> id % 64 & 1)
			continue;
		ida->used[id / 64] |= 1ULL << id % 64;
		return id;
	}
	return id > max ? -ENOSPC : -EAGAIN;
}

int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max,
		    gfp_t gfp)
{
	int id;

	mutex_lock(&ida->lock);
	id = ida_take(ida, min, max);
	if (id == -EAGAIN) {
		unsigned int words = ida->words * 2 + 4 + min / 64;
		u64 *used = kcalloc(words, sizeof(*used), gfp);

		id = -ENOMEM;
		if (used) {
			if (ida->words)
				memcpy(used, ida->used,
				       ida->words * sizeof(*used));
			kfree(ida->used);
			ida->used = used;
			ida->words = words;
			id = ida_take(ida, min, max);
		}
	}
	mutex_unlock(&ida->lock);
	return id;
}

void ida_free(struct ida *ida, unsigned int id)
{
	mutex_lock(&ida->lock);
	if (WARN_ON(id >= ida->words * 64 ||
		    !(ida->used[id / 64] >> id % 64 & 1))) {
		mutex_unlock(&ida->lock);
		return;
	}
	ida->used[id / 64] &= ~(1ULL << id % 64);
	mutex_unlock(&ida->lock);
}

bool ida_is_empty(struct ida *ida)
{
	unsigned int i;

	for (i = 0; i < ida->words; i++)
		if (ida->used[i])
			return false;
	return true;
}

/* Locks. */

static unsigned long self(void)
{
	return (unsigned long)pthread_self();
}

void vtd_shim_lock_init(struct vtd_shim_lock *lock)
{
	*lock = (struct vtd_shim_lock)VTD_SHIM_LOCK_INIT;
}

bool vtd_shim_lock_held(struct vtd_shim_lock *lock)
{
	return READ_ONCE(lock->owner) == self();
}

static void lock_taken(struct vtd_shim_lock *lock, bool spin)
{
	WRITE_ONCE(lock->owner, self());
	if (spin)
		spinning++;
}

static __thread void (*before_lock)(void);

void vtd_shim_before_lock(void (*fn)(void))
{
	before_lock = fn;
}

void vtd_shim_lock(struct vtd_shim_lock *lock, bool spin)
{
	void (*fn)(void) = before_lock;

	if (fn) {
		before_lock = NULL;
		fn();
	}
	vtd_shim_point();
	if (!spin)
		vtd_shim_might_sleep("mutex");
	if (vtd_shim_lock_held(lock)) {
		fprintf(stderr, "# lock taken twice by one thread\n");
		abort();
	}
	pthread_mutex_lock(&lock->mutex);
	lock_taken(lock, spin);
}

bool vtd_shim_trylock(struct vtd_shim_lock *lock, bool spin)
{
	if (pthread_mutex_trylock(&lock->mutex))
		return false;
	lock_taken(lock, spin);
	return true;
}

void vtd_shim_unlock(struct vtd_shim_lock *lock, bool spin)
{
	WARN_ON(!vtd_shim_lock_held(lock));
	WRITE_ONCE(lock->owner, 0);
	if (spin)
		spinning--;
	pthread_mutex_unlock(&lock->mutex);
	vtd_shim_point();
}

/* Time. */

void vtd_shim_virtual_clock(u64 start_ns, u64 poll_ns)
{
	WRITE_ONCE(virtual_ns, start_ns);
	WRITE_ONCE(virtual_poll_ns, poll_ns);
	WRITE_ONCE(virtual_clock, true);
}

u64 vtd_shim_now_ns(void)
{
	struct timespec ts;

	if (READ_ONCE(virtual_clock))
		return READ_ONCE(virtual_ns);
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

void vtd_shim_delay_ns(u64 ns)
{
	struct timespec ts = { ns / NSEC_PER_SEC, ns % NSEC_PER_SEC };

	might_wait("delay");
	if (READ_ONCE(virtual_clock))
		__atomic_add_fetch(&virtual_ns, ns, __ATOMIC_SEQ_CST);
	else
		nanosleep(&ts, NULL);
}

void vtd_shim_cpu_relax(void)
{
	might_wait("cpu_relax");
	if (READ_ONCE(virtual_clock))
		vtd_shim_delay_ns(READ_ONCE(virtual_poll_ns));
	if (hooks.relax)
		hooks.relax();
	else
		sched_yield();
	vtd_shim_point();
}

/* Strings. */

int vtd_shim_vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int n = vsnprintf(buf, size, fmt, args);

	if (!size)
		return 0;
	return n < (int)size ? n : (int)size - 1;
}

int vtd_shim_scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vtd_shim_vscnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

ssize_t vtd_shim_strscpy(char *dst, const char *src, size_t size)
{
	size_t n = strnlen(src, size);

	if (!size)
		return -E2BIG;
	memcpy(dst, src, n < size ? n : size - 1);
	dst[n < size ? n : size - 1] = 0;
	return n < size ? (ssize_t)n : -E2BIG;
}

void *vtd_shim_memchr_inv(const void *start, int c, size_t bytes)
{
	const u8 *p = start;

	for (; bytes; bytes--, p++)
		if (*p != (u8)c)
			return (void *)p;
	return NULL;
}

/* Tests. */

u64 vtd_env(const char *name, u64 def)
{
	const char *value = getenv(name);

	return value && *value ? strtoull(value, NULL, 0) : def;
}

/* VTD_TEST chooses tests by a glob of their names. */
static void __attribute__((__constructor__)) choose_tests(void)
{
	if (getenv("VTD_TEST"))
		cmocka_set_test_filter(getenv("VTD_TEST"));
}

static long allocs_before, tables_before;

int vtd_shim_begin(void **state)
{
	virtual_clock = false;
	vtd_shim_charged = false;
	spinning = 0;
	memset(&hooks, 0, sizeof(hooks));
	grace_period = NULL;
	ram_bytes = 8 * SZ_1G;
	vtd_shim_fail_alloc(0);
	vtd_shim_warnings();
	allocs_before = vtd_shim_live_allocs();
	tables_before = vtd_shim_live_tables();
	return 0;
}

static int complain(long number, const char *what)
{
	if (!number)
		return 0;
	fprintf(stderr, "# %ld %s\n", number, what);
	return 1;
}

int vtd_shim_end(void **state)
{
	int bad = 0;

	vtd_shim_rcu_barrier();
	memset(&hooks, 0, sizeof(hooks));
	bad |= complain(vtd_shim_warnings(), "warnings");
	bad |= complain(vtd_shim_live_allocs() - allocs_before,
			"allocations left behind");
	bad |= complain(vtd_shim_live_tables() - tables_before,
			"tables left behind");
	bad |= complain(spinning, "spin locks still held");
	return bad ? -1 : 0;
}
