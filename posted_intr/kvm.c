// SPDX-License-Identifier: GPL-2.0
/*
 * KVM's question whether interrupts can be posted, and our answer.
 *
 * KVM asks the kernel's interrupt remapping, which is off.  Owns the answer: a
 * structure behind the kernel's pointer, and the kernel's switch that makes it
 * count.  Readers take no lock, so the structure stays for good once it is
 * there, also when this module is not; only the switch is thrown.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/kobject.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/printk.h>

#include <asm/irq_remapping.h>

#include <vtd/symbol.h>
#include "kvm_case.h"
#include "posted_intr.h"
#include "posting.h"

#define VTD_KVM_MARK "vtd-kmod: says that interrupts can be posted"

/**
 * struct vtd_kvm_answer - a page of its own, so that it can be told
 * @capability: bit for each of the kernel's enum irq_remap_cap; the kernel's
 *	structure begins with it
 * @unused: stands for the kernel's functions, none of which it has
 * @mark: VTD_KVM_MARK
 */
struct vtd_kvm_answer {
	int capability;
	void *unused[31];
	char mark[sizeof(VTD_KVM_MARK)];
};

static void **vtd_kvm_ops;
static int *vtd_kvm_post_off;
static bool vtd_kvm_switched;

/* Was it put there by us, perhaps when we were loaded before? */
static bool vtd_kvm_is_ours(const void *ops)
{
	const struct vtd_kvm_answer *answer = ops;

	return IS_ALIGNED((unsigned long)ops, PAGE_SIZE) &&
	       !memcmp(answer->mark, VTD_KVM_MARK, sizeof(answer->mark));
}

/* A module by its name, with a reference on its kobject, or NULL. */
static struct kobject *vtd_kvm_find_module(const char *name)
{
	return kset_find_obj(THIS_MODULE->mkobj.kobj.kset, name);
}

static void vtd_kvm_look(struct vtd_kvm_case *c)
{
	struct kobject *kobj = vtd_kvm_find_module("kvm_intel");
	struct module *kvm;

	vtd_kvm_ops = vtd_data_symbol(VTD_IRQ_REMAP_OPS);
	vtd_kvm_post_off = vtd_data_symbol(VTD_IRQ_POST_OFF);
	c->known = vtd_kvm_ops && vtd_kvm_post_off;
	c->taken = c->known && *vtd_kvm_ops && !vtd_kvm_is_ours(*vtd_kvm_ops);
	c->asks_once = VTD_KVM_ASKS_ONCE;
	c->kvm = kobj;
	if (!kobj)
		return;
	/* One that is built in has no module, and cannot be loaded again. */
	kvm = container_of(kobj, struct module_kobject, kobj)->mod;
	c->used = !kvm || module_refcount(kvm) > 0;
	kobject_put(kobj);
}

static bool vtd_kvm_install(void)
{
	struct vtd_kvm_answer *answer;

	if (*vtd_kvm_ops)
		return true;
	BUILD_BUG_ON(sizeof(*answer) > PAGE_SIZE);
	answer = (void *)get_zeroed_page(GFP_KERNEL);
	if (!answer)
		return false;
	answer->capability = 1 << IRQ_POSTING_CAP;
	memcpy(answer->mark, VTD_KVM_MARK, sizeof(answer->mark));
	/* Readers find it filled in. */
	smp_store_release(vtd_kvm_ops, answer);
	return true;
}

/* What we found by its name is not what the kernel looks at. */
static void vtd_kvm_take_out(void)
{
	/* Somebody may be looking at it right now: it is left where it is. */
	WRITE_ONCE(*vtd_kvm_post_off, 1);
	WRITE_ONCE(*vtd_kvm_ops, NULL);
}

/**
 * vtd_kvm_on() - tell KVM that interrupts can be posted
 * @units: how many units can
 * @vmx: the CPUs have VMX
 *
 * Says in the log what came of it.
 *
 * Context: may sleep.
 * Return: true when it is told.
 */
bool vtd_kvm_on(unsigned int units, bool vmx)
{
	struct vtd_kvm_case c = { .units = units, .vmx = vmx };
	const char *refusal;

	vtd_kvm_look(&c);
	refusal = vtd_kvm_refusal(&c);
	if (refusal) {
		pr_notice("KVM does not post interrupts: %s\n", refusal);
		return false;
	}
	if (!vtd_kvm_install())
		return false;
	WRITE_ONCE(*vtd_kvm_post_off, 0);
	if (!irq_remapping_cap(IRQ_POSTING_CAP)) {
		vtd_kvm_take_out();
		pr_err("KVM does not post interrupts: this kernel is not supported\n");
		return false;
	}
	vtd_kvm_switched = true;
	if (c.kvm && c.asks_once)
		pr_warn("kvm_intel was loaded before and posts nothing: stop virtual machines, then modprobe -r kvm_intel; modprobe kvm_intel\n");
	else
		pr_info("KVM posts interrupts\n");
	return true;
}

/**
 * vtd_kvm_off() - undo vtd_kvm_on()
 *
 * KVM has nothing posted.
 *
 * Context: may sleep.
 */
void vtd_kvm_off(void)
{
	if (!vtd_kvm_switched)
		return;
	WRITE_ONCE(*vtd_kvm_post_off, 1);
	vtd_kvm_switched = false;
}

/**
 * vtd_kvm_is_on() - is KVM told that interrupts can be posted?
 *
 * Context: any.
 * Return: true when it is.
 */
bool vtd_kvm_is_on(void)
{
	return vtd_kvm_switched;
}
