/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What our PMUs have in common, and where they are told of units.
 */
#ifndef VTD_PMU_H
#define VTD_PMU_H

#include <linux/device.h>
#include <linux/perf_event.h>
#include <linux/types.h>

struct vtd_unit;

/* The boot CPU never goes; x86 has no other that is sure not to. */
#define VTD_PMU_CPU 0

/**
 * struct vtd_pmu_name - an event with a name, in sysfs
 * @attr: the file
 * @group: event group, or -1 where there are none
 * @event: in that group, or number
 */
struct vtd_pmu_name {
	struct device_attribute attr;
	int group;
	u32 event;
};

#define VTD_PMU_NAME(_prefix, _name, _group, _event)                  \
	static struct vtd_pmu_name _prefix##_name = {                 \
		.attr = __ATTR(_name, 0444, vtd_pmu_name_show, NULL), \
		.group = (_group),                                    \
		.event = (_event),                                    \
	}

ssize_t vtd_pmu_name_show(struct device *dev, struct device_attribute *attr,
			  char *buf);

extern const struct attribute_group vtd_pmu_cpumask_group;

int vtd_pmu_check(struct perf_event *event);
int vtd_pmu_add(struct pmu *pmu, const char *name);

/* perfmon.c */
void vtd_perf_start(struct vtd_unit *unit);
void vtd_perf_stop(struct vtd_unit *unit);
void vtd_perf_suspend(struct vtd_unit *unit);
void vtd_perf_resume(struct vtd_unit *unit);
unsigned int vtd_perf_irq(const struct vtd_unit *unit);
void vtd_perf_exit(void);

/* perf_sw.c */
void vtd_perf_sw_init(void);
void vtd_perf_sw_exit(void);
void vtd_perf_sw_start(const struct vtd_unit *unit);
void vtd_perf_sw_stop(const struct vtd_unit *unit);

#endif /* VTD_PMU_H */
