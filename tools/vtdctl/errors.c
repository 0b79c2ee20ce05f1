// SPDX-License-Identifier: GPL-2.0
/*
 * Every error a user sees from vtdctl itself: what is wrong, and what to do.
 * The module's own refusals are passed on, never reworded.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "vtdctl.h"

#define NOT_LOADED "the module " VTD_MODULE " is not loaded"
#define LOAD_IT                              \
	"load it with: modprobe " VTD_MODULE \
	"   (what stands in its way: vtdctl doctor)"

__printf(2, 0) static void print_error(struct vtdctl *ctl, const char *fmt,
				       va_list args)
{
	char *text;

	if (vasprintf(&text, fmt, args) < 0)
		return;
	vtd_show_wrapped(ctl->err, "Error: ", "  ", text);
	free(text);
}

static void print_remedy(struct vtdctl *ctl, const char *text)
{
	vtd_show_wrapped(ctl->err, "  -> ", "     ", text);
}

/**
 * vtd_usage_error() - say that the user's words make no sense
 * @ctl: where to
 * @fmt: as in printf(), without a newline
 *
 * Return: VTD_EXIT_USAGE.
 */
int vtd_usage_error(struct vtdctl *ctl, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_error(ctl, fmt, args);
	va_end(args);
	return VTD_EXIT_USAGE;
}

/**
 * vtd_kernel_error() - say that the kernel or the module did not do it
 * @ctl: where to
 * @fmt: as in printf(), without a newline
 *
 * Return: VTD_EXIT_KERNEL.
 */
int vtd_kernel_error(struct vtdctl *ctl, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_error(ctl, fmt, args);
	va_end(args);
	return VTD_EXIT_KERNEL;
}

/**
 * vtd_refused() - pass on the module's refusal
 * @ctl: where to
 * @command: what was refused
 * @error: -errno of the write
 * @text: the module's words, which name the thing and the remedy; may be ""
 *        or NULL, and then the errno has to do
 *
 * Return: VTD_EXIT_KERNEL.
 */
int vtd_refused(struct vtdctl *ctl, const char *command, int error,
		const char *text)
{
	if (!text || !*text)
		return vtd_kernel_error(
			ctl, "%s: %s; the module gave no reason, see dmesg",
			command, strerror(-error));
	vtd_show_said(ctl->err, "Error: ", text);
	return VTD_EXIT_KERNEL;
}

/**
 * vtd_open_error() - say why the control device cannot be opened
 * @ctl: where to
 * @command: what was to be done
 * @error: -errno of the open
 *
 * Return: VTD_EXIT_KERNEL.
 */
int vtd_open_error(struct vtdctl *ctl, const char *command, int error)
{
	switch (error) {
	case -EACCES:
	case -EPERM:
		return vtd_kernel_error(
			ctl,
			"%s: " VTD_DEVICE
			" is for root only; run it as root, for example with sudo",
			command);
	case -ENOENT:
	case -ENXIO:
	case -ENODEV:
		break;
	default:
		return vtd_kernel_error(ctl, "%s: " VTD_DEVICE ": %s", command,
					strerror(-error));
	}
	if (vtd_module_loaded(ctl))
		return vtd_kernel_error(
			ctl,
			"%s: " VTD_MODULE " is loaded but " VTD_DEVICE
			" is missing; is this a container without the host's /dev?",
			command);
	vtd_kernel_error(ctl, "%s: " NOT_LOADED, command);
	print_remedy(ctl, LOAD_IT);
	return VTD_EXIT_KERNEL;
}

/**
 * vtd_modprobe_remedy() - what to do about modprobe's complaint
 * @output: what modprobe printed
 *
 * Return: a constant string.
 */
const char *vtd_modprobe_remedy(const char *output)
{
	static const struct {
		const char *words;
		const char *remedy;
	} table[] = {
		{ "not found",
		  "install the module for this kernel: make install, or make dkms-install; then depmod -a" },
		{ "Key was rejected",
		  "Secure Boot wants a signed module: make sign, then mokutil --import the key and reboot" },
		{ "Required key not available",
		  "Secure Boot wants a signed module: make sign, then mokutil --import the key and reboot" },
		{ "Operation not permitted",
		  "loading a module takes root, and under Secure Boot a signed module: make sign" },
		{ "Permission denied",
		  "run it as root, for example with sudo" },
		{ "Unknown symbol",
		  "the module was built for another kernel: build and install it again" },
		{ "Exec format error",
		  "the module was built for another kernel: build and install it again" },
		{ "No such device",
		  "this machine or its boot line does not fit: run vtdctl doctor; dmesg has the module's words" },
		{ "resource busy",
		  "something else owns the unit: run vtdctl doctor; dmesg has the module's words" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (strstr(output, table[i].words))
			return table[i].remedy;
	return "run vtdctl doctor; dmesg has the module's words";
}

/**
 * vtd_modprobe_error() - say why modprobe failed, and the remedy
 * @ctl: where to
 * @status: its exit status, or -errno when it could not be started
 * @output: what it printed; may be NULL
 *
 * Return: VTD_EXIT_KERNEL.
 */
int vtd_modprobe_error(struct vtdctl *ctl, int status, const char *output)
{
	if (status < 0)
		return vtd_kernel_error(ctl, "modprobe cannot be started: %s",
					strerror(-status));
	if (status == 126 || status == 127)
		return vtd_kernel_error(
			ctl,
			"modprobe cannot be started; install the package kmod");
	vtd_kernel_error(ctl, "modprobe " VTD_MODULE " failed (status %d)",
			 status);
	if (!output)
		output = "";
	if (*output)
		vtd_show_said(ctl->err, "", output);
	print_remedy(ctl, vtd_modprobe_remedy(output));
	return VTD_EXIT_KERNEL;
}

/**
 * vtd_finish() - the exit status, once all output is really written
 * @ctl: its streams are flushed
 * @status: what the command ended with
 *
 * Return: @status, or VTD_EXIT_KERNEL for output that was lost.
 */
int vtd_finish(struct vtdctl *ctl, int status)
{
	if (!fflush(ctl->out) && !ferror(ctl->out))
		return status;
	vtd_kernel_error(ctl, "writing the output: %s", strerror(errno));
	return status ? status : VTD_EXIT_KERNEL;
}
