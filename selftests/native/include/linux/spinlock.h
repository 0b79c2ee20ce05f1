/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native build: spin locks are pthread mutexes.  Sleeping while one is held
 * (might_sleep(), a GFP_KERNEL allocation, a mutex) counts as a WARN, and so does
 * waiting (cpu_relax(), udelay()).
 */
#ifndef VTD_SHIM_SPINLOCK_H
#define VTD_SHIM_SPINLOCK_H

#include <linux/kernel.h>
#include <linux/lockdep.h>

typedef struct {
	struct vtd_shim_lock shim;
} spinlock_t;

typedef spinlock_t raw_spinlock_t;

#define __SPIN_LOCK_UNLOCKED(x) { VTD_SHIM_LOCK_INIT }
#define __RAW_SPIN_LOCK_UNLOCKED(x) { VTD_SHIM_LOCK_INIT }
#define DEFINE_SPINLOCK(x) spinlock_t x = { VTD_SHIM_LOCK_INIT }
#define DEFINE_RAW_SPINLOCK(x) raw_spinlock_t x = { VTD_SHIM_LOCK_INIT }

#define spin_lock_init(l) vtd_shim_lock_init(&(l)->shim)
#define spin_lock(l) vtd_shim_lock(&(l)->shim, true)
#define spin_trylock(l) vtd_shim_trylock(&(l)->shim, true)
#define spin_unlock(l) vtd_shim_unlock(&(l)->shim, true)
#define spin_lock_irqsave(l, flags) \
	do {                        \
		(flags) = 0;        \
		spin_lock(l);       \
	} while (0)
#define spin_unlock_irqrestore(l, flags) \
	do {                             \
		(void)(flags);           \
		spin_unlock(l);          \
	} while (0)
#define spin_lock_irq spin_lock
#define spin_unlock_irq spin_unlock
#define spin_lock_bh spin_lock
#define spin_unlock_bh spin_unlock
#define assert_spin_locked lockdep_assert_held

#define raw_spin_lock_init spin_lock_init
#define raw_spin_lock spin_lock
#define raw_spin_trylock spin_trylock
#define raw_spin_unlock spin_unlock
#define raw_spin_lock_irqsave spin_lock_irqsave
#define raw_spin_unlock_irqrestore spin_unlock_irqrestore
#define raw_spin_lock_irq spin_lock
#define raw_spin_unlock_irq spin_unlock

#define preempt_disable() barrier()
#define preempt_enable() barrier()
#define local_irq_save(flags) ((void)((flags) = 0))
#define local_irq_restore(flags) ((void)(flags))

#endif /* VTD_SHIM_SPINLOCK_H */
