// SPDX-License-Identifier: GPL-2.0
/*
 * PCI addresses as a user types them and as the module names them. Decides
 * what is an address; never asks whether such a device is there.
 */
#include <string.h>

#include "vtdctl.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Exactly @digits hexadecimal digits, or -1; never reads past a NUL. */
static int hex_field(const char *text, int digits)
{
	int value = 0;

	for (int i = 0; i < digits; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

/**
 * vtd_bdf_parse() - read 0000:00:03.0 or 00:03.0
 * @text: what the user typed
 * @bdf: result, written only on success
 * @why: on failure what is wrong with @text, a constant string
 *
 * Return: 0 or -1.
 */
int vtd_bdf_parse(const char *text, struct vtd_bdf *bdf, const char **why)
{
	size_t length = strlen(text);
	int segment = 0;
	int bus, device, function;

	*why = "a PCI address looks like 0000:00:03.0 or 00:03.0";
	if (length == strlen("0000:00:03.0")) {
		segment = hex_field(text, 4);
		if (segment < 0 || text[4] != ':')
			return -1;
		text += 5;
	} else if (length != strlen("00:03.0")) {
		return -1;
	}
	bus = hex_field(text, 2);
	if (bus < 0 || text[2] != ':')
		return -1;
	device = hex_field(text + 3, 2);
	if (device < 0 || text[5] != '.')
		return -1;
	function = hex_field(text + 6, 1);
	if (function < 0)
		return -1;
	if (device > 0x1f) {
		*why = "the device number goes from 00 to 1f";
		return -1;
	}
	if (function > 7) {
		*why = "the function number goes from 0 to 7";
		return -1;
	}
	bdf->segment = segment;
	bdf->bus = bus;
	bdf->device = device;
	bdf->function = function;
	return 0;
}

/**
 * vtd_bdf_format() - write an address the way the kernel names the device
 * @bdf: the address
 * @text: result, always the long form
 */
void vtd_bdf_format(const struct vtd_bdf *bdf, char text[VTD_BDF_LEN])
{
	snprintf(text, VTD_BDF_LEN, "%04x:%02x:%02x.%x", bdf->segment & 0xffff,
		 bdf->bus & 0xff, bdf->device & 0x1f, bdf->function & 7);
}

static unsigned int bdf_key(const struct vtd_bdf *bdf)
{
	return bdf->segment << 16 | bdf->bus << 8 | bdf->device << 3 |
	       bdf->function;
}

/**
 * vtd_bdf_compare() - order of two device names
 * @a: one name
 * @b: the other
 *
 * Return: below, at or above 0 as in strcmp(). PCI addresses go by number and
 * before every other name (a 20-bit VMD segment, an ACPI device).
 */
int vtd_bdf_compare(const char *a, const char *b)
{
	struct vtd_bdf x, y;
	const char *why;
	bool x_pci = !vtd_bdf_parse(a, &x, &why);
	bool y_pci = !vtd_bdf_parse(b, &y, &why);
	unsigned int x_key, y_key;

	if (x_pci != y_pci)
		return x_pci ? -1 : 1;
	if (!x_pci)
		return strcmp(a, b);
	x_key = bdf_key(&x);
	y_key = bdf_key(&y);
	return (x_key > y_key) - (x_key < y_key);
}
