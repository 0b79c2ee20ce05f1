// SPDX-License-Identifier: GPL-2.0
/*
 * Whether KVM may be told that interrupts can be posted.
 *
 * Owns the refusals and the remedies they name.  Pure: knows no symbol and no
 * module.
 */
#include <linux/stddef.h>

#include "kvm_case.h"

#define VTD_KVM_UNKNOWN                                                    \
	"this kernel's switch for it cannot be found: this kernel is not " \
	"supported, or built without kprobes"

/**
 * vtd_kvm_refusal() - why KVM is not told that interrupts can be posted
 * @c: what decides
 *
 * Where KVM asks each time, virtual CPUs that are asleep now were put to sleep
 * without a way to be woken by a posted interrupt.
 *
 * Context: any.
 * Return: a sentence with the remedy, or NULL when it is told.
 */
const char *vtd_kvm_refusal(const struct vtd_kvm_case *c)
{
	if (!c->units)
		return "no unit can post interrupts (CAP.PI)";
	if (!c->vmx)
		return "the CPUs have no VMX: switch it on in the firmware's set-up";
	if (!c->known)
		return VTD_KVM_UNKNOWN;
	if (c->taken)
		return "the built-in interrupt remapping is on: boot with intremap=off";
	if (c->used && !c->asks_once)
		return "virtual machines are running: stop them, then load this module again";
	return NULL;
}
