/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native build: a WARN is counted, and fails the test that met it (see
 * vtd_test.h).  The _ONCE variants warn each time: a test is short.
 */
#ifndef VTD_SHIM_BUG_H
#define VTD_SHIM_BUG_H

#include <linux/compiler.h>
#include <linux/types.h>

void vtd_shim_warn(const char *file, int line, const char *what);

#define WARN_ON(cond)                                             \
	({                                                        \
		bool shim_hit = !!(cond);                         \
		if (unlikely(shim_hit))                           \
			vtd_shim_warn(__FILE__, __LINE__, #cond); \
		unlikely(shim_hit);                               \
	})
#define WARN_ON_ONCE(cond) WARN_ON(cond)
#define WARN(cond, fmt, ...) WARN_ON(cond)
#define WARN_ONCE(cond, fmt, ...) WARN_ON(cond)

#define BUILD_BUG_ON(cond) _Static_assert(!(cond), #cond)
#define BUILD_BUG_ON_MSG(cond, msg) _Static_assert(!(cond), msg)
#define BUILD_BUG_ON_ZERO(e) (0 * sizeof(struct { int : (-!!(e)); }))
#undef static_assert
#define static_assert(expr, ...) _Static_assert(expr, "" #expr)

#endif /* VTD_SHIM_BUG_H */
