// SPDX-License-Identifier: GPL-2.0
/*
 * What our PMUs have in common: they count for the whole machine, on one CPU.
 */
#include <linux/cpumask.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/perf_event.h>
#include <linux/sysfs.h>

#include "pmu.h"

/**
 * vtd_pmu_name_show() - how an event is asked for
 * @dev: of the PMU
 * @attr: of a struct vtd_pmu_name
 * @buf: a page
 *
 * Context: may sleep.
 * Return: bytes.
 */
ssize_t vtd_pmu_name_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	const struct vtd_pmu_name *name =
		container_of(attr, struct vtd_pmu_name, attr);

	if (name->group < 0)
		return sysfs_emit(buf, "event=0x%02x\n", name->event);
	return sysfs_emit(buf, "event_group=0x%x,event=0x%03x\n", name->group,
			  name->event);
}

static ssize_t cpumask_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%d\n", VTD_PMU_CPU);
}
static DEVICE_ATTR_RO(cpumask);

static struct attribute *vtd_pmu_cpumask_attrs[] = {
	&dev_attr_cpumask.attr,
	NULL,
};

const struct attribute_group vtd_pmu_cpumask_group = {
	.attrs = vtd_pmu_cpumask_attrs,
};

/**
 * vtd_pmu_check() - is it for the whole machine, and only counting?
 * @event: new, of one of our PMUs
 *
 * It is counted on the PMU's CPU whatever CPU it asks for.
 *
 * Context: may sleep.
 * Return: 0; -ENOENT when it is of another type; -EOPNOTSUPP for sampling;
 * -EINVAL for events of a task.
 */
int vtd_pmu_check(struct perf_event *event)
{
	if (event->attr.type != event->pmu->type)
		return -ENOENT;
	if (is_sampling_event(event))
		return -EOPNOTSUPP;
	if (event->cpu < 0 || event->attach_state & PERF_ATTACH_TASK)
		return -EINVAL;
	event->cpu = VTD_PMU_CPU;
	return 0;
}

/**
 * vtd_pmu_add() - let perf use a PMU
 * @pmu: with its callbacks; all else is filled in
 * @name: of it; stays
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int vtd_pmu_add(struct pmu *pmu, const char *name)
{
	pmu->module = THIS_MODULE;
	pmu->task_ctx_nr = perf_invalid_context;
	pmu->capabilities = PERF_PMU_CAP_NO_INTERRUPT | PERF_PMU_CAP_NO_EXCLUDE;
	return perf_pmu_register(pmu, name, -1);
}
