// SPDX-License-Identifier: GPL-2.0
/*
 * What KVM hands to irq_set_vcpu_affinity() is named for its vendor, and KVM
 * asks for posting once, when it is loaded (since 6.16).
 */
#include <asm/irq_remapping.h>

static u64 __maybe_unused vtd_probe(const struct intel_iommu_pi_data *data)
{
	return data->pi_desc_addr;
}
