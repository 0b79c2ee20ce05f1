/* SPDX-License-Identifier: GPL-2.0 */
/* For the test programs that are shared with user space. */
#ifndef VTD_KUNIT_ASSERT_H
#define VTD_KUNIT_ASSERT_H

void vtd_shim_warn(const char *file, int line, const char *what);

#define assert(c) ((c) ? (void)0 : vtd_shim_warn(__FILE__, __LINE__, #c))

#endif /* VTD_KUNIT_ASSERT_H */
