// SPDX-License-Identifier: GPL-2.0
/*
 * "vtdctl upgrade": devices that must be released before and adopted after, and
 * what of the settings the modules do not hand over themselves.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "upgrade.h"

/**
 * vtd_word_add() - add a word to a list
 * @list: words with blanks between them, malloc'ed, or NULL
 * @word: the word
 *
 * Return: the list, or NULL without memory.
 */
char *vtd_word_add(char *list, const char *word)
{
	char *longer = list ? vtd_sys_path("%s %s", list, word) : strdup(word);

	free(list);
	return longer;
}

/* Each word of a list; @fn returns false for one that is not as it was. */
static void each_word(struct vtd_upgrade *up, const char *list,
		      bool (*fn)(struct vtd_upgrade *up, const char *word))
{
	char *copy = list ? strdup(list) : NULL;
	char *save = NULL;

	for (char *word = copy ? strtok_r(copy, " ", &save) : NULL; word;
	     word = strtok_r(NULL, " ", &save))
		if (!fn(up, word))
			up->failed++;
	free(copy);
}

static bool send(struct vtd_upgrade *up, const char *command, const char *name)
{
	char *words = vtd_sys_path("%s %s", command, name);
	struct vtd_reply reply = { 0 };
	bool done = words && !vtd_control(up->ctl, words, &reply);

	vtd_reply_free(&reply);
	free(words);
	return done;
}

static bool adopt_one(struct vtd_upgrade *up, const char *name)
{
	return send(up, "adopt", name);
}

static bool release_one(struct vtd_upgrade *up, const char *name)
{
	return send(up, "release", name);
}

static void note_lists(struct vtd_upgrade *up)
{
	for (size_t i = 0; i < up->before.count; i++) {
		const struct vtd_record *rec = &up->before.list[i];
		const char *name = vtd_record_show(rec, "name");

		if (!vtd_record_is(rec, "device"))
			continue;
		if (!strcmp(vtd_record_show(rec, "domain"), "DMA-FQ"))
			up->lazy = vtd_word_add(up->lazy, name);
		if (!strcmp(vtd_record_show(rec, "state"), "pass-through") &&
		    !strcmp(vtd_record_show(rec, "driver"), "-"))
			up->away = vtd_word_add(up->away, name);
	}
}

/**
 * vtd_upgrade_release() - note what is to be as it was, and release devices whose
 *	drivers do not bear to stand still
 * @up: the run, with --rebind where there are such
 *
 * Return: an exit status; when refused, what was released is adopted again.
 */
int vtd_upgrade_release(struct vtd_upgrade *up)
{
	int ret;

	note_lists(up);
	ret = vtd_state_write(up);
	for (size_t i = 0; i < up->plan.count && !ret; i++) {
		const struct vtd_record *rec = &up->plan.list[i];
		const char *name = vtd_record_show(rec, "device");

		if (strcmp(vtd_record_show(rec, "how"), "rebind"))
			continue;
		/* Noted before it is done: adopting what is adopted does no harm. */
		up->rebound = vtd_word_add(up->rebound, name);
		ret = vtd_state_write(up);
		if (!ret && !release_one(up, name))
			ret = VTD_EXIT_KERNEL;
	}
	if (ret) {
		each_word(up, up->rebound, adopt_one);
		vtd_state_remove(up);
	}
	return ret;
}

static const struct vtd_record *device_of(const struct vtd_records *recs,
					  const char *name)
{
	for (size_t i = 0; i < recs->count; i++)
		if (vtd_record_is(&recs->list[i], "device") &&
		    !strcmp(vtd_record_show(&recs->list[i], "name"), name))
			return &recs->list[i];
	return NULL;
}

/* The kernel makes a strict group lazy while drivers are bound. */
static void make_lazy(struct vtd_upgrade *up, const struct vtd_record *rec)
{
	char *path = vtd_sys_path("%s/sys/kernel/iommu_groups/%s/type",
				  up->ctl->sysroot,
				  vtd_record_show(rec, "group"));
	FILE *file = path ? fopen(path, "we") : NULL;
	bool done = file && fputs("DMA-FQ", file) >= 0;

	if (file && fclose(file))
		done = false;
	free(path);
	if (done)
		return;
	up->failed++;
	vtd_kernel_error(
		up->ctl,
		"upgrade: %s: the type of its group is %s, and was DMA-FQ",
		vtd_record_show(rec, "name"), vtd_record_show(rec, "domain"));
}

static struct vtd_records *settled;

static bool lazy_again(struct vtd_upgrade *up, const char *name)
{
	const struct vtd_record *rec = device_of(settled, name);

	if (rec && !strcmp(vtd_record_show(rec, "domain"), "DMA"))
		make_lazy(up, rec);
	return true;
}

static bool away_again(struct vtd_upgrade *up, const char *name)
{
	const struct vtd_record *rec = device_of(settled, name);

	if (!rec || strcmp(vtd_record_show(rec, "state"), "managed") ||
	    strcmp(vtd_record_show(rec, "driver"), "-"))
		return true;
	return release_one(up, name);
}

static void compare(struct vtd_upgrade *up)
{
	for (size_t i = 0; i < up->before.count; i++) {
		const struct vtd_record *was = &up->before.list[i];
		const char *name = vtd_record_show(was, "name");
		const struct vtd_record *is;

		if (!vtd_record_is(was, "device") ||
		    strcmp(vtd_record_show(was, "state"), "managed"))
			continue;
		is = device_of(settled, name);
		if (is && !strcmp(vtd_record_show(is, "state"), "managed"))
			continue;
		up->failed++;
		vtd_kernel_error(up->ctl,
				 "upgrade: %s was managed and is not: %s", name,
				 !is ? "it is not there any more" :
				 *vtd_record_show(is, "reason") ?
				       vtd_record_show(is, "reason") :
				       "see dmesg");
	}
}

static void ask_after(struct vtd_upgrade *up)
{
	int fd = vtd_control_open(up->ctl);

	if (fd < 0)
		return;
	/* An older module does not know the command. */
	if (!vtd_control_ask(up->ctl, fd, "held", &up->after_reply))
		vtd_records_parse(up->after_reply.text, up->after_reply.bytes,
				  &up->after);
	up->ctl->calls->close(up->ctl->priv, fd);
}

/**
 * vtd_upgrade_settle() - devices adopted again, settings put back
 * @up: the run, its modules loaded
 *
 * What is not as it was is named, and counted in @up->failed.
 */
void vtd_upgrade_settle(struct vtd_upgrade *up)
{
	struct vtd_records recs = { 0 };
	struct vtd_reply reply = { 0 };

	if (!up->attached)
		return;
	ask_after(up);
	each_word(up, up->rebound, adopt_one);
	if (vtd_control_records(up->ctl, "status", &reply, &recs)) {
		up->failed++;
	} else {
		settled = &recs;
		each_word(up, up->away, away_again);
		each_word(up, up->lazy, lazy_again);
		compare(up);
	}
	vtd_records_free(&recs);
	vtd_reply_free(&reply);
}
