/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: a static key is a counter. */
#ifndef VTD_SHIM_JUMP_LABEL_H
#define VTD_SHIM_JUMP_LABEL_H

#include <linux/compiler.h>

struct static_key_false {
	int enabled;
};

#define DEFINE_STATIC_KEY_FALSE(name) struct static_key_false name
#define DECLARE_STATIC_KEY_FALSE(name) extern struct static_key_false name
#define static_branch_unlikely(k) unlikely(READ_ONCE((k)->enabled) > 0)
#define static_branch_likely(k) likely(READ_ONCE((k)->enabled) > 0)
#define static_key_enabled(k) (READ_ONCE((k)->enabled) > 0)
#define static_branch_inc(k) \
	((void)__atomic_add_fetch(&(k)->enabled, 1, __ATOMIC_SEQ_CST))
#define static_branch_dec(k) \
	((void)__atomic_sub_fetch(&(k)->enabled, 1, __ATOMIC_SEQ_CST))
#define static_branch_enable(k) WRITE_ONCE((k)->enabled, 1)
#define static_branch_disable(k) WRITE_ONCE((k)->enabled, 0)

#endif /* VTD_SHIM_JUMP_LABEL_H */
