// SPDX-License-Identifier: GPL-2.0
/*
 * A VFIO group: which devices it has, and whether they are still its owner's.
 *
 * Owns the reference to the group's file, as KVM's VFIO device does: while that
 * is held nobody else can open the group.  The file alone proves nothing for
 * ever: devices can be taken from VFIO under it, and given to others.  So it is
 * asked each time.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vfio.h>

#include <vtd/sids.h>
#include <vtd/uapi/vfio.h>
#include <vtd/units.h>
#include "vfio_glue.h"

/* As many as there are functions on a bus. */
#define VTD_GROUP_DEVICES 256

/**
 * struct vtd_group_device - a device of a group
 * @pdev: referenced
 * @segment: of its unit
 * @nr: entries of @sid
 * @sid: source-ids of its requests
 */
struct vtd_group_device {
	struct pci_dev *pdev;
	u16 segment;
	u16 nr;
	u16 sid[VTD_UNITS_SIDS_MAX];
};

/**
 * struct vtd_group - a group that is watched; constant but for @node
 * @node: in the list of all
 * @file: VFIO's file of the group; referenced
 * @nr: entries of @device
 * @device: managed devices of the group, when the watch began
 */
struct vtd_group {
	struct list_head node;
	struct file *file;
	unsigned int nr;
	struct vtd_group_device device[] __counted_by(nr);
};

/* A group is watched once, so that one owner adds one watch to each fault. */
static DEFINE_MUTEX(vtd_groups_lock);
static LIST_HEAD(vtd_groups);

/**
 * struct vtd_group_question - does VFIO give a device to a file?
 * @file: of a group
 * @yes: the answer
 */
struct vtd_group_question {
	struct file *file;
	bool yes;
};

/*
 * VFIO has a child of each of its devices, in a class of that name, which only
 * one module can register: the one whose functions are used here.
 */
static int vtd_group_ask(struct device *child, void *data)
{
	struct vtd_group_question *question = data;

	if (!child->class || strcmp(child->class->name, "vfio-dev"))
		return 0;
	question->yes = vfio_file_has_dev(
		question->file,
		container_of(child, struct vfio_device, device));
	return 1;
}

static bool vtd_group_has(struct file *file, struct pci_dev *pdev)
{
	struct vtd_group_question question = { .file = file };

	device_for_each_child(&pdev->dev, &question, vtd_group_ask);
	return question.yes;
}

/* Has the owner one of the devices still?  Then the group is his. */
static bool vtd_group_is_owned(struct vtd_group *group)
{
	unsigned int i;

	for (i = 0; i < group->nr; i++)
		if (vtd_group_has(group->file, group->device[i].pdev))
			return true;
	return false;
}

/* The iommu core's group of VFIO's; the caller puts it.  NULL for none. */
static struct iommu_group *vtd_group_find(struct file *file)
{
	struct iommu_group *iommu = NULL;
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev) {
		if (!vtd_group_has(file, pdev))
			continue;
		iommu = iommu_group_get(&pdev->dev);
		pci_dev_put(pdev);
		break;
	}
	return iommu;
}

static bool vtd_group_is_member(struct pci_dev *pdev, struct iommu_group *iommu)
{
	struct iommu_group *its = iommu_group_get(&pdev->dev);

	iommu_group_put(its);
	return its == iommu;
}

static unsigned int vtd_group_count(struct iommu_group *iommu)
{
	struct pci_dev *pdev = NULL;
	unsigned int nr = 0;

	for_each_pci_dev(pdev)
		nr += vtd_group_is_member(pdev, iommu);
	return nr;
}

static int vtd_group_add(struct vtd_group *group, unsigned int room,
			 struct pci_dev *pdev)
{
	struct vtd_managed_info info;
	struct vtd_group_device *d;
	int ret = vtd_units_managed(pdev, &info);

	if (ret)
		return ret;
	if (group->nr == room)
		return -EAGAIN;
	group->nr++;
	d = &group->device[group->nr - 1];
	d->pdev = pci_dev_get(pdev);
	d->segment = info.segment;
	d->nr = info.nr;
	memcpy(d->sid, info.sid, info.nr * sizeof(*d->sid));
	return 0;
}

static void vtd_group_free(struct vtd_group *group)
{
	unsigned int i;

	for (i = 0; i < group->nr; i++)
		pci_dev_put(group->device[i].pdev);
	kvfree(group);
}

static struct vtd_group *vtd_group_alloc(struct iommu_group *iommu)
{
	unsigned int room = vtd_group_count(iommu);
	struct pci_dev *pdev = NULL;
	struct vtd_group *group;
	int ret;

	if (room > VTD_GROUP_DEVICES)
		return ERR_PTR(-E2BIG);
	group = kvzalloc(struct_size(group, device, room), GFP_KERNEL_ACCOUNT);
	if (!group)
		return ERR_PTR(-ENOMEM);
	for_each_pci_dev(pdev) {
		if (!vtd_group_is_member(pdev, iommu))
			continue;
		ret = vtd_group_add(group, room, pdev);
		if (!ret || ret == -ENODEV)
			continue;
		pci_dev_put(pdev);
		goto free;
	}
	ret = -ENODEV;
	if (group->nr)
		return group;
free:
	vtd_group_free(group);
	return ERR_PTR(ret);
}

static int vtd_group_list(struct vtd_group *group)
{
	struct vtd_group *other;
	int ret = 0;

	mutex_lock(&vtd_groups_lock);
	list_for_each_entry(other, &vtd_groups, node)
		if (other->file == group->file)
			ret = -EBUSY;
	if (!ret)
		list_add_tail(&group->node, &vtd_groups);
	mutex_unlock(&vtd_groups_lock);
	return ret;
}

/* Takes over the reference to the file, when it succeeds. */
static struct vtd_group *vtd_group_of_file(struct file *file)
{
	struct iommu_group *iommu;
	struct vtd_group *group;
	int ret;

	if (!vfio_file_is_group(file))
		return ERR_PTR(-EINVAL);
	iommu = vtd_group_find(file);
	if (!iommu)
		return ERR_PTR(-ENODEV);
	group = vtd_group_alloc(iommu);
	iommu_group_put(iommu);
	if (IS_ERR(group))
		return group;
	group->file = file;
	ret = vtd_group_list(group);
	if (!ret)
		return group;
	vtd_group_free(group);
	return ERR_PTR(ret);
}

/**
 * vtd_group_get() - a group, as its owner names it
 * @fd: the caller's descriptor of /dev/vfio/N
 *
 * The group's file stays open with the result.
 *
 * Context: may sleep; takes pci_lock_rescan_remove().
 * Return: the group; -EBADF when nothing is open there; -EINVAL when it is no
 * group of VFIO's; -ENODEV when no device that vtd_dmar manages is in it;
 * -EBUSY when it is watched already; -E2BIG, -ENOMEM; -EAGAIN when devices came
 * just now.
 */
struct vtd_group *vtd_group_get(int fd)
{
	struct file *file = fget(fd);
	struct vtd_group *group;

	if (!file)
		return ERR_PTR(-EBADF);
	group = vtd_group_of_file(file);
	if (IS_ERR(group))
		fput(file);
	return group;
}

/**
 * vtd_group_put() - undo vtd_group_get()
 * @group: not used any more
 *
 * Context: may sleep.
 */
void vtd_group_put(struct vtd_group *group)
{
	mutex_lock(&vtd_groups_lock);
	list_del(&group->node);
	mutex_unlock(&vtd_groups_lock);
	fput(group->file);
	vtd_group_free(group);
}

static bool vtd_group_has_sid(const struct vtd_group_device *d, u16 segment,
			      u16 sid)
{
	return d->segment == segment && vtd_sids_have(d->sid, d->nr, sid);
}

/**
 * vtd_group_sends() - is a request one of the group's, and the group its owner's?
 * @group: from vtd_group_get()
 * @segment: of the request
 * @sid: source-id of the request
 *
 * Before a group is claimed its other devices may belong to the kernel, and
 * after it was let go: their faults are not its owner's business.
 *
 * Context: may sleep, but waits for nobody.
 * Return: true when the owner may hear of it.
 */
bool vtd_group_sends(struct vtd_group *group, u16 segment, u16 sid)
{
	unsigned int i;

	for (i = 0; i < group->nr; i++)
		if (vtd_group_has_sid(&group->device[i], segment, sid) &&
		    vtd_units_assigned(group->device[i].pdev))
			return vtd_group_is_owned(group);
	return false;
}

/**
 * vtd_group_tell() - how the group's devices are translated
 * @group: from vtd_group_get()
 * @info: @flags and @devices are filled in
 *
 * Context: may sleep; takes pci_lock_rescan_remove().
 * Return: 0; -ENODEV when the group is not its owner's any more.
 */
int vtd_group_tell(struct vtd_group *group, struct vtd_vfio_info *info)
{
	u32 flags = VTD_VFIO_SCALABLE | VTD_VFIO_FIRST_STAGE |
		    VTD_VFIO_ASSIGNED;
	struct vtd_managed_info managed;
	struct iommu_group *iommu;
	unsigned int i;

	info->devices = 0;
	iommu = vtd_group_find(group->file);
	if (!iommu)
		return -ENODEV;
	if (vfio_file_enforced_coherent(group->file))
		flags |= VTD_VFIO_ENFORCES_SNOOP;
	if (iommu_group_has_isolated_msi(iommu))
		flags |= VTD_VFIO_ISOLATES_INTERRUPTS;
	iommu_group_put(iommu);
	for (i = 0; i < group->nr; i++) {
		/* It may have left the machine. */
		if (vtd_units_managed(group->device[i].pdev, &managed))
			continue;
		info->devices++;
		if (!managed.scalable)
			flags &= ~VTD_VFIO_SCALABLE;
		if (!managed.first_stage)
			flags &= ~VTD_VFIO_FIRST_STAGE;
		if (!vtd_units_assigned(group->device[i].pdev))
			flags &= ~VTD_VFIO_ASSIGNED;
	}
	info->flags = flags;
	return 0;
}
