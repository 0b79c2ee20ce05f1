/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native build: one CPU, as far as its variables go; threads share them.
 */
#ifndef VTD_SHIM_PERCPU_H
#define VTD_SHIM_PERCPU_H

#include <linux/compiler.h>
#include <linux/slab.h>

#define __percpu

#define DEFINE_PER_CPU(type, name) type name
#define alloc_percpu(type) kzalloc(sizeof(type), GFP_KERNEL)
#define free_percpu(p) kfree(p)
#define per_cpu_ptr(p, cpu) ((void)(cpu), (p))
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < 1; (cpu)++)
#define this_cpu_inc(v) ((void)__atomic_add_fetch(&(v), 1, __ATOMIC_RELAXED))

#endif /* VTD_SHIM_PERCPU_H */
