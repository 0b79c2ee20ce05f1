// SPDX-License-Identifier: GPL-2.0
/*
 * "vtdctl upgrade": the modules that are loaded exchanged for those that are
 * installed, with devices in use. The order of it, its words, and what is told in
 * the end; looking, changing and putting back are in upgrade_*.c.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "upgrade.h"

static int parse_options(struct vtd_upgrade *up, int argc, char *const argv[])
{
	const struct {
		const char *name;
		bool *given;
	} options[] = {
		{ "--dry-run", &up->dry_run }, { "--force", &up->force },
		{ "--rebind", &up->rebind },   { "--resume", &up->resume },
		{ "--keep", &up->keep },       { "--json", &up->json },
	};

	for (int i = 1; i < argc; i++) {
		size_t at = 0;

		while (at < ARRAY_SIZE(options) &&
		       strcmp(argv[i], options[at].name))
			at++;
		if (at == ARRAY_SIZE(options))
			return vtd_usage_error(
				up->ctl,
				"upgrade: argument \"%s\" is unknown, try \"vtdctl upgrade --help\"",
				argv[i]);
		*options[at].given = true;
	}
	if (up->dry_run + up->resume + up->keep > 1)
		return vtd_usage_error(
			up->ctl,
			"upgrade: only one of --dry-run, --resume and --keep");
	return 0;
}

static const char *shown(const char *text)
{
	return text ? text : "-";
}

static void show_modules(struct vtd_upgrade *up)
{
	for (int i = 0; i < VTD_PARTS; i++) {
		const struct vtd_upgrade_part *part = &up->part[i];

		if (!part->loaded)
			continue;
		vtd_show_line(up->ctl->out, "  ", "    ",
			      "%s %s (%s) -> %s (%s)%s", vtd_part_name[i],
			      shown(part->version), shown(part->source),
			      shown(part->now.version), shown(part->now.source),
			      part->before.data ? "" : ", no way back");
	}
}

static void show_plan(struct vtd_upgrade *up)
{
	static const char *const words[][2] = {
		{ "freeze",
		  "its driver stands still meanwhile; what uses it waits" },
		{ "keep", "goes on: its addresses are not translated" },
		{ "rebind", "its driver is unbound and bound again, twice" },
	};
	FILE *out = up->ctl->out;

	fputs("modules:\n", out);
	show_modules(up);
	fputs(up->plan.count ? "devices in use:\n" : "", out);
	for (size_t i = 0; i < up->plan.count; i++) {
		const struct vtd_record *rec = &up->plan.list[i];

		for (size_t j = 0; j < ARRAY_SIZE(words); j++)
			if (!strcmp(vtd_record_show(rec, "how"), words[j][0]))
				vtd_show_line(out, "  ", "    ", "%s %s: %s",
					      vtd_record_show(rec, "device"),
					      vtd_record_show(rec, "driver"),
					      words[j][1]);
	}
	fputs("Nothing was changed. To do it: vtdctl upgrade\n", out);
}

/* Microseconds as milliseconds with one digit behind the point. */
static void show_ms(FILE *out, const char *what, const char *us)
{
	unsigned long long value = strtoull(us, NULL, 10);

	fprintf(out, "  %s: %llu.%llu ms\n", what, value / 1000,
		value / 100 % 10);
}

static void show_result(struct vtd_upgrade *up)
{
	const struct vtd_record *rec =
		vtd_records_first(&up->after, "handover");
	FILE *out = up->ctl->out;

	fputs(up->back ? "not upgraded:\n" : "upgraded:\n", out);
	show_modules(up);
	if (rec)
		show_ms(out, "DMA was not translated for",
			vtd_record_show(rec, "blackout_us"));
	if (up->remap_ms >= 0)
		fprintf(out, "  interrupts were not remapped for: %lld ms\n",
			up->remap_ms);
	for (size_t i = 0; i < up->after.count; i++) {
		char what[64];

		rec = &up->after.list[i];
		if (!vtd_record_is(rec, "held"))
			continue;
		snprintf(what, sizeof(what), "%.12s waited for",
			 vtd_record_show(rec, "device"));
		show_ms(out, what, vtd_record_show(rec, "paused_us"));
	}
	if (up->failed)
		fprintf(out, "  %u device(s) are not as they were, see above\n",
			up->failed);
}

static struct json_object *json_modules(struct vtd_upgrade *up)
{
	struct json_object *list = json_object_new_array();

	for (int i = 0; list && i < VTD_PARTS; i++) {
		const struct vtd_upgrade_part *part = &up->part[i];
		struct json_object *one;
		int ret;

		if (!part->loaded)
			continue;
		one = json_object_new_object();
		ret = !one;
		ret = ret || vtd_json_text(one, "name", vtd_part_name[i]) ||
		      vtd_json_text(one, "old_version", part->version) ||
		      vtd_json_text(one, "old_srcversion", part->source) ||
		      vtd_json_text(one, "new_version", part->now.version) ||
		      vtd_json_text(one, "new_srcversion", part->now.source) ||
		      vtd_json_add(one, "way_back",
				   json_object_new_boolean(part->before.data !=
							   NULL));
		if (ret || json_object_array_add(list, one)) {
			json_object_put(one);
			json_object_put(list);
			return NULL;
		}
	}
	return list;
}

static struct json_object *json_held(const struct vtd_record *rec,
				     const void *data)
{
	static const char *const keys[] = { "device", "result", NULL };
	struct json_object *one = vtd_json_texts_of(rec, keys);

	(void)data;
	if (one && !vtd_json_number(one, "paused_us",
				    vtd_record_get(rec, "paused_us")))
		return one;
	json_object_put(one);
	return NULL;
}

static int show_json(struct vtd_upgrade *up, const char *result)
{
	static const char *const planned[] = { "device", "driver", "how",
					       NULL };
	const struct vtd_record *rec =
		vtd_records_first(&up->after, "handover");
	struct json_object *body = json_object_new_object();
	struct json_object *ms;
	int ret = !body;

	ms = up->remap_ms < 0 ? NULL : json_object_new_int64(up->remap_ms);
	ret = ret || vtd_json_text(body, "result", result) ||
	      vtd_json_add(body, "modules", json_modules(up)) ||
	      vtd_json_number(body, "blackout_us",
			      rec ? vtd_record_get(rec, "blackout_us") :
				    NULL) ||
	      json_object_object_add(body, "interrupts_ms", ms) ||
	      vtd_json_add(body, "planned",
			   vtd_json_records(&up->plan, "hold",
					    vtd_json_texts_of, planned)) ||
	      vtd_json_add(body, "held",
			   vtd_json_records(&up->after, "held", json_held,
					    NULL)) ||
	      vtd_json_add(body, "failed", json_object_new_int64(up->failed));
	if (!ret)
		return vtd_json_put(up->ctl, body);
	json_object_put(body);
	return vtd_kernel_error(up->ctl, "out of memory");
}

/* Copies of what is loaded, for the way back, before new files come. */
static int keep_copies(struct vtd_upgrade *up)
{
	int kept = 0;

	for (int i = 0; i < VTD_PARTS; i++) {
		struct vtd_upgrade_part *part = &up->part[i];
		int ret;

		if (!part->loaded)
			continue;
		if (!part->before.data) {
			vtd_kernel_error(
				up->ctl,
				"upgrade: the file of the %s that is loaded is not there any more",
				vtd_part_name[i]);
			return VTD_EXIT_KERNEL;
		}
		ret = vtd_image_keep(up->ctl, vtd_part_name[i], &part->before);
		if (ret)
			return vtd_kernel_error(
				up->ctl,
				"upgrade: no copy of %s can be kept: %s",
				vtd_part_name[i], strerror(-ret));
		kept++;
	}
	if (up->json)
		return show_json(up, "kept");
	fprintf(up->ctl->out, "copies kept of %d modules\n", kept);
	return VTD_EXIT_OK;
}

/* Modules that the new ones need and nobody loaded yet. */
static int load_depends(struct vtd_upgrade *up)
{
	char modprobe[] = "modprobe", all[] = "-a";
	struct vtdctl *ctl = up->ctl;
	int ret = 0;

	for (int i = 0; i < VTD_PARTS && !ret; i++) {
		char *list = up->part[i].loaded && up->part[i].now.depends ?
				     strdup(up->part[i].now.depends) :
				     NULL;
		char *save = NULL;

		for (char *name = list ? strtok_r(list, ",", &save) : NULL;
		     name && !ret; name = strtok_r(NULL, ",", &save)) {
			char *const argv[] = { modprobe, all, name, NULL };
			char *path, *output = NULL;

			for (char *p = name; *p; p++)
				*p = *p == '-' ? '_' : *p;
			path = vtd_sys_path("/sys/module/%s", name);
			if (strncmp(name, "vtd_", 4) && path &&
			    !vtd_sys_exists(ctl, path))
				ret = ctl->calls->run(ctl->priv, argv, &output);
			if (ret)
				vtd_kernel_error(
					ctl,
					"upgrade: the new %s needs %s, which does not load; nothing was changed",
					vtd_part_name[i], name);
			free(output);
			free(path);
		}
		free(list);
	}
	return ret ? VTD_EXIT_KERNEL : VTD_EXIT_OK;
}

/* What is loaded now is what the next way back leads to. */
static void keep_loaded(struct vtd_upgrade *up)
{
	for (int i = 0; i < VTD_PARTS; i++)
		if (up->part[i].loaded && !up->back && up->part[i].now.data)
			vtd_image_keep(up->ctl, vtd_part_name[i],
				       &up->part[i].now);
}

static int done(struct vtd_upgrade *up, int ret)
{
	if (!ret || up->back)
		vtd_upgrade_settle(up);
	if (!ret || up->back) {
		keep_loaded(up);
		vtd_state_remove(up);
		if (!up->json)
			show_result(up);
		else if (show_json(up, up->back ? "back" : "upgraded"))
			ret = VTD_EXIT_KERNEL;
	}
	if (!ret && up->failed)
		ret = VTD_EXIT_KERNEL;
	return ret;
}

static int go_on(struct vtd_upgrade *up)
{
	int ret;

	if (vtd_state_read(up)) {
		if (!up->json)
			fputs("nothing to resume\n", up->ctl->out);
		return up->json ? show_json(up, "nothing") : VTD_EXIT_OK;
	}
	vtd_upgrade_look(up);
	ret = vtd_upgrade_finish_load(up);
	return done(up, ret);
}

static int exchange(struct vtd_upgrade *up)
{
	bool nothing;
	int ret;

	if (vtd_sys_exists(up->ctl, VTD_UPGRADE_STATE) && !up->dry_run)
		return vtd_kernel_error(
			up->ctl,
			"upgrade: one before this did not come to its end: vtdctl upgrade --resume");
	vtd_upgrade_look(up);
	ret = vtd_upgrade_check(up, &nothing);
	if (!ret && nothing)
		return up->json ? show_json(up, "nothing") : VTD_EXIT_OK;
	if (!ret)
		ret = vtd_upgrade_devices(up);
	if (ret)
		return ret;
	if (up->dry_run) {
		if (up->json)
			return show_json(up, "planned");
		show_plan(up);
		return VTD_EXIT_OK;
	}
	ret = load_depends(up);
	if (!ret)
		ret = vtd_upgrade_release(up);
	if (ret)
		return ret;
	return done(up, vtd_upgrade_swap(up));
}

static void forget(struct vtd_upgrade *up)
{
	for (int i = 0; i < VTD_PARTS; i++) {
		free(up->part[i].version);
		free(up->part[i].source);
		free(up->part[i].params);
		vtd_image_free(&up->part[i].now);
		vtd_image_free(&up->part[i].before);
	}
	vtd_records_free(&up->plan);
	vtd_records_free(&up->before);
	vtd_records_free(&up->after);
	vtd_reply_free(&up->plan_reply);
	vtd_reply_free(&up->before_reply);
	vtd_reply_free(&up->after_reply);
	free(up->rebound);
	free(up->away);
	free(up->lazy);
}

/* One at a time; the lock goes with this program, however it ends. */
static int take_lock(struct vtd_upgrade *up)
{
	char *path = vtd_sys_path("%s" VTD_UPGRADE_LOCK, up->ctl->sysroot);
	int fd = -ENOMEM;

	if (path)
		fd = vtd_make_folders(up->ctl, VTD_UPGRADE_LOCK);
	if (!fd)
		fd = up->ctl->calls->lock(up->ctl->priv, path);
	free(path);
	if (fd == -EWOULDBLOCK)
		vtd_kernel_error(
			up->ctl,
			"upgrade: another vtdctl upgrade is at work; nothing was changed");
	else if (fd < 0)
		vtd_kernel_error(up->ctl, "upgrade: %s%s: %s; run it as root",
				 up->ctl->sysroot, VTD_UPGRADE_LOCK,
				 strerror(-fd));
	return fd;
}

/**
 * vtd_cmd_upgrade() - "vtdctl upgrade [OPTION]..."
 * @ctl: what to work with
 * @argc: number of words
 * @argv: the words
 *
 * Return: an exit status.
 */
int vtd_cmd_upgrade(struct vtdctl *ctl, int argc, char *const argv[])
{
	struct vtd_upgrade up = { .ctl = ctl, .remap_ms = -1 };
	int ret, lock;

	if (parse_options(&up, argc, argv))
		return VTD_EXIT_USAGE;
	lock = take_lock(&up);
	if (lock < 0)
		return VTD_EXIT_KERNEL;
	if (up.keep) {
		vtd_upgrade_look(&up);
		ret = keep_copies(&up);
	} else {
		ret = up.resume ? go_on(&up) : exchange(&up);
	}
	forget(&up);
	ctl->calls->close(ctl->priv, lock);
	return ret;
}
