// SPDX-License-Identifier: GPL-2.0
/*
 * "vtdctl upgrade": the modules taken out and put in.
 *
 * While drivers stand still, the disk that this program comes from may, too: from
 * the first module that goes to the last that comes nothing is read from a file,
 * nothing is printed and no program is run.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "upgrade.h"

/* A module that was in use a moment ago may still be let go of. */
#define REMOVE_TRIES 100
#define REMOVE_PAUSE_MS 10

/* The device node follows the module at once, or some moments later. */
#define NODE_TRIES 200
#define NODE_PAUSE_MS 10

/**
 * struct swap - a change under way
 * @up: the run
 * @in: which modules are in the kernel
 * @newer: a new one has been
 * @failed: the module that could not be taken out or put in, or NULL
 * @doing: what failed, in words
 * @error: -errno of that
 * @said: what the module said about it, malloc'ed or NULL
 * @unmapped: interrupts are not remapped since @unmapped_at, in milliseconds
 * @unmapped_at: see there
 */
struct swap {
	struct vtd_upgrade *up;
	bool in[VTD_PARTS];
	bool newer;
	const char *failed;
	const char *doing;
	int error;
	char *said;
	bool unmapped;
	unsigned long long unmapped_at;
};

static unsigned long long now(struct swap *swap)
{
	return swap->up->ctl->calls->clock(swap->up->ctl->priv);
}

/* The first failure is the one to tell. */
static int fail(struct swap *swap, const char *module, const char *doing,
		int error, const char *said)
{
	if (!swap->failed) {
		swap->failed = module;
		swap->doing = doing;
		swap->error = error;
		swap->said = said && *said ? strdup(said) : NULL;
	}
	return error;
}

static int open_node(struct vtdctl *ctl)
{
	int fd = -ENOENT;

	for (int i = 0; i < NODE_TRIES; i++) {
		fd = vtd_control_open(ctl);
		if (fd != -ENOENT && fd != -ENXIO && fd != -ENODEV)
			break;
		ctl->calls->pause(ctl->priv, NODE_PAUSE_MS);
	}
	return fd;
}

static int ask(struct swap *swap, const char *words)
{
	struct vtdctl *ctl = swap->up->ctl;
	struct vtd_reply reply = { 0 };
	int fd = open_node(ctl);
	int ret = fd;

	if (fd >= 0) {
		ret = vtd_control_ask(ctl, fd, words, &reply);
		ctl->calls->close(ctl->priv, fd);
	}
	if (ret < 0)
		fail(swap, VTD_MODULE, words, ret, reply.text);
	vtd_reply_free(&reply);
	return ret;
}

static int take_out(struct swap *swap, int nr)
{
	struct vtdctl *ctl = swap->up->ctl;
	const char *name = vtd_part_name[nr];
	int ret = -EAGAIN;

	for (int i = 0; ret == -EAGAIN && i < REMOVE_TRIES; i++) {
		if (i)
			ctl->calls->pause(ctl->priv, REMOVE_PAUSE_MS);
		ret = ctl->calls->remove(ctl->priv, name);
	}
	if (ret)
		return fail(swap, name, "taking it out", ret, NULL);
	swap->in[nr] = false;
	return 0;
}

/* Down to nothing; what is left is in swap->in. */
static int take_down(struct swap *swap)
{
	int ret = 0;

	for (int i = VTD_PARTS - 1; i > VTD_PART_DMAR && !ret; i--) {
		if (!swap->in[i])
			continue;
		if (i == VTD_PART_INTR && !swap->unmapped) {
			swap->unmapped = true;
			swap->unmapped_at = now(swap);
		}
		ret = take_out(swap, i);
	}
	if (ret || !swap->in[VTD_PART_DMAR])
		return ret;
	if (swap->up->attached)
		ret = ask(swap, "detach hold");
	/* A new one that did not attach has nothing to hold. */
	if (ret == -ENODEV)
		ret = 0;
	return ret ? ret : take_out(swap, VTD_PART_DMAR);
}

static int put_in(struct swap *swap, int nr, bool old)
{
	struct vtd_upgrade_part *part = &swap->up->part[nr];
	const struct vtd_image *image = old ? &part->before : &part->now;
	struct vtdctl *ctl = swap->up->ctl;
	int ret;

	/* Rather the new one than none at all. */
	if (!image->data)
		image = &part->now;
	ret = image->data ?
		      ctl->calls->insert(ctl->priv, image->data, image->bytes,
					 part->params ? part->params : "") :
		      -ENOENT;
	if (ret)
		return fail(swap, vtd_part_name[nr], "loading it", ret, NULL);
	swap->in[nr] = true;
	swap->newer = swap->newer || !old;
	return 0;
}

/* All that belong in; those that are in stay. */
static int bring_up(struct swap *swap, bool old)
{
	struct vtd_upgrade *up = swap->up;
	int ret = 0;

	for (int i = 0; i < VTD_PARTS && !ret; i++) {
		if (!up->part[i].loaded)
			continue;
		if (!swap->in[i])
			ret = put_in(swap, i, old);
		/* No harm where loading did it; takes back what was held. */
		if (!ret && i == VTD_PART_DMAR && up->attached)
			ret = ask(swap, "attach");
		if (!ret && i == VTD_PART_INTR && swap->unmapped)
			up->remap_ms = now(swap) - swap->unmapped_at;
	}
	return ret;
}

static void say_failure(struct swap *swap, bool back)
{
	struct vtdctl *ctl = swap->up->ctl;

	vtd_kernel_error(ctl, "upgrade: %s: %s: %s", swap->failed, swap->doing,
			 strerror(-swap->error));
	if (swap->said)
		vtd_show_said(ctl->err, "", swap->said);
	if (back)
		fputs("  The modules that were loaded before are loaded again.\n",
		      ctl->err);
	else
		vtd_show_wrapped(
			ctl->err, "  -> ", "     ",
			"not all modules are loaded: see dmesg, then vtdctl upgrade --resume; devices that were held wait until then");
}

static int end(struct swap *swap, int ret, bool back)
{
	struct vtdctl *ctl = swap->up->ctl;

	ctl->calls->steady(ctl->priv, false);
	if (swap->failed)
		say_failure(swap, back);
	free(swap->said);
	return ret ? VTD_EXIT_KERNEL : VTD_EXIT_OK;
}

/**
 * vtd_upgrade_swap() - take the modules out and put the new ones in
 * @up: the run, to which nothing was objected
 *
 * Return: an exit status; @up->back says that the old ones are in again.
 */
int vtd_upgrade_swap(struct vtd_upgrade *up)
{
	struct swap swap = { .up = up };
	struct vtdctl *ctl = up->ctl;
	int ret;

	for (int i = 0; i < VTD_PARTS; i++)
		swap.in[i] = up->part[i].loaded;
	ret = ctl->calls->steady(ctl->priv, true);
	if (ret) {
		up->back = true;
		return vtd_kernel_error(
			ctl,
			"upgrade: cannot be kept in memory while disks wait: %s; nothing was changed",
			strerror(-ret));
	}
	if (!take_down(&swap) && !bring_up(&swap, false))
		return end(&swap, 0, false);
	/* New ones on top of new ones only, old ones on old ones. */
	up->back = true;
	ret = swap.newer ? take_down(&swap) : 0;
	if (!ret)
		ret = bring_up(&swap, true);
	end(&swap, ret, !ret);
	if (ret)
		up->back = false;
	return VTD_EXIT_KERNEL;
}

/**
 * vtd_upgrade_finish_load() - load what another run left unloaded
 * @up: the run, with what was noted
 *
 * Return: an exit status.
 */
int vtd_upgrade_finish_load(struct vtd_upgrade *up)
{
	struct swap swap = { .up = up };
	struct vtdctl *ctl = up->ctl;
	int ret;

	for (int i = 0; i < VTD_PARTS; i++) {
		char *path = vtd_sys_path("/sys/module/%s", vtd_part_name[i]);

		swap.in[i] = path && vtd_sys_exists(ctl, path);
		free(path);
	}
	ctl->calls->steady(ctl->priv, true);
	ret = bring_up(&swap, false);
	if (ret && !swap.in[VTD_PART_DMAR]) {
		up->back = true;
		ret = bring_up(&swap, true);
	}
	return end(&swap, ret, !ret);
}
