// SPDX-License-Identifier: GPL-2.0
/*
 * The harness itself: a test that forgets memory, warns or keeps a lock must
 * be seen.
 *
 * SRCS:
 */
#include <linux/atomic.h>
#include <linux/bitfield.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/jump_label.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/processor.h>
#include <linux/unaligned.h>

#include "iommu-pages.h"
#include "vtd/observe.h"
#include "vtd_test.h"

static void test_leak_is_seen(void **state)
{
	void *p = kzalloc(16, GFP_KERNEL);
	void *table =
		iommu_alloc_pages_node_sz(NUMA_NO_NODE, GFP_KERNEL, SZ_4K);

	assert_int_equal(vtd_shim_end(state), -1);
	kfree(p);
	assert_int_equal(vtd_shim_end(state), -1);
	iommu_free_pages(table);
	assert_int_equal(vtd_shim_end(state), 0);
}

static void test_warning_is_seen(void **state)
{
	assert_true(WARN_ON_ONCE(state == state));
	assert_int_equal(vtd_shim_end(state), -1);
	assert_int_equal(vtd_shim_end(state), 0);
}

static void test_sleep_under_spinlock_is_seen(void **state)
{
	DEFINE_SPINLOCK(lock);
	DEFINE_MUTEX(mutex);
	unsigned long flags;
	void *p;

	lockdep_assert_held(&lock);
	assert_int_equal(vtd_shim_warnings(), 1);
	spin_lock_irqsave(&lock, flags);
	lockdep_assert_held(&lock);
	p = kmalloc(8, GFP_ATOMIC);
	kfree(p);
	assert_int_equal(vtd_shim_warnings(), 0);
	p = kmalloc(8, GFP_KERNEL);
	kfree(p);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	assert_int_equal(vtd_shim_warnings(), 2);
	cpu_relax();
	udelay(1);
	assert_int_equal(vtd_shim_warnings(), 2);
	assert_int_equal(vtd_shim_end(state), -1);
	spin_unlock_irqrestore(&lock, flags);
}

static void test_alloc_failure(void **state)
{
	void *a, *b;

	vtd_shim_fail_alloc(2);
	a = kmalloc(8, GFP_KERNEL);
	b = kmalloc(8, GFP_KERNEL);
	assert_non_null(a);
	assert_null(b);
	assert_int_equal(vtd_shim_alloc_failures(), 1);
	b = iommu_alloc_pages_node_sz(0, GFP_KERNEL, SZ_4K);
	assert_non_null(b);
	iommu_free_pages(b);
	kfree(a);
}

static void test_tables(void **state)
{
	struct iommu_pages_list list = IOMMU_PAGES_LIST_INIT(list);
	u64 *t = iommu_alloc_pages_node_sz(0, GFP_KERNEL, 2 * SZ_4K);

	assert_true(IS_ALIGNED(virt_to_phys(t), 2 * SZ_4K));
	assert_ptr_equal(phys_to_virt(virt_to_phys(t)), t);
	assert_null(memchr_inv(t, 0, 2 * SZ_4K));
	vtd_hw_store64(t, 7);
	assert_int_equal(*t, 7);
	assert_true(iommu_pages_list_empty(&list));
	iommu_pages_list_add(&list, t);
	assert_false(iommu_pages_list_empty(&list));
	assert_int_equal(vtd_shim_live_tables(), 1);
	iommu_put_pages_list(&list);
	assert_true(iommu_pages_list_empty(&list));
}

static void test_words(void **state)
{
	static const u8 bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	u64 word = 5, old = 4;
	char text[4];

	assert_int_equal(get_unaligned_le16(bytes + 1), 0x0302);
	assert_int_equal(get_unaligned_le32(bytes + 1), 0x05040302);
	assert_true(get_unaligned_le64(bytes + 1) == 0x0908070605040302);
	assert_true(GENMASK_ULL(63, 0) == U64_MAX);
	assert_int_equal(FIELD_GET(GENMASK_ULL(11, 4), 0xabcd), 0xbc);
	assert_int_equal(FIELD_PREP(GENMASK(7, 4), 0x1f), 0xf0);
	assert_int_equal(fls64(0), 0);
	assert_int_equal(fls64(U64_MAX), 64);
	assert_int_equal(roundup_pow_of_two(4097), 8192);
	assert_false(vtd_hw_try_cmpxchg64(&word, &old, 9));
	assert_int_equal(old, 5);
	assert_true(vtd_hw_try_cmpxchg64(&word, &old, 9));
	assert_int_equal(word, 9);
	assert_int_equal(strscpy(text, "abc"), 3);
	assert_int_equal(strscpy(text, "abcd"), -E2BIG);
	assert_string_equal(text, "abc");
	assert_int_equal(PTR_ERR(ERR_PTR(-ENOMEM)), -ENOMEM);
	assert_true(size_mul(SIZE_MAX, 2) == SIZE_MAX);
}

static void test_virtual_clock(void **state)
{
	vtd_shim_virtual_clock(1000, 10);
	assert_int_equal(ktime_get_ns(), 1000);
	cpu_relax();
	udelay(1);
	assert_int_equal(ktime_get_ns(), 2010);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		VTD_TEST(test_leak_is_seen),
		VTD_TEST(test_warning_is_seen),
		VTD_TEST(test_sleep_under_spinlock_is_seen),
		VTD_TEST(test_alloc_failure),
		VTD_TEST(test_tables),
		VTD_TEST(test_words),
		VTD_TEST(test_virtual_clock),
	};

	return cmocka_run_group_tests_name("shim", tests, NULL, NULL);
}
