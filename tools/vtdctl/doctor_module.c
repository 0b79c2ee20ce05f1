// SPDX-License-Identifier: GPL-2.0
/*
 * The doctor's checks of the kernel: its version, other IOMMU drivers, and
 * whether our module can be found, loaded and reached. Loads nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "doctor.h"

#define GROUPS "/sys/kernel/iommu_groups"
#define VIRTIO_ID_IOMMU 23

/* The kernels that are tested are the ends of the range. */
#define VERSION(major, minor) (1000 * (major) + (minor))
#define OLDEST VERSION(6, 12)
#define NEWEST VERSION(7, 2)

/* "6.12.107+deb13-amd64" to VERSION(6, 12); -1 for nonsense. */
static long kernel_version(const char *release)
{
	char *end;
	unsigned long major, minor;

	if (*release < '0' || *release > '9')
		return -1;
	major = strtoul(release, &end, 10);
	if (*end != '.' || end[1] < '0' || end[1] > '9')
		return -1;
	minor = strtoul(end + 1, NULL, 10);
	if (major > 999 || minor > 999)
		return -1;
	return VERSION(major, minor);
}

/**
 * vtd_check_kernel() - whether this kernel is supported
 * @doc: the doctor
 */
void vtd_check_kernel(struct vtd_doctor *doc)
{
	const char *release = vtd_doctor_facts(doc)->release;
	long version = kernel_version(release);

	if (version < 0)
		vtd_report(doc, VTD_WARN, "kernel",
			   "see to it that it is between 6.12 and 7.2",
			   "its version \"%s\" cannot be read", release);
	else if (version < OLDEST)
		vtd_report(
			doc, VTD_FAIL, "kernel",
			"boot a kernel between 6.12 and 7.2 (Debian 13 has 6.12)",
			"%s is too old", release);
	else if (version > NEWEST)
		vtd_report(
			doc, VTD_WARN, "kernel",
			"kernels between 6.12 and 7.2 are supported; a newer one may build",
			"%s is newer than what was tested", release);
	else
		vtd_report(doc, VTD_OK, "kernel", NULL, "%s", release);
}

/* Remembers the first name that starts with @prefix, or does not. */
struct find {
	const char *prefix;
	bool other;
	char name[64];
};

static bool find_name(const char *name, void *arg)
{
	struct find *find = arg;
	bool match = !strncmp(name, find->prefix, strlen(find->prefix));

	if (match == find->other)
		return true;
	snprintf(find->name, sizeof(find->name), "%s", name);
	return false;
}

/**
 * vtd_check_builtin() - whether the built-in driver owns the units
 * @doc: the doctor
 */
void vtd_check_builtin(struct vtd_doctor *doc)
{
	struct find find = { .prefix = "dmar" };

	vtd_sys_list(vtd_doctor_ctl(doc), "/sys/class/iommu", find_name, &find);
	if (!find.name[0])
		vtd_report(doc, VTD_OK, "built-in driver", NULL, "not active");
	else if (vtd_doctor_facts(doc)->loaded)
		vtd_report(doc, VTD_OK, "built-in driver", NULL,
			   "not active; %s is " VTD_MODULE "'s", find.name);
	else
		vtd_report(doc, VTD_FAIL, "built-in driver",
			   "it can only be kept away at boot: see boot line",
			   "active, it owns %s", find.name);
}

/**
 * vtd_check_remapping() - whether the kernel itself remaps interrupts
 * @doc: the doctor
 */
void vtd_check_remapping(struct vtd_doctor *doc)
{
	struct vtdctl *ctl = vtd_doctor_ctl(doc);
	char *text = vtd_sys_read(ctl, "/proc/interrupts", NULL);
	bool ours = vtd_sys_exists(ctl, "/sys/module/vtd_intr_remap");

	/* A remapped chip is named IR-PCI-MSI, IR-IO-APIC and so on. */
	if (!text)
		vtd_report(doc, VTD_WARN, "interrupt remapping", NULL,
			   "/proc/interrupts cannot be read");
	else if (strstr(text, " IR-") && !ours)
		vtd_report(doc, VTD_FAIL, "interrupt remapping",
			   "it can only be kept away at boot: see boot line",
			   "the kernel's own is active");
	else
		vtd_report(doc, VTD_OK, "interrupt remapping", NULL,
			   "the kernel's own is not active");
	free(text);
}

struct virtio {
	struct vtdctl *ctl;
	char name[64];
};

static bool find_virtio(const char *name, void *arg)
{
	struct virtio *find = arg;
	char *path = vtd_sys_path("/sys/bus/virtio/devices/%s/device", name);
	char *line = path ? vtd_sys_line(find->ctl, path) : NULL;
	bool found = line && strtoul(line, NULL, 16) == VIRTIO_ID_IOMMU;

	if (found)
		snprintf(find->name, sizeof(find->name), "%s", name);
	free(path);
	free(line);
	return !found;
}

/**
 * vtd_check_other_iommu() - whether the machine has another kind of IOMMU
 * @doc: the doctor
 */
void vtd_check_other_iommu(struct vtd_doctor *doc)
{
	struct vtdctl *ctl = vtd_doctor_ctl(doc);
	struct find find = { .prefix = "dmar", .other = true };
	struct virtio virtio = { .ctl = ctl };

	vtd_sys_list(ctl, "/sys/bus/virtio/devices", find_virtio, &virtio);
	vtd_sys_list(ctl, "/sys/class/iommu", find_name, &find);
	if (virtio.name[0])
		vtd_report(
			doc, VTD_FAIL, "other IOMMU",
			"take the virtio-iommu device out of the virtual machine, or blacklist virtio_iommu",
			"%s is a virtio-iommu", virtio.name);
	else if (find.name[0])
		vtd_report(
			doc, VTD_FAIL, "other IOMMU",
			"vtd_dmar drives a machine alone: unload or disable the driver of that IOMMU",
			"%s is registered", find.name);
	else
		vtd_report(doc, VTD_OK, "other IOMMU", NULL, "none");
}

struct groups {
	struct vtdctl *ctl;
	bool noiommu;
};

static bool look_at_group(const char *name, void *arg)
{
	struct groups *groups = arg;
	char *path = vtd_sys_path(GROUPS "/%s/name", name);
	char *line = path ? vtd_sys_line(groups->ctl, path) : NULL;

	if (line && !strcmp(line, "vfio-noiommu"))
		groups->noiommu = true;
	free(path);
	free(line);
	return true;
}

/**
 * vtd_check_groups() - whether somebody else made IOMMU groups
 * @doc: the doctor
 */
void vtd_check_groups(struct vtd_doctor *doc)
{
	struct groups groups = { .ctl = vtd_doctor_ctl(doc) };
	int count = vtd_sys_list(groups.ctl, GROUPS, look_at_group, &groups);

	if (groups.noiommu)
		vtd_report(
			doc, VTD_WARN, "IOMMU groups",
			"end what uses VFIO without an IOMMU and unbind those devices from vfio-pci first",
			"%d, some of VFIO's no-IOMMU mode", count);
	else if (count && !vtd_doctor_facts(doc)->loaded)
		vtd_report(
			doc, VTD_WARN, "IOMMU groups",
			"another IOMMU driver made them: see built-in driver and other IOMMU",
			"%d, and " VTD_MODULE " is not loaded", count);
	else
		vtd_report(doc, VTD_OK, "IOMMU groups", NULL, "%d", count);
}

/**
 * vtd_kernel_headers() - whether modules can be built for a kernel
 * @ctl: gives the root
 * @release: the kernel's name
 *
 * Return: whether it has headers.
 */
bool vtd_kernel_headers(struct vtdctl *ctl, const char *release)
{
	char *path;
	bool found;

	if (!*release || strchr(release, '/'))
		return false;
	path = vtd_sys_path("/lib/modules/%s/build/Makefile", release);
	found = path && vtd_sys_exists(ctl, path);
	free(path);
	return found;
}

/**
 * vtd_module_file() - where modprobe would find a module
 * @ctl: gives the root
 * @release: the kernel's name
 * @name: the module's
 * @index: result, whether there is an index of installed modules
 *
 * Return: malloc'ed path, NULL where it is not installed.
 */
char *vtd_module_file(struct vtdctl *ctl, const char *release, const char *name,
		      bool *index)
{
	char *path, *text, *save = NULL, *found = NULL;
	size_t length = strlen(name);

	*index = false;
	if (!*release || strchr(release, '/'))
		return NULL;
	path = vtd_sys_path("/lib/modules/%s/modules.dep", release);
	text = path ? vtd_sys_read(ctl, path, NULL) : NULL;
	free(path);
	*index = text;
	for (char *line = text ? strtok_r(text, "\n", &save) : NULL;
	     line && !found; line = strtok_r(NULL, "\n", &save)) {
		const char *file;

		line[strcspn(line, ":")] = '\0';
		file = strrchr(line, '/');
		file = file ? file + 1 : line;
		/* also .ko.xz, .ko.zst */
		if (strncmp(file, name, length) ||
		    strncmp(file + length, ".ko", 3))
			continue;
		found = *line == '/' ? strdup(line) :
				       vtd_sys_path("/lib/modules/%s/%s",
						    release, line);
	}
	free(text);
	return found;
}

/**
 * vtd_check_module() - whether modprobe will find the module
 * @doc: the doctor
 */
void vtd_check_module(struct vtd_doctor *doc)
{
	const struct vtd_facts *facts = vtd_doctor_facts(doc);
	/* Without headers nothing builds, by DKMS or by hand. */
	const char *remedy =
		facts->headers ?
			"dkms autoinstall (the package vtd-dkms), make install, or make dkms-install for every kernel; then depmod -a" :
			"apt install linux-headers-$(uname -r): without them nothing builds; then DKMS does it, or make install";

	if (facts->module)
		vtd_report(doc, VTD_OK, "module file", NULL,
			   VTD_MODULE " is installed for this kernel");
	else if (facts->loaded)
		vtd_report(doc, VTD_WARN, "module file", remedy,
			   VTD_MODULE " is loaded but not installed for %s",
			   facts->release);
	else
		vtd_report(doc, VTD_FAIL, "module file", remedy,
			   VTD_MODULE " is not installed for %s%s",
			   facts->release,
			   facts->module_index ? "" : " (no modules.dep)");
}

/**
 * vtd_check_loaded() - whether the module is loaded
 * @doc: the doctor
 */
void vtd_check_loaded(struct vtd_doctor *doc)
{
	if (vtd_doctor_facts(doc)->loaded)
		vtd_report(doc, VTD_OK, "module", NULL,
			   VTD_MODULE " is loaded");
	else
		vtd_report(
			doc, VTD_OK, "module",
			"when nothing above says FAIL: vtdctl attach --dry-run, then modprobe " VTD_MODULE,
			VTD_MODULE " is not loaded");
}

/**
 * vtd_check_device() - whether the module can be reached
 * @doc: the doctor
 */
void vtd_check_device(struct vtd_doctor *doc)
{
	bool there = vtd_sys_exists(vtd_doctor_ctl(doc), VTD_DEVICE);
	bool loaded = vtd_doctor_facts(doc)->loaded;

	if (there && loaded)
		vtd_report(doc, VTD_OK, "control device", NULL,
			   VTD_DEVICE " is there");
	else if (loaded)
		vtd_report(
			doc, VTD_FAIL, "control device",
			"mount devtmpfs on /dev; a container needs the host's device",
			VTD_DEVICE " is missing though " VTD_MODULE
				   " is loaded");
	else if (there)
		vtd_report(doc, VTD_WARN, "control device",
			   "a left-over or foreign file: remove it",
			   VTD_DEVICE " is there without " VTD_MODULE);
	else
		vtd_report(doc, VTD_OK, "control device", NULL,
			   VTD_DEVICE " comes with the module");
}
