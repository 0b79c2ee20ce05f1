// SPDX-License-Identifier: GPL-2.0
/*
 * From words to commands, and the commands that only send one word on. Checks
 * every argument before the kernel is asked; the other files own what needs
 * more than that.
 */
#include <stdlib.h>
#include <string.h>

#include "vtdctl.h"

struct command {
	const char *name;
	int (*run)(struct vtdctl *ctl, int argc, char *const argv[]);
};

static const struct command commands[] = {
	{ "status", vtd_cmd_status },	{ "attach", vtd_cmd_attach },
	{ "confirm", vtd_cmd_confirm }, { "detach", vtd_cmd_detach },
	{ "adopt", vtd_cmd_adopt },	{ "release", vtd_cmd_release },
	{ "faults", vtd_cmd_faults },	{ "irqs", vtd_cmd_irqs },
	{ "doctor", vtd_cmd_doctor },	{ "why", vtd_cmd_why },
	{ "strict", vtd_cmd_strict },	{ "stats", vtd_cmd_stats },
	{ "walk", vtd_cmd_walk },	{ "ats", vtd_cmd_ats },
	{ "top", vtd_cmd_top },		{ "report", vtd_cmd_report },
	{ "html", vtd_cmd_html },	{ "recover", vtd_cmd_recover },
	{ "check", vtd_cmd_check },	{ "upgrade", vtd_cmd_upgrade },
};

/**
 * vtd_command_name() - the commands one after the other
 * @nr: from 0
 *
 * Return: the name, NULL behind the last.
 */
const char *vtd_command_name(size_t nr)
{
	return nr < ARRAY_SIZE(commands) ? commands[nr].name : NULL;
}

static bool is_help(const char *word)
{
	return !strcmp(word, "--help") || !strcmp(word, "-h");
}

/* Who asks for help gets it, whatever else stands there. */
static bool wants_help(int argc, char *const argv[])
{
	for (int i = 1; i < argc; i++)
		if (is_help(argv[i]))
			return true;
	return !strcmp(argv[1], "help");
}

/* "help", "--help", "help COMMAND" or "COMMAND --help". */
static int help(struct vtdctl *ctl, int argc, char *const argv[])
{
	bool first = is_help(argv[1]) || !strcmp(argv[1], "help");
	const char *name = first ? NULL : argv[1];

	for (int i = 2; first && !name && i < argc; i++)
		if (!is_help(argv[i]))
			name = argv[i];
	if (name)
		return vtd_help_command(ctl, name);
	vtd_help(ctl->out);
	return VTD_EXIT_OK;
}

static int run(struct vtdctl *ctl, int argc, char *const argv[])
{
	if (argc < 2) {
		vtd_help(ctl->err);
		return VTD_EXIT_USAGE;
	}
	if (wants_help(argc, argv))
		return help(ctl, argc, argv);
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		fputs("vtdctl " VTDCTL_VERSION "\n", ctl->out);
		return VTD_EXIT_OK;
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(ctl, argc - 1, argv + 1);
	if (argv[1][0] == '-')
		return vtd_usage_error(
			ctl, "option \"%s\" is unknown, try \"vtdctl --help\"",
			argv[1]);
	return vtd_usage_error(
		ctl, "command \"%s\" is unknown, try \"vtdctl --help\"",
		argv[1]);
}

/**
 * vtd_command() - do what the command line says
 * @ctl: what to work with
 * @argc: number of words
 * @argv: the words, argv[0] the program
 *
 * Return: an exit status.
 */
int vtd_command(struct vtdctl *ctl, int argc, char *const argv[])
{
	char **left = calloc((size_t)argc + 1, sizeof(*left));
	int ret;

	if (!left)
		return vtd_kernel_error(ctl, "out of memory");
	argc = vtd_take_color(ctl, argc, argv, left);
	ret = argc < 0 ? VTD_EXIT_USAGE : run(ctl, argc, left);
	free(left);
	return ret;
}

/**
 * vtd_flag() - the only option of a command, if it is given
 * @ctl: where errors go
 * @argc: number of words
 * @argv: the words, argv[0] the command
 * @name: the option, NULL for a command without any
 * @given: result
 *
 * Return: 0, or VTD_EXIT_USAGE with the odd word named.
 */
int vtd_flag(struct vtdctl *ctl, int argc, char *const argv[], const char *name,
	     bool *given)
{
	*given = false;
	for (int i = 1; i < argc; i++) {
		if (!name || strcmp(argv[i], name))
			return vtd_usage_error(
				ctl,
				"%s: argument \"%s\" is unknown, try \"vtdctl %s --help\"",
				argv[0], argv[i], argv[0]);
		*given = true;
	}
	return 0;
}

/* Sends @words; prints the reply, or @done when the module says nothing. */
static int send_words(struct vtdctl *ctl, const char *words, const char *done)
{
	struct vtd_reply reply;
	int ret = vtd_control(ctl, words, &reply);

	if (ret == VTD_EXIT_OK)
		vtd_show_said(ctl->out, "", reply.bytes ? reply.text : done);
	vtd_reply_free(&reply);
	return ret;
}

/**
 * vtd_cmd_confirm() - "vtdctl confirm"
 * @ctl: what to work with
 * @argc: number of words
 * @argv: the words
 *
 * Return: an exit status.
 */
int vtd_cmd_confirm(struct vtdctl *ctl, int argc, char *const argv[])
{
	bool given;

	if (vtd_flag(ctl, argc, argv, NULL, &given))
		return VTD_EXIT_USAGE;
	return send_words(ctl, "confirm", "confirmed: attached to stay");
}

/**
 * vtd_cmd_detach() - "vtdctl detach [--if-loaded]"
 * @ctl: what to work with
 * @argc: number of words
 * @argv: the words
 *
 * With --if-loaded it is no error that the module is not loaded: a
 * modprobe.d rule calls it so before every removal.
 *
 * Return: an exit status.
 */
int vtd_cmd_detach(struct vtdctl *ctl, int argc, char *const argv[])
{
	bool if_loaded;

	if (vtd_flag(ctl, argc, argv, "--if-loaded", &if_loaded))
		return VTD_EXIT_USAGE;
	if (if_loaded && !vtd_module_loaded(ctl))
		return VTD_EXIT_OK;
	return send_words(ctl, "detach", "detached");
}

/**
 * vtd_device_word() - a word that names a device
 * @ctl: where errors go
 * @command: what it is given to
 * @word: the word
 * @name: result, as the kernel names it
 *
 * Return: 0, or VTD_EXIT_USAGE with what is wrong with it.
 */
int vtd_device_word(struct vtdctl *ctl, const char *command, const char *word,
		    char name[VTD_BDF_LEN])
{
	struct vtd_bdf bdf;
	const char *why;

	if (vtd_bdf_parse(word, &bdf, &why))
		return vtd_usage_error(ctl, "%s: device \"%s\" is wrong: %s",
				       command, word, why);
	vtd_bdf_format(&bdf, name);
	return VTD_EXIT_OK;
}

/**
 * vtd_take_device() - the words of a command that is about one device
 * @ctl: where errors go
 * @argc: number of words
 * @argv: the words, argv[0] the command
 * @flag: the only option, NULL for a command without any
 * @given: result, whether that is given; may be NULL
 * @name: result, the device as the kernel names it
 *
 * Return: 0, or VTD_EXIT_USAGE with the odd word named.
 */
int vtd_take_device(struct vtdctl *ctl, int argc, char *const argv[],
		    const char *flag, bool *given, char name[VTD_BDF_LEN])
{
	const char *device = NULL;

	if (given)
		*given = false;
	for (int i = 1; i < argc; i++) {
		if (flag && !strcmp(argv[i], flag))
			*given = true;
		else if (argv[i][0] == '-')
			return vtd_usage_error(
				ctl,
				"%s: argument \"%s\" is unknown, try \"vtdctl %s --help\"",
				argv[0], argv[i], argv[0]);
		else if (device)
			return vtd_usage_error(
				ctl,
				"%s: argument \"%s\" is one too many, one device at a time",
				argv[0], argv[i]);
		else
			device = argv[i];
	}
	if (!device)
		return vtd_usage_error(
			ctl,
			"%s: which device? give its PCI address: vtdctl %s 0000:00:03.0",
			argv[0], argv[0]);
	return vtd_device_word(ctl, argv[0], device, name);
}

/**
 * vtd_take_switch() - the words of a command that switches something of a device
 * @ctl: where errors go
 * @argc: number of words
 * @argv: the words, argv[0] the command: BDF on|off
 * @json: result, whether --json is given; NULL for a command without
 * @words: result, what the module is to be asked
 *
 * Return: 0, or VTD_EXIT_USAGE with what is wrong.
 */
int vtd_take_switch(struct vtdctl *ctl, int argc, char *const argv[],
		    bool *json, char words[VTD_SWITCH_LEN])
{
	const char *word[2] = { NULL, NULL };
	char name[VTD_BDF_LEN];
	int given = 0, ret;

	if (json)
		*json = false;
	for (int i = 1; i < argc; i++) {
		if (json && !strcmp(argv[i], "--json"))
			*json = true;
		else if (argv[i][0] == '-')
			return vtd_usage_error(
				ctl,
				"%s: argument \"%s\" is unknown, try \"vtdctl %s --help\"",
				argv[0], argv[i], argv[0]);
		else if (given++ < 2)
			word[given - 1] = argv[i];
	}
	if (given != 2 || (strcmp(word[1], "on") && strcmp(word[1], "off")))
		return vtd_usage_error(
			ctl,
			"%s: give a device and on or off: vtdctl %s 0000:00:03.0 on",
			argv[0], argv[0]);
	ret = vtd_device_word(ctl, argv[0], word[0], name);
	if (!ret)
		snprintf(words, VTD_SWITCH_LEN, "%s %s %s", argv[0], name,
			 word[1]);
	return ret;
}

static int send_device(struct vtdctl *ctl, int argc, char *const argv[],
		       const char *done)
{
	char answer[VTD_BDF_LEN + 16];
	char words[VTD_BDF_LEN + 16];
	char name[VTD_BDF_LEN];
	int ret;

	ret = vtd_take_device(ctl, argc, argv, NULL, NULL, name);
	if (ret)
		return ret;
	snprintf(words, sizeof(words), "%s %s", argv[0], name);
	snprintf(answer, sizeof(answer), "%s: %s", name, done);
	return send_words(ctl, words, answer);
}

/**
 * vtd_cmd_adopt() - "vtdctl adopt BDF"
 * @ctl: what to work with
 * @argc: number of words
 * @argv: the words
 *
 * Return: an exit status.
 */
int vtd_cmd_adopt(struct vtdctl *ctl, int argc, char *const argv[])
{
	return send_device(ctl, argc, argv, "adopted");
}

/**
 * vtd_cmd_release() - "vtdctl release BDF"
 * @ctl: what to work with
 * @argc: number of words
 * @argv: the words
 *
 * Return: an exit status.
 */
int vtd_cmd_release(struct vtdctl *ctl, int argc, char *const argv[])
{
	return send_device(ctl, argc, argv, "released");
}
