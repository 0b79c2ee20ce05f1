// SPDX-License-Identifier: GPL-2.0
/*
 * What kernel/gcov lacks as a module of a stock kernel. Its two initcalls become
 * functions (selftests/coverage/run renames them), and the constructors with which
 * gcc has each object register its counters are called here, where the kernel was
 * built without CONFIG_CONSTRUCTORS and does not look at them.
 */

#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

int vtd_gcov_init(void);
int vtd_gcov_fs_init(void);

#ifndef CONFIG_CONSTRUCTORS

/* gcc's name for the constructor of an object that counts, one in each. */
#define CONSTRUCTOR "_sub_I_00100_0"

static int vtd_gcov_event(struct notifier_block *nb, unsigned long event,
			  void *data)
{
	struct module *mod = data;
	struct mod_kallsyms *table;
	unsigned int i;

	if (event != MODULE_STATE_COMING)
		return NOTIFY_OK;
	/* Nobody else has the module yet: its table stays while this runs. */
	table = rcu_dereference_protected(mod->kallsyms, 1);
	for (i = 1; i < table->num_symtab; i++) {
		const Elf_Sym *sym = &table->symtab[i];

		if (!strcmp(table->strtab + sym->st_name, CONSTRUCTOR))
			((void (*)(void))sym->st_value)();
	}
	return NOTIFY_OK;
}

static struct notifier_block vtd_gcov_nb = {
	.notifier_call = vtd_gcov_event,
};

static int vtd_gcov_constructors(void)
{
	return register_module_notifier(&vtd_gcov_nb);
}

#else

static int vtd_gcov_constructors(void)
{
	return 0;
}

#endif

static int __init vtd_gcov_start(void)
{
	int ret = vtd_gcov_init();

	if (!ret)
		ret = vtd_gcov_fs_init();
	if (!ret)
		ret = vtd_gcov_constructors();
	/* What was counted must outlive those who counted it. */
	if (!ret)
		__module_get(THIS_MODULE);
	return ret;
}
module_init(vtd_gcov_start);

MODULE_DESCRIPTION("The kernel's gcov, for kernels without it");
MODULE_LICENSE("GPL");
