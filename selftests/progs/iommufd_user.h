/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the program iommufd share: devices through VFIO and
 * iommufd, their DMA by the suite vtd_iommufd (kunit/iommufd_device.h), memory
 * and first-stage tables of a guest, and what was found.
 *
 * Calls return 0 or more, or a negative errno; what must succeed ends the
 * program when it does not.
 */
#ifndef IOMMUFD_USER_H
#define IOMMUFD_USER_H

#include <linux/iommufd.h>
#include <linux/vfio.h>
#include <stdbool.h>
#include <stdint.h>

#include "../../include/vtd/uapi/iommufd.h"
#include "../../kunit/iommufd_device.h"

#define PAGE 4096UL
#define HUGE (2UL << 20)

/* As the devices of the suite are. */
#define ATS 0 /* PASIDs of 20 bits */
#define ATS_2 1 /* another one */
#define PLAIN 2 /* no PASIDs, no ATS */

#define NO_PASID 0xffffffffU

/* Capabilities of the unit, as the specification has them (11.4.3). */
#define ECAP_NEST (1ULL << 26)
#define ECAP_SSADS (1ULL << 45)
#define ECAP_SSTS (1ULL << 46)

/**
 * struct iodev - a device in the hands of this process
 * @nr: which of the suite's
 * @fd: the device's file
 * @iommu: the iommufd that it is bound to
 * @id: what it is called there
 */
struct iodev {
	unsigned int nr;
	int fd;
	int iommu;
	uint32_t id;
};

extern struct iotest_info machine;
extern int machine_fd;

/* --- what was found --- */

/* One line in the kernel's log; returns @good. */
bool check(bool good, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The end, unless @good. */
void must(bool good, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* @ret is @expected, a negative errno or 0. */
bool is(long ret, long expected, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
unsigned int failures(void);
uint64_t random_of(uint64_t *seed);
void pause_us(long us);
/* At rest the software VT-d must find nothing wrong. */
void quiet(const char *what);

/* --- VFIO --- */

/* Opens and binds it, as bus master. */
struct iodev take(unsigned int nr, int iommu);
int try_take(unsigned int nr, int iommu, struct iodev *dev);
void give(struct iodev *dev);
/* Bus master, also after a reset. */
int device_master(struct iodev *dev);
int attach(struct iodev *dev, uint32_t pasid, uint32_t pt);
int detach(struct iodev *dev, uint32_t pasid);

/* --- iommufd --- */

int iommu_new(void);
/* An ioctl; its structure begins with its size. */
int ask(int fd, unsigned long request, void *arg);
uint32_t ioas_new(int iommu);
/* One that maps pages of 4 KiB as such, however they lie in memory. */
uint32_t ioas_new_small(int iommu);
int map(int iommu, uint32_t ioas, void *at, uint64_t iova, uint64_t bytes);
int map_as(int iommu, uint32_t ioas, void *at, uint64_t iova, uint64_t bytes,
	   uint32_t flags);
int map_file(int iommu, uint32_t ioas, int fd, uint64_t iova, uint64_t bytes);
int unmap(int iommu, uint32_t ioas, uint64_t iova, uint64_t bytes);
int destroy(int iommu, uint32_t id);
int hwpt_new(struct iodev *dev, uint32_t pt, uint32_t flags, uint32_t *id);
/* The same; it must succeed. */
uint32_t hwpt(struct iodev *dev, uint32_t pt, uint32_t flags);
int nested_new(struct iodev *dev, uint32_t pt, uint32_t flags,
	       const struct iommu_hwpt_vtd_s1 *data, uint32_t *id);
/* 4 levels; it must succeed. */
uint32_t nested_hwpt(struct iodev *dev, uint32_t pt, uint32_t flags,
		     uint64_t table);
/* @nr becomes the entries that were done. */
int invalidate(int iommu, uint32_t id, uint32_t type, void *entries,
	       uint32_t bytes, uint32_t *nr);
/* @pages from @addr of a nested domain, ~0: all; it must succeed. */
void forget(int iommu, uint32_t id, uint64_t addr, uint64_t pages);
int set_dirty(int iommu, uint32_t id, bool on);
int get_dirty(int iommu, uint32_t id, uint32_t flags, uint64_t iova,
	      uint64_t bytes, uint64_t page, void *bits);

/* --- DMA --- */

/* IOTEST_DONE and others; @reason may be NULL. */
int dma(unsigned int nr, uint32_t pasid, uint32_t flags, uint64_t addr,
	void *data, uint32_t bytes, uint32_t *reason);
/* Are these checks: @value is read, or written; or the request is refused. */
bool dma_reads(unsigned int nr, uint32_t pasid, uint64_t addr, uint64_t value,
	       const char *what);
bool dma_writes(unsigned int nr, uint32_t pasid, uint64_t addr, uint64_t value,
		volatile uint64_t *at, const char *what);
bool dma_refused(unsigned int nr, uint32_t pasid, uint32_t flags, uint64_t addr,
		 const char *what);

/* A device that writes all the time; its number. */
uint32_t writer_new(unsigned int nr, uint32_t pasid, uint64_t addr,
		    uint64_t pages, uint64_t seed);
struct iotest_log writer_log(uint32_t id, bool hold, uint64_t *bits);
void writer_wait(uint32_t id);
void writer_stop(uint32_t id);

/* --- memory --- */

/* All there, in pages of 4 KiB, of 2 MiB, or of either. */
void *memory_new(uint64_t bytes);
void *memory_huge(uint64_t bytes);

/**
 * struct guest - memory of a guest, all of it in one piece
 * @at: where it is here
 * @iova: where the guest has it
 * @bytes: how much
 * @next: first page that is not in use yet
 */
struct guest {
	uint8_t *at;
	uint64_t iova;
	uint64_t bytes;
	uint64_t next;
};

#define G_P 0x01ULL
#define G_W 0x02ULL
#define G_U 0x04ULL
#define G_A 0x20ULL
#define G_D 0x40ULL
#define G_PS 0x80ULL
#define G_RW (G_P | G_W | G_U)

/* A page of it, empty: its address there; and what is there. */
uint64_t guest_page(struct guest *g);
volatile uint64_t *guest_at(struct guest *g, uint64_t addr);
/* An empty table of @levels levels. */
uint64_t guest_table(struct guest *g);
/* The entry of @level for an address, tables made on the way. */
volatile uint64_t *guest_entry(struct guest *g, uint64_t table, uint64_t addr,
			       unsigned int level);
/* @addr leads to @to. */
void guest_map(struct guest *g, uint64_t table, uint64_t addr, uint64_t to,
	       uint64_t bits);

/* --- the parts --- */

void run_basic(void);
void run_siov(void);
void run_mute(void);
void run_nested(void);
void run_mute_nested(void);
void run_dirty(void);
void run_migrate(unsigned int rounds);
void run_pages(void);
void run_viommu(void);
void run_mute_viommu(void);
void run_fuzz(unsigned int calls, unsigned int seed);

#endif
