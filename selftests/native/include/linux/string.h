/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: string functions that the C library has not. */
#ifndef VTD_SHIM_STRING_H
#define VTD_SHIM_STRING_H

#include <linux/errno.h>
#include <linux/types.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int vtd_shim_vscnprintf(char *buf, size_t size, const char *fmt, va_list args);
int vtd_shim_scnprintf(char *buf, size_t size, const char *fmt, ...)
	__attribute__((__format__(printf, 3, 4)));
ssize_t vtd_shim_strscpy(char *dst, const char *src, size_t size);
void *vtd_shim_memchr_inv(const void *start, int c, size_t bytes);

#define vscnprintf vtd_shim_vscnprintf
#define scnprintf vtd_shim_scnprintf
#define strscpy(dst, src, ...) \
	vtd_shim_strscpy(dst, src, VTD_SHIM_STRSCPY_SIZE(dst, ##__VA_ARGS__, 0))
#define VTD_SHIM_STRSCPY_SIZE(dst, size, ...) ((size) ? (size) : sizeof(dst))
#define memchr_inv vtd_shim_memchr_inv
#define memzero_explicit(p, n) memset(p, 0, n)

static inline void *memset64(u64 *p, u64 v, size_t n)
{
	u64 *q = p;

	while (n--)
		*q++ = v;
	return p;
}

#endif /* VTD_SHIM_STRING_H */
