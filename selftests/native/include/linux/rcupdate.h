/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native build: RCU.  Readers cost nothing; what is freed after a grace period
 * is freed when the test ends, or at rcu_barrier().
 */
#ifndef VTD_SHIM_RCUPDATE_H
#define VTD_SHIM_RCUPDATE_H

#include <linux/atomic.h>
#include <linux/compiler.h>

struct rcu_head {
	struct rcu_head *next;
};

void vtd_shim_kfree_rcu(void *p);
void vtd_shim_rcu_barrier(void);
void vtd_shim_synchronize_rcu(void);

#define rcu_read_lock() barrier()
#define rcu_read_unlock() barrier()
#define rcu_dereference(p) __atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#define rcu_dereference_protected(p, c) (p)
#define rcu_access_pointer(p) __atomic_load_n(&(p), __ATOMIC_RELAXED)
#define rcu_assign_pointer(p, v) smp_store_release(&(p), v)
#define kfree_rcu(p, member) vtd_shim_kfree_rcu(p)
#define synchronize_rcu() vtd_shim_synchronize_rcu()
#define synchronize_rcu_tasks() vtd_shim_synchronize_rcu()
#define rcu_barrier() vtd_shim_rcu_barrier()

#endif /* VTD_SHIM_RCUPDATE_H */
