// SPDX-License-Identifier: GPL-2.0
/* The IRQ bypass manager is given the eventfd when one registers (since 6.16). */
#include <linux/irqbypass.h>

static int __maybe_unused vtd_probe(struct irq_bypass_consumer *consumer,
				    struct eventfd_ctx *eventfd)
{
	return irq_bypass_register_consumer(consumer, eventfd);
}
