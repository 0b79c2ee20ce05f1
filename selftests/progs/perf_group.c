// SPDX-License-Identifier: GPL-2.0
/*
 * Events of a PMU in groups: the suite vtd_perfmon of KUnit runs this while a
 * device is busy.
 * Usage: perf_group PMU ONE SAME HIT COUNTERS
 *
 * Events ONE and SAME count the same things at different counters. In a group
 * they begin and end at once, so that they are equal; HIT is never more. A group
 * of more than COUNTERS is refused; as many and two more without a group have
 * their turn each. What goes wrong is said in the kernel's log.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX 16

static int wrong;

static void __attribute__((format(printf, 1, 2))) bad(const char *fmt, ...)
{
	char text[256];
	va_list args;
	int log, len;

	va_start(args, fmt);
	len = snprintf(text, sizeof(text), "# perf_group: ");
	len += vsnprintf(text + len, sizeof(text) - len - 1, fmt, args);
	va_end(args);
	text[len++] = '\n';
	log = open("/dev/kmsg", O_WRONLY);
	if (log >= 0 && write(log, text, len) != len)
		perror("/dev/kmsg");
	close(log);
	wrong++;
}

static FILE *of_pmu(const char *pmu, const char *file)
{
	char path[160];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/%s", pmu,
		 file);
	f = fopen(path, "r");
	if (!f) {
		bad("%s is not there", path);
		exit(1);
	}
	return f;
}

static int open_event(const char *pmu, const char *name, int leader)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.read_format = PERF_FORMAT_GROUP |
			       PERF_FORMAT_TOTAL_TIME_ENABLED |
			       PERF_FORMAT_TOTAL_TIME_RUNNING,
		.disabled = leader < 0,
	};
	unsigned int group, code;
	char file[64];
	FILE *f;

	f = of_pmu(pmu, "type");
	if (fscanf(f, "%u", &attr.type) != 1)
		bad("no type");
	fclose(f);
	snprintf(file, sizeof(file), "events/%s", name);
	f = of_pmu(pmu, file);
	if (fscanf(f, "event_group=%x,event=%x", &group, &code) != 2)
		bad("%s is not a group and an event", name);
	fclose(f);
	attr.config = group << 28 | code;
	return syscall(SYS_perf_event_open, &attr, -1, 0, leader, 0);
}

struct values {
	uint64_t nr, enabled, running, value[MAX];
};

static void equal_in_a_group(char **argv)
{
	int leader = open_event(argv[1], argv[2], -1);
	int same = open_event(argv[1], argv[3], leader);
	int hit = open_event(argv[1], argv[4], leader);
	unsigned int i;

	if (leader < 0 || same < 0 || hit < 0) {
		bad("a group of three: %s", strerror(errno));
		return;
	}
	for (i = 0; i < 20; i++) {
		struct values v = {};

		/* The others are on, and come and go with it. */
		ioctl(leader, PERF_EVENT_IOC_ENABLE, 0);
		usleep(20000);
		ioctl(leader, PERF_EVENT_IOC_DISABLE, 0);
		if (read(leader, &v, sizeof(v)) < 0 || v.nr != 3)
			bad("read: %s", strerror(errno));
		if (!v.value[0] || v.value[0] != v.value[1] ||
		    v.value[2] > v.value[1])
			bad("round %u: %lu %lu %lu", i, v.value[0], v.value[1],
			    v.value[2]);
		if (!v.running || v.running != v.enabled)
			bad("ran for %lu of %lu ns", v.running, v.enabled);
	}
	close(hit);
	close(same);
	close(leader);
}

static void too_many_for_a_group(char **argv, int counters)
{
	int fd[MAX], i;

	for (i = 0; i <= counters; i++) {
		fd[i] = open_event(argv[1], argv[2], i ? fd[0] : -1);
		if (i < counters && fd[i] < 0)
			bad("member %d of a group: %s", i, strerror(errno));
	}
	if (fd[counters] >= 0 || errno != EINVAL)
		bad("a group of more than there are counters is taken");
	while (i--)
		close(fd[i]);
}

static void turns(char **argv, int counters)
{
	int fd[MAX], nr = counters + 2, i;

	for (i = 0; i < nr; i++) {
		fd[i] = open_event(argv[1], argv[2], -1);
		if (fd[i] < 0)
			bad("event %d: %s", i, strerror(errno));
		ioctl(fd[i], PERF_EVENT_IOC_ENABLE, 0);
	}
	usleep(1500000);
	for (i = 0; i < nr; i++) {
		struct values v = {};

		if (read(fd[i], &v, sizeof(v)) < 0)
			bad("read: %s", strerror(errno));
		if (!v.value[0] || !v.running)
			bad("event %d had no turn", i);
		if (v.running >= v.enabled)
			bad("event %d: all of %d at once", i, nr);
		close(fd[i]);
	}
}

int main(int argc, char **argv)
{
	int counters = argc == 6 ? atoi(argv[5]) : 0;

	if (counters < 3 || counters > MAX - 2)
		return 2;
	equal_in_a_group(argv);
	too_many_for_a_group(argv, counters);
	turns(argv, counters);
	return !!wrong;
}
