/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interrupt core, as the newest kernel has it.
 */
#ifndef VTD_COMPAT_IRQ_H
#define VTD_COMPAT_IRQ_H

#include <linux/irq.h>
#include <linux/msi.h>

#include "vtd_probed.h"

#ifndef VTD_HAVE_MSI_DESCS_GUARD
#define __msi_lock_descs msi_lock_descs
#define __msi_unlock_descs msi_unlock_descs
#endif

/*
 * An interrupt whose entry is rewritten alone can move at any time.  The
 * newest kernel takes that from the outer chip, where deferring is a flag;
 * older ones have it the other way round, in each interrupt's status.
 */
#ifdef VTD_HAVE_MOVE_DEFERRED
static inline void vtd_chip_defer_moves(struct irq_chip *chip, bool defer)
{
	if (defer)
		chip->flags |= IRQCHIP_MOVE_DEFERRED;
	else
		chip->flags &= ~IRQCHIP_MOVE_DEFERRED;
}

static inline void vtd_irq_defer_moves(unsigned int virq, bool defer)
{
}
#else
static inline void vtd_chip_defer_moves(struct irq_chip *chip, bool defer)
{
}

static inline void vtd_irq_defer_moves(unsigned int virq, bool defer)
{
	if (defer)
		irq_clear_status_flags(virq, IRQ_MOVE_PCNTXT);
	else
		irq_set_status_flags(virq, IRQ_MOVE_PCNTXT);
}
#endif

#endif /* VTD_COMPAT_IRQ_H */
