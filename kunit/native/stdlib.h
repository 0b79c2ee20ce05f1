/* SPDX-License-Identifier: GPL-2.0 */
/* For the test programs that are shared with user space. */
#ifndef VTD_KUNIT_STDLIB_H
#define VTD_KUNIT_STDLIB_H

#include <linux/hex.h>

void vtd_shim_warn(const char *file, int line, const char *what);

/* Only reached when the harness itself has run out of memory or of room. */
#define abort() vtd_shim_warn(__FILE__, __LINE__, "abort")

/* ACPI's headers have a name for it as well. */
#undef strtoul

/* Only what the table builder needs: digits of base 16. */
static inline unsigned long strtoul(const char *s, char **end, int base)
{
	unsigned long value = 0;

	for (; hex_to_bin(*s) >= 0; s++)
		value = value * 16 + hex_to_bin(*s);
	*end = (char *)s;
	return value;
}

#endif /* VTD_KUNIT_STDLIB_H */
