// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/vtd-vfio: faults of QEMU's edu device for the program that owns it, and
 * for nobody else.
 *
 * Usage: vfio_faults refused
 *        vfio_faults owner BDF SOURCE DEVICES ISOLATED
 *        vfio_faults apart BDF OTHER
 *        vfio_faults kept BDF
 *        vfio_faults taken BDF
 *        vfio_faults unclaimed BDF
 * The devices' groups are bound to vfio-pci. SOURCE is the function that faults
 * name, DEVICES how many the group has, ISOLATED whether their interrupts are (0
 * or 1). "unclaimed" prints "watching" and goes on at the end of its input.
 * Prints KTAP. Without privileges it does all but "taken" and "unclaimed".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../../include/vtd/uapi/vfio.h"
#include "vfio_user.h"

#define UNMAPPED 0x8000000UL
#define MANY (VTD_VFIO_QUEUE + 6)

/* What the specification calls them (7.1.3). */
#define REASON_WRITE 5
#define REASON_READ 6

static struct vtd_vfio_fault fault[VTD_VFIO_QUEUE + 8];

static int watch_open(void)
{
	int fd = open("/dev/vtd-vfio", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	must(fd >= 0, "/dev/vtd-vfio opens");
	return fd;
}

/* 0 or a negative errno; so are the next ones. */
static int watch(int fd, int group)
{
	struct vtd_vfio_watch arg = { .group = group };

	return ioctl(fd, VTD_VFIO_WATCH, &arg) ? -errno : 0;
}

static int info(int fd, struct vtd_vfio_info *arg)
{
	arg->argsz = sizeof(*arg);
	return ioctl(fd, VTD_VFIO_INFO, arg) ? -errno : 0;
}

/* How many faults were read, at most @max. */
static int take(int fd, unsigned int max)
{
	ssize_t n = read(fd, fault, max * sizeof(fault[0]));

	if (n < 0)
		return -errno;
	must(n % sizeof(fault[0]) == 0, "whole records are read");
	return n / sizeof(fault[0]);
}

static int events(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1 ? p.revents : 0;
}

static bool comes(int fd)
{
	return events(fd, 5000) == POLLIN;
}

/* Time for what must not come. */
static bool silent(int fd)
{
	return !events(fd, 400) && take(fd, 1) == -EAGAIN;
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static unsigned int number(const char *bdf, unsigned int *segment)
{
	unsigned int bus, dev, fn;

	must(sscanf(bdf, "%x:%x:%x.%x", segment, &bus, &dev, &fn) == 4,
	     "the address of a function");
	return bus << 8 | dev << 3 | fn;
}

/* Is @f what @bdf did at @addr? */
static bool is_of(const struct vtd_vfio_fault *f, const char *bdf,
		  unsigned long addr, bool write)
{
	unsigned int segment, sid = number(bdf, &segment);

	if (f->segment == segment && f->bdf == sid && f->addr == addr &&
	    f->flags == (write ? VTD_VFIO_FAULT_WRITE : 0U) &&
	    f->reason == (write ? REASON_WRITE : REASON_READ) && !f->pasid)
		return true;
	printf("# seq %llu lost %llu segment %x bdf %x addr 0x%llx flags 0x%x reason %u\n",
	       f->seq, f->lost, f->segment, f->bdf, f->addr, f->flags,
	       f->reason);
	return false;
}

static void own(struct vfio_user *u, const char *bdf)
{
	u->bdf = bdf;
	vfio_join(u, VFIO_TYPE1v2_IOMMU);
	vfio_take(u);
	must(edu_is(u), "BAR 0 is edu's");
}

static void disown(struct vfio_user *u)
{
	munmap((void *)u->bar, u->bar_bytes);
	close(u->device);
	close(u->group);
	close(u->container);
}

static void write_to(struct vfio_user *u, unsigned long iova)
{
	edu_dma(u, iova, 0, 4, true);
}

/*
 * The same, and until the fault is counted: QEMU records no second one of a
 * device while the first waits to be read.
 */
static void refuse(struct vfio_user *u, int fd, unsigned long iova)
{
	struct vtd_vfio_info what;
	uint64_t before;
	int i;

	must(!info(fd, &what), "it says how many there were");
	before = what.seq;
	write_to(u, iova);
	for (i = 0; i < 500 && what.seq == before; i++) {
		pause_ms(10);
		must(!info(fd, &what), "it says how many there are");
	}
}

static int group_open(const char *bdf, int flags)
{
	char path[128], target[256];
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group",
		 bdf);
	n = readlink(path, target, sizeof(target) - 1);
	must(n > 0, "the device has a group");
	target[n] = '\0';
	snprintf(path, sizeof(path), "/dev/vfio/%.32s",
		 strrchr(target, '/') + 1);
	return open(path, flags | O_CLOEXEC);
}

/* --- who owns nothing --------------------------------------------------- */

static void test_refused(void)
{
	struct vtd_vfio_watch arg = { .group = 0, .flags = 0 };
	struct vtd_vfio_info what;
	int fd = watch_open(), pipes[2], file;

	must(!pipe(pipes), "a pipe");
	file = open("/proc/self/exe", O_RDONLY);
	must(file >= 0, "a file");
	check(take(fd, 1) == -EPERM, "without a group nothing can be read");
	check(info(fd, &what) == -EPERM, "nor asked");
	check(events(fd, 0) == POLLERR, "nor waited for");
	check(watch(fd, -1) == -EBADF, "no descriptor is EBADF");
	check(watch(fd, 1000) == -EBADF, "nor is one that is not open");
	check(watch(fd, pipes[0]) == -EINVAL, "a pipe is EINVAL");
	check(watch(fd, file) == -EINVAL, "a file is EINVAL");
	check(watch(fd, fd) == -EINVAL, "and so is this file itself");
	file = open("/dev/vfio/vfio", O_RDWR);
	must(file >= 0, "/dev/vfio/vfio opens");
	check(watch(fd, file) == -EINVAL, "a container is EINVAL");
	check(ioctl(fd, VTD_VFIO_WATCH, NULL) == -1 && errno == EFAULT,
	      "no argument is EFAULT");
	check(ioctl(fd, VTD_VFIO_INFO, NULL) == -1 && errno == EFAULT,
	      "also to be told");
	arg.flags = 1;
	check(ioctl(fd, VTD_VFIO_WATCH, &arg) == -1 && errno == EINVAL,
	      "a flag that there is not is EINVAL");
	what.argsz = sizeof(what) - 1;
	check(ioctl(fd, VTD_VFIO_INFO, &what) == -1 && errno == EINVAL,
	      "a record that is too short is EINVAL");
	check(ioctl(fd, _IO('v', 0x7a)) == -1 && errno == ENOTTY,
	      "an unknown command is ENOTTY");
	check(ioctl(fd, _IOW('v', 0x78, char), &arg) == -1 && errno == ENOTTY,
	      "and so is one of another size");
	check(write(fd, "x", 1) == -1, "it cannot be written to");
	check(take(fd, 1) == -EPERM, "and after all that nothing can be read");
}

/* --- who owns one ------------------------------------------------------- */

static void test_begin(struct vfio_user *u, int fd)
{
	int other = watch_open(), path = group_open(u->bdf, O_PATH);

	must(path >= 0, "the group's name");
	check(watch(fd, path) == -EBADF, "the group's name alone is EBADF");
	check(watch(fd, u->device) == -EINVAL, "the device's file is EINVAL");
	check(take(fd, 1) == -EPERM, "nothing can be read yet");
	check(!watch(fd, u->group), "the group is watched");
	check(watch(fd, u->group) == -EBUSY, "once");
	check(watch(other, u->group) == -EBUSY, "also by another file");
	check(take(other, 1) == -EPERM, "which sees nothing");
	check(take(fd, 1) == -EAGAIN && !events(fd, 0), "nothing is there");
	check(read(fd, fault, sizeof(fault[0]) - 1) == -1 && errno == EINVAL,
	      "a read of less than a record is EINVAL");
	close(path);
	close(other);
}

static void test_faults(struct vfio_user *u, int fd, const char *source)
{
	uint64_t before = now();
	uint8_t *ram = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(ram != MAP_FAILED, "memory");
	write_to(u, UNMAPPED + 8);
	check(comes(fd), "a refused write: poll() wakes");
	check(take(fd, 8) == 1 && fault[0].seq == 1 && !fault[0].lost,
	      "it is the first, and alone");
	check(is_of(fault, source, UNMAPPED, true),
	      "device, address, access and reason are right");
	check(fault[0].ns > before && fault[0].ns < now(), "and the time");
	check(take(fd, 1) == -EAGAIN, "it is told once");
	edu_dma(u, UNMAPPED + PAGE, 0, 4, false);
	check(comes(fd) && take(fd, 8) == 1 && fault[0].seq == 2 &&
		      is_of(fault, source, UNMAPPED + PAGE, false),
	      "a refused read");
	check(!vfio_map(u, ram, UNMAPPED, PAGE, VFIO_RW), "a page is mapped");
	write_to(u, UNMAPPED);
	check(silent(fd), "what reaches it is not told");
	check(vfio_unmap(u, UNMAPPED, PAGE, 0) == (long)PAGE, "and unmapped");
	refuse(u, fd, UNMAPPED);
	refuse(u, fd, UNMAPPED + 2 * PAGE);
	check(comes(fd), "two more");
	must(!mprotect(ram, PAGE, PROT_NONE), "a page of no use");
	check(read(fd, ram, sizeof(fault[0])) == -1 && errno == EFAULT,
	      "a bad buffer is EFAULT");
	check(take(fd, 3) == 2 && is_of(fault, source, UNMAPPED, true) &&
		      is_of(fault + 1, source, UNMAPPED + 2 * PAGE, true),
	      "and loses nothing: one read has both");
	munmap(ram, PAGE);
}

/* Another process sleeps in read() with our file. */
static void test_sleep(struct vfio_user *u, int fd, const char *source)
{
	int flags = fcntl(fd, F_GETFL), status = 0;
	pid_t pid;

	fflush(stdout);
	must(!fcntl(fd, F_SETFL, flags & ~O_NONBLOCK), "without O_NONBLOCK");
	pid = fork();
	must(pid >= 0, "a process");
	if (!pid)
		_exit(take(fd, 1) == 1 && is_of(fault, source, UNMAPPED, true) ?
			      3 :
			      4);
	pause_ms(300);
	check(!waitpid(pid, &status, WNOHANG), "a read sleeps");
	write_to(u, UNMAPPED);
	check(waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
		      WEXITSTATUS(status) == 3,
	      "until a fault wakes it");
	must(!fcntl(fd, F_SETFL, flags), "with O_NONBLOCK again");
}

static void test_overflow(struct vfio_user *u, int fd, const char *source)
{
	struct vtd_vfio_info what;
	bool good = true;
	uint64_t first;
	int i, n;

	must(!info(fd, &what), "it says how many there were");
	first = what.seq + 1;
	for (i = 0; i < MANY; i++)
		refuse(u, fd, UNMAPPED + i * PAGE);
	must(!info(fd, &what), "it says how many there are");
	check(what.seq == first + MANY - 1 && what.queued == VTD_VFIO_QUEUE &&
		      what.lost == MANY - VTD_VFIO_QUEUE,
	      "%d that nobody reads: %d wait, %d are lost", MANY,
	      VTD_VFIO_QUEUE, MANY - VTD_VFIO_QUEUE);
	n = take(fd, VTD_VFIO_QUEUE + 8);
	for (i = 0; i < n; i++)
		good = good && fault[i].seq == first + i &&
		       fault[i].lost == MANY - VTD_VFIO_QUEUE &&
		       is_of(fault + i, source, UNMAPPED + i * PAGE, true);
	check(n == VTD_VFIO_QUEUE && good,
	      "the oldest are there, and tell how many are lost");
	check(take(fd, 1) == -EAGAIN, "and no more");
	write_to(u, UNMAPPED);
	check(comes(fd) && take(fd, 8) == 1 && fault[0].seq == first + MANY &&
		      fault[0].lost == MANY - VTD_VFIO_QUEUE,
	      "the next has the number after those lost");
}

static void test_info(struct vfio_user *u, int fd, unsigned int devices,
		      bool isolated)
{
	bool coherent = ioctl(u->container, VFIO_CHECK_EXTENSION,
			      VFIO_DMA_CC_IOMMU) == 1;
	struct vtd_vfio_info what = { 0 };

	check(!info(fd, &what) && what.argsz == sizeof(what), "it is told");
	check(what.devices == devices, "how many devices: %u", what.devices);
	check(what.flags & VTD_VFIO_ASSIGNED, "that they are assigned");
	check(!!(what.flags & VTD_VFIO_ENFORCES_SNOOP) == coherent,
	      "whether snooping is enforced: as VFIO says, %d", coherent);
	check(!!(what.flags & VTD_VFIO_ISOLATES_INTERRUPTS) == isolated,
	      "whether interrupts are isolated: %d", isolated);
	check(!(what.flags & (VTD_VFIO_SCALABLE | VTD_VFIO_FIRST_STAGE)),
	      "that the second stage translates, in legacy mode");
}

static void test_owner(char **argv)
{
	struct vfio_user u;
	int fd = watch_open();

	own(&u, argv[0]);
	test_begin(&u, fd);
	test_info(&u, fd, atoi(argv[2]), atoi(argv[3]));
	test_faults(&u, fd, argv[1]);
	test_sleep(&u, fd, argv[1]);
	test_overflow(&u, fd, argv[1]);
}

/* --- two who own one each ------------------------------------------------ */

/* The other program: its checks are an exit status. */
static void be_the_other(const char *bdf, int ready, int go)
{
	struct vfio_user u;
	int fd = watch_open();
	char c;

	own(&u, bdf);
	if (watch(fd, u.group))
		_exit(5);
	if (write(ready, "r", 1) != 1 || read(go, &c, 1) != 1)
		_exit(6);
	if (!silent(fd))
		_exit(7);
	write_to(&u, UNMAPPED + 7 * PAGE);
	if (!comes(fd) || take(fd, 8) != 1 || fault[0].seq != 1 ||
	    !is_of(fault, bdf, UNMAPPED + 7 * PAGE, true))
		_exit(8);
	_exit(3);
}

static void test_apart(const char *bdf, const char *other)
{
	int ready[2], go[2], status = 0, fd;
	struct vfio_user u;
	pid_t pid;
	char c;

	must(!pipe(ready) && !pipe(go), "pipes");
	fflush(stdout);
	pid = fork();
	must(pid >= 0, "a process");
	if (!pid)
		be_the_other(other, ready[1], go[0]);
	fd = watch_open();
	own(&u, bdf);
	must(!watch(fd, u.group), "the group is watched");
	close(ready[1]);
	must(read(ready[0], &c, 1) == 1, "another program watches another");
	write_to(&u, UNMAPPED);
	check(comes(fd) && take(fd, 8) == 1 && fault[0].seq == 1 &&
		      is_of(fault, bdf, UNMAPPED, true),
	      "a fault comes to the device's owner");
	must(write(go[1], "g", 1) == 1, "the other goes on");
	check(waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
		      WEXITSTATUS(status) == 3,
	      "not to the other, who has the next alone");
	if (WEXITSTATUS(status) != 3)
		printf("# status %d\n", WEXITSTATUS(status));
	check(silent(fd), "and the first hears nothing of that");
}

/* --- what a watch keeps --------------------------------------------------- */

static void test_kept(const char *bdf)
{
	struct vtd_vfio_info what;
	struct vfio_user u;
	int fd = watch_open(), group = -1, i;

	own(&u, bdf);
	must(!watch(fd, u.group), "the group is watched");
	disown(&u);
	check(group_open(bdf, O_RDWR) == -1 && errno == EBUSY,
	      "the group is closed: nobody else can open it");
	check(!info(fd, &what), "the watch goes on");
	close(fd);
	for (i = 0; i < 50 && group < 0; i++) {
		group = group_open(bdf, O_RDWR);
		pause_ms(20);
	}
	check(group >= 0, "the watch is closed: it opens");
	close(group);
	own(&u, bdf);
	fd = watch_open();
	check(!watch(fd, u.group), "and can be watched again");
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	must(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text),
	     path);
	close(fd);
}

/* The device is taken from VFIO, and given to somebody else by VFIO again. */
static void test_taken(const char *bdf)
{
	struct vtd_vfio_info what;
	struct vfio_user u;
	int old = watch_open(), fd = watch_open(), group;

	group = group_open(bdf, O_RDWR);
	must(group >= 0, "the group opens");
	check(!watch(old, group), "the group is watched");
	put("/sys/bus/pci/drivers/vfio-pci/unbind", bdf);
	check(info(old, &what) == -ENODEV, "taken away, it is nobody's");
	check(watch(fd, group) == -ENODEV, "and cannot be watched");
	put("/sys/bus/pci/drivers/vfio-pci/bind", bdf);
	check(info(old, &what) == -ENODEV, "given back, it is another's");
	own(&u, bdf);
	check(!watch(fd, u.group), "who watches it");
	write_to(&u, UNMAPPED);
	check(comes(fd) && take(fd, 8) == 1 &&
		      is_of(fault, bdf, UNMAPPED, true),
	      "and has its faults");
	check(silent(old), "the one before hears nothing");
}

/* The group is open, but the kernel has a device of it. */
static void test_unclaimed(const char *bdf)
{
	struct vtd_vfio_info what;
	int fd = watch_open(), group = group_open(bdf, O_RDWR);
	char c;

	must(group >= 0, "the group opens");
	check(!watch(fd, group), "the group is watched");
	check(!info(fd, &what) && what.devices == 2 &&
		      !(what.flags & VTD_VFIO_ASSIGNED),
	      "it is said that the kernel has it");
	puts("watching");
	fflush(stdout);
	while (read(0, &c, 1) == 1)
		;
	check(silent(fd), "the kernel's faults are not told");
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (argc == 2 && !strcmp(what, "refused"))
		test_refused();
	else if (argc == 6 && !strcmp(what, "owner"))
		test_owner(argv + 2);
	else if (argc == 4 && !strcmp(what, "apart"))
		test_apart(argv[2], argv[3]);
	else if (argc == 3 && !strcmp(what, "kept"))
		test_kept(argv[2]);
	else if (argc == 3 && !strcmp(what, "taken"))
		test_taken(argv[2]);
	else if (argc == 3 && !strcmp(what, "unclaimed"))
		test_unclaimed(argv[2]);
	else
		return 2;
	return checks_end();
}
