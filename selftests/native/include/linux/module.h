/* SPDX-License-Identifier: GPL-2.0 */
/* Native build: what a module declares about itself means nothing here. */
#ifndef VTD_SHIM_MODULE_H
#define VTD_SHIM_MODULE_H

#include <linux/kernel.h>
#include <linux/types.h>

#define EXPORT_SYMBOL(x)
#define EXPORT_SYMBOL_GPL(x)
#define EXPORT_SYMBOL_NS_GPL(x, ns)
#define MODULE_LICENSE(x)
#define MODULE_AUTHOR(x)
#define MODULE_DESCRIPTION(x)
#define MODULE_VERSION(x)
#define MODULE_IMPORT_NS(x)
#define MODULE_PARM_DESC(x, text)
#define module_param(x, type, perm)
#define module_param_named(name, x, type, perm)
#define module_init(x)
#define module_exit(x)
#define THIS_MODULE NULL

/* Enough of one to be kept loaded, or to be about to leave. */
struct module {
	int refs;
	bool leaves;
};

static inline bool try_module_get(struct module *module)
{
	if (module && module->leaves)
		return false;
	if (module)
		module->refs++;
	return true;
}

static inline void module_put(struct module *module)
{
	if (module)
		module->refs--;
}

#endif /* VTD_SHIM_MODULE_H */
