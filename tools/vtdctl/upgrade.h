/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "vtdctl upgrade": what its files share.
 */
#ifndef VTDCTL_UPGRADE_H
#define VTDCTL_UPGRADE_H

#include "vtdctl.h"

#define VTD_RUN_DIR "/run/vtd-kmod"
#define VTD_UPGRADE_LOCK VTD_RUN_DIR "/upgrade.lock"
#define VTD_UPGRADE_STATE VTD_RUN_DIR "/upgrade.state"

/* In the order in which they are loaded. */
enum vtd_part {
	VTD_PART_DMAR,
	VTD_PART_INTR,
	VTD_PART_POSTED,
	VTD_PART_GLUE,
	VTD_PART_IOMMUFD,
	VTD_PARTS,
};

extern const char *const vtd_part_name[VTD_PARTS];

/**
 * struct vtd_image - a module file, ready for the kernel
 * @data: its bytes, malloc'ed; NULL where it is not known
 * @bytes: how many
 * @version: as modinfo says it, malloc'ed; NULL where it has none
 * @source: its srcversion, malloc'ed; NULL where it has none
 * @magic: its vermagic, malloc'ed; NULL where it has none
 * @depends: modules that it needs, with commas, malloc'ed; or NULL
 */
struct vtd_image {
	char *data;
	size_t bytes;
	char *version;
	char *source;
	char *magic;
	char *depends;
};

/**
 * struct vtd_upgrade_part - one module
 * @loaded: it was when we came, or when the upgrade that is resumed began
 * @version: of the one that is loaded; NULL where it has none
 * @source: its srcversion
 * @params: its parameters, as the kernel takes them; NULL until loaded is set
 * @now: the installed one
 * @before: the one that is loaded, where a copy is known
 */
struct vtd_upgrade_part {
	bool loaded;
	char *version;
	char *source;
	char *params;
	struct vtd_image now;
	struct vtd_image before;
};

/**
 * struct vtd_upgrade - one run of the command
 * @ctl: what to work with
 * @dry_run, @force, @rebind, @resume, @keep, @json: the words
 * @part: the modules
 * @attached: the units translated when we came
 * @plan: what the module says of each managed device, records of "hold"
 * @plan_reply: that they point into
 * @before: status when we came
 * @before_reply: that it points into
 * @after: what became of held devices, records of "held"
 * @after_reply: that they point into
 * @rebound: PCI addresses with blanks between them, malloc'ed or NULL: released
 *	before and to be adopted again
 * @away: the same of those that had no driver and were not managed
 * @lazy: the same of those whose group was of type DMA-FQ
 * @back: the old modules are loaded again
 * @remap_ms: how long interrupts were not remapped; -1: they were not before
 * @failed: devices that are not as they were
 */
struct vtd_upgrade {
	struct vtdctl *ctl;
	bool dry_run, force, rebind, resume, keep, json;
	struct vtd_upgrade_part part[VTD_PARTS];
	bool attached;
	struct vtd_records plan;
	struct vtd_reply plan_reply;
	struct vtd_records before;
	struct vtd_reply before_reply;
	struct vtd_records after;
	struct vtd_reply after_reply;
	char *rebound;
	char *away;
	char *lazy;
	bool back;
	long long remap_ms;
	unsigned int failed;
};

/* upgrade_image.c: module files */
int vtd_image_parse(struct vtd_image *image);
bool vtd_image_same(const struct vtd_image *image, const char *version,
		    const char *source);
bool vtd_image_signed(const struct vtd_image *image);
void vtd_image_free(struct vtd_image *image);
int vtd_image_installed(struct vtdctl *ctl, const char *release,
			const char *name, struct vtd_image *image);
int vtd_image_kept(struct vtdctl *ctl, const char *name,
		   struct vtd_image *image);
int vtd_image_keep(struct vtdctl *ctl, const char *name,
		   const struct vtd_image *image);

/* upgrade_look.c: what is loaded and installed, and what stands against it */
int vtd_upgrade_look(struct vtd_upgrade *up);
int vtd_upgrade_check(struct vtd_upgrade *up, bool *nothing);
int vtd_upgrade_devices(struct vtd_upgrade *up);
bool vtd_upgrade_freezes(const struct vtd_upgrade *up);

/* upgrade_state.c: what another run must know should this one end */
int vtd_make_folders(struct vtdctl *ctl, const char *path);
int vtd_write_file(struct vtdctl *ctl, const char *path, const void *data,
		   size_t bytes);
int vtd_state_write(struct vtd_upgrade *up);
int vtd_state_read(struct vtd_upgrade *up);
void vtd_state_remove(struct vtd_upgrade *up);

/* upgrade_swap.c: the modules themselves */
int vtd_upgrade_swap(struct vtd_upgrade *up);
int vtd_upgrade_finish_load(struct vtd_upgrade *up);

/* upgrade_settle.c: devices and settings, before and after */
char *vtd_word_add(char *list, const char *word);
int vtd_upgrade_release(struct vtd_upgrade *up);
void vtd_upgrade_settle(struct vtd_upgrade *up);

#endif
