// SPDX-License-Identifier: GPL-2.0
/*
 * Processes that share their memory with a device: the suite vtd_sva of KUnit
 * runs this, with the device behind /dev/vtd-sva.
 * Usage: sva PROCESSES SEED [touch]
 *
 * touch: the device cannot ask for pages: the process has them there before.
 *
 * Each process binds, has the device read and write by its own pointers, in
 * memory of every kind and in none, and ends: with the device at work or not,
 * by exit, exec or a signal.  What goes wrong is said in the kernel's log.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../kunit/sva_device.h"

#define PAGE 4096UL
#define HUGE (2UL << 20)

static int device, wrong;
static unsigned int seed, endpoint;
static int touch;

static void __attribute__((format(printf, 1, 2))) bad(const char *fmt, ...)
{
	char text[256];
	va_list args;
	int log, len;

	va_start(args, fmt);
	len = snprintf(text, sizeof(text), "# sva %d: ", getpid());
	len += vsnprintf(text + len, sizeof(text) - len - 1, fmt, args);
	va_end(args);
	text[len++] = '\n';
	log = open("/dev/kmsg", O_WRONLY);
	if (log >= 0 && write(log, text, len) != len)
		perror("/dev/kmsg");
	wrong++;
}

static int dma(volatile void *at, unsigned long *value, int write)
{
	struct sva_dma d = {
		.addr = (unsigned long)at,
		.value = *value,
		.write = write,
		.endpoint = endpoint,
	};
	int ret = ioctl(device, SVA_DMA, &d);

	*value = d.value;
	return ret ? -errno : 0;
}

static void reads(const char *what, volatile void *at, unsigned long expected)
{
	unsigned long value = 0;
	int ret;

	if (touch)
		value = *(volatile unsigned long *)at;
	ret = dma(at, &value, 0);

	if (ret || value != expected)
		bad("%s: read %lx instead of %lx (%d)", what, value, expected,
		    ret);
}

static void writes(const char *what, volatile void *at, unsigned long value)
{
	int ret;

	if (touch)
		*(volatile unsigned long *)at = 0;
	ret = dma(at, &value, 1);

	if (ret)
		bad("%s: not written (%d)", what, ret);
	else if (*(volatile unsigned long *)at != value)
		bad("%s: %lx instead of %lx", what,
		    *(volatile unsigned long *)at, value);
}

static void is_refused(const char *what, volatile void *at, int write)
{
	unsigned long value = 0x666;
	int ret = dma(at, &value, write);

	if (ret != -EFAULT)
		bad("%s: not refused (%d)", what, ret);
}

static void *map(size_t bytes, int prot, int flags, int fd)
{
	void *at = mmap(NULL, bytes, prot, flags, fd, 0);

	if (at == MAP_FAILED) {
		bad("mmap: %s", strerror(errno));
		_exit(1);
	}
	return at;
}

static int file(unsigned long first)
{
	int fd = memfd_create("sva", 0);

	if (fd < 0 || ftruncate(fd, 4 * PAGE) ||
	    pwrite(fd, &first, sizeof(first), 0) != sizeof(first))
		bad("memfd: %s", strerror(errno));
	return fd;
}

static void anonymous(void)
{
	char *at = map(8 * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1);

	reads("the zero page", at, 0);
	writes("what was the zero page", at, 1);
	writes("a page that nobody has touched", at + PAGE, 2);
	*(unsigned long *)(at + 2 * PAGE) = 3;
	reads("a page of the process", at + 2 * PAGE, 3);
	if (mprotect(at, PAGE, PROT_READ))
		bad("mprotect: %s", strerror(errno));
	is_refused("a write to what is read-only now", at, 1);
	reads("what is read-only now", at, 1);
	if (madvise(at + PAGE, PAGE, MADV_DONTNEED))
		bad("madvise: %s", strerror(errno));
	reads("a page that was given up", at + PAGE, 0);
	munmap(at, 8 * PAGE);
	is_refused("a read of what was unmapped", at + 2 * PAGE, 0);
	is_refused("a write to what was unmapped", at + 2 * PAGE, 1);
}

static void files(void)
{
	int fd = file(0x11);
	volatile unsigned long *shared =
		map(4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	volatile unsigned long *own =
		map(4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
	unsigned long seen;

	reads("a file", shared, 0x11);
	reads("a copy of a file that is none yet", own, 0x11);
	writes("a copy on write", own, 0x22);
	reads("the file behind it", shared, 0x11);
	writes("a shared file", shared, 0x33);
	if (pread(fd, &seen, sizeof(seen), 0) != sizeof(seen) || seen != 0x33)
		bad("the file holds %lx", seen);
	reads("the copy", own, 0x22);
	munmap((void *)shared, 4 * PAGE);
	munmap((void *)own, 4 * PAGE);
	close(fd);
}

static void huge_pages(void)
{
	char *at = map(2 * HUGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1);
	char *first = (char *)(((unsigned long)at + HUGE - 1) & ~(HUGE - 1));

	madvise(first, HUGE, MADV_HUGEPAGE);
	writes("a huge page", first + HUGE / 2, 0x44);
	writes("the same", first + HUGE - 8, 0x55);
	reads("its beginning", first, 0);
	munmap(first, PAGE);
	is_refused("a page out of it", first, 0);
	reads("the rest", first + HUGE / 2, 0x44);
	munmap(at, 2 * HUGE);
}

/* The child has a copy, whichever of them writes first. */
static void child_has_copies(void)
{
	volatile unsigned long *at = map(PAGE, PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS, -1);
	int status, go[2];
	pid_t child;
	char c;

	writes("before the fork", at, 0x66);
	if (pipe(go))
		bad("pipe: %s", strerror(errno));
	child = fork();
	if (!child) {
		close(go[1]);
		if (read(go[0], &c, 1) < 0)
			_exit(2);
		_exit(*at != 0x66);
	}
	writes("after the fork", at, 0x77);
	close(go[0]);
	close(go[1]);
	if (waitpid(child, &status, 0) != child || status)
		bad("a child sees what was written after it was forked (%x)",
		    status);
	munmap((void *)at, PAGE);
}

/*
 * A device that writes all the time reaches a page by an address that is
 * unmapped, and not after munmap() has returned.
 */
static void unmapped_under_dma(void)
{
	int fd = file(0), i;
	volatile unsigned long *kept =
		map(4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	struct sva_dma d = { .write = 1, .endpoint = endpoint };

	d.addr = (unsigned long)map(4 * PAGE, PROT_READ | PROT_WRITE,
				    MAP_SHARED, fd);
	*(volatile unsigned long *)d.addr = 0;
	if (ioctl(device, SVA_STREAM, &d))
		bad("stream: %s", strerror(errno));
	for (i = 0; i < 3; i++) {
		unsigned long before, after;

		ioctl(device, SVA_STREAM_WAIT);
		if (!*kept)
			bad("the stream has written nothing");
		munmap((void *)d.addr, 4 * PAGE);
		before = *kept;
		ioctl(device, SVA_STREAM_WAIT);
		after = *kept;
		if (before != after)
			bad("written after munmap: %lx, then %lx", before,
			    after);
		*kept = 0;
		if (mmap((void *)d.addr, 4 * PAGE, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_FIXED, fd, 0) != (void *)d.addr)
			bad("mmap: %s", strerror(errno));
		if (touch)
			*(volatile unsigned long *)d.addr = 0;
	}
	ioctl(device, SVA_STREAM_WAIT);
	munmap((void *)kept, 4 * PAGE);
	close(fd);
}

/* Ways to end; the stream is on in any case. */
static void end(const char *self)
{
	if (wrong)
		_exit(1);
	switch (rand_r(&seed) % 4) {
	case 0:
		close(device);
		_exit(0);
	case 1:
		execl(self, self, "nothing", NULL);
		_exit(1);
	case 2:
		kill(getpid(), SIGKILL);
		pause();
	}
	_exit(0);
}

static void process(const char *self, unsigned int nr)
{
	static void (*const tests[])(void) = { anonymous, files, huge_pages,
					       child_has_copies };
	unsigned int i;

	seed = nr;
	endpoint = nr & 1;
	device = open("/dev/vtd-sva", O_RDWR | O_CLOEXEC);
	if (device < 0 || ioctl(device, SVA_BIND)) {
		bad("bind: %s", strerror(errno));
		_exit(1);
	}
	for (i = 0; i < 4; i++)
		tests[(i + nr) % 4]();
	unmapped_under_dma();
	end(self);
}

int main(int argc, char **argv)
{
	int left, running = 0, status;
	unsigned int nr;

	if (argc == 2)
		return 0;
	left = atoi(argv[1]);
	nr = argc > 2 ? strtoul(argv[2], NULL, 0) : 1;
	touch = argc > 3;
	while (left || running) {
		if (left && running < 8) {
			if (!fork())
				process(argv[0], nr);
			nr++;
			left--;
			running++;
			continue;
		}
		if (wait(&status) < 0)
			return 1;
		running--;
		if (status &&
		    !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
			wrong++;
	}
	return wrong ? 1 : 0;
}
