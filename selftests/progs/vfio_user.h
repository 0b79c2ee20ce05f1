/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the programs share that have a device through VFIO: KTAP, the container
 * and its mappings, QEMU's edu device, and /dev/vtd's word on faults and tables.
 */
#ifndef VFIO_USER_H
#define VFIO_USER_H

#include <linux/vfio.h>
#include <stdbool.h>
#include <stdint.h>

#define PAGE 4096UL
#define MIB (1UL << 20)
#define GIB (1UL << 30)
#define VFIO_RW (VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE)

/**
 * struct vfio_user - a device in the hands of this process
 * @bdf: its address, as sysfs writes it
 * @container: open; has one group
 * @group: open
 * @device: open after vfio_take(); -1 before
 * @bar: BAR 0, mapped by vfio_take()
 * @bar_bytes: of it
 */
struct vfio_user {
	const char *bdf;
	int container;
	int group;
	int device;
	volatile uint8_t *bar;
	unsigned long bar_bytes;
};

/**
 * struct fault - one that the module reported
 * @seq: its number, 0 for none
 * @device: who
 * @access: "read" or "write"
 * @address: bytes, of the page
 */
struct fault {
	unsigned long seq;
	char device[32];
	char access[16];
	unsigned long address;
};

/**
 * struct walked - where the tables lead
 * @end: how the walk ended; "page" for a translation
 * @domain: kind of the domain
 * @phys: bytes
 * @start: bytes, of what the last entry covers
 * @bytes: of what the last entry covers
 *
 * The numbers are 0 where @end is not "page".
 */
struct walked {
	char end[16];
	char domain[16];
	unsigned long phys;
	unsigned long start;
	unsigned long bytes;
};

/**
 * struct pages - memory of pages of one size
 * @name: of the size
 * @flags: of memfd_create()
 * @page: bytes of a page
 * @bytes: of memory, mapped as often as 1 GiB takes
 */
struct pages {
	const char *name;
	unsigned int flags;
	unsigned long page;
	unsigned long bytes;
};

#define PAGE_KINDS 3

/* 4K, 2M and 1G; needs 8 free pages of 2 MiB, one of 1 GiB. */
extern const struct pages page_kinds[PAGE_KINDS];

/* --- KTAP --- */

/* Prints one check; returns @good. */
__attribute__((format(printf, 2, 3))) bool check(bool good, const char *format,
						 ...);
/* A failed check, and the end, unless @good. errno is told. */
void must(bool good, const char *what);
/* Prints the plan; returns the exit status. */
int checks_end(void);
void pause_ms(long ms);
/* @bytes at @p that depend on @seed alone. */
void fill(uint8_t *p, unsigned long bytes, unsigned int seed);

/*
 * 1 GiB, aligned, all there, to be unmapped by munmap(). Pages of 4K that are
 * neighbours are not neighbours in memory, or VFIO would map many at once.
 */
uint8_t *gigabyte_of(const struct pages *kind);

/* --- VFIO --- */

/* The group of u->bdf into a fresh container of @type, or the end. */
void vfio_join(struct vfio_user *u, unsigned long type);
/* The device, BAR 0 and bus mastering, or the end. */
void vfio_take(struct vfio_user *u);
/* Switches memory decoding and bus mastering on. */
bool vfio_master(struct vfio_user *u);
/* Writes a register of 32 bits, @at bytes into BAR 0. */
void vfio_put(struct vfio_user *u, unsigned int at, uint32_t value);
/* An eventfd for the first interrupt of a kind (VFIO_PCI_*_IRQ_INDEX), or the end. */
int vfio_event(struct vfio_user *u, unsigned int index);
/* 0 or a negative errno. @flags are VFIO_DMA_MAP_FLAG_ values. */
int vfio_map(struct vfio_user *u, const void *va, unsigned long iova,
	     unsigned long size, unsigned int flags);
/* Bytes that were unmapped, or a negative errno. */
long vfio_unmap(struct vfio_user *u, unsigned long iova, unsigned long size,
		unsigned int flags);

/* --- edu --- */

/* Is this BAR edu's? */
bool edu_is(struct vfio_user *u);
/*
 * One DMA of @bytes between @iova and what is @at in edu's buffer of 4 KiB,
 * waited for (a tenth of a second). Never leaves the buffer: QEMU would end.
 */
void edu_dma(struct vfio_user *u, unsigned long iova, unsigned long at,
	     unsigned int bytes, bool to_ram);

/* --- /dev/vtd --- */

/* What the module answers to @command; text that the next call overwrites. */
const char *vtd_ask(const char *command);
/* The number behind the first " KEY=" of @text, or 0. */
unsigned long number_of(const char *text, const char *key);
/* The last fault that the module reported; seq 0 for none. */
struct fault last_fault(void);
/* A check: exactly one fault more than @before, of @source to @iova. */
void check_one_fault(unsigned long before, const char *source,
		     const char *access, unsigned long iova, const char *what);
/* What the tables of @bdf say to @iova. */
struct walked walk_to(const char *bdf, unsigned long iova);
/* Where a page of this process is in memory; the page must be there. */
unsigned long physical(const void *va);

#endif
