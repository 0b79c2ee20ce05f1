/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The doctor's checks: each looks at one thing of the machine and reports
 * one finding. Private to doctor*.c.
 */
#ifndef VTDCTL_DOCTOR_H
#define VTDCTL_DOCTOR_H

#include "vtdctl.h"

enum vtd_level { VTD_OK, VTD_WARN, VTD_FAIL };

struct vtd_doctor;

/**
 * struct vtd_facts - what several checks need to know
 * @loaded: vtd_dmar is in the kernel
 * @intel: the CPU is Intel's
 * @dmar: the firmware has a DMAR table
 * @apic_max: the highest APIC id, or -1
 * @x2apic: the CPU has x2APIC
 * @cmdline: the boot line, "" if it cannot be read; malloc'ed
 * @release: the kernel's name, "" if it cannot be read; malloc'ed
 * @module: file of the module for this kernel, NULL where it is not installed;
 *          malloc'ed
 * @module_index: there is an index of installed modules
 * @headers: there is what a module for this kernel is built with
 * @vendor: the CPU's vendor, "" if it cannot be read; malloc'ed
 */
struct vtd_facts {
	bool loaded;
	bool intel;
	bool dmar;
	long apic_max;
	bool x2apic;
	char *cmdline;
	char *release;
	char *module;
	bool module_index;
	bool headers;
	char *vendor;
};

/* doctor.c */
void vtd_report(struct vtd_doctor *doc, enum vtd_level level, const char *what,
		const char *remedy, const char *fmt, ...) __printf(5, 6);
struct vtdctl *vtd_doctor_ctl(struct vtd_doctor *doc);
const struct vtd_facts *vtd_doctor_facts(struct vtd_doctor *doc);

/* doctor_boot.c: the machine, its firmware and its boot line */
int vtd_facts_gather(struct vtdctl *ctl, struct vtd_facts *facts);
void vtd_facts_free(struct vtd_facts *facts);
bool vtd_cmdline_off(const char *cmdline, const char *name);
bool vtd_cmdline_has(const char *cmdline, const char *word);
void vtd_check_cpu(struct vtd_doctor *doc);
void vtd_check_dmar(struct vtd_doctor *doc);
void vtd_check_ivrs(struct vtd_doctor *doc);
void vtd_check_apic_ids(struct vtd_doctor *doc);
void vtd_check_boot_line(struct vtd_doctor *doc);
void vtd_check_x2apic(struct vtd_doctor *doc);

/* doctor_module.c: the kernel, its drivers and our module */
void vtd_check_kernel(struct vtd_doctor *doc);
void vtd_check_builtin(struct vtd_doctor *doc);
void vtd_check_remapping(struct vtd_doctor *doc);
void vtd_check_groups(struct vtd_doctor *doc);
void vtd_check_other_iommu(struct vtd_doctor *doc);
bool vtd_kernel_headers(struct vtdctl *ctl, const char *release);
char *vtd_module_file(struct vtdctl *ctl, const char *release, const char *name,
		      bool *index);
void vtd_check_module(struct vtd_doctor *doc);
void vtd_check_loaded(struct vtd_doctor *doc);
void vtd_check_device(struct vtd_doctor *doc);

/* doctor_sign.c: Secure Boot, lockdown, and who signed our module */
void vtd_check_signature(struct vtd_doctor *doc);
bool vtd_signature_needed(struct vtdctl *ctl);

/* doctor_install.c: what is around our module */
void vtd_check_version(struct vtd_doctor *doc);
void vtd_check_rule(struct vtd_doctor *doc);
void vtd_check_early(struct vtd_doctor *doc);

#endif
