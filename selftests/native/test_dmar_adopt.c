// SPDX-License-Identifier: GPL-2.0
/*
 * Devices taken over and given back at run time, while another CPU binds drivers to
 * them and unbinds them at each moment of it: no driver has addresses that its device
 * does not reach, and none is lost.
 *
 * SRCS: dmar/manage.c dmar/adopt.c dmar/reply.c
 * SRCS: selftests/native/windows.c
 */
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/pci.h>
#include <linux/string.h>

#include "slab.h"
#include "windows.h"

#include "../../dmar/adapter.h"
#include "../../dmar/context.h"
#include "../../dmar/control.h"
#include "../../dmar/device.h"
#include "../../dmar/handover.h"
#include "../../dmar/quirks.h"
#include "../../dmar/rmrr.h"

#define FUNCTIONS 3

/**
 * struct function - a device, as PCI and the driver core have it
 * @pdev: what the driver sees
 * @vdev: while it is managed
 * @locked: its lock is held, by us: others wait
 * @waits: another CPU, for the lock, to do this
 * @mapped: the bound driver has addresses: those that are translated, or plain ones
 * @bound: how often a driver was bound
 */
struct function {
	struct pci_dev pdev;
	struct vtd_device vdev;
	bool locked;
	void (*waits)(struct function *f);
	enum { NO_ADDRESSES, PLAIN, TRANSLATED } mapped;
	unsigned int bound;
};

static struct function fn[FUNCTIONS];
static struct vtd_unit unit;
static struct vtd_unit *units[] = { &unit };
static struct vtd_drhd drhd = { .include_all = true };
static struct vtd_dmar dmar;
static struct pci_bus root;
static struct pci_driver driver = { .driver = { .name = "some" } };
static struct iommu_group *const group = (void *)8;
static const struct vtd_probe_policy *policy;
static struct vtd_reply reply;
static int result;

LIST_HEAD(vtd_shim_pci_devices);
LIST_HEAD(pci_root_buses);
LIST_HEAD(vtd_devices);
struct vtd_control vtd_control;
const struct iommu_ops vtd_iommu_ops;

static struct function *function(const struct pci_dev *pdev)
{
	return container_of(pdev, struct function, pdev);
}

/* --- drivers ------------------------------------------------------------------ */

/* What a driver maps is what its device reaches. */
static void assert_consistent(void)
{
	unsigned int i;

	for (i = 0; i < FUNCTIONS; i++) {
		bool managed = fn[i].pdev.dev.iommu_group;

		/* In the middle of a change nobody may be here at all. */
		if (fn[i].mapped == PLAIN)
			assert_false(managed);
		if (fn[i].mapped == TRANSLATED)
			assert_true(managed);
	}
}

static void bind(struct function *f)
{
	if (f->pdev.dev.driver)
		return;
	f->pdev.dev.driver = &driver.driver;
	f->mapped = f->pdev.dev.iommu_group ? TRANSLATED : PLAIN;
	f->bound++;
}

static void unbind(struct function *f)
{
	f->pdev.dev.driver = NULL;
	f->mapped = NO_ADDRESSES;
}

/* Another CPU, which waits for the lock when it is held. */
static void elsewhere(struct function *f, void (*what)(struct function *f))
{
	if (f->locked)
		f->waits = what;
	else
		what(f);
	assert_consistent();
}

int device_trylock(struct device *dev)
{
	struct function *f = function(to_pci_dev(dev));

	vtd_shim_point();
	if (f->locked)
		return 0;
	f->locked = true;
	vtd_shim_point();
	return 1;
}

void device_unlock(struct device *dev)
{
	struct function *f = function(to_pci_dev(dev));

	vtd_shim_point();
	assert_true(f->locked);
	f->locked = false;
	if (f->waits)
		f->waits(f);
	f->waits = NULL;
	vtd_shim_point();
}

void device_release_driver(struct device *dev)
{
	struct function *f = function(to_pci_dev(dev));

	assert_false(f->locked);
	vtd_shim_point();
	unbind(f);
	vtd_shim_point();
}

int device_attach(struct device *dev)
{
	struct function *f = function(to_pci_dev(dev));

	assert_false(f->locked);
	vtd_shim_point();
	bind(f);
	vtd_shim_point();
	return 1;
}

bool device_is_registered(struct device *dev)
{
	return true;
}

/* What pci_bus_type has the core do when a driver is bound, and after it. */
static int configured, cleaned;

static int dma_configure(struct device *dev)
{
	assert_non_null(dev->driver);
	configured++;
	return 0;
}

static void dma_cleanup(struct device *dev)
{
	cleaned++;
}

const struct bus_type pci_bus_type = {
	.dma_configure = dma_configure,
	.dma_cleanup = dma_cleanup,
};

/* --- the iommu core ------------------------------------------------------------- */

int iommu_device_register(struct iommu_device *iommu,
			  const struct iommu_ops *ops, struct device *hwdev)
{
	unsigned int i;

	for (i = 0; i < FUNCTIONS; i++) {
		struct function *f = &fn[i];

		vtd_shim_point();
		if (f->pdev.dev.iommu_group || IS_ERR(policy->probe(&f->pdev)))
			continue;
		/* Only the device that it is about, and nobody comes to it. */
		assert_true(f->locked);
		vtd_shim_point();
		f->vdev =
			(struct vtd_device){ .pdev = &f->pdev, .unit = &unit };
		list_add_tail(&f->vdev.node, &vtd_devices);
		vtd_shim_point();
		f->pdev.dev.iommu_group = group;
		assert_null(f->pdev.dev.driver);
		vtd_shim_point();
	}
	return 0;
}

void iommu_device_unregister(struct iommu_device *iommu)
{
	unsigned int i;

	vtd_shim_point();
	for (i = 0; i < FUNCTIONS; i++)
		if (iommu == &fn[i].vdev.iommu)
			fn[i].pdev.dev.iommu_group = NULL;
	vtd_shim_point();
}

void vtd_device_free(struct vtd_device *vdev)
{
	list_del(&vdev->node);
}

struct vtd_device *vtd_device_find(const struct pci_dev *pdev)
{
	struct vtd_device *vdev;

	list_for_each_entry(vdev, &vtd_devices, node)
		if (vdev->pdev == pdev)
			return vdev;
	return NULL;
}

bool iommu_group_dma_owner_claimed(struct iommu_group *g)
{
	return false;
}

struct iommu_group *iommu_group_get(struct device *dev)
{
	return dev->iommu_group;
}

void iommu_group_put(struct iommu_group *g)
{
}

/* --- the rest of the driver ------------------------------------------------------ */

void vtd_adapter_init(const struct vtd_probe_policy *p)
{
	policy = p;
}

int vtd_pci_path(struct pci_dev *pdev, struct vtd_pci_path *path)
{
	*path = (struct vtd_pci_path){};
	return 0;
}

int vtd_dmar_find_unit(const struct vtd_dmar *d,
		       const struct vtd_pci_path *path)
{
	return 0;
}

bool vtd_pci_is_bridge(const struct pci_dev *pdev)
{
	return false;
}

/* All are isolated but the first two. */
bool vtd_pci_same_set(struct pci_dev *a, struct pci_dev *b)
{
	return a == b || (a != &fn[2].pdev && b != &fn[2].pdev);
}

bool vtd_pci_share_sid(struct pci_dev *a, struct pci_dev *b)
{
	return false;
}

bool vtd_pci_driver_leaves_dma(struct pci_dev *pdev)
{
	return false;
}

struct vtd_driver_name vtd_pci_driver_name(struct pci_dev *pdev)
{
	return (struct vtd_driver_name){ "some" };
}

struct pci_dev *vtd_pci_dma_dev(struct pci_dev *pdev)
{
	return pdev;
}

const struct vtd_quirk *vtd_quirk_untranslated(struct pci_dev *pdev,
					       const struct vtd_unit *u)
{
	return NULL;
}

bool vtd_rmrr_relaxed(struct pci_dev *pdev)
{
	return false;
}

void vtd_rmrrs_each(const struct vtd_dmar *d, struct pci_dev *pdev,
		    void (*each)(const struct vtd_rmrr *rmrr, void *data),
		    void *data)
{
}

enum vtd_ats vtd_ats_policy(const struct vtd_dmar *d, struct pci_dev *pdev,
			    const struct vtd_unit *u)
{
	return VTD_ATS_NO;
}

void vtd_handover_settings(struct vtd_device *vdev)
{
}

unsigned int vtd_handover_type(const struct vtd_device *vdev)
{
	return 0;
}

void vtd_handover_reserve(const struct vtd_device *vdev, struct list_head *head)
{
}

void vtd_handover_fill(struct vtd_device *vdev, struct vtd_domain *d)
{
}

void vtd_device_topology_changed(void)
{
}

int vtd_context_set(struct vtd_unit *u, const u16 *sid, unsigned int nr,
		    u32 pasid, const struct vtd_translation *to)
{
	return 0;
}

/* --- the rounds ------------------------------------------------------------------- */

static bool bound_before, managed_before;

static void begin(void)
{
	unsigned int i;

	memset(fn, 0, sizeof(fn));
	INIT_LIST_HEAD(&vtd_shim_pci_devices);
	INIT_LIST_HEAD(&pci_root_buses);
	INIT_LIST_HEAD(&vtd_devices);
	list_add_tail(&root.node, &pci_root_buses);
	vtd_shim_virtual_clock(0, 0);
	unit.drhd = &drhd;
	vtd_control = (struct vtd_control){
		.state = VTD_ATTACHED,
		.dmar = &dmar,
		.units = units,
		.nr_units = 1,
	};
	mutex_init(&vtd_control.lock);
	mutex_lock(&vtd_control.lock);
	vtd_manage_init();
	assert_int_equal(vtd_root_buses_note(), 0);
	for (i = 0; i < FUNCTIONS; i++) {
		struct function *f = &fn[i];

		f->pdev.name = "device";
		f->pdev.bus = &root;
		f->pdev.devfn = i;
		f->pdev.dev.bus = &pci_bus_type;
		f->pdev.dev.is_pci = true;
		list_add_tail(&f->pdev.all, &vtd_shim_pci_devices);
		if (managed_before) {
			f->vdev = (struct vtd_device){ .pdev = &f->pdev,
						       .unit = &unit };
			list_add_tail(&f->vdev.node, &vtd_devices);
			f->pdev.dev.iommu_group = group;
		}
		if (bound_before)
			bind(f);
	}
}

static void finish(void)
{
	unsigned int i;

	assert_consistent();
	for (i = 0; i < FUNCTIONS; i++) {
		assert_false(fn[i].locked);
		assert_null(fn[i].waits);
		assert_int_equal(fn[i].pdev.refs, 0);
		assert_true(!fn[i].pdev.dev.iommu_group ==
			    !vtd_device_find(&fn[i].pdev));
	}
	vtd_root_buses_forget();
	vtd_reply_free(&reply);
	memset(&reply, 0, sizeof(reply));
	mutex_unlock(&vtd_control.lock);
}

static void binds(void)
{
	elsewhere(&fn[0], bind);
}

static void unbinds(void)
{
	elsewhere(&fn[0], unbind);
}

/* The neighbour's driver comes: it stands in nobody's way unless it is there. */
static void binds_other(void)
{
	elsewhere(&fn[1], bind);
}

static void manages(void)
{
	result = vtd_manage(&fn[0].pdev);
}

static void releases(void)
{
	result = vtd_unmanage(&fn[0].pdev);
}

static void adopts(void)
{
	result = vtd_adopt(&fn[0].pdev, &reply);
}

static void gives_back(void)
{
	result = vtd_release(&fn[0].pdev, &reply);
}

/* Its driver stands still meanwhile: the handover sees to that. */
static void takes_bound(void)
{
	fn[0].mapped = NO_ADDRESSES;
	result = vtd_manage_bound(&fn[0].pdev);
	assert_true(!result || result == -ENODEV);
}

static bool is_managed(unsigned int i)
{
	return vtd_device_find(&fn[i].pdev);
}

static void finish_manage(void)
{
	/* Who was first has it as he found it. */
	assert_true(result == 0 || result == -EBUSY);
	assert_true(is_managed(0) == !result);
	assert_false(is_managed(1) || is_managed(2));
	finish();
}

static void finish_release(void)
{
	assert_true(result == 0 || result == -EBUSY);
	assert_true(is_managed(0) == !!result);
	finish();
}

/* Both members together, or none; and those that had drivers have them. */
static void finish_set(void)
{
	assert_true(result == 0 || result == -EBUSY);
	assert_true(is_managed(0) == is_managed(1));
	assert_true(is_managed(2) == managed_before);
	if (bound_before) {
		assert_non_null(fn[0].pdev.dev.driver);
		assert_non_null(fn[1].pdev.dev.driver);
		assert_int_equal(fn[2].bound, 1);
	}
	finish();
}

/* Each for itself: one that is in use again stays. */
static void finish_given(void)
{
	assert_true(result == 0 || result == -EBUSY);
	assert_true(is_managed(2));
	assert_non_null(fn[0].pdev.dev.driver);
	assert_non_null(fn[1].pdev.dev.driver);
	finish();
}

static void finish_bound(void)
{
	assert_true(is_managed(0) == !result);
	assert_int_equal(configured, result ? 0 : 1);
	configured = 0;
	finish();
}

static const struct {
	struct windows windows;
	bool bound;
	bool managed;
	const char *name;
} changes[] = {
	{ { begin, manages, binds, assert_consistent, finish_manage, 8 },
	  false,
	  false,
	  "manage against bind" },
	{ { begin, manages, binds_other, assert_consistent, finish_manage, 8 },
	  false,
	  false,
	  "manage against bind of another" },
	{ { begin, releases, binds, assert_consistent, finish_release, 6 },
	  false,
	  true,
	  "release against bind" },
	{ { begin, adopts, binds, assert_consistent, finish_set, 20 },
	  true,
	  false,
	  "adopt against bind" },
	{ { begin, adopts, binds_other, assert_consistent, finish_set, 20 },
	  true,
	  false,
	  "adopt against bind of a member" },
	{ { begin, adopts, binds, assert_consistent, finish_set, 20 },
	  false,
	  false,
	  "adopt, unbound, against bind" },
	{ { begin, gives_back, binds, assert_consistent, finish_given, 20 },
	  true,
	  true,
	  "give back against bind" },
	{ { begin, takes_bound, unbinds, NULL, finish_bound, 8 },
	  true,
	  false,
	  "take back, bound, against unbind" },
};

static void test_change(void **state)
{
	uintptr_t i = (uintptr_t)*state;

	bound_before = changes[i].bound;
	managed_before = changes[i].managed;
	windows(&changes[i].windows);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(changes)];
	uintptr_t i;

	for (i = 0; i < ARRAY_SIZE(changes); i++)
		tests[i] = (struct CMUnitTest){
			changes[i].name, test_change, vtd_shim_begin,
			vtd_shim_end,	 (void *)i,
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
