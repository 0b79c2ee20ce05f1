// SPDX-License-Identifier: GPL-2.0
/*
 * Device TLBs: which functions have one that is in use, and how they are made
 * to forget (VT-d 4, 6.5.2.5, 6.5.2.6).
 *
 * Must never report success while a device may still use what it was told to
 * forget.  One that does not answer is told of once and then left alone: nothing
 * but its own memory waits for it.
 */
#include <linux/bits.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/processor.h>
#include <linux/xarray.h>

#include "devtlb.h"
#include "unit.h"

/* Most pages of one invalidation, as a power of two: all addresses. */
#define VTD_DEVTLB_ALL 52

/**
 * vtd_devtlb_add() - a function is about to keep translations
 * @unit: translates its requests
 * @tlb: valid until vtd_devtlb_remove()
 *
 * Whatever changes for its source-id from now on, it is told.
 *
 * Context: may sleep; takes @unit->lock.
 * Return: 0 or -ENOMEM.
 */
int vtd_devtlb_add(struct vtd_unit *unit, struct vtd_devtlb *tlb)
{
	int ret;

	mutex_lock(&unit->lock);
	ret = xa_err(xa_store(&unit->devtlbs, tlb->sid, tlb, GFP_KERNEL));
	mutex_unlock(&unit->lock);
	return ret;
}

/**
 * vtd_devtlb_remove() - a function keeps translations no longer
 * @unit: as for vtd_devtlb_add()
 * @tlb: ATS is off in the function, and no domain has it any more
 *
 * Context: may sleep; takes @unit->lock.
 */
void vtd_devtlb_remove(struct vtd_unit *unit, struct vtd_devtlb *tlb)
{
	mutex_lock(&unit->lock);
	xa_erase(&unit->devtlbs, tlb->sid);
	mutex_unlock(&unit->lock);
}

/**
 * vtd_devtlb_find() - the device TLB of a source-id
 * @unit: translates its requests
 * @sid: source-id
 *
 * Context: any; the group's mutex or @unit->lock keeps the result valid.
 * Return: the device TLB, or NULL when there is none in use.
 */
struct vtd_devtlb *vtd_devtlb_find(struct vtd_unit *unit, u16 sid)
{
	/* Most units have none. */
	if (likely(xa_empty(&unit->devtlbs)))
		return NULL;
	return xa_load(&unit->devtlbs, sid);
}

/*
 * Address and size in one: where the address has its lowest 0 bit from bit 12
 * on tells the size, when S is set.
 */
static u64 vtd_devtlb_range(u64 start, u64 last, bool *sized)
{
	unsigned int order = fls64((start ^ last) >> PAGE_SHIFT);
	u64 addr = start & ~0ULL << PAGE_SHIFT;

	*sized = order;
	if (!order)
		return addr;
	if (order >= VTD_DEVTLB_ALL)
		return GENMASK_ULL(62, PAGE_SHIFT);
	addr &= ~0ULL << (PAGE_SHIFT + order);
	return order == 1 ?
		       addr :
		       addr | GENMASK_ULL(PAGE_SHIFT + order - 2, PAGE_SHIFT);
}

static struct vtd_qi_desc vtd_devtlb_desc(const struct vtd_unit *unit,
					  const struct vtd_devtlb *tlb,
					  u32 pasid, u64 start, u64 last)
{
	u16 pfsid = unit->ecap & VTD_ECAP_DIT ? tlb->pfsid : 0;
	bool sized;
	u64 addr = vtd_devtlb_range(start, last, &sized);

	if (pasid == VTD_NO_PASID)
		return vtd_qi_devtlb(tlb->sid, pfsid, tlb->depth, addr, sized);
	return vtd_qi_pdevtlb(tlb->sid, pfsid, tlb->depth, pasid, addr, sized);
}

/**
 * vtd_devtlb_flush() - have a device forget what a range translated to
 * @unit: translates its requests
 * @tlb: its device TLB
 * @pasid: of its requests, or VTD_NO_PASID
 * @start: first byte, an IOVA
 * @last: last byte
 *
 * After the unit has been made to forget it, or it would be asked again.
 *
 * Context: any that may spin for the answer; does not sleep.
 * Return: 0 when it has forgotten it, or has nothing to forget;
 * -ETIME when it does not answer; other errors as vtd_qi_submit().
 */
int vtd_devtlb_flush(struct vtd_unit *unit, struct vtd_devtlb *tlb, u32 pasid,
		     u64 start, u64 last)
{
	struct vtd_qi_desc desc;
	int ret;

	/* Asked before ATS is on it does not answer, after that it must be. */
	while (unlikely(smp_load_acquire(&tlb->switching)))
		cpu_relax();
	/* What made it idle was done before. */
	if (smp_load_acquire(&tlb->idle))
		return 0;
	if (READ_ONCE(tlb->mute))
		return -ETIME;
	desc = vtd_devtlb_desc(unit, tlb, pasid, start, last);
	ret = vtd_qi_submit(&unit->qi, &desc, 1);
	/* ATS went off meanwhile, with all that it kept. */
	if (ret == -ETIME && smp_load_acquire(&tlb->idle))
		return 0;
	if (ret == -ETIME && !xchg(&tlb->mute, true) && tlb->failed)
		tlb->failed(tlb);
	return ret;
}
