// SPDX-License-Identifier: GPL-2.0
/*
 * "vtdctl upgrade": what is loaded, what is installed, and all that stands against
 * the change. Nothing here changes anything.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "upgrade.h"

const char *const vtd_part_name[VTD_PARTS] = {
	VTD_MODULE,	 "vtd_intr_remap", "vtd_posted_intr",
	"vtd_vfio_glue", "vtd_iommufd",
};

static char *module_line(struct vtdctl *ctl, const char *name, const char *file)
{
	char *path = vtd_sys_path("/sys/module/%s/%s", name, file);
	char *line = path ? vtd_sys_line(ctl, path) : NULL;

	free(path);
	return line;
}

static bool is_loaded(struct vtdctl *ctl, const char *name)
{
	char *path = vtd_sys_path("/sys/module/%s", name);
	bool loaded = path && vtd_sys_exists(ctl, path);

	free(path);
	return loaded;
}

struct params {
	struct vtdctl *ctl;
	const char *module;
	FILE *to;
	bool any;
};

/* One parameter as the kernel takes it; what is not set is left out. */
static bool add_param(const char *name, void *arg)
{
	struct params *params = arg;
	char *path = vtd_sys_path("/sys/module/%s/parameters/%s",
				  params->module, name);
	char *value = path ? vtd_sys_line(params->ctl, path) : NULL;

	if (value && *value && strcmp(value, "(null)") && !strchr(value, '"')) {
		const char *quote = strchr(value, ' ') ? "\"" : "";

		fprintf(params->to, "%s%s=%s%s%s", params->any ? " " : "", name,
			quote, value, quote);
		params->any = true;
	}
	free(path);
	free(value);
	return true;
}

static char *read_params(struct vtdctl *ctl, const char *name)
{
	struct params params = { .ctl = ctl, .module = name };
	char *path = vtd_sys_path("/sys/module/%s/parameters", name);
	char *text = NULL;
	size_t bytes = 0;

	params.to = open_memstream(&text, &bytes);
	if (params.to && path)
		vtd_sys_list(ctl, path, add_param, &params);
	if (params.to)
		fclose(params.to);
	free(path);
	return text;
}

/**
 * vtd_upgrade_look() - see what is loaded and what is installed
 * @up: the run; with @up->resume the modules are those that were noted
 *
 * Return: an exit status.
 */
int vtd_upgrade_look(struct vtd_upgrade *up)
{
	struct vtdctl *ctl = up->ctl;
	char *release = vtd_sys_line(ctl, "/proc/sys/kernel/osrelease");

	for (int i = 0; i < VTD_PARTS; i++) {
		struct vtd_upgrade_part *part = &up->part[i];
		const char *name = vtd_part_name[i];

		if (is_loaded(ctl, name)) {
			part->loaded = true;
			part->version = module_line(ctl, name, "version");
			part->source = module_line(ctl, name, "srcversion");
			if (!part->params)
				part->params = read_params(ctl, name);
		}
		if (!part->loaded)
			continue;
		vtd_image_installed(ctl, release ? release : "", name,
				    &part->now);
		vtd_image_kept(ctl, name, &part->before);
		if (up->resume)
			continue;
		if (!vtd_image_same(&part->before, part->version, part->source))
			vtd_image_free(&part->before);
		/* Loaded and installed may be one. */
		if (!part->before.data &&
		    vtd_image_same(&part->now, part->version, part->source))
			vtd_image_installed(ctl, release ? release : "", name,
					    &part->before);
	}
	free(release);
	return VTD_EXIT_OK;
}

static int refuse(struct vtd_upgrade *up, const char *remedy, const char *fmt,
		  ...) __printf(3, 4);

static int refuse(struct vtd_upgrade *up, const char *remedy, const char *fmt,
		  ...)
{
	char *text;
	va_list args;
	int length;

	va_start(args, fmt);
	length = vasprintf(&text, fmt, args);
	va_end(args);
	if (length < 0)
		return vtd_kernel_error(up->ctl, "out of memory");
	vtd_kernel_error(up->ctl, "upgrade: %s; nothing was changed", text);
	vtd_show_wrapped(up->ctl->err, "  -> ", "     ", remedy);
	free(text);
	return VTD_EXIT_KERNEL;
}

#define INSTALL                                                               \
	"install the modules for this kernel: the package vtd-dkms with its " \
	"headers, make dkms-install, or make install; then depmod -a"

/* Does the new file fit the kernel that runs? Asked of the kernel, too. */
static int check_file(struct vtd_upgrade *up, int nr)
{
	struct vtd_upgrade_part *part = &up->part[nr];
	const char *name = vtd_part_name[nr];
	struct vtdctl *ctl = up->ctl;
	char *release;
	bool fits;
	int ret;

	if (!part->now.data)
		return refuse(
			up, INSTALL,
			"%s is loaded, and no file that can be read is installed for this kernel",
			name);
	release = vtd_sys_line(ctl, "/proc/sys/kernel/osrelease");
	fits = release && !strncmp(part->now.magic, release, strlen(release)) &&
	       part->now.magic[strlen(release)] == ' ';
	free(release);
	if (!fits)
		return refuse(up, INSTALL,
			      "the new %s is for another kernel (\"%s\")", name,
			      part->now.magic);
	if (vtd_signature_needed(ctl) && !vtd_image_signed(&part->now))
		return refuse(
			up, "sign it: make sign, see vtdctl doctor",
			"only signed modules load, and the new %s is not signed",
			name);
	/* Signature and version come before the kernel sees that it has it. */
	if (!is_loaded(ctl, name))
		return VTD_EXIT_OK;
	ret = ctl->calls->insert(ctl->priv, part->now.data, part->now.bytes,
				 "");
	if (ret == -EEXIST)
		return VTD_EXIT_OK;
	if (ret == -EPERM)
		return refuse(
			up,
			"run it as root; under Secure Boot see vtdctl doctor",
			"the kernel does not take the new %s: %s", name,
			strerror(-ret));
	return refuse(up, "dmesg has the kernel's words; see vtdctl doctor",
		      "the kernel does not take the new %s: %s", name,
		      strerror(-ret));
}

static bool count_name(const char *name, void *arg)
{
	(void)name;
	(void)arg;
	return true;
}

/* How many users a module has besides modules and, of vtd_dmar, devices. */
static long users_of(struct vtdctl *ctl, const char *name, long devices)
{
	char *line = module_line(ctl, name, "refcnt");
	char *path = vtd_sys_path("/sys/module/%s/holders", name);
	long users = line ? strtol(line, NULL, 10) : 0;

	if (path)
		users -= vtd_sys_list(ctl, path, count_name, NULL);
	free(path);
	free(line);
	return users - devices;
}

static int check_users(struct vtd_upgrade *up)
{
	static const char *const remedy[VTD_PARTS] = {
		[VTD_PART_INTR] =
			"a program or guest has a device and was told that interrupts are isolated: end it first",
		[VTD_PART_POSTED] =
			"interrupts of guests or programs are posted: shut those guests down, end those programs first",
		[VTD_PART_GLUE] =
			"programs have /dev/vtd-vfio open: end them first (fuser -v /dev/vtd-vfio)",
		[VTD_PART_IOMMUFD] =
			"programs have devices through iommufd: end them first",
	};

	for (int i = VTD_PART_INTR; i < VTD_PARTS; i++) {
		if (!up->part[i].loaded ||
		    users_of(up->ctl, vtd_part_name[i], 0) <= 0)
			continue;
		return refuse(up, remedy[i], "%s is in use", vtd_part_name[i]);
	}
	return VTD_EXIT_OK;
}

static void say_nothing(struct vtd_upgrade *up)
{
	const struct vtd_upgrade_part *part = &up->part[VTD_PART_DMAR];

	if (up->json)
		return;
	if (!part->loaded)
		fputs(VTD_MODULE " is not loaded: nothing to upgrade\n",
		      up->ctl->out);
	else
		vtd_show_line(
			up->ctl->out, "", "  ",
			"the modules that are loaded are those that are installed (version %s, %s): nothing to upgrade; --force loads them again",
			part->version ? part->version : "-",
			part->source ? part->source : "-");
}

/**
 * vtd_upgrade_check() - what stands against it, of the modules
 * @up: the run
 * @nothing: result: there is nothing to do, and that has been said
 *
 * Return: an exit status.
 */
int vtd_upgrade_check(struct vtd_upgrade *up, bool *nothing)
{
	bool same = true;
	int ret = VTD_EXIT_OK;

	*nothing = false;
	if (!up->part[VTD_PART_DMAR].loaded) {
		*nothing = true;
		say_nothing(up);
		return VTD_EXIT_OK;
	}
	for (int i = 0; i < VTD_PARTS && !ret; i++) {
		struct vtd_upgrade_part *part = &up->part[i];

		if (!part->loaded)
			continue;
		ret = check_file(up, i);
		same = same &&
		       vtd_image_same(&part->now, part->version, part->source);
	}
	if (ret)
		return ret;
	if (same && !up->force && !up->resume) {
		*nothing = true;
		say_nothing(up);
		return VTD_EXIT_OK;
	}
	return check_users(up);
}

static int list_bad(struct vtd_upgrade *up)
{
	unsigned int bad = 0;

	for (size_t i = 0; i < up->plan.count; i++) {
		const struct vtd_record *rec = &up->plan.list[i];
		const char *how = vtd_record_show(rec, "how");

		if (strcmp(how, "cannot") &&
		    (up->rebind || strcmp(how, "rebind")))
			continue;
		if (!bad++)
			vtd_kernel_error(
				up->ctl,
				"upgrade: devices stand against it; nothing was changed");
		vtd_show_line(up->ctl->err, "  ", "    ", "%s (driver %s) %s",
			      vtd_record_show(rec, "device"),
			      vtd_record_show(rec, "driver"),
			      vtd_record_show(rec, "reason"));
		vtd_show_wrapped(up->ctl->err, "    -> ", "       ",
				 vtd_record_show(rec, "remedy"));
	}
	return bad ? VTD_EXIT_KERNEL : VTD_EXIT_OK;
}

/**
 * vtd_upgrade_freezes() - will a driver stand still meanwhile?
 * @up: the run, after vtd_upgrade_devices()
 *
 * Return: true if one will.
 */
bool vtd_upgrade_freezes(const struct vtd_upgrade *up)
{
	for (size_t i = 0; i < up->plan.count; i++)
		if (!strcmp(vtd_record_show(&up->plan.list[i], "how"),
			    "freeze"))
			return true;
	return false;
}

/* Words instead of records come from a module that has no such command. */
static int ask_plan(struct vtd_upgrade *up)
{
	int fd = vtd_control_open(up->ctl);
	int ret;

	if (fd < 0)
		return vtd_open_error(up->ctl, "upgrade", fd);
	ret = vtd_control_ask(up->ctl, fd, "detach hold dry-run",
			      &up->plan_reply);
	up->ctl->calls->close(up->ctl->priv, fd);
	if (ret == -EINVAL)
		return refuse(
			up,
			"detach, unload, load and attach by hand; the next upgrade goes by itself",
			"the version that is loaded cannot hand devices over");
	if (ret)
		return vtd_refused(up->ctl, "upgrade", ret,
				   up->plan_reply.text);
	if (vtd_records_parse(up->plan_reply.text, up->plan_reply.bytes,
			      &up->plan))
		return vtd_kernel_error(
			up->ctl, "upgrade: the module's reply cannot be read");
	return VTD_EXIT_OK;
}

/**
 * vtd_upgrade_devices() - what stands against it, of the devices
 * @up: the run; @attached, @before and @plan are filled in
 *
 * Return: an exit status.
 */
int vtd_upgrade_devices(struct vtd_upgrade *up)
{
	const struct vtd_record *rec;
	const char *state;
	int ret;

	ret = vtd_control_records(up->ctl, "status", &up->before_reply,
				  &up->before);
	if (ret)
		return ret;
	rec = vtd_records_first(&up->before, "vtd");
	state = rec ? vtd_record_show(rec, "state") : "-";
	up->attached = strcmp(state, "detached");
	if (!up->attached)
		return VTD_EXIT_OK;
	if (!strcmp(state, "trial"))
		return refuse(up, "vtdctl confirm, or vtdctl detach",
			      "attached on trial");
	ret = ask_plan(up);
	if (!ret)
		ret = list_bad(up);
	if (!ret && users_of(up->ctl, VTD_MODULE, (long)up->plan.count) > 0)
		return refuse(
			up,
			"another program has /dev/vtd open, as vtdctl top or faults --follow: end it first (fuser -v /dev/vtd)",
			VTD_MODULE " is in use");
	if (!ret && !up->force && vtd_upgrade_freezes(up) &&
	    !up->part[VTD_PART_DMAR].before.data)
		return refuse(
			up,
			"'vtdctl upgrade --keep' before new modules are installed keeps a copy; --force goes without a way back",
			"no copy of the " VTD_MODULE
			" that is loaded is known, and drivers would stand still for good if the new one failed");
	return ret;
}
