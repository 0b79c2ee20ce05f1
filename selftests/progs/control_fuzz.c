// SPDX-License-Identifier: GPL-2.0
/*
 * What root can do to our files, by several threads at once: commands that are
 * right, nearly right or garbage for /dev/vtd; calls of /dev/vtd-vfio and
 * /dev/vtd-posted with arguments of any kind; sysfs files and debugfs files read
 * and written.  Nothing may crash, hang or leak; what follows is the case's.
 *
 * Usage: control_fuzz SEED CALLS GROUP|- BDF...
 * GROUP is a VFIO group that nobody has open.  A device file that is not there is
 * left out, except for /dev/vtd.  Prints how often each kind of call succeeded;
 * status 1 when one of them never did, or never failed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../include/vtd/uapi/posted.h"
#include "../../include/vtd/uapi/vfio.h"

#define THREADS 4

enum kind { COMMAND, WATCH, POSTED, SYSFS, DEBUGFS, KINDS };

static const char *const kind_names[KINDS] = {
	"/dev/vtd", "/dev/vtd-vfio", "/dev/vtd-posted", "sysfs", "debugfs",
};

static atomic_ulong good[KINDS], bad[KINDS];
static atomic_long left;
static char **devices;
static int nr_devices;
static const char *group;
static glob_t sysfs, debugfs;
static int shared[3];

struct dice {
	uint64_t seed;
};

static uint64_t throw_dice(struct dice *d)
{
	d->seed ^= d->seed << 13;
	d->seed ^= d->seed >> 7;
	d->seed ^= d->seed << 17;
	return d->seed;
}

static unsigned int below(struct dice *d, unsigned int n)
{
	return throw_dice(d) % n;
}

static void count(enum kind kind, bool ok)
{
	atomic_fetch_add(ok ? &good[kind] : &bad[kind], 1);
}

/* --- /dev/vtd --- */

static const char *device_of(struct dice *d)
{
	static const char *const odd[] = {
		"0000:00:00.0",
		"ffff:ff:1f.7",
		"0000:00:1f.9",
		"00:03.0",
		"0000:00:03.0 ",
		"-",
		"",
	};

	if (!nr_devices || !below(d, 6))
		return odd[below(d, 7)];
	return devices[below(d, nr_devices)];
}

/* A command as a user types it, or nearly. */
static int words(struct dice *d, char *text, size_t size)
{
	static const char *const verbs[] = {
		"status",
		"attach",
		"confirm",
		"detach",
		"adopt",
		"release",
		"why",
		"walk",
		"faults",
		"irqs",
		"stats",
		"strict",
		"ats",
		"stat",
		"",
		"attach dry-run",
		"attach try=5",
		"faults sources",
		"faults after=3",
		"recover",
		"check",
		"latency",
		"held",
		"detach hold dry-run",
	};
	const char *verb = verbs[below(d, sizeof(verbs) / sizeof(*verbs))];
	const char *dev = device_of(d);

	switch (below(d, 6)) {
	case 0:
		return snprintf(text, size, "%s", verb);
	case 1:
	case 2:
		return snprintf(text, size, "%s %s", verb, dev);
	case 3:
		return snprintf(text, size, "%s %s 0x%llx", verb, dev,
				(unsigned long long)throw_dice(d) >>
					below(d, 64));
	case 4:
		return snprintf(text, size, "%s %s 0x%llx %u", verb, dev,
				(unsigned long long)throw_dice(d) >>
					below(d, 64),
				below(d, 1 << 21));
	default:
		return snprintf(text, size, "%s %s %s", verb, dev,
				below(d, 2) ? "on" : "off");
	}
}

static void spoil(struct dice *d, char *text, int *len)
{
	unsigned int i, n = 1 + below(d, 4);

	for (i = 0; *len && i < n; i++)
		text[below(d, *len)] = throw_dice(d);
	if (!below(d, 4))
		*len = below(d, *len + 1);
	if (!below(d, 8))
		*len = 200;
}

static void one_command(struct dice *d)
{
	char text[256] = "", reply[4096];
	int len = words(d, text, sizeof(text));
	bool own = below(d, 3), ok;
	int fd = own ? open("/dev/vtd", O_RDWR | O_NONBLOCK) : shared[0];
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (len > 200)
		len = 200;
	if (!below(d, 3))
		spoil(d, text, &len);
	ok = write(fd, text, len) == len;
	count(COMMAND, ok);
	while (read(fd, reply, 1 + below(d, sizeof(reply))) > 0 && below(d, 20))
		;
	if (!below(d, 8))
		pread(fd, reply, sizeof(reply), throw_dice(d) >> 1);
	if (!below(d, 8))
		poll(&p, 1, 0);
	if (!below(d, 16))
		ioctl(fd, throw_dice(d), reply);
	if (own)
		close(fd);
}

/* --- the files with calls --- */

static int some_file(struct dice *d)
{
	switch (below(d, 4)) {
	case 0:
		return group ? open(group, O_RDWR) : -1;
	case 1:
		return eventfd(0, EFD_NONBLOCK);
	case 2:
		return open("/dev/null", O_RDWR);
	default:
		return -1;
	}
}

static void one_watch(struct dice *d)
{
	union {
		struct vtd_vfio_watch watch;
		struct vtd_vfio_info info;
		uint8_t bytes[128];
	} a;
	bool own = below(d, 3);
	int fd = own ? open("/dev/vtd-vfio", O_RDWR | O_NONBLOCK) : shared[1];
	int other = some_file(d);
	unsigned int i, n = 1 + below(d, 4);

	for (i = 0; i < n; i++) {
		memset(&a, below(d, 2) ? 0 : throw_dice(d), sizeof(a));
		if (below(d, 2)) {
			a.watch.group = other;
			a.watch.flags = below(d, 4) ? 0 : throw_dice(d);
			count(WATCH, !ioctl(fd, VTD_VFIO_WATCH, &a));
		} else {
			a.info.argsz = below(d, 4) ? sizeof(a.info) :
						     throw_dice(d);
			count(WATCH, !ioctl(fd, VTD_VFIO_INFO,
					    below(d, 8) ? &a : NULL));
		}
		if (!below(d, 4))
			read(fd, &a, below(d, sizeof(a)));
		if (!below(d, 8))
			ioctl(fd, throw_dice(d), &a);
	}
	if (other >= 0)
		close(other);
	if (own)
		close(fd);
}

static void one_posted(struct dice *d)
{
	bool own = below(d, 3);
	int fd = own ? open("/dev/vtd-posted", O_RDWR | O_NONBLOCK) : shared[2];
	int other = some_file(d);
	unsigned int i, n = 1 + below(d, 6);
	uint32_t vector;
	uint8_t got[300];

	for (i = 0; i < n; i++) {
		struct vtd_posted_bind bind = {
			.eventfd = other,
			.vector = below(d, 4) ? below(d, 256) : throw_dice(d),
			.flags = below(d, 4) ? below(d, 2) : throw_dice(d),
		};

		switch (below(d, 7)) {
		case 0:
			count(POSTED, !ioctl(fd, VTD_POSTED_BIND, &bind));
			break;
		case 1:
			count(POSTED, !ioctl(fd, VTD_POSTED_UNBIND, &other));
			break;
		case 2:
			vector = throw_dice(d) & 0x800000ff;
			count(POSTED, !ioctl(fd, VTD_POSTED_POST, &vector));
			break;
		case 3:
			ioctl(fd, VTD_POSTED_SUSPEND);
			break;
		case 4:
			ioctl(fd, VTD_POSTED_RESUME);
			break;
		case 5:
			count(POSTED, read(fd, got, below(d, sizeof(got))) > 0);
			break;
		default:
			ioctl(fd, throw_dice(d), below(d, 2) ? &bind : NULL);
		}
	}
	/* A shared one must not be left so that it never wakes anybody. */
	ioctl(fd, VTD_POSTED_RESUME);
	if (other >= 0)
		close(other);
	if (own)
		close(fd);
}

/* --- files to read and to write --- */

static void one_file(struct dice *d, const glob_t *files, enum kind kind)
{
	static const char *const texts[] = {
		"0",	"1",	  "Y",
		"N",	"-1",	  "99999999999999999999",
		"DMA",	"DMA-FQ", "identity",
		"auto", "\n",	  "%n%s",
		"",
	};
	const char *text = texts[below(d, sizeof(texts) / sizeof(*texts))];
	char page[8192];
	int fd;

	if (!files->gl_pathc)
		return;
	fd = open(files->gl_pathv[below(d, files->gl_pathc)],
		  below(d, 3) ? O_RDONLY : O_RDWR);
	if (fd < 0) {
		count(kind, false);
		return;
	}
	if (below(d, 2)) {
		count(kind, read(fd, page, 1 + below(d, sizeof(page))) >= 0);
	} else {
		memset(page, throw_dice(d), sizeof(page));
		count(kind, below(d, 4) ? write(fd, text, strlen(text)) > 0 :
					  write(fd, page,
						below(d, sizeof(page))) > 0);
	}
	close(fd);
}

static void *run(void *arg)
{
	struct dice d = { .seed = (uintptr_t)arg };

	while (atomic_fetch_sub(&left, 1) > 0) {
		switch (below(&d, 10)) {
		case 0:
		case 1:
			if (shared[1] >= 0)
				one_watch(&d);
			break;
		case 2:
		case 3:
			if (shared[2] >= 0)
				one_posted(&d);
			break;
		case 4:
			one_file(&d, &sysfs, SYSFS);
			break;
		case 5:
			one_file(&d, &debugfs, DEBUGFS);
			break;
		default:
			one_command(&d);
		}
	}
	return NULL;
}

static void find_files(void)
{
	glob("/sys/class/iommu/*/*", 0, NULL, &sysfs);
	glob("/sys/class/iommu/*/*/*", GLOB_APPEND, NULL, &sysfs);
	glob("/sys/module/vtd_*/parameters/*", GLOB_APPEND, NULL, &sysfs);
	glob("/sys/kernel/iommu_groups/*/*", GLOB_APPEND, NULL, &sysfs);
	glob("/sys/kernel/debug/vtd*/*", 0, NULL, &debugfs);
	glob("/sys/kernel/debug/vtd*/*/*", GLOB_APPEND, NULL, &debugfs);
}

int main(int argc, char **argv)
{
	pthread_t thread[THREADS];
	int i, status = 0;
	uint64_t seed;

	if (argc < 4 || atol(argv[2]) < 1) {
		fprintf(stderr,
			"usage: control_fuzz SEED CALLS GROUP|- BDF...\n");
		return 2;
	}
	seed = strtoull(argv[1], NULL, 0) | 1;
	left = atol(argv[2]);
	group = strcmp(argv[3], "-") ? argv[3] : NULL;
	devices = argv + 4;
	nr_devices = argc - 4;
	find_files();
	shared[0] = open("/dev/vtd", O_RDWR | O_NONBLOCK);
	shared[1] = open("/dev/vtd-vfio", O_RDWR | O_NONBLOCK);
	shared[2] = open("/dev/vtd-posted", O_RDWR | O_NONBLOCK);
	if (shared[0] < 0) {
		perror("/dev/vtd");
		return 2;
	}
	for (i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, run,
			       (void *)(uintptr_t)(seed * (i + 1) *
						   0x9e3779b97f4a7c15ULL));
	for (i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	for (i = 0; i < KINDS; i++) {
		printf("%s: %lu succeeded, %lu failed\n", kind_names[i],
		       good[i], bad[i]);
		if (i < SYSFS && shared[i] < 0)
			continue;
		/* Nobody can watch nothing. */
		if ((!good[i] && (group || i != WATCH)) || !bad[i])
			status = 1;
	}
	return status;
}
