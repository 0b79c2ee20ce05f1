// SPDX-License-Identifier: GPL-2.0
/* A chip, not an interrupt, says that moves are deferred (since 6.15). */
#include <linux/irq.h>

static unsigned long __maybe_unused vtd_probe(const struct irq_chip *chip)
{
	return chip->flags & IRQCHIP_MOVE_DEFERRED;
}
