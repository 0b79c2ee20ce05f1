// SPDX-License-Identifier: GPL-2.0
/*
 * Unit test of "vtdctl upgrade": module files are made here, and the kernel that
 * takes them is played, with a log of what it was asked for.
 */
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "test.h"
#include "upgrade.h"

#define RELEASE "7.2.0-test"
#define DIR_OF "/lib/modules/" RELEASE "/updates/"
#define COPIES VTD_RUN_DIR "/modules/"

/* The kernel as it is played. */
static struct {
	struct vtd_calls calls;
	char log[2048];
	bool in[VTD_PARTS];
	const char *bad; /* an image with these bytes does not load */
	int bad_error;
	const char *busy; /* a module that cannot be taken out */
	int lock_error, steady_error, check_error;
} kernel;

/* What the rig plays, which goes on. */
static const struct vtd_calls *rig;

static void note(const char *fmt, ...) __printf(1, 2);

static void note(const char *fmt, ...)
{
	size_t used = strlen(kernel.log);
	va_list args;

	va_start(args, fmt);
	vsnprintf(kernel.log + used, sizeof(kernel.log) - used, fmt, args);
	va_end(args);
}

/* What stands in a file, wherever: both have zeroes in them. */
static const char *value_in(const char *data, size_t bytes, const char *key)
{
	size_t length = strlen(key);

	for (size_t i = 0; i + length < bytes; i++)
		if (!memcmp(data + i, key, length) && (!i || !data[i - 1]))
			return data + i + length;
	return "?";
}

static int play_insert(void *priv, const void *image, size_t bytes,
		       const char *params)
{
	const char *name = value_in(image, bytes, "name=");
	const char *version = value_in(image, bytes, "version=");
	int nr = 0;

	(void)priv;
	while (nr < VTD_PARTS && strcmp(vtd_part_name[nr], name))
		nr++;
	assert_true(nr < VTD_PARTS);
	if (kernel.check_error)
		return kernel.check_error;
	if (kernel.in[nr])
		return -EEXIST;
	note("+%s %s (%s);", name + 4, version, params);
	if (kernel.bad && !strcmp(value_in(image, bytes, "bad="), kernel.bad))
		return kernel.bad_error;
	kernel.in[nr] = true;
	return 0;
}

static int play_remove(void *priv, const char *name)
{
	int nr = 0;

	(void)priv;
	while (nr < VTD_PARTS && strcmp(vtd_part_name[nr], name))
		nr++;
	assert_true(nr < VTD_PARTS);
	note("-%s;", name + 4);
	if (kernel.busy && !strcmp(kernel.busy, name))
		return -EBUSY;
	kernel.in[nr] = false;
	return 0;
}

static int play_lock(void *priv, const char *path)
{
	struct fixture *fix = priv;

	assert_non_null(strstr(path, VTD_UPGRADE_LOCK));
	if (kernel.lock_error)
		return kernel.lock_error;
	fix->opened++;
	return 100;
}

static int play_steady(void *priv, bool on)
{
	(void)priv;
	note(on ? "[" : "]");
	return kernel.steady_error;
}

/* Commands are in the log, too; "status" and "held" change nothing. */
static ssize_t play_write(void *priv, int fd, const void *buf, size_t bytes)
{
	struct fixture *fix = priv;
	ssize_t ret = rig->write(priv, fd, buf, bytes);

	if (strcmp(fix->sent, "status") && strcmp(fix->sent, "held"))
		note("%s;", fix->sent);
	return ret;
}

/* A module file: a head, .modinfo, the names of sections, and their heads. */
static void put_module(struct fixture *fix, const char *path, const char *name,
		       const char *version, const char *magic, const char *bad)
{
	static const char names[] = "\0.modinfo\0.shstrtab";
	char info[512];
	size_t used = 0;
	struct {
		Elf64_Ehdr head;
		char info[512];
		char names[sizeof(names)];
		Elf64_Shdr section[3];
	} file = { 0 };

	used += snprintf(info + used, sizeof(info) - used, "version=%s",
			 version) +
		1;
	used += snprintf(info + used, sizeof(info) - used, "srcversion=S%s",
			 version) +
		1;
	used += snprintf(info + used, sizeof(info) - used, "name=%s", name) + 1;
	used += snprintf(info + used, sizeof(info) - used, "bad=%s", bad) + 1;
	used += snprintf(info + used, sizeof(info) - used, "depends=vtd_x") + 1;
	used += snprintf(info + used, sizeof(info) - used,
			 "vermagic=%s SMP mod_unload", magic) +
		1;
	memcpy(file.info, info, used);
	memcpy(file.names, names, sizeof(names));
	memcpy(file.head.e_ident, ELFMAG, SELFMAG);
	file.head.e_ident[EI_CLASS] = ELFCLASS64;
	file.head.e_shoff = (char *)file.section - (char *)&file;
	file.head.e_shentsize = sizeof(file.section[0]);
	file.head.e_shnum = 3;
	file.head.e_shstrndx = 2;
	file.section[1].sh_type = SHT_PROGBITS;
	file.section[1].sh_name = 1;
	file.section[1].sh_offset = file.info - (char *)&file;
	file.section[1].sh_size = used;
	file.section[2].sh_type = SHT_STRTAB;
	file.section[2].sh_name = 10;
	file.section[2].sh_offset = file.names - (char *)&file;
	file.section[2].sh_size = sizeof(names);
	put_bytes(fix, path, &file, sizeof(file));
}

static void install(struct fixture *fix, const char *name, const char *version)
{
	char path[128];

	snprintf(path, sizeof(path), DIR_OF "%s.ko", name);
	put_module(fix, path, name, version, RELEASE, version);
}

static void load(struct fixture *fix, int nr, const char *version)
{
	const char *name = vtd_part_name[nr];
	char path[128], text[64];

	snprintf(path, sizeof(path), "/sys/module/%s/version", name);
	put(fix, path, version);
	snprintf(path, sizeof(path), "/sys/module/%s/srcversion", name);
	snprintf(text, sizeof(text), "S%s\n", version);
	put(fix, path, text);
	snprintf(path, sizeof(path), "/sys/module/%s/refcnt", name);
	put(fix, path, nr == VTD_PART_DMAR ? "4\n" : "0\n");
	snprintf(path, sizeof(path), COPIES "%s.ko", name);
	put_module(fix, path, name, version, RELEASE, version);
	kernel.in[nr] = true;
}

#define STATUS                                                                                              \
	"vtd version=0.1 state=attached\n"                                                                  \
	"device name=0000:00:01.0 unit=dmar0 state=pass-through driver=- group=- domain=- reason=\"\"\n"    \
	"device name=0000:00:02.0 unit=dmar0 state=managed driver=nvme group=3 domain=DMA-FQ reason=\"\"\n" \
	"device name=0000:00:03.0 unit=dmar0 state=managed driver=e1000e group=4 domain=DMA reason=\"\"\n"
#define HOLD(how)                                                                            \
	"hold device=0000:00:00.0 driver=- domain=DMA-FQ how=idle reason=\"\" remedy=\"\"\n" \
	"hold device=0000:00:02.0 driver=nvme domain=DMA-FQ how=" how                        \
	" reason=\"is so\" remedy=\"do that\"\n"                                             \
	"hold device=0000:00:03.0 driver=e1000e domain=DMA how=keep reason=\"\" remedy=\"\"\n"
#define HELD                                     \
	"handover blackout_us=45678 devices=3\n" \
	"held device=0000:00:02.0 paused_us=123456 result=back error=0\n"

static struct answer answers[] = {
	{ "status", STATUS, 0 },
	{ "detach hold dry-run", HOLD("freeze"), 0 },
	{ "detach hold", "", 0 },
	{ "attach", "", 0 },
	{ "held", HELD, 0 },
	{ "release 0000:00:01.0", "", 0 },
	{ "release 0000:00:02.0", "", 0 },
	{ "adopt 0000:00:02.0", "", 0 },
	{ NULL, NULL, 0 },
};

static const struct answer usual[ARRAY_SIZE(answers)] = {
	{ "status", STATUS, 0 },
	{ "detach hold dry-run", HOLD("freeze"), 0 },
	{ "detach hold", "", 0 },
	{ "attach", "", 0 },
	{ "held", HELD, 0 },
	{ "release 0000:00:01.0", "", 0 },
	{ "release 0000:00:02.0", "", 0 },
	{ "adopt 0000:00:02.0", "", 0 },
	{ NULL, NULL, 0 },
};

static struct answer *answer_to(const char *command)
{
	struct answer *a = answers;

	while (strcmp(a->command, command))
		a++;
	return a;
}

/* vtd_dmar and vtd_intr_remap 0.1 are loaded, 0.2 is installed. */
static struct fixture *machine(void **state)
{
	struct fixture *fix = *state;

	memset(&kernel, 0, sizeof(kernel));
	memcpy(answers, usual, sizeof(answers));
	if (fix->ctl.calls != &kernel.calls)
		rig = fix->ctl.calls;
	kernel.calls = *rig;
	kernel.calls.insert = play_insert;
	kernel.calls.remove = play_remove;
	kernel.calls.lock = play_lock;
	kernel.calls.steady = play_steady;
	kernel.calls.write = play_write;
	fix->ctl.calls = &kernel.calls;
	fix->answers = answers;
	put(fix, "/proc/sys/kernel/osrelease", RELEASE "\n");
	put(fix, "/lib/modules/" RELEASE "/modules.dep",
	    "updates/vtd_dmar.ko:\nupdates/vtd_intr_remap.ko: updates/vtd_dmar.ko\n");
	load(fix, VTD_PART_DMAR, "0.1");
	load(fix, VTD_PART_INTR, "0.1");
	put(fix, "/sys/module/vtd_dmar/holders/vtd_intr_remap", "");
	put(fix, "/sys/module/vtd_dmar/parameters/relax_rmrr", "(null)\n");
	put(fix, "/sys/module/vtd_dmar/parameters/history", "Y\n");
	install(fix, "vtd_dmar", "0.2");
	install(fix, "vtd_intr_remap", "0.2");
	return fix;
}

static bool there(struct fixture *fix, const char *path)
{
	return vtd_sys_exists(&fix->ctl, path);
}

#define DOWN "[-intr_remap;detach hold;-dmar;"
#define UP(version) \
	"+dmar " version " (history=Y);attach;+intr_remap " version " ();"

void test_upgrade(void **state)
{
	struct fixture *fix = machine(state);
	struct vtd_image kept = { 0 };

	assert_int_equal(run(fix, "upgrade"), 0);
	assert_string_equal(kernel.log,
			    "detach hold dry-run;" DOWN UP("0.2") "]");
	assert_string_equal(fix->err, "");
	assert_has(fix->out, "upgraded:\n");
	assert_has(fix->out, "  vtd_dmar 0.1 (S0.1) -> 0.2 (S0.2)\n");
	assert_has(fix->out, "DMA was not translated for: 45.6 ms\n");
	assert_has(fix->out, "interrupts were not remapped for: 0 ms\n");
	assert_has(fix->out, "0000:00:02.0 waited for: 123.4 ms\n");
	assert_columns(fix->out);
	assert_false(there(fix, VTD_UPGRADE_STATE));
	/* The next way back leads to what is loaded now. */
	assert_int_equal(vtd_image_kept(&fix->ctl, "vtd_intr_remap", &kept), 0);
	assert_string_equal(kept.version, "0.2");
	vtd_image_free(&kept);
}

void test_upgrade_json(void **state)
{
	struct fixture *fix = machine(state);

	assert_int_equal(run(fix, "upgrade --dry-run --json"), 0);
	assert_has(fix->out, "\"result\": \"planned\"");
	assert_has(fix->out, "\"how\": \"freeze\"");
	assert_string_equal(kernel.log, "detach hold dry-run;");
	assert_int_equal(run(fix, "upgrade --json"), 0);
	assert_has(fix->out, "\"result\": \"upgraded\"");
	assert_has(fix->out, "\"blackout_us\": 45678");
	assert_has(fix->out, "\"paused_us\": 123456");
	fix = machine(state);
	put(fix, "/sys/module/vtd_dmar/version", "0.2\n");
	put(fix, "/sys/module/vtd_dmar/srcversion", "S0.2\n");
	put(fix, "/sys/module/vtd_intr_remap/version", "0.2\n");
	put(fix, "/sys/module/vtd_intr_remap/srcversion", "S0.2\n");
	assert_int_equal(run(fix, "upgrade --json"), 0);
	assert_has(fix->out, "\"result\": \"nothing\"");
}

void test_upgrade_words(void **state)
{
	static const char *const wrong[] = {
		"upgrade now",
		"upgrade --dry-run --resume",
		"upgrade --keep --dry-run",
		"upgrade --try 5",
	};
	struct fixture *fix = machine(state);

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(run(fix, wrong[i]), 1);
	assert_string_equal(kernel.log, "");
	assert_int_equal(run(fix, "upgrade --dry-run"), 0);
	assert_has(fix->out, "0000:00:02.0 nvme: its driver stands still");
	assert_has(fix->out, "Nothing was changed.");
	assert_columns(fix->out);
	assert_int_equal(run(fix, "upgrade --resume"), 0);
	assert_has(fix->out, "nothing to resume");
	assert_string_equal(kernel.log, "detach hold dry-run;");
}

/* Refused with these words, before anything was touched. */
static void refused(struct fixture *fix, const char *line, const char *words)
{
	kernel.log[0] = '\0';
	assert_int_equal(run(fix, line), 2);
	assert_has(fix->err, words);
	assert_string_equal(fix->out, "");
	assert_lacks(kernel.log, "-dmar");
	assert_lacks(kernel.log, "-intr");
	assert_lacks(kernel.log, "[");
	assert_lacks(kernel.log, "release");
	assert_false(there(fix, VTD_UPGRADE_STATE));
}

void test_upgrade_files(void **state)
{
	struct fixture *fix = machine(state);

	put(fix, DIR_OF "vtd_intr_remap.ko", "no module");
	refused(fix, "upgrade", "vtd_intr_remap is loaded, and no file");
	put(fix, "/lib/modules/" RELEASE "/modules.dep",
	    "updates/vtd_dmar.ko:\n");
	refused(fix, "upgrade", "vtd_intr_remap is loaded, and no file");
	fix = machine(state);
	put_module(fix, DIR_OF "vtd_dmar.ko", "vtd_dmar", "0.2", RELEASE "1",
		   "");
	refused(fix, "upgrade --force", "vtd_dmar is for another kernel");
	fix = machine(state);
	put(fix, "/sys/kernel/security/lockdown",
	    "none [integrity] confidentiality\n");
	refused(fix, "upgrade --force", "the new vtd_dmar is not signed");
	put(fix, "/sys/kernel/security/lockdown", "[none] integrity\n");
	fix = machine(state);
	kernel.check_error = -EKEYREJECTED;
	refused(fix, "upgrade --force",
		"the kernel does not take the new vtd_dmar: Key was rejected");
	/* What is cut off anywhere is no module, and reads nothing beyond. */
	for (size_t bytes = 0; bytes < 700; bytes += 7) {
		struct vtd_image image = { 0 };
		char *data;

		fix = machine(state);
		data = vtd_sys_read(&fix->ctl, DIR_OF "vtd_dmar.ko", NULL);
		image.data = malloc(bytes ? bytes : 1);
		image.bytes = bytes;
		memcpy(image.data, data, bytes);
		assert_int_equal(vtd_image_parse(&image), -EINVAL);
		vtd_image_free(&image);
		free(data);
	}
}

void test_upgrade_nothing(void **state)
{
	struct fixture *fix = *state;

	machine(state);
	memset(kernel.in, 0, sizeof(kernel.in));
	install(fix, "vtd_dmar", "0.1");
	install(fix, "vtd_intr_remap", "0.1");
	kernel.in[VTD_PART_DMAR] = true;
	kernel.in[VTD_PART_INTR] = true;
	assert_int_equal(run(fix, "upgrade"), 0);
	assert_has(fix->out, "nothing to upgrade; --force");
	assert_string_equal(kernel.log, "");
	assert_int_equal(run(fix, "upgrade --force"), 0);
	assert_has(kernel.log, DOWN UP("0.1") "]");
	/* One of them differs. */
	machine(state);
	install(fix, "vtd_dmar", "0.1");
	assert_int_equal(run(fix, "upgrade"), 0);
	assert_has(kernel.log, "+dmar 0.1 (history=Y);attach;+intr_remap 0.2");
}

void test_upgrade_unloaded(void **state)
{
	struct fixture *fix = *state;

	assert_int_equal(run(fix, "upgrade"), 0);
	assert_has(fix->out, "vtd_dmar is not loaded: nothing to upgrade");
}

void test_upgrade_in_use(void **state)
{
	struct fixture *fix = machine(state);

	kernel.lock_error = -EWOULDBLOCK;
	refused(fix, "upgrade", "another vtdctl upgrade is at work");
	kernel.lock_error = 0;
	put(fix, "/sys/module/vtd_intr_remap/refcnt", "1\n");
	refused(fix, "upgrade --force --rebind", "vtd_intr_remap is in use");
	put(fix, "/sys/module/vtd_intr_remap/refcnt", "0\n");
	put(fix, "/sys/module/vtd_dmar/refcnt", "5\n");
	refused(fix, "upgrade", "has /dev/vtd open");
	put(fix, "/sys/module/vtd_dmar/refcnt", "4\n");
	answer_to("status")->text =
		"vtd version=0.1 state=trial trial_left=5\n";
	refused(fix, "upgrade --force", "attached on trial");
	answer_to("status")->text = STATUS;
	answer_to("detach hold dry-run")->text = HOLD("cannot");
	refused(fix, "upgrade --force --rebind",
		"0000:00:02.0 (driver nvme) is so -> do that");
	answer_to("detach hold dry-run")->text = HOLD("rebind");
	refused(fix, "upgrade --force", "0000:00:02.0 (driver nvme) is so");
	answer_to("detach hold dry-run")->text = HOLD("freeze");
	answer_to("detach hold dry-run")->error = -EINVAL;
	refused(fix, "upgrade --force", "cannot hand devices over");
	answer_to("detach hold dry-run")->error = 0;
	/* Without a way back no driver is frozen. */
	put(fix, COPIES "vtd_dmar.ko", "");
	refused(fix, "upgrade --rebind", "no copy of the vtd_dmar");
	assert_int_equal(run(fix, "upgrade --force"), 0);
	assert_has(fix->out, "vtd_dmar 0.1 (S0.1) -> 0.2 (S0.2), no way back");
	fix = machine(state);
	put(fix, VTD_UPGRADE_STATE, "attached yes\n");
	assert_int_equal(run(fix, "upgrade"), 2);
	assert_has(fix->err, "vtdctl upgrade --resume");
	assert_string_equal(kernel.log, "");
}

/* A failure anywhere leads back to where it began. */
void test_upgrade_back(void **state)
{
	struct fixture *fix = machine(state);

	kernel.bad = "0.2";
	kernel.bad_error = -ENOENT;
	assert_int_equal(run(fix, "upgrade"), 2);
	assert_has(kernel.log, DOWN "+dmar 0.2 (history=Y);" UP("0.1") "]");
	assert_has(fix->err, "vtd_dmar: loading it: No such file");
	assert_has(fix->err, "loaded before are loaded again");
	assert_has(fix->out, "not upgraded:\n");
	assert_false(there(fix, VTD_UPGRADE_STATE));
	/* Old ones on old ones only. */
	fix = machine(state);
	put_module(fix, DIR_OF "vtd_intr_remap.ko", "vtd_intr_remap", "0.3",
		   RELEASE, "0.3");
	kernel.bad = "0.3";
	kernel.bad_error = -EINVAL;
	assert_int_equal(run(fix, "upgrade --json"), 2);
	assert_has(kernel.log,
		   DOWN "+dmar 0.2 (history=Y);attach;+intr_remap 0.3 ();"
			"detach hold;-dmar;" UP("0.1") "]");
	assert_has(fix->out, "\"result\": \"back\"");
	/* The module refuses, having changed nothing. */
	fix = machine(state);
	answer_to("detach hold")->error = -EBUSY;
	answer_to("detach hold")->text = "0000:00:02.0 was taken into use\n";
	assert_int_equal(run(fix, "upgrade"), 2);
	assert_has(kernel.log,
		   "[-intr_remap;detach hold;attach;+intr_remap 0.1 ();]");
	assert_has(fix->err, "0000:00:02.0 was taken into use");
	assert_has(fix->err, "loaded before are loaded again");
	/* It does not go. */
	fix = machine(state);
	kernel.busy = "vtd_dmar";
	assert_int_equal(run(fix, "upgrade"), 2);
	assert_has(kernel.log, DOWN "attach;+intr_remap 0.1 ();]");
	fix = machine(state);
	kernel.busy = "vtd_intr_remap";
	assert_int_equal(run(fix, "upgrade"), 2);
	assert_has(kernel.log, "[-intr_remap;attach;]");
	fix = machine(state);
	kernel.steady_error = -EPERM;
	assert_int_equal(run(fix, "upgrade"), 2);
	assert_has(fix->err, "nothing was changed");
	assert_string_equal(kernel.log, "detach hold dry-run;[");
	assert_false(there(fix, VTD_UPGRADE_STATE));
}

/* Nothing fits any more: what to do is said, and noted for later. */
void test_upgrade_resume(void **state)
{
	struct fixture *fix = machine(state);
	char *text;

	kernel.bad = "0.2";
	kernel.bad_error = -ENOEXEC;
	put(fix, COPIES "vtd_dmar.ko", "");
	assert_int_equal(run(fix, "upgrade --force"), 2);
	assert_has(fix->err, "vtdctl upgrade --resume");
	assert_lacks(fix->err, "are loaded again");
	text = vtd_sys_read(&fix->ctl, VTD_UPGRADE_STATE, NULL);
	assert_non_null(text);
	assert_has(text, "attached yes\n");
	assert_has(text, "module vtd_dmar history=Y\n");
	assert_has(text, "\nmodule vtd_intr_remap ");
	assert_has(text, "away 0000:00:01.0\n");
	assert_has(text, "lazy 0000:00:02.0\n");
	free(text);
	/* Now it loads; its parameters are those that were noted. */
	kernel.bad = NULL;
	kernel.log[0] = '\0';
	for (int i = 0; i < VTD_PARTS; i++) {
		char path[256], gone[256];

		snprintf(path, sizeof(path), "%s/sys/module/%s", fix->root,
			 vtd_part_name[i]);
		snprintf(gone, sizeof(gone), "%s/gone-%s", fix->root,
			 vtd_part_name[i]);
		rename(path, gone);
	}
	assert_int_equal(run(fix, "upgrade --resume"), 0);
	assert_string_equal(kernel.log, "[" UP("0.2") "]");
	assert_false(there(fix, VTD_UPGRADE_STATE));
}

void test_upgrade_settle(void **state)
{
	struct fixture *fix = machine(state);
	char *type;

	/* Bound again: released before, adopted after. */
	answer_to("detach hold dry-run")->text = HOLD("rebind");
	assert_int_equal(run(fix, "upgrade --rebind"), 0);
	assert_has(kernel.log, "release 0000:00:02.0;" DOWN UP(
				       "0.2") "]adopt 0000:00:02.0;");
	fix = machine(state);
	answer_to("detach hold dry-run")->text = HOLD("rebind");
	answer_to("release 0000:00:02.0")->error = -EBUSY;
	assert_int_equal(run(fix, "upgrade --rebind"), 2);
	assert_lacks(kernel.log, "[");
	assert_has(kernel.log, "release 0000:00:02.0;adopt 0000:00:02.0;");
	fix = machine(state);
	answer_to("detach hold dry-run")->text = HOLD("rebind");
	answer_to("adopt 0000:00:02.0")->error = -EBUSY;
	assert_int_equal(run(fix, "upgrade --rebind"), 2);
	assert_has(fix->out, "1 device(s) are not as they were");
	/* From the notes of a run that ended: what it finds is not as it was. */
	fix = machine(state);
	put(fix, "/sys/kernel/iommu_groups/3/type", "DMA\n");
	put(fix, VTD_UPGRADE_STATE,
	    "attached yes\nmodule vtd_dmar history=Y\nlazy 0000:00:02.0\naway 0000:00:01.0\n");
	answer_to("status")->text =
		"vtd version=0.2 state=attached\n"
		"device name=0000:00:01.0 unit=dmar0 state=managed driver=- group=2 domain=DMA-FQ reason=\"\"\n"
		"device name=0000:00:02.0 unit=dmar0 state=managed driver=nvme group=3 domain=DMA reason=\"\"\n";
	assert_int_equal(run(fix, "upgrade --resume"), 0);
	assert_has(kernel.log, "release 0000:00:01.0;");
	type = vtd_sys_read(&fix->ctl, "/sys/kernel/iommu_groups/3/type", NULL);
	assert_string_equal(type, "DMA-FQ");
	free(type);
}

void test_upgrade_keep(void **state)
{
	struct fixture *fix = machine(state);
	struct vtd_image kept = { 0 };

	/* What is installed is what is loaded. */
	install(fix, "vtd_dmar", "0.1");
	install(fix, "vtd_intr_remap", "0.1");
	put(fix, COPIES "vtd_dmar.ko", "");
	put(fix, COPIES "vtd_intr_remap.ko", "");
	assert_int_equal(run(fix, "upgrade --keep"), 0);
	assert_has(fix->out, "copies kept of 2 modules");
	assert_int_equal(vtd_image_kept(&fix->ctl, "vtd_dmar", &kept), 0);
	assert_string_equal(kept.version, "0.1");
	vtd_image_free(&kept);
	assert_string_equal(kernel.log, "");
	/* What is not there cannot be kept. */
	install(fix, "vtd_intr_remap", "0.2");
	put(fix, COPIES "vtd_intr_remap.ko", "");
	assert_int_equal(run(fix, "upgrade --keep"), 2);
	assert_has(fix->err, "vtd_intr_remap that is loaded is not there");
}
