// SPDX-License-Identifier: GPL-2.0
/*
 * The doctor's checks of what is around our module: versions that belong
 * together, the modprobe rule, and when it is loaded at boot. Only reads.
 */
#define _GNU_SOURCE 1
#include <stdlib.h>
#include <string.h>

#include "doctor.h"

#define INSTALL_BOTH                                                                          \
	"install module and vtdctl from one tree: make install; then modprobe -r " VTD_MODULE \
	" and modprobe " VTD_MODULE

/* --- versions --- */

/*
 * What a module file says of itself: "key=value" strings, each after a 0 byte.
 * NULL where it says nothing, or is compressed.
 */
static char *modinfo(struct vtdctl *ctl, const char *file, const char *key)
{
	size_t bytes = 0, length = strlen(key);
	char *text = file ? vtd_sys_read(ctl, file, &bytes) : NULL;
	char *found = NULL;

	for (char *at = text; at && !found && bytes - (at - text) > length + 1;
	     at++) {
		at = memchr(at, '\0', bytes - (at - text) - length - 1);
		if (!at)
			break;
		if (!memcmp(at + 1, key, length) && at[1 + length] == '=')
			found = strdup(at + 1 + length + 1);
	}
	free(text);
	return found;
}

/* "6.12.107+deb13-amd64 SMP ..." is for the kernel of that name. */
static bool built_for(const char *vermagic, const char *release)
{
	size_t length = strlen(release);

	return !strncmp(vermagic, release, length) &&
	       (vermagic[length] == ' ' || !vermagic[length]);
}

static void judge_versions(struct vtd_doctor *doc, const char *loaded,
			   const char *installed)
{
	const char *module = loaded ? loaded : installed;

	if (!module)
		vtd_report(doc, VTD_OK, "version", NULL,
			   "vtdctl " VTDCTL_VERSION
			   "; that of the module cannot be seen");
	else if (strcmp(module, VTDCTL_VERSION))
		vtd_report(doc, VTD_WARN, "version", INSTALL_BOTH,
			   VTD_MODULE " is %s, vtdctl " VTDCTL_VERSION, module);
	else if (loaded && installed && strcmp(loaded, installed))
		vtd_report(doc, VTD_WARN, "version",
			   "modprobe -r " VTD_MODULE " and modprobe " VTD_MODULE
			   " load the one that is installed",
			   VTD_MODULE " %s is loaded, but %s is installed",
			   loaded, installed);
	else
		vtd_report(doc, VTD_OK, "version", NULL,
			   VTD_MODULE " and vtdctl are " VTDCTL_VERSION);
}

/**
 * vtd_check_version() - whether module, vtdctl and kernel belong together
 * @doc: the doctor
 */
void vtd_check_version(struct vtd_doctor *doc)
{
	const struct vtd_facts *facts = vtd_doctor_facts(doc);
	struct vtdctl *ctl = vtd_doctor_ctl(doc);
	char *loaded = vtd_sys_line(ctl, "/sys/module/" VTD_MODULE "/version");
	char *installed = modinfo(ctl, facts->module, "version");
	char *vermagic = modinfo(ctl, facts->module, "vermagic");

	if (vermagic && !built_for(vermagic, facts->release))
		vtd_report(
			doc, VTD_FAIL, "version",
			"build and install it again for this kernel: make install",
			"%s was built for %.*s", facts->module,
			(int)strcspn(vermagic, " "), vermagic);
	else
		judge_versions(doc, loaded, installed);
	free(vermagic);
	free(installed);
	free(loaded);
}

/* --- files of lines --- */

/* What is looked for in all files of some folders. */
struct lines {
	struct vtdctl *ctl;
	const char *folder;
	bool (*fits)(char *const word[3], const char *rest);
	char *file; /* the first file with such a line; malloc'ed */
};

/* The kernel and modprobe take - and _ in a module's name for the same. */
static bool is_module(const char *name)
{
	return name && strlen(name) == strlen(VTD_MODULE) &&
	       !strncmp(name, "vtd", 3) && (name[3] == '_' || name[3] == '-') &&
	       !strcmp(name + 4, "dmar");
}

static bool file_fits(struct lines *lines, const char *path)
{
	char *text = vtd_sys_read(lines->ctl, path, NULL);
	char *save = NULL;
	bool fits = false;

	for (char *line = text ? strtok_r(text, "\n", &save) : NULL;
	     line && !fits; line = strtok_r(NULL, "\n", &save)) {
		char *whole = strdup(line), *words = NULL;
		char *word[3] = { NULL };

		for (size_t i = 0; i < ARRAY_SIZE(word); i++)
			word[i] = strtok_r(i ? NULL : line, " \t", &words);
		fits = whole && word[0] && *word[0] != '#' &&
		       lines->fits(word, whole);
		free(whole);
	}
	free(text);
	return fits;
}

static bool look_into(const char *name, void *arg)
{
	struct lines *lines = arg;
	size_t length = strlen(name);
	char *path;

	if (length < 6 || strcmp(name + length - 5, ".conf"))
		return true;
	path = vtd_sys_path("%s/%s", lines->folder, name);
	if (path && file_fits(lines, path)) {
		lines->file = path;
		return false;
	}
	free(path);
	return true;
}

/* The first file of the folders (a list that ends with NULL), or NULL. */
static char *find_line(struct vtdctl *ctl, const char *const folders[],
		       bool (*fits)(char *const word[3], const char *rest))
{
	struct lines lines = { .ctl = ctl, .fits = fits };

	for (size_t i = 0; folders[i] && !lines.file; i++) {
		lines.folder = folders[i];
		vtd_sys_list(ctl, folders[i], look_into, &lines);
	}
	return lines.file;
}

/* The same for one file. */
static bool line_in(struct vtdctl *ctl, const char *path,
		    bool (*fits)(char *const word[3], const char *rest))
{
	struct lines lines = { .ctl = ctl, .fits = fits };

	return file_fits(&lines, path);
}

/* --- the modprobe rule --- */

static const char *const modprobe_d[] = {
	"/etc/modprobe.d",     "/run/modprobe.d", "/usr/local/lib/modprobe.d",
	"/usr/lib/modprobe.d", "/lib/modprobe.d", NULL
};

static bool detaches(char *const word[3], const char *rest)
{
	return !strcmp(word[0], "remove") && is_module(word[1]) &&
	       strstr(rest, "vtdctl detach");
}

static bool forbids(char *const word[3], const char *rest)
{
	(void)rest;
	return (!strcmp(word[0], "blacklist") || !strcmp(word[0], "install")) &&
	       is_module(word[1]);
}

/**
 * vtd_check_rule() - whether modprobe knows how to load and remove the module
 * @doc: the doctor
 */
void vtd_check_rule(struct vtd_doctor *doc)
{
	struct vtdctl *ctl = vtd_doctor_ctl(doc);
	char *rule = find_line(ctl, modprobe_d, detaches);
	char *forbidden = find_line(ctl, modprobe_d, forbids);

	if (forbidden)
		vtd_report(doc, VTD_WARN, "modprobe rule",
			   "take that line out, if it is not there on purpose",
			   "%s keeps " VTD_MODULE
			   " from being loaded (blacklist or install)",
			   forbidden);
	else if (rule)
		vtd_report(doc, VTD_OK, "modprobe rule", NULL,
			   "%s has it: modprobe -r detaches first", rule);
	else if (!vtd_doctor_facts(doc)->module)
		vtd_report(doc, VTD_OK, "modprobe rule", NULL,
			   "comes with the module");
	else
		vtd_report(
			doc, VTD_WARN, "modprobe rule",
			"make install puts it there; without it: vtdctl detach, then modprobe -r " VTD_MODULE,
			"missing: modprobe -r is refused while attached");
	free(forbidden);
	free(rule);
}

/* --- when it is loaded --- */

#define FULL_COVERAGE                                                   \
	"to have every device managed from the start: echo " VTD_MODULE \
	" >> /etc/vtd-kmod/initramfs; update-initramfs -u"

/* There when the service that the package brings was enabled. */
#define ATTACH_SERVICE \
	"/etc/systemd/system/sysinit.target.wants/vtd-attach.service"

static bool names_it(char *const word[3], const char *rest)
{
	(void)rest;
	return is_module(word[0]);
}

/* force_drivers+=" a vtd_dmar b " */
static bool drivers_have_it(char *const word[3], const char *rest)
{
	return (!strncmp(word[0], "add_drivers+=", 13) ||
		!strncmp(word[0], "force_drivers+=", 15)) &&
	       (strstr(rest, VTD_MODULE) || strstr(rest, "vtd-dmar"));
}

static bool in_initramfs(struct vtdctl *ctl)
{
	static const char *const dracut[] = { "/etc/dracut.conf.d",
					      "/usr/lib/dracut/dracut.conf.d",
					      NULL };
	char *file;

	/* The second is our hook's own list; it heeds the first, too. */
	if (line_in(ctl, "/etc/initramfs-tools/modules", names_it) ||
	    line_in(ctl, "/etc/vtd-kmod/initramfs", names_it))
		return true;
	file = find_line(ctl, dracut, drivers_have_it);
	free(file);
	return file;
}

static bool loaded_at_boot(struct vtdctl *ctl)
{
	static const char *const folders[] = {
		"/etc/modules-load.d", "/run/modules-load.d",
		"/usr/local/lib/modules-load.d", "/usr/lib/modules-load.d", NULL
	};
	char *file;

	if (line_in(ctl, "/etc/modules", names_it) ||
	    vtd_sys_exists(ctl, ATTACH_SERVICE))
		return true;
	file = find_line(ctl, folders, names_it);
	free(file);
	return file;
}

/* The initramfs is packed: its age tells whether it can have the module. */
static void judge_initramfs(struct vtd_doctor *doc)
{
	const struct vtd_facts *facts = vtd_doctor_facts(doc);
	struct vtdctl *ctl = vtd_doctor_ctl(doc);
	long long module = -1, image = -1;
	char *path = NULL;

	if (facts->module)
		module = vtd_sys_time(ctl, facts->module);
	path = vtd_sys_path("/boot/initrd.img-%s", facts->release);
	if (path)
		image = vtd_sys_time(ctl, path);
	if (image < 0) {
		free(path);
		path = vtd_sys_path("/boot/initramfs-%s.img", facts->release);
		if (path)
			image = vtd_sys_time(ctl, path);
	}
	if (image < 0 || !path)
		vtd_report(
			doc, VTD_WARN, "early load",
			"see to it that the initramfs was made after the module was installed: update-initramfs -u",
			"asked for in the initramfs, which is not found in /boot");
	else if (module < 0)
		vtd_report(doc, VTD_WARN, "early load",
			   "install the module, then: update-initramfs -u",
			   "asked for in the initramfs, but not installed");
	else if (image < module)
		vtd_report(
			doc, VTD_WARN, "early load",
			"make it anew: update-initramfs -u, then reboot",
			"%s is older than the module: it has another one, or none",
			path);
	else
		vtd_report(doc, VTD_OK, "early load", NULL,
			   "from the initramfs, %s", path);
	free(path);
}

/**
 * vtd_check_early() - when the module is loaded at boot
 * @doc: the doctor
 *
 * What gets its driver before is left in pass-through until it is adopted.
 */
void vtd_check_early(struct vtd_doctor *doc)
{
	struct vtdctl *ctl = vtd_doctor_ctl(doc);

	if (in_initramfs(ctl))
		judge_initramfs(doc);
	else if (loaded_at_boot(ctl))
		vtd_report(
			doc, VTD_OK, "early load", FULL_COVERAGE,
			"at boot, but after the initramfs: what has its driver by then passes through");
	else
		vtd_report(doc, VTD_OK, "early load", FULL_COVERAGE,
			   VTD_MODULE " is not loaded at boot");
}
