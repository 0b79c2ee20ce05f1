/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native build: every lock is this structure, which knows its owner, so that
 * lockdep_assert_held() checks something.
 */
#ifndef VTD_SHIM_LOCKDEP_H
#define VTD_SHIM_LOCKDEP_H

#include <linux/bug.h>
#include <linux/compiler.h>
#include <pthread.h>

struct vtd_shim_lock {
	pthread_mutex_t mutex;
	unsigned long owner;
};

struct lock_class_key {
	int unused;
};

#define VTD_SHIM_LOCK_INIT { PTHREAD_MUTEX_INITIALIZER, 0 }

void vtd_shim_lock_init(struct vtd_shim_lock *lock);
void vtd_shim_lock(struct vtd_shim_lock *lock, bool spin);
bool vtd_shim_trylock(struct vtd_shim_lock *lock, bool spin);
void vtd_shim_unlock(struct vtd_shim_lock *lock, bool spin);
bool vtd_shim_lock_held(struct vtd_shim_lock *lock);

#define lockdep_is_held(l) vtd_shim_lock_held(&(l)->shim)
#define lockdep_assert_held(l) ((void)WARN_ON(!lockdep_is_held(l)))
#define lockdep_assert_held_once lockdep_assert_held
#define lockdep_assert_not_held(l) ((void)WARN_ON(lockdep_is_held(l)))
#define lockdep_assert(cond) ((void)WARN_ON(!(cond)))
#define lockdep_set_class(l, key) ((void)(key))

#endif /* VTD_SHIM_LOCKDEP_H */
