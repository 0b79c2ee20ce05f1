// SPDX-License-Identifier: GPL-2.0
/*
 * Native tests of what the iommu core calls.
 */
#include "core_rig.h"

/* --- devices, as the PCI core would tell of them ----------------------------- */

LIST_HEAD(vtd_shim_pci_devices);

struct function fn[FUNCTIONS];
bool opt_in;

static struct function *function(const struct pci_dev *pdev)
{
	return container_of(pdev, struct function, pdev);
}

int vtd_pci_sids(struct pci_dev *pdev, u16 *sid)
{
	struct function *f = function(pdev);

	if (f->nr_sids > 0)
		memcpy(sid, f->sid, f->nr_sids * sizeof(*sid));
	return f->nr_sids;
}

bool vtd_pci_is_bridge(const struct pci_dev *pdev)
{
	return function(pdev)->bridge;
}

bool vtd_pci_alone(struct pci_dev *pdev)
{
	unsigned int i;

	for (i = 0; i < FUNCTIONS; i++)
		if (&fn[i].pdev != pdev && fn[i].set == function(pdev)->set)
			return false;
	return true;
}

bool vtd_pci_driver_leaves_dma(struct pci_dev *pdev)
{
	return function(pdev)->driver_leaves_dma;
}

struct vtd_driver_name vtd_pci_driver_name(struct pci_dev *pdev)
{
	struct vtd_driver_name name = { "-" };

	if (pdev->dev.driver)
		strscpy(name.text, pdev->dev.driver->name);
	return name;
}

bool vtd_pci_same_set(struct pci_dev *a, struct pci_dev *b)
{
	return function(a)->set == function(b)->set;
}

/* No unit here takes page requests: the kernel's part of it is not in user space. */
int vtd_device_serve(struct vtd_device *vdev, const struct vtd_domain *d)
{
	return 0;
}

void vtd_device_serve_no_more(struct vtd_device *vdev,
			      const struct vtd_domain *d)
{
}

void vtd_device_stop_requests(struct vtd_device *vdev)
{
}

void vtd_device_resume_requests(struct vtd_device *vdev)
{
}

bool vtd_pci_is_master(struct pci_dev *pdev)
{
	return pdev->master;
}

bool vtd_pci_answers(struct pci_dev *pdev)
{
	return !function(pdev)->silent;
}

void vtd_page_response(struct device *dev, struct iopf_fault *evt,
		       struct iommu_page_response *msg)
{
}

struct iommu_group *pci_device_group(struct device *dev)
{
	return dev->iommu_group;
}

bool dmar_platform_optin(void)
{
	return opt_in;
}

static struct vtd_unit *probe(struct pci_dev *pdev)
{
	struct vtd_unit *unit = function(pdev)->unit;

	return unit ?: ERR_PTR(-ENODEV);
}

static void rmrr(struct pci_dev *pdev,
		 void (*add)(const struct vtd_rmrr *rmrr, void *data),
		 void *data)
{
	const struct vtd_rmrr region = {
		.base = function(pdev)->rmrr,
		.limit = function(pdev)->rmrr + 0x2fff,
	};

	if (region.base)
		add(&region, data);
}

static enum vtd_ats ats(struct pci_dev *pdev, const struct vtd_unit *unit)
{
	return function(pdev)->ats;
}

static const struct vtd_probe_policy policy = {
	.probe = probe,
	.ats = ats,
	.rmrr = rmrr,
};

/* --- the machine ------------------------------------------------------------- */

const struct kind kinds[KINDS] = {
	{ 0, VTDM_ECAP_C, "coherent" },
	{ 0, 0, "not coherent" },
	{ VTDM_CAP_CM, VTDM_ECAP_C, "caching mode" },
	{ VTDM_CAP_RWBF, 0, "write buffer, not coherent" },
};

void functions(void)
{
	static struct pci_bus bus = { .number = RIG_SID >> 8 };
	unsigned int i;

	memset(fn, 0, sizeof(fn));
	INIT_LIST_HEAD(&vtd_shim_pci_devices);
	INIT_LIST_HEAD(&vtd_devices);
	for (i = 0; i < ARRAY_SIZE(fn); i++) {
		fn[i].pdev.name = "device";
		fn[i].pdev.bus = &bus;
		fn[i].pdev.devfn = (RIG_SID & 0xff) + i;
		fn[i].pdev.dev.is_pci = true;
		fn[i].pdev.dev.iommu_group = (void *)(uintptr_t)(i + 1);
		fn[i].pdev.master = true;
		fn[i].unit = &rig.unit[0];
		fn[i].sid[0] = RIG_SID + i;
		fn[i].nr_sids = 1;
		fn[i].set = i;
		list_add_tail(&fn[i].pdev.all, &vtd_shim_pci_devices);
	}
	vtd_adapter_init(&policy);
}

void start(uintptr_t kind)
{
	start_unit(FIX_CAP | kinds[kind].cap,
		   (FIX_ECAP & ~VTDM_ECAP_C) | kinds[kind].ecap);
}

void start_unit(u64 cap, u64 ecap)
{
	rig_start();
	rig_add(cap, ecap, VTD_MODEL_EAGER, 3, 0);
	functions();
}

struct device *dev(unsigned int i)
{
	return &fn[i].pdev.dev;
}

void appear(unsigned int i)
{
	struct iommu_device *iommu = vtd_iommu_ops.probe_device(dev(i));

	assert_false(IS_ERR(iommu));
	assert_ptr_equal(container_of(iommu, struct vtd_device, iommu)->pdev,
			 &fn[i].pdev);
}

struct vtd_device *managed(unsigned int i)
{
	return dev(i)->iommu_priv;
}

void leave(unsigned int i, bool removed)
{
	managed(i)->removed = removed;
	vtd_iommu_ops.release_device(dev(i));
	assert_int_equal(fn[i].pdev.refs, 0);
}

int attach(struct iommu_domain *domain, unsigned int i)
{
	return domain->ops->attach_dev(domain, dev(i), NULL);
}

int attach_as(struct iommu_domain *domain, unsigned int i, u32 pasid)
{
	if (pasid == VTD_NO_PASID)
		return attach(domain, i);
	return vtd_device_set_pasid(managed(i), pasid, to_vtd_domain(domain));
}

int detach_as(unsigned int i, u32 pasid)
{
	if (pasid == VTD_NO_PASID)
		return vtd_device_block(managed(i));
	return vtd_device_clear_pasid(managed(i), pasid);
}

struct iommu_domain *domain_for(unsigned int i)
{
	struct iommu_domain *domain =
		vtd_iommu_ops.domain_alloc_paging_flags(dev(i), 0, NULL);

	assert_false(IS_ERR(domain));
	domain->type = IOMMU_DOMAIN_DMA;
	return domain;
}

/* A device and a domain of its own. */
struct iommu_domain *begin(uintptr_t kind)
{
	struct iommu_domain *domain;

	start(kind);
	appear(0);
	domain = domain_for(0);
	assert_int_equal(attach(domain, 0), 0);
	return domain;
}

void end(struct iommu_domain *domain)
{
	leave(0, true);
	domain->ops->free(domain);
	rig_stop();
}

unsigned int ask(unsigned int i, u64 addr, enum vtd_model_access access,
		 u64 phys)
{
	u64 at;
	unsigned int reason = rig_ask(0, RIG_SID + i, addr, access, &at);

	if (!reason)
		assert_true(at == phys);
	return reason;
}

void assert_maps(u64 addr, u64 phys)
{
	assert_int_equal(ask(0, addr, VTD_MODEL_WRITE, phys), 0);
	assert_int_equal(ask(0, addr, VTD_MODEL_READ, phys), 0);
	fix_assert_good();
}

void assert_nothing(u64 addr)
{
	assert_int_equal(ask(0, addr, VTD_MODEL_WRITE, 0), NO_WRITE);
	assert_int_equal(ask(0, addr, VTD_MODEL_READ, 0), NO_READ);
	fix_assert_good();
}

/* --- map and unmap, as the core goes about it ---------------------------------- */

bool by_ranges;

size_t unmap_later(struct iommu_domain *domain, u64 iova, u64 pgsize,
		   size_t count, struct iommu_iotlb_gather *gather)
{
	struct pt_iommu *iommu = container_of(domain, struct pt_iommu, domain);

	if (by_ranges)
		return iommu->ops->unmap_range(iommu, iova, pgsize * count,
					       gather);
	return domain->ops->unmap_pages(domain, iova, pgsize, count, gather);
}

size_t unmap(struct iommu_domain *domain, u64 iova, u64 pgsize, size_t count)
{
	struct iommu_iotlb_gather gather;
	size_t done;

	iommu_iotlb_gather_init(&gather);
	done = unmap_later(domain, iova, pgsize, count, &gather);
	domain->ops->iotlb_sync(domain, &gather);
	return done;
}

int map(struct iommu_domain *domain, u64 iova, u64 paddr, u64 pgsize,
	size_t count, int prot)
{
	struct pt_iommu *iommu = container_of(domain, struct pt_iommu, domain);
	size_t mapped = 0;
	int ret;

	if (by_ranges)
		ret = iommu->ops->map_range(iommu, iova, paddr, pgsize * count,
					    prot, GFP_ATOMIC, &mapped);
	else
		ret = domain->ops->map_pages(domain, iova, paddr, pgsize, count,
					     prot, GFP_ATOMIC, &mapped);
	assert_true(ret || mapped == pgsize * count);
	if (ret && mapped)
		assert_int_equal(unmap(domain, iova, SZ_4K, mapped / SZ_4K),
				 mapped);
	if (!ret && domain->ops->iotlb_sync_map)
		ret = domain->ops->iotlb_sync_map(domain, iova, mapped);
	return ret;
}
