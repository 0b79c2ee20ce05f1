/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included first in the driver's files as they are compiled for tests, and in
 * the test programs that are shared with user space.
 *
 * Puts the harness in the place of some kernel services: memory that can run
 * out at a given moment, time that passes by polling, the firmware's table.
 * What each replaced name does is said in native/vtd_test.h.
 */
#ifndef VTD_KUNIT_SEAMS_H
#define VTD_KUNIT_SEAMS_H

/* Whatever uses the names below comes first. */
#include <linux/acpi.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/gfp.h>
#include <linux/idr.h>
#include <linux/interrupt.h>
#include <linux/iommu.h>
#include <linux/ioport.h>
#include <linux/irqdomain.h>
#include <linux/jump_label.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/msi.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/processor.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "iommu-pages.h"

/* Each file chooses its own. */
#undef pr_fmt

/* The product, which may be loaded too, has the names. */
#undef EXPORT_SYMBOL_GPL
#define EXPORT_SYMBOL_GPL(name)

bool vtd_shim_must_fail(const char *what, const char *where);
void vtd_shim_warn(const char *file, int line, const char *what);

static inline bool vtd_shim_warn_on(bool c, const char *file, int line,
				    const char *what)
{
	if (unlikely(c))
		vtd_shim_warn(file, line, what);
	return c;
}

/* Memory. */
void *vtd_shim_made(void *p);
const void *vtd_shim_gone(const void *p);
void *vtd_shim_alloc_pages(int nid, gfp_t gfp, size_t size);
void vtd_shim_free_pages(void *virt);
void vtd_shim_put_pages(struct iommu_pages_list *list);

#undef kzalloc
#define kzalloc(bytes, gfp)                       \
	(vtd_shim_must_fail("memory", __func__) ? \
		 NULL :                           \
		 vtd_shim_made(alloc_hooks(kzalloc_noprof(bytes, gfp))))
#undef kcalloc
#define kcalloc(n, bytes, gfp)                    \
	(vtd_shim_must_fail("memory", __func__) ? \
		 NULL :                           \
		 vtd_shim_made(kmalloc_array(n, bytes, (gfp) | __GFP_ZERO)))
#undef kvzalloc
#define kvzalloc(bytes, gfp)                      \
	(vtd_shim_must_fail("memory", __func__) ? \
		 NULL :                           \
		 kvmalloc(bytes, (gfp) | __GFP_ZERO))
#define platform_device_register_data(...)                               \
	(vtd_shim_must_fail("platform_device_register_data", __func__) ? \
		 ERR_PTR(-ENOMEM) :                                      \
		 platform_device_register_data(__VA_ARGS__))
#define kfree(p) kfree(vtd_shim_gone(p))
#undef kfree_rcu
#define kfree_rcu(p, field)                      \
	do {                                     \
		typeof(p) __gone = (p);          \
		vtd_shim_gone(__gone);           \
		kvfree_rcu_arg_2(__gone, field); \
	} while (0)
#define iommu_alloc_pages_node_sz(nid, gfp, bytes) \
	(vtd_shim_must_fail("pages", __func__) ?   \
		 NULL :                            \
		 vtd_shim_alloc_pages(nid, gfp, bytes))
#define iommu_free_pages(virt) vtd_shim_free_pages(virt)
#define iommu_put_pages_list(list) vtd_shim_put_pages(list)

/* What can fail in the kernel's core. */
#define iommu_device_register(...)                               \
	(vtd_shim_must_fail("iommu_device_register", __func__) ? \
		 -ENOMEM :                                       \
		 iommu_device_register(__VA_ARGS__))
#define iommu_device_sysfs_add(...)                               \
	(vtd_shim_must_fail("iommu_device_sysfs_add", __func__) ? \
		 -ENOMEM :                                        \
		 iommu_device_sysfs_add(__VA_ARGS__))
#define bus_register_notifier(...)                               \
	(vtd_shim_must_fail("bus_register_notifier", __func__) ? \
		 -ENOMEM :                                       \
		 bus_register_notifier(__VA_ARGS__))
#define request_threaded_irq(...)                               \
	(vtd_shim_must_fail("request_threaded_irq", __func__) ? \
		 -ENOMEM :                                      \
		 request_threaded_irq(__VA_ARGS__))
#define irq_domain_alloc_irqs(...)                               \
	(vtd_shim_must_fail("irq_domain_alloc_irqs", __func__) ? \
		 -ENOMEM :                                       \
		 irq_domain_alloc_irqs(__VA_ARGS__))

/* Time. */
u64 vtd_shim_now_ns(void);
void vtd_shim_delay_ns(u64 ns);
void vtd_shim_cpu_relax(void);

#undef udelay
#define udelay(us) vtd_shim_delay_ns((us) * 1000ULL)
#define ktime_get_ns() vtd_shim_now_ns()
#define ktime_get_mono_fast_ns() vtd_shim_now_ns()
#define cpu_relax() vtd_shim_cpu_relax()

/* The machine. */
int vtd_shim_walk_ram(unsigned long desc, unsigned long flags, u64 start,
		      u64 end, void *arg,
		      int (*func)(struct resource *res, void *arg));
acpi_status vtd_shim_get_table(char *signature, u32 instance,
			       struct acpi_table_header **table);

int vtd_shim_pxm_to_node(int pxm);

#define pxm_to_node(pxm) vtd_shim_pxm_to_node(pxm)
#define walk_iomem_res_desc(...) vtd_shim_walk_ram(__VA_ARGS__)
#define acpi_get_table(...) vtd_shim_get_table(__VA_ARGS__)
#define acpi_put_table(table) ((void)(table))

/* A warning fails the case, not the machine. */
#undef WARN_ON
#define WARN_ON(c) vtd_shim_warn_on(!!(c), __FILE__, __LINE__, #c)
#undef WARN_ON_ONCE
#define WARN_ON_ONCE(c) WARN_ON(c)

#endif /* VTD_KUNIT_SEAMS_H */
