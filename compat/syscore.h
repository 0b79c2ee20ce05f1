/* SPDX-License-Identifier: GPL-2.0 */
/*
 * System core callbacks, by the newest kernel's names.
 */
#ifndef VTD_COMPAT_SYSCORE_H
#define VTD_COMPAT_SYSCORE_H

#include <linux/syscore_ops.h>

#include "vtd_probed.h"

/*
 * VTD_SYSCORE(name, suspend, resume, shutdown) defines the callbacks;
 * vtd_register_syscore(name) and vtd_unregister_syscore(name) use it.  Each
 * function takes void *.
 */
#ifdef VTD_HAVE_REGISTER_SYSCORE
#define VTD_SYSCORE(name, suspend_fn, resume_fn, shutdown_fn) \
	static const struct syscore_ops name##_ops = {        \
		.suspend = suspend_fn,                        \
		.resume = resume_fn,                          \
		.shutdown = shutdown_fn,                      \
	};                                                    \
	static struct syscore name = { .ops = &name##_ops }
#define vtd_register_syscore(name) register_syscore(&(name))
#define vtd_unregister_syscore(name) unregister_syscore(&(name))
#else
#define VTD_SYSCORE(name, suspend_fn, resume_fn, shutdown_fn) \
	static int name##_suspend(void)                       \
	{                                                     \
		return suspend_fn(NULL);                      \
	}                                                     \
	static void name##_resume(void)                       \
	{                                                     \
		resume_fn(NULL);                              \
	}                                                     \
	static void name##_shutdown(void)                     \
	{                                                     \
		shutdown_fn(NULL);                            \
	}                                                     \
	static struct syscore_ops name = {                    \
		.suspend = name##_suspend,                    \
		.resume = name##_resume,                      \
		.shutdown = name##_shutdown,                  \
	}
#define vtd_register_syscore(name) register_syscore_ops(&(name))
#define vtd_unregister_syscore(name) unregister_syscore_ops(&(name))
#endif

#endif /* VTD_COMPAT_SYSCORE_H */
