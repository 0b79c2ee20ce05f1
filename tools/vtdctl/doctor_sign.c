// SPDX-License-Identifier: GPL-2.0
/*
 * The doctor's check of signatures: whether the kernel takes signed modules
 * only, who signed ours, and whether the kernel knows the key. Reads the file
 * and what the kernel tells; verifies nothing itself.
 */
#define _GNU_SOURCE 1
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"

#define SECURE_BOOT                             \
	"/sys/firmware/efi/efivars/SecureBoot-" \
	"8be4df61-93ca-11d2-aa0d-00e098032b8c"

/* What ends a signed module; before it a header, before that the signature. */
#define MAGIC "~Module signature appended~\n"
#define HEADER_BYTES 12 /* its last 4 are the signature's length, big endian */

/* Whether Secure Boot is on: four bytes of attributes, then the value. */
static bool secure_boot(struct vtdctl *ctl)
{
	size_t bytes = 0;
	char *text = vtd_sys_read(ctl, SECURE_BOOT, &bytes);
	bool on = text && bytes >= 5 && text[4] == 1;

	free(text);
	return on;
}

/* The level in brackets of "none [integrity] confidentiality"; malloc'ed. */
static char *lockdown_level(struct vtdctl *ctl)
{
	char *line = vtd_sys_line(ctl, "/sys/kernel/security/lockdown");
	char *open = line ? strchr(line, '[') : NULL;
	char *level = NULL;

	if (open) {
		open++;
		open[strcspn(open, "]")] = '\0';
		level = strdup(open);
	}
	free(line);
	return level;
}

/**
 * enum signer - what is known of a module file's signature
 * @SIGNER_UNREADABLE: the file cannot be read, or is compressed
 * @SIGNER_NONE: it is not signed
 * @SIGNER_KNOWN: it is, and a name is given
 * @SIGNER_NAMELESS: it is, by somebody who is not named
 */
enum signer {
	SIGNER_UNREADABLE,
	SIGNER_NONE,
	SIGNER_KNOWN,
	SIGNER_NAMELESS,
};

/*
 * The common name of the issuer in a PKCS#7 signature. The kernel's own tool
 * puts no certificates in, so that the only names are those of who signed; an
 * attribute is its identifier (2.5.4.3), then a string.
 */
static char *common_name(const unsigned char *der, size_t bytes)
{
	static const unsigned char attribute[] = { 0x06, 0x03, 0x55, 0x04,
						   0x03 };
	const unsigned char *at =
		memmem(der, bytes, attribute, sizeof(attribute));
	size_t left, length;
	char *name;

	if (!at)
		return NULL;
	at += sizeof(attribute);
	left = bytes - (at - der);
	/* a string's type, and its length in one byte */
	if (left < 2 || at[1] >= 0x80 || at[1] > left - 2)
		return NULL;
	length = at[1];
	name = strndup((const char *)at + 2, length);
	for (char *p = name; p && *p; p++)
		if (!isprint((unsigned char)*p))
			*p = '?';
	return name;
}

/* Who signed the module file; @name is malloc'ed, or NULL. */
static enum signer signer_of(struct vtdctl *ctl, const char *file, char **name)
{
	const size_t tail = sizeof(MAGIC) - 1 + HEADER_BYTES;
	size_t bytes = 0, length;
	const unsigned char *end;
	char *text;

	*name = NULL;
	text = file ? vtd_sys_read(ctl, file, &bytes) : NULL;
	if (!text || bytes < 4 || memcmp(text, "\177ELF", 4) ||
	    bytes >= VTD_FILE_MAX) {
		free(text);
		return SIGNER_UNREADABLE;
	}
	if (bytes < tail ||
	    memcmp(text + bytes - strlen(MAGIC), MAGIC, strlen(MAGIC))) {
		free(text);
		return SIGNER_NONE;
	}
	end = (const unsigned char *)text + bytes - tail;
	length = (size_t)end[8] << 24 | end[9] << 16 | end[10] << 8 | end[11];
	if (length <= bytes - tail)
		*name = common_name(end - length, length);
	free(text);
	return *name ? SIGNER_KNOWN : SIGNER_NAMELESS;
}

/* A key's line: eight columns, then "NAME: ID: X509...", or with "ORGANIZATION: ". */
static bool is_key_of(const char *line, const char *name)
{
	size_t length = strlen(name);
	const char *at = line;

	for (int column = 0; column < 8; column++) {
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	for (; at; at = strstr(at, ": ")) {
		if (*at == ':')
			at += 2;
		if (!strncmp(at, name, length) && at[length] == ':')
			return true;
	}
	return false;
}

/*
 * Whether the kernel has a key of that name: 1, 0, or -1 where it shows no keys
 * of certificates, as to anybody but root.
 */
static int key_known(struct vtdctl *ctl, const char *name)
{
	char *text = vtd_sys_read(ctl, "/proc/keys", NULL);
	char *save = NULL;
	int known = -1;

	for (char *line = text ? strtok_r(text, "\n", &save) : NULL;
	     line && known <= 0; line = strtok_r(NULL, "\n", &save))
		if (strstr(line, "X509."))
			known = is_key_of(line, name);
	free(text);
	return known;
}

/* Only signed modules load, and ours is not loaded. */
static void judge_file(struct vtd_doctor *doc, const char *required)
{
	static const char remedy[] =
		"sign the modules with a key of your own: make sign, mokutil --import its certificate, reboot and enrol it";
	static const char enrol[] =
		"mokutil --import the certificate of that key, reboot and enrol it; or sign the modules with one that is enrolled: make sign";
	struct vtdctl *ctl = vtd_doctor_ctl(doc);
	char *name;
	int known;

	switch (signer_of(ctl, vtd_doctor_facts(doc)->module, &name)) {
	case SIGNER_NONE:
		vtd_report(doc, VTD_FAIL, "module signature", remedy,
			   "%s: only signed modules load, and " VTD_MODULE
			   " is not signed",
			   required);
		break;
	case SIGNER_KNOWN:
		known = key_known(ctl, name);
		if (known > 0)
			vtd_report(
				doc, VTD_OK, "module signature", NULL,
				"%s: signed by \"%s\", a key that the kernel has",
				required, name);
		else if (!known)
			vtd_report(
				doc, VTD_FAIL, "module signature", enrol,
				"%s: signed by \"%s\", a key that the kernel does not have",
				required, name);
		else
			vtd_report(
				doc, VTD_WARN, "module signature",
				"run vtdctl doctor as root: only root sees the kernel's keys",
				"%s: signed by \"%s\"; whether the kernel has that key cannot be seen",
				required, name);
		break;
	default:
		vtd_report(doc, VTD_WARN, "module signature", remedy,
			   "%s: only signed modules load", required);
	}
	free(name);
}

/* What the kernel itself noted of the module when it was loaded. */
static bool loaded_unsigned(struct vtdctl *ctl)
{
	char *taint = vtd_sys_line(ctl, "/sys/module/" VTD_MODULE "/taint");
	bool unsign = taint && strchr(taint, 'E');

	free(taint);
	return unsign;
}

/**
 * vtd_signature_needed() - whether the kernel takes signed modules only
 * @ctl: gives the root
 *
 * Return: true if it does.
 */
bool vtd_signature_needed(struct vtdctl *ctl)
{
	char *level = lockdown_level(ctl);
	char *enforce =
		vtd_sys_line(ctl, "/sys/module/module/parameters/sig_enforce");
	bool needed = (level && strcmp(level, "none")) ||
		      (enforce && *enforce == 'Y');

	free(level);
	free(enforce);
	return needed;
}

/**
 * vtd_check_signature() - whether the kernel takes signed modules only
 * @doc: the doctor
 */
void vtd_check_signature(struct vtd_doctor *doc)
{
	struct vtdctl *ctl = vtd_doctor_ctl(doc);
	char *level = lockdown_level(ctl);
	char *enforce =
		vtd_sys_line(ctl, "/sys/module/module/parameters/sig_enforce");
	bool locked = level && strcmp(level, "none");
	bool secure = secure_boot(ctl);
	bool enforced = enforce && *enforce == 'Y';
	char *required = vtd_sys_path("Secure Boot %s, lockdown %s%s",
				      secure ? "on" : "off",
				      level ? level : "none",
				      enforced ? ", signatures enforced" : "");

	if (!locked && !secure && !enforced)
		vtd_report(
			doc, VTD_OK, "module signature", NULL, "none needed%s",
			loaded_unsigned(ctl) ?
				"; the kernel notes " VTD_MODULE
				" as unsigned, or signed by a key it has not" :
				"");
	else if (required && vtd_doctor_facts(doc)->loaded)
		vtd_report(doc, VTD_OK, "module signature", NULL,
			   "%s: and " VTD_MODULE " was taken", required);
	else if (required)
		judge_file(doc, required);
	free(required);
	free(level);
	free(enforce);
}
