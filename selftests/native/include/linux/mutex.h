/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: mutexes; taking one under a spin lock counts as a WARN. */
#ifndef VTD_SHIM_MUTEX_H
#define VTD_SHIM_MUTEX_H

#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>

struct mutex {
	struct vtd_shim_lock shim;
};

#define DEFINE_MUTEX(x) struct mutex x = { VTD_SHIM_LOCK_INIT }
#define mutex_init(m) vtd_shim_lock_init(&(m)->shim)
#define mutex_destroy(m) ((void)(m))
#define mutex_lock(m) vtd_shim_lock(&(m)->shim, false)
#define mutex_trylock(m) vtd_shim_trylock(&(m)->shim, false)
#define mutex_lock_nested(lock, subclass) mutex_lock(lock)
#define SINGLE_DEPTH_NESTING 1
#define mutex_unlock(m) vtd_shim_unlock(&(m)->shim, false)
#define mutex_is_locked(m) vtd_shim_lock_held(&(m)->shim)

#endif /* VTD_SHIM_MUTEX_H */
