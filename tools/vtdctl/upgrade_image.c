// SPDX-License-Identifier: GPL-2.0
/*
 * Module files: read whole, decompressed, and what they say of themselves. And the
 * copies that are kept of those that are loaded: a package that brings new ones
 * takes the old ones away.
 */
#define _GNU_SOURCE 1
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "upgrade.h"

#define COPIES VTD_RUN_DIR "/modules"
#define SIGNED "~Module signature appended~\n"

/* The bytes of the section .modinfo; false for what is no such file. */
static bool find_modinfo(const struct vtd_image *image, const char **at,
			 size_t *bytes)
{
	Elf64_Ehdr head;
	Elf64_Shdr names, section;
	size_t size = image->bytes;

	if (size < sizeof(head))
		return false;
	memcpy(&head, image->data, sizeof(head));
	if (memcmp(head.e_ident, ELFMAG, SELFMAG) ||
	    head.e_ident[EI_CLASS] != ELFCLASS64 ||
	    head.e_shentsize != sizeof(section) || head.e_shoff > size ||
	    head.e_shnum > (size - head.e_shoff) / sizeof(section) ||
	    head.e_shstrndx >= head.e_shnum)
		return false;
	memcpy(&names,
	       image->data + head.e_shoff + head.e_shstrndx * sizeof(names),
	       sizeof(names));
	if (names.sh_offset > size || names.sh_size > size - names.sh_offset)
		return false;
	for (unsigned int i = 0; i < head.e_shnum; i++) {
		static const char want[] = ".modinfo";

		memcpy(&section,
		       image->data + head.e_shoff + i * sizeof(section),
		       sizeof(section));
		if (section.sh_type == SHT_NOBITS ||
		    section.sh_name > names.sh_size ||
		    names.sh_size - section.sh_name < sizeof(want) ||
		    memcmp(image->data + names.sh_offset + section.sh_name,
			   want, sizeof(want)))
			continue;
		if (section.sh_offset > size ||
		    section.sh_size > size - section.sh_offset)
			return false;
		*at = image->data + section.sh_offset;
		*bytes = section.sh_size;
		return true;
	}
	return false;
}

static void take_pair(char **to, const char *at, size_t length, const char *key)
{
	size_t name = strlen(key);

	if (!*to && length > name && at[name] == '=' && !memcmp(at, key, name))
		*to = strndup(at + name + 1, length - name - 1);
}

/**
 * vtd_image_parse() - what a module file says of itself
 * @image: with its bytes; the rest is filled in
 *
 * Return: 0, or -EINVAL for what is no module of 64 bits.
 */
int vtd_image_parse(struct vtd_image *image)
{
	const char *at;
	size_t bytes;

	if (!find_modinfo(image, &at, &bytes))
		return -EINVAL;
	while (bytes) {
		size_t length = strnlen(at, bytes);

		take_pair(&image->version, at, length, "version");
		take_pair(&image->source, at, length, "srcversion");
		take_pair(&image->magic, at, length, "vermagic");
		take_pair(&image->depends, at, length, "depends");
		length += length < bytes;
		at += length;
		bytes -= length;
	}
	return image->magic ? 0 : -EINVAL;
}

static bool same(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

/**
 * vtd_image_same() - whether a file is of a version
 * @image: the file
 * @version: the version, or NULL for none
 * @source: the srcversion, or NULL
 *
 * Return: true if both are the same.
 */
bool vtd_image_same(const struct vtd_image *image, const char *version,
		    const char *source)
{
	return image->data && same(image->version, version) &&
	       same(image->source, source);
}

/**
 * vtd_image_signed() - whether a signature ends the file
 * @image: the file
 *
 * Return: true if one does, whoever made it.
 */
bool vtd_image_signed(const struct vtd_image *image)
{
	size_t tail = strlen(SIGNED);

	return image->bytes > tail &&
	       !memcmp(image->data + image->bytes - tail, SIGNED, tail);
}

/**
 * vtd_image_free() - let go of a file
 * @image: read, or all zero
 */
void vtd_image_free(struct vtd_image *image)
{
	free(image->data);
	free(image->version);
	free(image->source);
	free(image->magic);
	free(image->depends);
	memset(image, 0, sizeof(*image));
}

static int image_read(struct vtdctl *ctl, const char *path,
		      struct vtd_image *image)
{
	image->data = vtd_sys_read(ctl, path, &image->bytes);
	if (!image->data)
		return -ENOENT;
	/* Such a file was not read to its end. */
	if (image->bytes >= VTD_FILE_MAX || vtd_image_parse(image)) {
		vtd_image_free(image);
		return -EINVAL;
	}
	return 0;
}

/* By the ending of the name: what unpacks it, or NULL. */
static const char *unpacker(const char *path)
{
	const char *end = strrchr(path, '.');

	if (!end || !strcmp(end, ".ko"))
		return NULL;
	if (!strcmp(end, ".xz"))
		return "xz";
	return strcmp(end, ".zst") ? "gzip" : "zstd";
}

/* Unpacked beside the copies, and read from there. */
static int image_unpack(struct vtdctl *ctl, const char *with, const char *path,
			struct vtd_image *image)
{
	char script[] = "exec \"$0\" -dc < \"$1\" > \"$2\"";
	char shell[] = "sh", run[] = "-c", program[8];
	char *from = vtd_sys_path("%s%s", ctl->sysroot, path);
	char *to = vtd_sys_path("%s" COPIES "/unpacked", ctl->sysroot);
	char *output = NULL;
	int ret = -ENOMEM;

	snprintf(program, sizeof(program), "%s", with);
	if (from && to && !vtd_write_file(ctl, COPIES "/unpacked", "", 0)) {
		char *const argv[] = { shell, run, script, program,
				       from,  to,  NULL };

		ret = ctl->calls->run(ctl->priv, argv, &output);
		ret = ret ? -EINVAL :
			    image_read(ctl, COPIES "/unpacked", image);
		remove(to);
	}
	free(output);
	free(from);
	free(to);
	return ret;
}

/**
 * vtd_image_installed() - the file that modprobe would take
 * @ctl: gives the root
 * @release: the kernel's name
 * @name: of the module
 * @image: result
 *
 * Return: 0; -ENOENT where there is none; -EINVAL for one that cannot be read.
 */
int vtd_image_installed(struct vtdctl *ctl, const char *release,
			const char *name, struct vtd_image *image)
{
	bool index;
	char *path = vtd_module_file(ctl, release, name, &index);
	const char *program;
	int ret;

	if (!path)
		return -ENOENT;
	program = unpacker(path);
	ret = program ? image_unpack(ctl, program, path, image) :
			image_read(ctl, path, image);
	free(path);
	return ret;
}

/**
 * vtd_image_kept() - the copy of a module that is loaded
 * @ctl: gives the root
 * @name: of the module
 * @image: result
 *
 * Return: as vtd_image_installed().
 */
int vtd_image_kept(struct vtdctl *ctl, const char *name,
		   struct vtd_image *image)
{
	char *path = vtd_sys_path(COPIES "/%s.ko", name);
	int ret = path ? image_read(ctl, path, image) : -ENOMEM;

	free(path);
	return ret;
}

/**
 * vtd_image_keep() - keep a copy of a module that is loaded
 * @ctl: gives the root
 * @name: of the module
 * @image: its file
 *
 * Return: 0 or -errno.
 */
int vtd_image_keep(struct vtdctl *ctl, const char *name,
		   const struct vtd_image *image)
{
	char *path = vtd_sys_path(COPIES "/%s.ko", name);
	int ret = path ? vtd_write_file(ctl, path, image->data, image->bytes) :
			 -ENOMEM;

	free(path);
	return ret;
}
