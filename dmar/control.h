/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Taking the machine's units over, and giving them back.
 */
#ifndef VTD_CONTROL_H
#define VTD_CONTROL_H

#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "dmar_parse.h"
#include "reply.h"
#include "unit.h"

struct vtd_check;
struct vtd_device;

/**
 * enum vtd_state - what we do with the units
 * @VTD_DETACHED: nothing
 * @VTD_ATTACHED: they translate
 * @VTD_TRIAL: they translate, and are given back unless confirmed in time
 */
enum vtd_state {
	VTD_DETACHED,
	VTD_ATTACHED,
	VTD_TRIAL,
};

/**
 * struct vtd_control - the one instance of everything
 * @lock: one command at a time; outermost of all our locks, and taken by no
 *	callback of the kernel
 * @state: see there (m)
 * @dmar: the topology while attached (m)
 * @units: by index while attached; stays put between attach and detach (m)
 * @nr_units: entries of @units (m)
 * @closing: devices that are added are not managed any more (r)
 * @trial_work: gives the units back when a trial is over
 * @trial_end: when that is, in jiffies (m)
 * @registering: task that registers with the core just now, or NULL
 * @target: the one device that @registering has the core probe, or NULL
 * @holder: module that needs the units attached, or NULL (m)
 * @check: compares interrupt entries with what is believed, or NULL (m)
 * @say_irqs: answers the command about interrupts, or NULL (m)
 *
 * (m) under @lock, (r) under pci_lock_rescan_remove(); callbacks of the core
 * only run between attach and detach and may read them.
 */
struct vtd_control {
	struct mutex lock;
	enum vtd_state state;
	struct vtd_dmar *dmar;
	struct vtd_unit **units;
	unsigned int nr_units;
	bool closing;
	struct delayed_work trial_work;
	unsigned long trial_end;
	struct task_struct *registering;
	struct pci_dev *target;
	const char *holder;
	void (*check)(struct vtd_check *c);
	int (*say_irqs)(struct vtd_reply *reply);
};

extern struct vtd_control vtd_control;

/* attach.c */
int vtd_attach(struct vtd_reply *reply);
int vtd_attach_plan(struct vtd_reply *reply);
int vtd_attach_trial(unsigned int seconds, struct vtd_reply *reply);
int vtd_confirm(struct vtd_reply *reply);
int vtd_detach(struct vtd_reply *reply);
void vtd_control_init(void);
void vtd_control_exit(void);

/* manage.c */
struct vtd_unit *vtd_unit_of(struct pci_dev *pdev);
const char *vtd_unmanaged_reason(struct pci_dev *pdev, struct vtd_unit *unit);
int vtd_root_buses_note(void);
void vtd_root_buses_forget(void);
bool vtd_on_late_bus(struct pci_dev *pdev, const struct vtd_unit *unit);
void vtd_manage_init(void);
int vtd_lock_device(struct pci_dev *pdev);
void vtd_unlock_device(struct pci_dev *pdev);
int vtd_with_group(struct pci_dev *pdev,
		   void (*fn)(struct vtd_device *vdev, void *data), void *data);
int vtd_manage(struct pci_dev *pdev);
int vtd_unmanage(struct pci_dev *pdev);
int vtd_unmanage_bound(struct pci_dev *pdev, bool block);
int vtd_manage_bound(struct pci_dev *pdev);
int vtd_manage_unbound(void);
int vtd_pci_notifier_add(void);
void vtd_pci_notifier_remove(void);

/* adopt.c */
int vtd_adopt(struct pci_dev *pdev, struct vtd_reply *reply);
int vtd_release(struct pci_dev *pdev, struct vtd_reply *reply);
void vtd_release_all(struct vtd_reply *reply);

/* hold.c */
int vtd_hold(bool dry_run, struct vtd_reply *reply);
void vtd_hold_take_back(struct vtd_reply *reply);
void vtd_hold_report(struct vtd_reply *reply);
void vtd_hold_exit(void);

/* status.c */
const char *vtd_domain_type(unsigned int type);
void vtd_status(struct vtd_reply *reply);
void vtd_status_unit(const struct vtd_unit *unit, struct vtd_reply *reply);

/* why.c */
int vtd_why(struct pci_dev *pdev, struct vtd_reply *reply);

/* stats.c */
int vtd_stats(struct pci_dev *pdev, struct vtd_reply *reply);

/* strict.c */
int vtd_strict(struct pci_dev *pdev, bool on, struct vtd_reply *reply);

/* recover.c */
int vtd_recover(struct pci_dev *pdev, struct vtd_reply *reply);

/* ats_cmd.c */
int vtd_ats_command(struct pci_dev *pdev, bool on, struct vtd_reply *reply);

/* sysfs.c */
int vtd_sysfs_add(struct vtd_unit *unit);
void vtd_sysfs_remove(struct vtd_unit *unit);

/* debugfs.c */
void vtd_debugfs_add(void);
void vtd_debugfs_remove(void);

/* chardev.c */
int vtd_chardev_add(void);
void vtd_chardev_remove(void);

#endif /* VTD_CONTROL_H */
