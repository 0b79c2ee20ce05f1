// SPDX-License-Identifier: GPL-2.0
/*
 * "vtdctl attach": loads the module without attaching where it is missing,
 * then asks it to attach, or what that would do. Never loads it so that it
 * attaches by itself, and never unloads it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vtdctl.h"

#define TRY_MIN 5
#define TRY_MAX 3600

/* The device node follows the module at once, or some moments later. */
#define NODE_TRIES 40
#define NODE_PAUSE_MS 50

struct attach_options {
	bool dry_run;
	unsigned int try_seconds; /* 0: for good */
};

static int parse_seconds(struct vtdctl *ctl, const char *text,
			 unsigned int *seconds)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long value;

	if (!digits || text[digits] || digits > 9)
		goto wrong;
	value = strtoul(text, NULL, 10);
	if (value < TRY_MIN || value > TRY_MAX)
		goto wrong;
	*seconds = value;
	return 0;
wrong:
	return vtd_usage_error(
		ctl, "attach: --try \"%s\" is wrong: give %d to %d seconds",
		text, TRY_MIN, TRY_MAX);
}

static int parse_options(struct vtdctl *ctl, int argc, char *const argv[],
			 struct attach_options *opt)
{
	for (int i = 1; i < argc; i++) {
		const char *seconds = NULL;

		if (!strcmp(argv[i], "--dry-run")) {
			opt->dry_run = true;
			continue;
		}
		if (!strncmp(argv[i], "--try=", 6))
			seconds = argv[i] + 6;
		else if (!strcmp(argv[i], "--try"))
			seconds = ++i < argc ? argv[i] : "";
		else
			return vtd_usage_error(
				ctl,
				"attach: argument \"%s\" is unknown, try \"vtdctl attach --help\"",
				argv[i]);
		if (parse_seconds(ctl, seconds, &opt->try_seconds))
			return VTD_EXIT_USAGE;
	}
	if (opt->dry_run && opt->try_seconds)
		return vtd_usage_error(
			ctl,
			"attach: --dry-run changes nothing, so --try has nothing to give back; use one of them");
	return 0;
}

/* Loads the module with attach=0 and opens the device; an exit status. */
static int load_and_open(struct vtdctl *ctl, bool dry_run, int *fd)
{
	char modprobe[] = "modprobe";
	char module[] = VTD_MODULE;
	char attach[] = "attach=0";
	char *const argv[] = { modprobe, module, attach, NULL };
	char *output = NULL;
	int status = ctl->calls->run(ctl->priv, argv, &output);

	if (status) {
		status = vtd_modprobe_error(ctl, status, output);
		free(output);
		return status;
	}
	free(output);
	vtd_show_line(ctl->err, "Note: ", "  ",
		      VTD_MODULE " was not loaded; loaded it %s",
		      dry_run ? "with attach=0, for the question only" :
				"with attach=0 first");
	for (int i = 0; i < NODE_TRIES; i++) {
		*fd = vtd_control_open(ctl);
		if (*fd != -ENOENT && *fd != -ENXIO)
			break;
		ctl->calls->pause(ctl->priv, NODE_PAUSE_MS);
	}
	if (*fd < 0)
		return vtd_open_error(ctl, "attach", *fd);
	return VTD_EXIT_OK;
}

static void show_plan(struct vtdctl *ctl, struct vtd_reply *reply)
{
	struct vtd_records recs;

	/* Words instead of records are shown as they are. */
	if (!vtd_records_parse(reply->text, reply->bytes, &recs) && recs.count)
		vtd_show_tree(ctl, &recs);
	vtd_records_free(&recs);
	fputs("Nothing was changed. To do it: vtdctl attach, or first vtdctl attach --try 60\n",
	      ctl->out);
}

static void show_done(struct vtdctl *ctl, const struct vtd_reply *reply,
		      unsigned int try_seconds)
{
	if (reply->bytes)
		vtd_show_said(ctl->out, "", reply->text);
	else
		fputs("attached\n", ctl->out);
	if (try_seconds)
		fprintf(ctl->out,
			"Everything is given back in %u seconds, unless: vtdctl confirm\n",
			try_seconds);
}

/**
 * vtd_cmd_attach() - "vtdctl attach [--dry-run] [--try S]"
 * @ctl: what to work with
 * @argc: number of words
 * @argv: the words
 *
 * Return: an exit status.
 */
int vtd_cmd_attach(struct vtdctl *ctl, int argc, char *const argv[])
{
	struct attach_options opt = { 0 };
	struct vtd_reply reply = { 0 };
	char words[32];
	bool loaded = false;
	int ret, fd;

	if (parse_options(ctl, argc, argv, &opt))
		return VTD_EXIT_USAGE;
	if (opt.dry_run)
		snprintf(words, sizeof(words), "attach dry-run");
	else if (!opt.try_seconds)
		snprintf(words, sizeof(words), "attach");
	else
		snprintf(words, sizeof(words), "attach try=%u",
			 opt.try_seconds);

	fd = vtd_control_open(ctl);
	if (fd == -ENOENT && !vtd_module_loaded(ctl)) {
		ret = load_and_open(ctl, opt.dry_run, &fd);
		if (ret)
			return ret;
		loaded = true;
	}
	if (fd < 0)
		return vtd_open_error(ctl, "attach", fd);
	ret = vtd_control_ask(ctl, fd, words, &reply);
	ctl->calls->close(ctl->priv, fd);
	if (ret)
		ret = vtd_refused(ctl, words, ret, reply.text);
	else if (opt.dry_run)
		show_plan(ctl, &reply);
	else
		show_done(ctl, &reply, opt.try_seconds);
	if (loaded && (ret || opt.dry_run))
		vtd_show_line(
			ctl->err, "Note: ", "  ",
			"%s stays loaded, not attached; modprobe -r %s takes it out",
			VTD_MODULE, VTD_MODULE);
	vtd_reply_free(&reply);
	return ret;
}
