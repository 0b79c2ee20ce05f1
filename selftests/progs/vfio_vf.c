// SPDX-License-Identifier: GPL-2.0
/*
 * A virtual function of QEMU's igb in the hands of user space, told by a script
 * what to do: one command a line on standard input, one line of answer to each.
 *
 * Usage: vfio_vf BDF
 *   map IOVA SEED    a page of its own is mapped; its contents depend on SEED
 *   unmap IOVA       and no longer
 *   start            the physical function's driver is asked to let it transmit
 *   ring IOVA        a descriptor is fetched from there and marked as done there
 *   head RING IOVA   one is fetched from RING, the number done is written to IOVA
 *   clear IOVA       a page that was mapped is as it was then
 *   page IOVA        done=0|1 head=N rest=same|changed: of a page that was mapped
 *   reset            the function is reset, and told to be bus master again
 *   requested S      waits S seconds for VFIO to ask for the device
 *   give             closes the device; container and group stay open
 *   quit
 * The group must be bound to vfio-pci.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "vfio_user.h"

/* Registers of an 82576 virtual function, in its BAR 0. */
#define VF_MESSAGE 0x800
#define VF_MAILBOX 0xc40
#define VF_TDBAL 0x3800
#define VF_TDBAH 0x3804
#define VF_TDLEN 0x3808
#define VF_TDH 0x3810
#define VF_TDT 0x3818
#define VF_TXDCTL 0x3828
#define VF_TDWBAL 0x3838
#define VF_TDWBAH 0x383c

#define MAILBOX_REQUEST (1U << 0)
#define MAILBOX_MINE (1U << 2)
#define MAILBOX_ANSWERED (1U << 4)
#define MESSAGE_RESET 0x00000001U
#define MESSAGE_WORD 0x0000ffffU
#define QUEUE_ON (1U << 25)

/*
 * A context descriptor: nothing is sent for it. Its third word is type 2,
 * extended, to be reported; done is bit 0 of the fourth.
 */
#define CONTEXT 0x28200000U
#define DONE 1U

#define RING_BYTES 128
#define HEAD_AT 2048
#define NO_HEAD 0xffffffffU
#define MOST_PAGES 8

static struct vfio_user user;
static int request = -1;
static struct page {
	unsigned long iova;
	unsigned int seed;
	uint8_t *va;
} pages[MOST_PAGES];
static unsigned int nr_pages;

static uint32_t vf_read(unsigned int off)
{
	return *(volatile uint32_t *)(user.bar + off);
}

static void vf_write(unsigned int off, uint32_t val)
{
	*(volatile uint32_t *)(user.bar + off) = val;
}

static struct page *page_at(unsigned long iova)
{
	unsigned int i;

	for (i = 0; i < nr_pages; i++)
		if (pages[i].iova == iova)
			return &pages[i];
	return NULL;
}

static uint32_t *word_at(struct page *p, unsigned long at)
{
	return (uint32_t *)(p->va + at);
}

/* The page as it is before the device has been there. */
static void prepare(struct page *p)
{
	fill(p->va, PAGE, p->seed);
	memset(p->va, 0, RING_BYTES);
	*word_at(p, 8) = CONTEXT;
	*word_at(p, HEAD_AT) = NO_HEAD;
}

static void do_map(unsigned long iova, unsigned int seed)
{
	struct page *p = &pages[nr_pages];
	int ret = -ENOSPC;

	if (nr_pages < MOST_PAGES) {
		p->iova = iova;
		p->seed = seed;
		p->va = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		must(p->va != MAP_FAILED, "memory");
		prepare(p);
		ret = vfio_map(&user, p->va, iova, PAGE, VFIO_RW);
	}
	if (ret) {
		printf("errno %d\n", -ret);
		return;
	}
	nr_pages++;
	printf("ok 0x%lx\n", physical(p->va));
}

/*
 * Has the other side of the mailbox answered? Then it lets the function transmit,
 * with an address for it or without.
 */
static bool start(void)
{
	int i;

	vf_read(VF_MAILBOX);
	for (i = 0; i < 200; i++) {
		vf_write(VF_MAILBOX, MAILBOX_MINE);
		if (vf_read(VF_MAILBOX) & MAILBOX_MINE)
			break;
		pause_ms(10);
	}
	vf_write(VF_MESSAGE, MESSAGE_RESET);
	vf_write(VF_MAILBOX, MAILBOX_REQUEST);
	for (i = 0; i < 500; i++) {
		if (vf_read(VF_MAILBOX) & MAILBOX_ANSWERED)
			return (vf_read(VF_MESSAGE) & MESSAGE_WORD) ==
			       MESSAGE_RESET;
		pause_ms(10);
	}
	return false;
}

/* One descriptor at @ring; @head is where the number done goes, or 0. */
static void transmit(unsigned long ring, unsigned long head)
{
	struct page *p = page_at(ring);
	int i;

	if (p)
		prepare(p);
	vf_write(VF_TXDCTL, 0);
	vf_write(VF_TDBAL, ring);
	vf_write(VF_TDBAH, ring >> 32);
	vf_write(VF_TDLEN, RING_BYTES);
	vf_write(VF_TDWBAL, head ? (uint32_t)head | 1 : 0);
	vf_write(VF_TDWBAH, head >> 32);
	vf_write(VF_TDH, 0);
	vf_write(VF_TDT, 0);
	vf_write(VF_TXDCTL, QUEUE_ON);
	vf_write(VF_TDT, 1);
	for (i = 0; i < 50 && vf_read(VF_TDH) != 1; i++)
		pause_ms(10);
	printf("ok %u\n", vf_read(VF_TDH));
}

static void clear(unsigned long iova)
{
	struct page *p = page_at(iova);

	if (p)
		prepare(p);
	puts(p ? "ok" : "no such page");
}

static void show_page(unsigned long iova)
{
	struct page *p = page_at(iova);
	uint8_t want[PAGE];

	if (!p) {
		puts("no such page");
		return;
	}
	fill(want, PAGE, p->seed);
	memcpy(want, p->va, RING_BYTES);
	memcpy(want + HEAD_AT, p->va + HEAD_AT, 4);
	printf("done=%u head=%d rest=%s\n", *word_at(p, 12) & DONE,
	       (int)*word_at(p, HEAD_AT),
	       memcmp(want, p->va, PAGE) ? "changed" : "same");
}

static bool requested(int seconds)
{
	struct pollfd fd = { .fd = request, .events = POLLIN };

	return poll(&fd, 1, seconds * 1000) == 1;
}

static bool reset(void)
{
	return !ioctl(user.device, VFIO_DEVICE_RESET) && vfio_master(&user);
}

static bool give(void)
{
	int ret = munmap((void *)user.bar, user.bar_bytes) ||
		  close(user.device);

	user.device = -1;
	return !ret;
}

/* Of the line that strtok() is at; 0 when there is none. */
static unsigned long next_number(void)
{
	const char *word = strtok(NULL, "\n ");

	return word ? strtoul(word, NULL, 0) : 0;
}

static void obey(char *line)
{
	const char *word = strtok(line, "\n ");
	unsigned long a = next_number(), b = next_number();

	if (!word)
		word = "";
	if (!strcmp(word, "map"))
		do_map(a, b);
	else if (!strcmp(word, "unmap"))
		printf("ok %ld\n", vfio_unmap(&user, a, PAGE, 0));
	else if (!strcmp(word, "clear"))
		clear(a);
	else if (!strcmp(word, "page"))
		show_page(a);
	else if (!strcmp(word, "requested"))
		puts(requested(a) ? "yes" : "no");
	else if (user.device < 0)
		puts("the device is given back");
	else if (!strcmp(word, "start"))
		puts(start() ? "ok" : "no answer");
	else if (!strcmp(word, "ring"))
		transmit(a, 0);
	else if (!strcmp(word, "head"))
		transmit(a, b);
	else if (!strcmp(word, "reset"))
		puts(reset() ? "ok" : "refused");
	else if (!strcmp(word, "give"))
		puts(give() ? "ok" : "refused");
	else
		puts("no such command");
}

int main(int argc, char **argv)
{
	char line[128];

	if (argc != 2) {
		fprintf(stderr, "usage: vfio_vf BDF\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	user.bdf = argv[1];
	vfio_join(&user, VFIO_TYPE1v2_IOMMU);
	vfio_take(&user);
	/* VFIO tells by an event when it wants the device back. */
	request = vfio_event(&user, VFIO_PCI_REQ_IRQ_INDEX);
	puts("ready");
	while (fgets(line, sizeof(line), stdin) && strcmp(line, "quit\n"))
		obey(line);
	return 0;
}
