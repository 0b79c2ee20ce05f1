// SPDX-License-Identifier: GPL-2.0
/*
 * Colours for good, warning and bad, for people at a terminal only: decides
 * whether there are any, and shades one word of a text. Nothing depends on
 * them, for each such word says the same without.
 */
#include <stdlib.h>
#include <string.h>

#include "vtdctl.h"

static int take_when(struct vtdctl *ctl, const char *when)
{
	if (!strcmp(when, "always"))
		ctl->color = true;
	else if (!strcmp(when, "never"))
		ctl->color = false;
	else if (!strcmp(when, "auto"))
		ctl->color = ctl->terminal && !ctl->plain;
	else
		return vtd_usage_error(
			ctl, "--color=%s is wrong: give always, never or auto",
			when);
	return VTD_EXIT_OK;
}

/**
 * vtd_take_color() - take --color=WHEN out of the words, wherever it stands
 * @ctl: its color is set
 * @argc: number of words
 * @argv: the words
 * @left: result, @argc + 1 words: those that are left, and NULL
 *
 * Return: how many are left, or -1 with the odd word named.
 */
int vtd_take_color(struct vtdctl *ctl, int argc, char *const argv[],
		   char *left[])
{
	int count = 0;

	take_when(ctl, "auto");
	for (int i = 0; i < argc; i++) {
		const char *when = "always";

		if (!i || strncmp(argv[i], "--color", 7) ||
		    (argv[i][7] && argv[i][7] != '=')) {
			left[count++] = argv[i];
			continue;
		}
		if (argv[i][7])
			when = argv[i] + 8;
		if (take_when(ctl, when))
			return -1;
	}
	left[count] = NULL;
	return count;
}

/**
 * vtd_shade_on() - what makes a terminal show a shade
 * @ctl: says whether there are colours
 * @shade: which
 *
 * Return: a control sequence, "" for none. vtd_shade_off() ends it.
 */
const char *vtd_shade_on(const struct vtdctl *ctl, enum vtd_shade shade)
{
	static const char *const codes[] = {
		[VTD_PLAIN] = "",
		[VTD_GOOD] = "\033[32m",
		[VTD_WARNING] = "\033[33m",
		[VTD_BAD] = "\033[31m",
	};

	return ctl->color ? codes[shade] : "";
}

/**
 * vtd_shade_off() - what ends a shade
 * @ctl: says whether there are colours
 * @shade: which
 *
 * Return: a control sequence, "" for none.
 */
const char *vtd_shade_off(const struct vtdctl *ctl, enum vtd_shade shade)
{
	return *vtd_shade_on(ctl, shade) ? "\033[0m" : "";
}

/**
 * vtd_shade_of() - the shade of a word of the module's
 * @word: a state, an action, a verdict or a health
 *
 * Return: the shade; VTD_PLAIN for a word that is not known.
 */
enum vtd_shade vtd_shade_of(const char *word)
{
	static const struct {
		const char *word;
		enum vtd_shade shade;
	} table[] = {
		{ "attached", VTD_GOOD },    { "trial", VTD_WARNING },
		{ "detached", VTD_WARNING }, { "managed", VTD_GOOD },
		{ "manage", VTD_GOOD },	     { "ok", VTD_GOOD },
		{ "off", VTD_WARNING },	     { "pass-through", VTD_WARNING },
		{ "blocked", VTD_BAD },	     { "block", VTD_BAD },
		{ "quarantined", VTD_BAD },  { "failed", VTD_BAD },
		{ "yes", VTD_GOOD },	     { "after", VTD_WARNING },
		{ "no", VTD_BAD },	     { "never", VTD_BAD },
		{ "todo", VTD_WARNING },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(word, table[i].word))
			return table[i].shade;
	return VTD_PLAIN;
}
