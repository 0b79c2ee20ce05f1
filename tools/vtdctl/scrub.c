// SPDX-License-Identifier: GPL-2.0
/*
 * Takes out of a text what does not concern others: MAC addresses, UUIDs, the
 * names of the host and of users, and of the boot line every value of a
 * parameter that says nothing about us.
 */
#define _GNU_SOURCE 1
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Hexadecimal digits in groups with a sign between them, as "8-4-4-4-12". */
static size_t hex_groups(const char *p, const int *groups, const char *between)
{
	size_t used = 0;

	for (int i = 0; groups[i]; i++) {
		if (i && (!p[used] || !strchr(between, p[used])))
			return 0;
		used += i > 0;
		for (int k = 0; k < groups[i]; k++, used++)
			if (!isxdigit((unsigned char)p[used]))
				return 0;
	}
	/* A longer one is something else. */
	return in_word(p[used]) ? 0 : used;
}

/* A name that stands alone; "root" and the like say nothing. */
static size_t is_name(const char *p, const char *name)
{
	size_t length = name ? strlen(name) : 0;

	if (length < 2 || !strcmp(name, "root") || !strcmp(name, "localhost") ||
	    !strcmp(name, "(none)"))
		return 0;
	if (strncmp(p, name, length) || in_word(p[length]))
		return 0;
	return length;
}

/* What is to be masked at @p, where a word begins, and what for. */
static size_t secret_at(const char *p, const struct vtd_names *names,
			const char **mask)
{
	static const int mac[] = { 2, 2, 2, 2, 2, 2, 0 };
	static const int uuid[] = { 8, 4, 4, 4, 12, 0 };
	static const int bare[] = { 12, 0 };
	size_t length = hex_groups(p, mac, ":-");

	*mask = "<MAC>";
	/* InfiniBand has longer ones. */
	while (length && p[length] && strchr(":-", p[length]) &&
	       isxdigit((unsigned char)p[length + 1]) &&
	       isxdigit((unsigned char)p[length + 2]))
		length += 3;
	if (length)
		return length;
	if (!strncmp(p, "enx", 3) && hex_groups(p + 3, bare, ""))
		return 3 + 12;
	*mask = "<UUID>";
	length = hex_groups(p, uuid, "-");
	if (length)
		return length;
	*mask = "<host>";
	length = is_name(p, names->host);
	for (int i = 0; !length && i < VTD_USERS; i++) {
		*mask = "<user>";
		length = is_name(p, names->user[i]);
	}
	return length;
}

/**
 * vtd_scrub() - mask what does not concern others
 * @text: the text
 * @names: of the host and of users
 *
 * Return: malloc'ed text, NULL without memory.
 */
char *vtd_scrub(const char *text, const struct vtd_names *names)
{
	char *result = NULL;
	size_t bytes;
	FILE *to = open_memstream(&result, &bytes);
	char before = '\0';

	if (!to)
		return NULL;
	while (*text) {
		const char *mask;
		size_t length = 0;

		if (!in_word(before) && before != ':')
			length = secret_at(text, names, &mask);
		if (length) {
			fputs(mask, to);
		} else if (!strncmp(text, "/home/", 6)) {
			fputs("/home/<user>", to);
			length = 6 + strcspn(text + 6, "/ \t\n\"'),:;");
		} else {
			fputc(*text, to);
			length = 1;
		}
		before = text[length - 1];
		text += length;
	}
	if (!fclose(to))
		return result;
	free(result);
	return NULL;
}

/* Parameters whose values say something about us, or may stand in our way. */
static bool is_ours(const char *word, size_t length)
{
	static const char *const names[] = {
		"intel_iommu",
		"intremap",
		"amd_iommu",
		"iommu",
		"x2apic_phys",
		"apic",
		"acpi",
		"pci",
		"pcie_acs_override",
		"pcie_aspm",
		"pcie_ports",
		"swiotlb",
		"lockdown",
		"efi",
		"maxcpus",
		"nr_cpus",
		"possible_cpus",
		"mitigations",
		"preempt",
		"loglevel",
		"panic",
		"crashkernel",
		"hugepages",
		"hugepagesz",
		"isolcpus",
		"nohz_full",
		"irqaffinity",
		"clocksource",
		"initcall_blacklist",
		"modprobe.blacklist",
		"module_blacklist",
		"module.sig_enforce",
	};
	static const char *const prefixes[] = { "iommu.", "vtd_",  "vfio",
						"kvm",	  "i915.", "xe.",
						"iommufd" };

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (!strncmp(word, prefixes[i], strlen(prefixes[i])))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i]) == length &&
		    !strncmp(word, names[i], length))
			return true;
	return false;
}

/* A parameter's name, and not something that only stands where one would. */
static bool is_plain(const char *word, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!in_word(word[i]) && word[i] != '.' && word[i] != '-')
			return false;
	return length && length <= 40;
}

/**
 * vtd_scrub_cmdline() - the boot line without what does not concern others
 * @cmdline: the line
 *
 * What follows "--" is for init, and left out.
 *
 * Return: malloc'ed line, NULL without memory.
 */
char *vtd_scrub_cmdline(const char *cmdline)
{
	char *result = NULL;
	size_t bytes, length;
	FILE *to = open_memstream(&result, &bytes);
	const char *word, *gap = "";

	if (!to)
		return NULL;
	while ((word = vtd_cmdline_next(&cmdline, &length))) {
		const char *equals = memchr(word, '=', length);
		size_t name = equals ? (size_t)(equals - word) : length;

		fputs(gap, to);
		gap = " ";
		if (length == 2 && !strncmp(word, "--", 2)) {
			fputs("-- <masked>", to);
			break;
		}
		if (!is_plain(word, name))
			fputs("<masked>", to);
		else if (!equals || is_ours(word, name))
			fprintf(to, "%.*s", (int)length, word);
		else
			fprintf(to, "%.*s=<masked>", (int)name, word);
	}
	if (!fclose(to))
		return result;
	free(result);
	return NULL;
}
