/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Interrupt remapping: the units, and the interrupts that go through them.
 */
#ifndef VTD_REMAP_H
#define VTD_REMAP_H

#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/list.h>
#include <linux/pci.h>
#include <linux/types.h>

#include <vtd/remap.h>
#include <vtd/units.h>
#include "table.h"

/**
 * struct vtd_ir_unit - a remapping unit's interrupt half
 * @unit: the unit (c)
 * @info: what it is like (c)
 * @index: its number (c)
 * @table: its entries
 * @fwnode: of @domain (c)
 * @domain: its interrupts; between the CPU vectors and the devices' MSI
 *	domains and I/O APICs (c)
 * @on: the hardware remaps
 * @blocking: the hardware was told to block compatibility format
 *
 * (c) constant after set-up.
 */
struct vtd_ir_unit {
	struct vtd_unit *unit;
	struct vtd_unit_info info;
	unsigned int index;
	struct vtd_ir_table table;
	struct fwnode_handle *fwnode;
	struct irq_domain *domain;
	bool on;
	bool blocking;
};

/**
 * struct vtd_ir_irq - one interrupt of a unit's domain
 * @iru: the unit (c)
 * @index: of its entry (c)
 * @run: length of the run that @index is the first of, or 0 (c)
 * @source: bits 127:64 of the entry: who may use it (c)
 * @handle: that the device's message names (d)
 * @shv: the device's message has a subhandle, that counts (d)
 * @data: of the device's message (d)
 * @eoi: EOI register of its I/O APIC, or NULL (c)
 * @rewrite: its message is written again, nothing moves (d)
 * @compat: messages are made in compatibility format: it is given back (d)
 * @poster: module that has it posted and is held for that, or NULL (d)
 * @irqd: its level in the interrupt's hierarchy while it is prepared
 * @node: in a list of those that are adopted or given back together
 *
 * (c) constant, (d) under the interrupt's descriptor lock.
 */
struct vtd_ir_irq {
	struct vtd_ir_unit *iru;
	u32 index;
	unsigned int run;
	u64 source;
	u16 handle;
	bool shv;
	u16 data;
	void __iomem *eoi;
	bool rewrite;
	bool compat;
	struct module *poster;
	struct irq_data *irqd;
	struct list_head node;
};

/**
 * struct vtd_ir - the one instance of everything
 * @unit: the units, @nr of them
 * @nr: how many
 * @platform: what the DMAR table says
 * @left: devices and interrupts that could not be adopted
 * @isolated: compatibility format is blocked everywhere
 * @msi_set_affinity: what the kernel puts into MSI chips on the CPU vectors
 */
struct vtd_ir {
	struct vtd_ir_unit *unit;
	unsigned int nr;
	struct vtd_platform_info platform;
	unsigned int left;
	bool isolated;
	int (*msi_set_affinity)(struct irq_data *data,
				const struct cpumask *mask, bool force);
};

extern struct vtd_ir vtd_ir;

/* The domain of the units' own interrupts, which vtd_dmar has. */
#define VTD_IR_FAULT_DOMAIN "VTD-FAULT"

/* unit.c */
int vtd_ir_units_create(void);
void vtd_ir_units_destroy(void);
int vtd_ir_units_on(void);
int vtd_ir_units_off(void);
void vtd_ir_units_crash(void);
void vtd_ir_units_block(bool block);
int vtd_ir_units_extend(bool extend);
void vtd_ir_syscore_add(void);
void vtd_ir_syscore_remove(void);

/* domain.c */
int vtd_ir_domain_create(struct vtd_ir_unit *iru);
void vtd_ir_domain_destroy(struct vtd_ir_unit *iru);
bool vtd_ir_is_domain(const struct irq_domain *domain);
void vtd_ir_irq_free(struct vtd_ir_irq *irq);
int vtd_ir_program(struct irq_data *data);
void vtd_ir_irqs_each(void *data,
		      void (*fn)(struct irq_desc *desc, void *data));
extern struct irq_chip vtd_ir_chip;

/* post.c */
int vtd_ir_set_vcpu_affinity(struct irq_data *data, void *info);
void vtd_ir_posted_gone(struct vtd_ir_irq *irq);
void vtd_ir_poster_say(struct vtd_reply *reply);

/* adopt.c */
struct vtd_ir_irq *vtd_ir_prepare(struct irq_data *outer,
				  struct vtd_ir_unit *iru, u64 source,
				  u32 from);
void vtd_ir_splice(struct vtd_ir_irq *irq, struct irq_data *outer,
		   struct irq_chip *chip);
void vtd_ir_unprepare(struct vtd_ir_irq *irq);
struct vtd_ir_irq *vtd_ir_unsplice(struct irq_data *outer,
				   struct irq_chip *chip);
void vtd_ir_finish(struct list_head *gone);
void vtd_ir_retrigger(struct irq_desc *desc, void *data);

/* msi.c */
int vtd_ir_msi_init(void);
void vtd_ir_msi_adopt(void);
void vtd_ir_msi_give_back(struct list_head *gone);

/* ioapic.c */
int vtd_ir_ioapic_init(void);
void vtd_ir_ioapic_exit(void);
int vtd_ir_ioapic_adopt(void);
void vtd_ir_ioapic_give_back(struct list_head *gone);
void __iomem *vtd_ir_ioapic_eoi_reg(u32 id);
void vtd_ir_ioapic_use_chip(struct irq_data *outer);

/* crash.c */
void vtd_ir_crash_add(void);
void vtd_ir_crash_remove(void);

/* hidden.c */
int vtd_ir_hidden_init(void);
struct irq_domain *vtd_ir_find_domain(bool (*match)(struct irq_domain *domain,
						    const void *data),
				      const void *data);

/* report.c */
void vtd_ir_report_add(void);
void vtd_ir_report_remove(void);

/* check.c */
void vtd_ir_check_add(void);
void vtd_ir_check_remove(void);

/* hold.c */
void vtd_ir_hold_add(void);
void vtd_ir_hold_remove(void);

#endif /* VTD_REMAP_H */
