// SPDX-License-Identifier: GPL-2.0
/*
 * The doctor's checks of the machine: CPU, firmware tables, APIC ids and the
 * boot line. Only reads /proc, /sys and, where it is there, /dev/cpu/0/msr.
 */
#include <stdlib.h>
#include <string.h>

#include "doctor.h"

/* An APIC id from here on needs x2APIC, and with it interrupt remapping. */
#define APIC_ID_LIMIT 255

#define MSR_APIC_BASE 0x1b
#define APIC_BASE_X2APIC 0x04 /* bit 10, in byte 1 */

/* The value after "name\t: " where @line is such a line, or NULL. */
static char *cpuinfo_value(char *line, const char *name)
{
	size_t length = strlen(name);
	char *p;

	if (strncmp(line, name, length))
		return NULL;
	p = line + length;
	p += strspn(p, "\t ");
	if (*p != ':')
		return NULL;
	p++;
	return p + strspn(p, " ");
}

static int cpuinfo_line(char *line, struct vtd_facts *facts)
{
	char *val = cpuinfo_value(line, "vendor_id");

	if (val && !facts->vendor) {
		facts->vendor = strdup(val);
		return facts->vendor ? 0 : -1;
	}
	val = cpuinfo_value(line, "apicid");
	if (!val)
		val = cpuinfo_value(line, "initial apicid");
	if (val) {
		long id = strtol(val, NULL, 10);

		if (id > facts->apic_max)
			facts->apic_max = id;
		return 0;
	}
	val = cpuinfo_value(line, "flags");
	if (val && vtd_cmdline_has(val, "x2apic"))
		facts->x2apic = true;
	return 0;
}

/**
 * vtd_facts_gather() - find out what several checks need
 * @ctl: gives the root
 * @facts: result, to be freed with vtd_facts_free() whatever is returned
 *
 * Return: 0 or -1 without memory.
 */
int vtd_facts_gather(struct vtdctl *ctl, struct vtd_facts *facts)
{
	char *text = vtd_sys_read(ctl, "/proc/cpuinfo", NULL);
	char *save = NULL;
	int ret = 0;

	memset(facts, 0, sizeof(*facts));
	facts->apic_max = -1;
	for (char *line = text ? strtok_r(text, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save))
		ret |= cpuinfo_line(line, facts);
	free(text);
	if (!facts->vendor)
		facts->vendor = strdup("");
	facts->intel = facts->vendor && !strcmp(facts->vendor, "GenuineIntel");
	facts->dmar = vtd_sys_exists(ctl, "/sys/firmware/acpi/tables/DMAR");
	facts->loaded = vtd_module_loaded(ctl);
	facts->cmdline = vtd_sys_line(ctl, "/proc/cmdline");
	if (!facts->cmdline)
		facts->cmdline = strdup("");
	facts->release = vtd_sys_line(ctl, "/proc/sys/kernel/osrelease");
	if (!facts->release)
		facts->release = strdup("");
	if (ret || !facts->vendor || !facts->cmdline || !facts->release)
		return -1;
	facts->module = vtd_module_file(ctl, facts->release, VTD_MODULE,
					&facts->module_index);
	facts->headers = vtd_kernel_headers(ctl, facts->release);
	return 0;
}

/**
 * vtd_facts_free() - let go of the facts
 * @facts: filled by vtd_facts_gather()
 */
void vtd_facts_free(struct vtd_facts *facts)
{
	free(facts->cmdline);
	free(facts->release);
	free(facts->module);
	free(facts->vendor);
}

/**
 * vtd_cmdline_next() - the next word of a boot line
 * @at: where it begins; moved behind the word
 * @length: result, how long it is
 *
 * As the kernel splits it: blanks inside of double quotes belong to the word.
 *
 * Return: the word, or NULL at the end.
 */
const char *vtd_cmdline_next(const char **at, size_t *length)
{
	const char *word = *at + strspn(*at, " \t");
	bool quoted = false;
	const char *end;

	for (end = word; *end; end++) {
		if (*end == '"')
			quoted = !quoted;
		else if (!quoted && (*end == ' ' || *end == '\t'))
			break;
	}
	*length = end - word;
	*at = end;
	return *length ? word : NULL;
}

/**
 * vtd_cmdline_has() - whether a word stands on a line
 * @cmdline: the line
 * @word: the whole word
 *
 * Return: true if it does.
 */
bool vtd_cmdline_has(const char *cmdline, const char *word)
{
	const char *found;
	size_t length;

	while ((found = vtd_cmdline_next(&cmdline, &length)))
		if (length == strlen(word) && !strncmp(found, word, length))
			return true;
	return false;
}

/*
 * What the options of one name=a,b,c come to: 1 off, 0 on, -1 neither. The
 * kernel looks at the beginning of each only.
 */
static int list_says(const char *list, size_t length)
{
	const char *end = list + length;
	int says = -1;

	while (list < end) {
		size_t item = strcspn(list, ",");

		if (item > (size_t)(end - list))
			item = end - list;
		if (item >= 3 && !strncmp(list, "off", 3))
			says = 1;
		else if (item >= 2 && !strncmp(list, "on", 2))
			says = 0;
		list += item + 1;
	}
	return says;
}

/* Whether a word is the parameter; - and _ are the same to the kernel. */
static bool is_parameter(const char *word, size_t length, const char *name)
{
	size_t i;

	for (i = 0; name[i]; i++)
		if (i == length || (word[i] == '-' ? '_' : word[i]) != name[i])
			return false;
	return i == length || word[i] == '=';
}

/* Takes quotes off: around the whole word, or around what follows the =. */
static const char *unquote(const char *word, size_t *length)
{
	if (*length && *word == '"') {
		word++;
		(*length)--;
	}
	if (*length && word[*length - 1] == '"')
		(*length)--;
	return word;
}

/**
 * vtd_cmdline_off() - whether name=off is what the boot line comes to
 * @cmdline: the boot line
 * @name: the parameter
 *
 * The kernel takes the words one after another, so the last on or off counts.
 *
 * Return: true if it is off.
 */
bool vtd_cmdline_off(const char *cmdline, const char *name)
{
	size_t name_length = strlen(name);
	const char *word;
	bool off = false;
	size_t length;

	while ((word = vtd_cmdline_next(&cmdline, &length))) {
		const char *list;
		int says;

		/* What follows a lone -- is for init, not for the kernel. */
		if (length == 2 && !strncmp(word, "--", 2))
			break;
		word = unquote(word, &length);
		/* nointremap is an older word for intremap=off */
		if (length == name_length + 2 && !strncmp(word, "no", 2) &&
		    !strcmp(name, "intremap") &&
		    is_parameter(word + 2, name_length, name))
			off = true;
		if (length <= name_length || !is_parameter(word, length, name))
			continue;
		length -= name_length + 1;
		list = unquote(word + name_length + 1, &length);
		says = list_says(list, length);
		if (says >= 0)
			off = says;
	}
	return off;
}

/**
 * vtd_check_cpu() - whose CPU it is
 * @doc: the doctor
 */
void vtd_check_cpu(struct vtd_doctor *doc)
{
	const struct vtd_facts *facts = vtd_doctor_facts(doc);

	if (facts->intel)
		vtd_report(doc, VTD_OK, "CPU", NULL, "Intel");
	else if (facts->dmar)
		vtd_report(
			doc, VTD_WARN, "CPU",
			"fine in an emulator; on real hardware VT-d comes with Intel CPUs only",
			"vendor \"%s\", but the machine has a DMAR table",
			facts->vendor);
	else
		vtd_report(
			doc, VTD_FAIL, "CPU",
			"VT-d is Intel's IOMMU; this machine needs another driver",
			"vendor \"%s\" is not Intel", facts->vendor);
}

/**
 * vtd_check_dmar() - whether the firmware describes VT-d
 * @doc: the doctor
 */
void vtd_check_dmar(struct vtd_doctor *doc)
{
	if (vtd_doctor_facts(doc)->dmar)
		vtd_report(doc, VTD_OK, "DMAR table", NULL, "present");
	else
		vtd_report(
			doc, VTD_FAIL, "DMAR table",
			"switch on VT-d (\"Intel VT for Directed I/O\") in the firmware setup; in QEMU: -machine q35 -device intel-iommu",
			"the firmware has none");
}

/**
 * vtd_check_ivrs() - that it is not an AMD IOMMU
 * @doc: the doctor
 */
void vtd_check_ivrs(struct vtd_doctor *doc)
{
	if (vtd_sys_exists(vtd_doctor_ctl(doc),
			   "/sys/firmware/acpi/tables/IVRS"))
		vtd_report(
			doc, VTD_FAIL, "IVRS table",
			"use the kernel's amd_iommu; vtd_dmar drives Intel VT-d only",
			"this machine has an AMD IOMMU");
	else
		vtd_report(doc, VTD_OK, "IVRS table", NULL,
			   "none, so no AMD IOMMU");
}

/**
 * vtd_check_apic_ids() - whether the machine can boot without remapping
 * @doc: the doctor
 */
void vtd_check_apic_ids(struct vtd_doctor *doc)
{
	const struct vtd_facts *facts = vtd_doctor_facts(doc);

	if (facts->apic_max >= APIC_ID_LIMIT)
		vtd_report(
			doc, VTD_FAIL, "APIC ids",
			"unsupported: do not put intremap=off on this machine's boot line, the kernel needs remapping to reach those CPUs",
			"up to %ld, and %d is the first that takes interrupt remapping at boot",
			facts->apic_max, APIC_ID_LIMIT);
	else if (facts->apic_max < 0)
		vtd_report(
			doc, VTD_WARN, "APIC ids",
			"look for ids of 255 and above before the boot line is changed",
			"/proc/cpuinfo names none");
	else
		vtd_report(doc, VTD_OK, "APIC ids", NULL, "up to %ld",
			   facts->apic_max);
}

/**
 * vtd_check_boot_line() - that the built-in driver is told to stay away
 * @doc: the doctor
 */
void vtd_check_boot_line(struct vtd_doctor *doc)
{
	const struct vtd_facts *facts = vtd_doctor_facts(doc);
	bool dma = vtd_cmdline_off(facts->cmdline, "intel_iommu");
	bool irq = vtd_cmdline_off(facts->cmdline, "intremap");
	const char *gap = dma ? "" : irq ? "" : " and ";
	char *remedy;

	if (dma && irq) {
		vtd_report(doc, VTD_OK, "boot line", NULL,
			   "intel_iommu=off intremap=off");
		return;
	}
	if (facts->apic_max >= APIC_ID_LIMIT)
		remedy = strdup("leave the boot line alone: see APIC ids");
	else
		remedy = vtd_sys_path(
			"in /etc/default/grub add intel_iommu=off intremap=off to GRUB_CMDLINE_LINUX%s; run update-grub, then reboot",
			strstr(facts->cmdline, "intel_iommu=on") ?
				" (and take intel_iommu=on out)" :
				"");
	vtd_report(doc, VTD_FAIL, "boot line", remedy, "%s%s%s missing",
		   dma ? "" : "intel_iommu=off", gap,
		   irq ? "" : "intremap=off");
	free(remedy);
}

/**
 * vtd_check_x2apic() - whether the boot line needs x2apic_phys
 * @doc: the doctor
 *
 * Where the firmware has locked x2APIC, a kernel without remapping has to
 * address CPUs physically.
 */
void vtd_check_x2apic(struct vtd_doctor *doc)
{
	static const char remedy[] =
		"in /etc/default/grub add x2apic_phys to GRUB_CMDLINE_LINUX; run update-grub, then reboot (it does no harm where it is not needed)";
	const struct vtd_facts *facts = vtd_doctor_facts(doc);
	unsigned char base[8];

	if (!facts->x2apic)
		vtd_report(doc, VTD_OK, "x2APIC", NULL, "the CPU has none");
	else if (vtd_cmdline_has(facts->cmdline, "x2apic_phys"))
		vtd_report(doc, VTD_OK, "x2APIC", NULL,
			   "x2apic_phys is on the boot line");
	else if (vtd_sys_read_at(vtd_doctor_ctl(doc), "/dev/cpu/0/msr",
				 MSR_APIC_BASE, base, sizeof(base)))
		vtd_report(
			doc, VTD_WARN, "x2APIC",
			"to find out: modprobe msr, then vtdctl doctor as root; or add x2apic_phys to the boot line, which does no harm",
			"the CPU has it; whether it is on cannot be seen");
	else if (base[1] & APIC_BASE_X2APIC)
		vtd_report(doc, VTD_WARN, "x2APIC", remedy,
			   "on, and x2apic_phys is missing from the boot line");
	else
		vtd_report(doc, VTD_OK, "x2APIC", NULL, "off");
}
