/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Health: what the hardware would read, compared with what is believed.
 *
 * check.c and check_entry.c compare, and change nothing; check_cmd.c says when, and
 * holds what must not change meanwhile.
 */
#ifndef VTD_CHECK_H
#define VTD_CHECK_H

#include <linux/types.h>

struct pci_dev;
struct vtd_device;
struct vtd_domain;
struct vtd_reply;
struct vtd_unit;

/**
 * struct vtd_check - one look
 * @reply: a "finding" record for each difference
 * @memory: is there memory at a physical address?
 * @units: looked at
 * @registers: likewise
 * @entries: of tables, likewise
 * @devices: likewise
 * @findings: differences
 */
struct vtd_check {
	struct vtd_reply *reply;
	bool (*memory)(u64 phys);
	unsigned int units;
	unsigned int registers;
	unsigned int entries;
	unsigned int devices;
	unsigned int findings;
};

/**
 * struct vtd_check_at - what is being compared
 * @unit: name of the unit
 * @device: of the device, or "-"
 * @what: kind of thing, a word
 * @entry: which one, in words
 */
struct vtd_check_at {
	const char *unit;
	const char *device;
	const char *what;
	const char *entry;
};

/* check.c */
void vtd_check_value(struct vtd_check *c, const struct vtd_check_at *at,
		     u64 expected, u64 found, const char *text);
void vtd_check_registers(struct vtd_check *c, struct vtd_unit *unit);

/* check_entry.c */
void vtd_check_tables(struct vtd_check *c, struct vtd_unit *unit,
		      bool (*managed)(const struct vtd_unit *unit, u16 sid));
void vtd_check_device(struct vtd_check *c, struct vtd_device *vdev);

/* check_cmd.c */
int vtd_check(struct vtd_reply *reply);
void vtd_check_start(void);
void vtd_check_exit(void);
int vtd_check_set_interval(unsigned int seconds);
extern unsigned int vtd_check_interval;

#endif /* VTD_CHECK_H */
