/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Posting, as the newest kernel's KVM and IRQ bypass manager have it.
 */
#ifndef VTD_COMPAT_POSTING_H
#define VTD_COMPAT_POSTING_H

#include <linux/eventfd.h>
#include <linux/irqbypass.h>

#include <asm/irq_remapping.h>

#include "vtd_probed.h"

#ifdef VTD_HAVE_PI_DATA_INTEL
/* KVM asks whether interrupts can be posted when it is loaded, once. */
#define VTD_KVM_ASKS_ONCE true
#else
#define VTD_KVM_ASKS_ONCE false
#define intel_iommu_pi_data vcpu_data
#endif

#ifndef VTD_HAVE_IRQBYPASS_EVENTFD
static inline int vtd_register_consumer(struct irq_bypass_consumer *consumer,
					struct eventfd_ctx *eventfd)
{
	consumer->token = eventfd;
	return irq_bypass_register_consumer(consumer);
}

#define irq_bypass_register_consumer vtd_register_consumer
#endif

/* Kept by the built-in drivers' part that is always there. */
#define VTD_IRQ_REMAP_OPS "remap_ops"
#define VTD_IRQ_POST_OFF "disable_irq_post"

#endif /* VTD_COMPAT_POSTING_H */
