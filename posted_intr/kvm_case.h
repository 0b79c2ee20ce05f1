/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether KVM may be told that interrupts can be posted.
 */
#ifndef VTD_KVM_CASE_H
#define VTD_KVM_CASE_H

#include <linux/types.h>

/**
 * struct vtd_kvm_case - what decides whether KVM may post
 * @units: how many can post
 * @vmx: the CPUs have VMX
 * @known: the kernel's switch was found
 * @taken: somebody else's remapping is behind it
 * @kvm: kvm_intel is loaded
 * @used: and in use
 * @asks_once: it asked when it was loaded, and does not again
 */
struct vtd_kvm_case {
	unsigned int units;
	bool vmx;
	bool known;
	bool taken;
	bool kvm;
	bool used;
	bool asks_once;
};

const char *vtd_kvm_refusal(const struct vtd_kvm_case *c);

#endif /* VTD_KVM_CASE_H */
