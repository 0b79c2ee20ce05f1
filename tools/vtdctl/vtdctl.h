/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of vtdctl promise each other.
 *
 * Nothing here knows the program's own stdio or the machine's own files: a
 * command gets a struct vtdctl, which says where to print, below which root
 * /sys, /proc and /dev stand, and through which calls the kernel is reached.
 */
#ifndef VTDCTL_H
#define VTDCTL_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define __printf(fmt, args) __attribute__((__format__(printf, fmt, args)))

/* Exit status of the program; the man page promises these. */
enum vtd_exit {
	VTD_EXIT_OK = 0,
	VTD_EXIT_USAGE = 1, /* wrong words; from doctor: a check failed */
	VTD_EXIT_KERNEL = 2, /* the kernel or the module refused */
};

#ifndef VTDCTL_VERSION
#define VTDCTL_VERSION "0.1"
#endif

#define VTD_COLUMNS 80
#define VTD_MODULE "vtd_dmar"
#define VTD_DEVICE "/dev/vtd"

/* Limits of what is accepted from outside. */
#define VTD_REPLY_MAX (16u << 20) /* bytes of one reply of the module */
#define VTD_FILE_MAX (16u << 20) /* bytes read of one sysfs or proc file */
#define VTD_PAIRS_MAX 32 /* key=value pairs of one record */

/**
 * struct vtd_calls - the system calls by which the kernel is reached
 * @open: open(2) of the control device, returns a descriptor or -errno
 * @write: write(2), bytes or -errno
 * @read: read(2), bytes or -errno
 * @close: close(2)
 * @run: run a program without a shell; stores what it printed in @output
 *       (malloc'ed, never NULL on success) and returns its exit status, or
 *       -errno when it could not be started
 * @pause: sleep for a number of milliseconds
 * @wait: until the module has faults that this descriptor was not told of;
 *        0 or -errno
 * @keys: begin or end to give keys one by one
 * @key: wait for a key for a number of milliseconds; 0 if none came, 'q' for
 *       anything that asks to end
 * @clock: milliseconds since some moment, never set back
 * @lock: take the lock of a file; a descriptor, or -errno
 * @insert: load a module from memory; 0 or -errno
 * @remove: unload one; 0, -EAGAIN while it is in use, or -errno
 * @steady: begin or end to need no disk, and not to be ended; 0 or -errno
 */
struct vtd_calls {
	int (*open)(void *priv, const char *path);
	ssize_t (*write)(void *priv, int fd, const void *buf, size_t bytes);
	ssize_t (*read)(void *priv, int fd, void *buf, size_t bytes);
	void (*close)(void *priv, int fd);
	int (*run)(void *priv, char *const argv[], char **output);
	void (*pause)(void *priv, unsigned int ms);
	int (*wait)(void *priv, int fd);
	void (*keys)(void *priv, bool on);
	int (*key)(void *priv, unsigned int ms);
	unsigned long long (*clock)(void *priv);
	int (*lock)(void *priv, const char *path);
	int (*insert)(void *priv, const void *image, size_t bytes,
		      const char *params);
	int (*remove)(void *priv, const char *name);
	int (*steady)(void *priv, bool on);
};

/**
 * struct vtdctl - everything a command works with
 * @sysroot: prefix of /sys, /proc, /dev, /lib; "" for the machine itself
 * @out: where results go
 * @err: where errors and notes go
 * @calls: how the kernel is reached
 * @priv: first argument of every call
 * @user: names of who calls, which a report masks; NULL where there is none
 * @terminal: @out is a terminal that can do more than letters
 * @plain: the user wants no colours, unless told otherwise
 * @color: there are colours; set from the words
 */
struct vtdctl {
	const char *sysroot;
	FILE *out;
	FILE *err;
	const struct vtd_calls *calls;
	void *priv;
	const char *user[3];
	bool terminal;
	bool plain;
	bool color;
};

extern const struct vtd_calls vtd_system_calls;

/* command.c: words to functions */
int vtd_command(struct vtdctl *ctl, int argc, char *const argv[]);
const char *vtd_command_name(size_t nr);
int vtd_flag(struct vtdctl *ctl, int argc, char *const argv[], const char *name,
	     bool *given);

/* doctor_boot.c */
const char *vtd_cmdline_next(const char **at, size_t *length);

/* color.c */
enum vtd_shade { VTD_PLAIN, VTD_GOOD, VTD_WARNING, VTD_BAD };
int vtd_take_color(struct vtdctl *ctl, int argc, char *const argv[],
		   char *left[]);
const char *vtd_shade_on(const struct vtdctl *ctl, enum vtd_shade shade);
const char *vtd_shade_off(const struct vtdctl *ctl, enum vtd_shade shade);
enum vtd_shade vtd_shade_of(const char *word);

/* help.c */
void vtd_help(FILE *to);
int vtd_help_command(struct vtdctl *ctl, const char *name);

/* One function per command; argv[0] is the command itself. */
int vtd_cmd_status(struct vtdctl *ctl, int argc, char *const argv[]);
int vtd_cmd_attach(struct vtdctl *ctl, int argc, char *const argv[]);
int vtd_cmd_confirm(struct vtdctl *ctl, int argc, char *const argv[]);
int vtd_cmd_detach(struct vtdctl *ctl, int argc, char *const argv[]);
int vtd_cmd_adopt(struct vtdctl *ctl, int argc, char *const argv[]);
int vtd_cmd_release(struct vtdctl *ctl, int argc, char *const argv[]);
int vtd_cmd_faults(struct vtdctl *ctl, int argc, char *const argv[]);
int vtd_cmd_irqs(struct vtdctl *ctl, int argc, char *const argv[]);
int vtd_stats_latency(struct vtdctl *ctl, int argc, char *const argv[]);
int vtd_cmd_stats(struct vtdctl *ctl, int argc, char *const argv[]);
int vtd_cmd_strict(struct vtdctl *ctl, int argc, char *const argv[]);
int vtd_cmd_recover(struct vtdctl *ctl, int argc, char *const argv[]);
int vtd_cmd_check(struct vtdctl *ctl, int argc, char *const argv[]);
int vtd_cmd_ats(struct vtdctl *ctl, int argc, char *const argv[]);
int vtd_cmd_why(struct vtdctl *ctl, int argc, char *const argv[]);
int vtd_cmd_walk(struct vtdctl *ctl, int argc, char *const argv[]);
int vtd_cmd_doctor(struct vtdctl *ctl, int argc, char *const argv[]);
int vtd_cmd_html(struct vtdctl *ctl, int argc, char *const argv[]);
int vtd_cmd_report(struct vtdctl *ctl, int argc, char *const argv[]);
int vtd_cmd_top(struct vtdctl *ctl, int argc, char *const argv[]);
int vtd_cmd_upgrade(struct vtdctl *ctl, int argc, char *const argv[]);

/* upgrade_calls.c */
int vtd_system_lock(void *priv, const char *path);
int vtd_system_insert(void *priv, const void *image, size_t bytes,
		      const char *params);
int vtd_system_remove(void *priv, const char *name);
int vtd_system_steady(void *priv, bool on);

/**
 * struct vtd_bdf - a PCI function
 * @segment: 0..0xffff
 * @bus: 0..0xff
 * @device: 0..0x1f
 * @function: 0..7
 */
struct vtd_bdf {
	unsigned int segment;
	unsigned int bus;
	unsigned int device;
	unsigned int function;
};

#define VTD_BDF_LEN sizeof("0000:00:00.0")

/* command.c: the words of a command about one device */
int vtd_device_word(struct vtdctl *ctl, const char *command, const char *word,
		    char name[VTD_BDF_LEN]);
int vtd_take_device(struct vtdctl *ctl, int argc, char *const argv[],
		    const char *flag, bool *given, char name[VTD_BDF_LEN]);

/* The longest is "strict BDF off", with its NUL. */
#define VTD_SWITCH_LEN (VTD_BDF_LEN + sizeof("strict  off"))
int vtd_take_switch(struct vtdctl *ctl, int argc, char *const argv[],
		    bool *json, char words[VTD_SWITCH_LEN]);

/* bdf.c */
int vtd_bdf_parse(const char *text, struct vtd_bdf *bdf, const char **why);
void vtd_bdf_format(const struct vtd_bdf *bdf, char text[VTD_BDF_LEN]);
int vtd_bdf_compare(const char *a, const char *b);

/**
 * struct vtd_record - one line of a reply, split in place
 * @type: its first word
 * @pairs: how many pairs follow
 * @key: their names
 * @val: their values, quotes taken off
 */
struct vtd_record {
	const char *type;
	unsigned int pairs;
	const char *key[VTD_PAIRS_MAX];
	const char *val[VTD_PAIRS_MAX];
};

/**
 * struct vtd_records - all records of one reply
 * @list: @count records
 * @count: how many
 * @why: after a failed parse, what was wrong
 * @line: after a failed parse, the line it was in, counted from 1
 */
struct vtd_records {
	struct vtd_record *list;
	size_t count;
	const char *why;
	size_t line;
};

/* records.c */
int vtd_record_parse(char *line, struct vtd_record *rec, const char **why);
int vtd_records_parse(char *text, size_t bytes, struct vtd_records *recs);
void vtd_records_free(struct vtd_records *recs);
const char *vtd_record_get(const struct vtd_record *rec, const char *key);
const char *vtd_record_show(const struct vtd_record *rec, const char *key);
bool vtd_record_is(const struct vtd_record *rec, const char *type);
const struct vtd_record *vtd_records_first(const struct vtd_records *recs,
					   const char *type);

/**
 * struct vtd_reply - what the module said
 * @text: NUL-terminated, malloc'ed; "" if it said nothing
 * @bytes: length of @text without the NUL
 */
struct vtd_reply {
	char *text;
	size_t bytes;
};

/* control.c */
int vtd_control_open(struct vtdctl *ctl);
int vtd_control_ask(struct vtdctl *ctl, int fd, const char *command,
		    struct vtd_reply *reply);
int vtd_control(struct vtdctl *ctl, const char *command,
		struct vtd_reply *reply);
int vtd_control_ask_records(struct vtdctl *ctl, int fd, const char *command,
			    struct vtd_reply *reply, struct vtd_records *recs);
int vtd_control_records(struct vtdctl *ctl, const char *command,
			struct vtd_reply *reply, struct vtd_records *recs);
int vtd_show_reply(struct vtdctl *ctl, const char *command, bool want_json,
		   void (*text)(struct vtdctl *ctl,
				const struct vtd_records *recs),
		   int (*json)(struct vtdctl *ctl,
			       const struct vtd_records *recs));
void vtd_reply_free(struct vtd_reply *reply);

/* errors.c */
int vtd_usage_error(struct vtdctl *ctl, const char *fmt, ...) __printf(2, 3);
int vtd_kernel_error(struct vtdctl *ctl, const char *fmt, ...) __printf(2, 3);
int vtd_refused(struct vtdctl *ctl, const char *command, int error,
		const char *text);
int vtd_open_error(struct vtdctl *ctl, const char *command, int error);
int vtd_modprobe_error(struct vtdctl *ctl, int status, const char *output);
const char *vtd_modprobe_remedy(const char *output);
int vtd_finish(struct vtdctl *ctl, int status);

/* sysroot.c: files below the root, read with a bound */
char *vtd_sys_path(const char *fmt, ...) __printf(1, 2);
bool vtd_sys_exists(const struct vtdctl *ctl, const char *path);
char *vtd_sys_read(const struct vtdctl *ctl, const char *path, size_t *bytes);
int vtd_sys_read_at(const struct vtdctl *ctl, const char *path, off_t offset,
		    void *to, size_t bytes);
char *vtd_sys_line(const struct vtdctl *ctl, const char *path);
char *vtd_sys_link(const struct vtdctl *ctl, const char *path);
int vtd_sys_list(const struct vtdctl *ctl, const char *path,
		 bool (*visit)(const char *name, void *arg), void *arg);
long long vtd_sys_time(const struct vtdctl *ctl, const char *path);
bool vtd_module_loaded(const struct vtdctl *ctl);

/* show.c */
void vtd_show_wrapped(FILE *to, const char *first, const char *next,
		      const char *text);
void vtd_show_shaded(struct vtdctl *ctl, enum vtd_shade shade, const char *word,
		     const char *first, const char *next, const char *text);
void vtd_show_line(FILE *to, const char *first, const char *next,
		   const char *fmt, ...) __printf(4, 5);
void vtd_show_said(FILE *to, const char *first, const char *text);
int vtd_pci_kind(struct vtdctl *ctl, const char *name, unsigned long kind[3]);

/* tree.c */
char *vtd_device_kind(struct vtdctl *ctl, const char *name);
void vtd_show_tree(struct vtdctl *ctl, struct vtd_records *recs);
void vtd_records_sort(struct vtd_records *recs);
bool vtd_record_orphan(const struct vtd_records *recs,
		       const struct vtd_record *rec);

/* show.c: JSON */

struct json_object;
int vtd_json_put(struct vtdctl *ctl, struct json_object *object);
int vtd_json_add(struct json_object *to, const char *key,
		 struct json_object *val);
int vtd_json_text(struct json_object *to, const char *key, const char *val);
int vtd_json_number(struct json_object *to, const char *key, const char *val);
struct json_object *vtd_json_list(const char *words);
struct json_object *vtd_json_record(const struct vtd_record *rec);
int vtd_json_texts(struct json_object *to, const struct vtd_record *rec,
		   const char *const *keys);
struct json_object *vtd_json_texts_of(const struct vtd_record *rec,
				      const void *keys);
struct json_object *
vtd_json_records(const struct vtd_records *recs, const char *type,
		 struct json_object *(*make)(const struct vtd_record *rec,
					     const void *data),
		 const void *data);

#endif
