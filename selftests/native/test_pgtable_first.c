// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables of the first stage: what only they have.  Every entry is compared
 * with the whole word that VT-d 9.7 demands, written out in digits.
 *
 * The tests of what both stages have in common are in the other files.
 *
 * SRCS: dmar/pgtable.c
 */
#include "test_pgtable.h"
#include "../../dmar/pgtable_walk.h"

#define ADDR 0x000ffffffffff000ULL
#define HALF4 (1ULL << 47)
#define HALF5 (1ULL << 56)
#define XD (1ULL << 63)

static struct vtd_pgtable pt;
static size_t mapped;

static int init_with(const struct vtd_pt_config *given)
{
	struct vtd_pt_config config = *given;

	config.stage = VTD_PT_FIRST;
	config.nid = NUMA_NO_NODE;
	if (!config.pgsize_bitmap)
		config.pgsize_bitmap = SZ_4K | SZ_2M | SZ_1G;
	return vtd_pt_init(&pt, &config, GFP_KERNEL);
}

static void begin(const struct vtd_pt_config *given)
{
	assert_int_equal(init_with(given), 0);
}

static void begin_plain(int levels)
{
	make_pt(&pt, levels, true);
}

/* Where the entry for an address stands. */
static u64 *slot_of(u64 iova, int level)
{
	u64 *table = pt.root;

	for (int l = pt.levels; l > level; l--)
		table = (u64 *)(table[iova >> (3 + 9 * l) & 0x1ff] & ADDR);
	return &table[iova >> (3 + 9 * level) & 0x1ff];
}

static u64 map_one(u64 iova, u64 paddr, u64 pgsize, u64 prot)
{
	assert_int_equal(map(&pt, iova, paddr, pgsize, 1, prot, &mapped), 0);
	return *slot_of(iova, pgsize == KB4 ? 1 : pgsize == MB2 ? 2 : 3);
}

/* --- the format, by its digits ---------------------------------------------- */

static void test_bits(void **state)
{
	static const u64 bits[][2] = {
		{ VTD_FPTE_P, 0x1 },
		{ VTD_FPTE_RW, 0x2 },
		{ VTD_FPTE_US, 0x4 },
		{ VTD_FPTE_PWT, 0x8 },
		{ VTD_FPTE_PCD, 0x10 },
		{ VTD_FPTE_A, 0x20 },
		{ VTD_FPTE_D, 0x40 },
		{ VTD_FPTE_PS, 0x80 },
		{ VTD_FPTE_PAT, 0x80 },
		{ VTD_FPTE_G, 0x100 },
		{ VTD_FPTE_EA, 0x400 },
		{ VTD_FPTE_PAT_LARGE, 0x1000 },
		{ VTD_FPTE_IGNORED, 0x7ff0000000000000 },
		{ VTD_FPTE_XD, 0x8000000000000000 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bits); i++)
		assert_int_equal(bits[i][0], bits[i][1]);
	assert_int_equal(vtd_fpte_input_bits(4), 47);
	assert_int_equal(vtd_fpte_input_bits(5), 56);
	assert_false(vtd_fpte_present(0xfffffffffffffffe));
	assert_true(vtd_fpte_present(0x1));
	assert_true(vtd_fpte_is_leaf(0x27, 1));
	assert_true(vtd_fpte_is_leaf(0xa7, 2));
	assert_false(vtd_fpte_is_leaf(0x27, 2));
}

static void test_leaves(void **state)
{
	for (int levels = 4; levels <= 5; levels++) {
		begin_plain(levels);
		/* P 0x1, RW 0x2, US 0x4, A 0x20, D 0x40, PS 0x80 */
		assert_int_equal(map_one(0x1000, 0x123456000, KB4, 3),
				 0x123456067);
		assert_int_equal(map_one(0x2000, 0x123457000, KB4, 1),
				 0x123457025);
		assert_int_equal(map_one(0x3000, 0x123458000, KB4, 2),
				 0x123458067);
		assert_int_equal(map_one(MB2, 0x40200000, MB2, 3), 0x402000e7);
		assert_int_equal(map_one(2 * MB2, 0x40400000, MB2, 1),
				 0x404000a5);
		assert_int_equal(map_one(3 * MB2, 0x40600000, MB2, 2),
				 0x406000e7);
		assert_int_equal(map_one(GB1, 0x4c0000000, GB1, 3),
				 0x4c00000e7);
		assert_int_equal(map_one(2 * GB1, 0x4c0000000, GB1, 1),
				 0x4c00000a5);
		assert_int_equal(map_one(3 * GB1, 0xfffffc0000000, GB1, 2),
				 0xfffffc00000e7);
		vtd_pt_destroy(&pt);
	}
}

/* Hung by whoever comes first, by a run that fills it, and from above. */
static void test_pointers(void **state)
{
	for (int levels = 4; levels <= 5; levels++) {
		for (int coherent = 0; coherent <= 1; coherent++) {
			make_pt(&pt, levels, coherent);
			map_one(0, 0, KB4, 1);
			assert_int_equal(map(&pt, MB2, 0, KB4, 512, 1, &mapped),
					 0);
			for (int level = 2; level <= levels; level++)
				assert_int_equal(*slot_of(0, level) & ~ADDR,
						 0x27);
			assert_int_equal(*slot_of(MB2, 2) & ~ADDR, 0x27);
			vtd_pt_destroy(&pt);
		}
	}
}

/* The walk tells what stands there, the look-up what it means. */
static void test_told(void **state)
{
	struct vtd_pt_leaf leaf;
	struct vtd_pt_walk walk;

	begin_plain(5);
	map_one(0x7000, 0x123000, KB4, 2);
	map_one(GB1, 0x80000000, GB1, 1);
	assert_int_equal(vtd_pt_walk(&pt, 0x7abc, &walk), 0);
	assert_int_equal(walk.top, 5);
	assert_int_equal(walk.bottom, 1);
	assert_int_equal(walk.entry[1], 0x123067);
	assert_int_equal(walk.entry[5] & ~ADDR, 0x27);
	assert_true(vtd_pt_lookup(&pt, 0x7abc, &leaf));
	assert_int_equal(leaf.phys, 0x123abc);
	assert_int_equal(leaf.prot, 3);
	assert_true(vtd_pt_lookup(&pt, GB1 + 0x5678, &leaf));
	assert_int_equal(leaf.phys, 0x80005678);
	assert_int_equal(leaf.size, GB1);
	assert_int_equal(leaf.prot, 1);
	vtd_pt_destroy(&pt);
}

/* --- execution, accesses, snooping ------------------------------------------ */

static void test_nx(void **state)
{
	struct vtd_pt_config config = { .levels = 4, .nx = true };
	struct vtd_pt_leaf leaf;

	begin(&config);
	assert_int_equal(map_one(0x1000, 0xa000, KB4, 3), XD | 0xa067);
	assert_int_equal(map_one(0x2000, 0xb000, KB4, 1), XD | 0xb025);
	assert_int_equal(map_one(0x3000, 0xc000, KB4, 3 | 4), 0xc067);
	assert_int_equal(map_one(0x4000, 0xd000, KB4, 1 | 4), 0xd025);
	assert_int_equal(map_one(MB2, 0, MB2, 3), XD | 0xe7);
	assert_int_equal(map_one(GB1, 0, GB1, 1 | 4), 0xa5);
	/* pointers leave it to the leaves */
	assert_int_equal(*slot_of(0x1000, 2) & ~ADDR, 0x27);
	assert_true(vtd_pt_lookup(&pt, 0x1000, &leaf));
	assert_int_equal(leaf.phys, 0xa000);
	assert_int_equal(leaf.prot, 3);
	assert_int_equal(unmap(&pt, 0x1000, KB4, 4), 4 * KB4);
	vtd_pt_destroy(&pt);
}

/* Where NXE may be 0, bit 63 is reserved. */
static void test_no_nx(void **state)
{
	begin_plain(4);
	assert_int_equal(map_one(0x1000, 0xa000, KB4, 3 | 4), 0xa067);
	assert_int_equal(map_one(0x2000, 0xb000, KB4, 1 | 4), 0xb025);
	assert_int_equal(map_one(MB2, 0, MB2, 1 | 4), 0xa5);
	vtd_pt_destroy(&pt);
}

/* A and D of leaves are left to hardware, those of pointers are not. */
static void test_dirty(void **state)
{
	struct vtd_pt_config config = { .levels = 4,
					.coherent = true,
					.dirty = true };

	begin(&config);
	assert_int_equal(map_one(0x1000, 0xa000, KB4, 3), 0xa007);
	assert_int_equal(map_one(0x2000, 0xb000, KB4, 1), 0xb005);
	assert_int_equal(map_one(MB2, 0, MB2, 3), 0x87);
	assert_int_equal(map_one(GB1, 0, GB1, 1), 0x85);
	assert_int_equal(*slot_of(0x1000, 2) & ~ADDR, 0x27);
	vtd_pt_destroy(&pt);
}

static void test_snoop_is_the_entrys(void **state)
{
	begin_plain(4);
	vtd_pt_set_snoop(&pt, true);
	assert_int_equal(pt.snoop_bits, 0);
	assert_int_equal(map_one(0x1000, 0xa000, KB4, 3), 0xa067);
	assert_int_equal(map_one(MB2, 0, MB2, 1), 0xa5);
	assert_int_equal(map(&pt, 0x2000, 0, KB4, 1, 3 | 0x800, &mapped),
			 -EINVAL);
	vtd_pt_destroy(&pt);
}

/* --- what hardware or somebody else has written ------------------------------ */

/* EA of pointers, and whatever hardware sets in leaves. */
static void test_set_by_hardware(void **state)
{
	struct vtd_pt_leaf leaf;
	struct vtd_pt_config config = { .levels = 4,
					.coherent = true,
					.dirty = true };

	begin(&config);
	map_one(0x1000, 0xa000, KB4, 3);
	*slot_of(0x1000, 1) |= 0x460;
	for (int level = 2; level <= 4; level++)
		*slot_of(0x1000, level) |= 0x400;
	assert_true(vtd_pt_lookup(&pt, 0x1010, &leaf));
	assert_int_equal(leaf.phys, 0xa010);
	assert_int_equal(leaf.prot, 3);
	assert_int_equal(vtd_pt_phys(&pt, VTD_PT_FIRST, 0x1010), 0xa010);
	assert_int_equal(map(&pt, 0x1000, 0, KB4, 1, 3, &mapped), -EEXIST);
	assert_int_equal(map_one(0x2000, 0xb000, KB4, 3), 0xb007);
	assert_int_equal(unmap(&pt, 0x1000, KB4, 2), 2 * KB4);
	assert_int_equal(*slot_of(0x1000, 1), 0);
	vtd_pt_destroy(&pt);
}

/* Bit 1 alone is no permission: without P hardware ignores all the others. */
static void test_present(void **state)
{
	struct vtd_pt_leaf leaf;
	struct vtd_pt_walk walk;

	begin_plain(4);
	map_one(0x1000, 0xa000, KB4, 3);
	*slot_of(0x1000, 1) = 0xa066;
	assert_false(vtd_pt_lookup(&pt, 0x1000, &leaf));
	assert_int_equal(vtd_pt_phys(&pt, VTD_PT_FIRST, 0x1000), 0);
	assert_false(vtd_pt_unmap_page(&pt, VTD_PT_FIRST, 0x1000, KB4));
	*slot_of(0x1000, 1) = 0xa001;
	assert_true(vtd_pt_lookup(&pt, 0x1000, &leaf));
	assert_int_equal(leaf.prot, 1);
	/* an upper entry like that leads nowhere */
	*slot_of(0x80000000000, 4) = 0x5002;
	assert_false(vtd_pt_lookup(&pt, 0x80000000000, &leaf));
	assert_int_equal(vtd_pt_phys(&pt, VTD_PT_FIRST, 0x80000000000), 0);
	assert_int_equal(vtd_pt_walk(&pt, 0x80000000000, &walk), 0);
	assert_int_equal(walk.bottom, 4);
	vtd_pt_destroy(&pt);
}

/* --- where addresses stop being canonical ------------------------------------ */

static void refuse(u64 iova, u64 pgsize, size_t count)
{
	mapped = 77;
	assert_int_equal(map(&pt, iova, 0, pgsize, count, 3, &mapped), -ERANGE);
	assert_int_equal(mapped, 0);
	assert_int_equal(vtd_pt_map_range(&pt, iova, 0, pgsize * count, 3,
					  GFP_KERNEL, NULL, &mapped),
			 -ERANGE);
	assert_false(
		vtd_pt_map_page(&pt, VTD_PT_FIRST, iova, 0, pgsize * count, 3));
}

static void test_limit(void **state)
{
	for (int levels = 4; levels <= 5; levels++) {
		u64 half = levels == 4 ? HALF4 : HALF5;
		struct vtd_pt_leaf leaf;
		struct vtd_pt_walk walk;

		begin_plain(levels);
		assert_int_equal(pt.last_iova, half - 1);
		refuse(half, KB4, 1);
		refuse(half - KB4, KB4, 2);
		refuse(half - MB2, MB2, 2);
		refuse(half - GB1, GB1, 2);
		refuse(half, GB1, 1);
		refuse(half + (half - KB4), KB4, 1);
		/* the upper half is not the lower one seen from elsewhere */
		refuse(-half, KB4, 1);
		refuse(-KB4, KB4, 1);
		assert_int_equal(map_one(half - KB4, 0x5000, KB4, 3), 0x5067);
		assert_true(vtd_pt_lookup(&pt, half - 1, &leaf));
		assert_int_equal(leaf.phys, 0x5fff);
		assert_int_equal(vtd_pt_phys(&pt, VTD_PT_FIRST, half - 1),
				 0x5fff);
		assert_false(vtd_pt_lookup(&pt, half, &leaf));
		assert_int_equal(vtd_pt_phys(&pt, VTD_PT_FIRST, half), 0);
		assert_int_equal(vtd_pt_walk(&pt, half - 1, &walk), 0);
		assert_int_equal(vtd_pt_walk(&pt, half, &walk), -ERANGE);
		assert_int_equal(unmap(&pt, half, KB4, 1), 0);
		assert_false(vtd_pt_unmap_page(&pt, VTD_PT_FIRST, half, KB4));
		/* a length beyond the limit takes what is there */
		assert_int_equal(unmap(&pt, half - KB4, KB4, 2), KB4);
		assert_int_equal(map_replacing(&pt, half - GB1, 0, GB1, 1, 1,
					       &mapped),
				 0);
		assert_int_equal(*slot_of(half - GB1, 3), 0xa5);
		assert_int_equal(unmap(&pt, half - GB1, GB1, ~0UL), GB1);
		vtd_pt_destroy(&pt);
	}
}

static void test_config(void **state)
{
	static const struct {
		struct vtd_pt_config config;
		int ret;
	} configs[] = {
		{ { .levels = 3 }, -EINVAL },
		{ { .levels = 3, .iova_bits = 38 }, -EINVAL },
		{ { .levels = 6 }, -EINVAL },
		{ { .levels = 4, .iova_bits = 48 }, -EINVAL },
		{ { .levels = 5, .iova_bits = 57 }, -EINVAL },
		{ { .levels = 4, .iova_bits = 30 }, -EINVAL },
		{ { .levels = 4, .paddr_bits = 53 }, -EINVAL },
		{ { .levels = 4, .pgsize_bitmap = SZ_2M | SZ_1G }, -EINVAL },
		{ { .levels = 4, .iova_bits = 47 }, 0 },
		{ { .levels = 5, .iova_bits = 56 }, 0 },
		{ { .levels = 4, .iova_bits = 39, .paddr_bits = 39 }, 0 },
	};
	struct vtd_pt_config second = {
		.levels = 4,
		.pgsize_bitmap = SZ_4K,
		.nid = NUMA_NO_NODE,
		.dirty = true,
	};

	for (size_t i = 0; i < ARRAY_SIZE(configs); i++) {
		const struct vtd_pt_config *c = &configs[i].config;

		assert_int_equal(init_with(c), configs[i].ret);
		if (!configs[i].ret)
			assert_int_equal(pt.last_iova,
					 (1ULL << c->iova_bits) - 1);
		vtd_pt_destroy(&pt);
	}
	/* what only the first stage has */
	assert_int_equal(vtd_pt_init(&pt, &second, GFP_KERNEL), -EINVAL);
	second.dirty = false;
	second.nx = true;
	assert_int_equal(vtd_pt_init(&pt, &second, GFP_KERNEL), -EINVAL);
	second.nx = false;
	second.stage = 2;
	assert_int_equal(vtd_pt_init(&pt, &second, GFP_KERNEL), -EINVAL);
	vtd_pt_destroy(&pt);
}

static void test_sizes(void **state)
{
	struct vtd_pt_config config = {
		.levels = 4,
		.pgsize_bitmap = SZ_4K | SZ_2M,
	};

	begin(&config);
	assert_int_equal(map(&pt, GB1, 0, GB1, 1, 3, &mapped), -EINVAL);
	assert_false(vtd_pt_map_page(&pt, VTD_PT_FIRST, GB1, 0, GB1, 3));
	assert_int_equal(vtd_pt_map_range(&pt, GB1, 0, GB1, 3, GFP_KERNEL, NULL,
					  &mapped),
			 0);
	assert_int_equal(*slot_of(GB1, 3) & ~ADDR, 0x27);
	assert_int_equal(*slot_of(GB1, 2), 0xe7);
	vtd_pt_destroy(&pt);
}

/* --- the short ways ------------------------------------------------------------ */

static void short_ways(int levels, u64 size, u64 writable, u64 read_only)
{
	u64 iova = GB512 + GB1 + 5 * size;
	u64 *slot;

	begin_plain(levels);
	assert_false(vtd_pt_map_page(&pt, VTD_PT_FIRST, iova, GB1, size, 3));
	map_one(GB512 + GB1 + 9 * size, 0, size, 1);
	slot = slot_of(iova, size == KB4 ? 1 : size == MB2 ? 2 : 3);
	assert_true(vtd_pt_map_page(&pt, VTD_PT_FIRST, iova, GB1, size, 3));
	assert_int_equal(*slot, GB1 | writable);
	assert_int_equal(vtd_pt_phys(&pt, VTD_PT_FIRST, iova + 0x123),
			 GB1 + 0x123);
	assert_false(vtd_pt_map_page(&pt, VTD_PT_FIRST, iova, 0, size, 3));
	assert_true(vtd_pt_unmap_page(&pt, VTD_PT_FIRST, iova, size));
	assert_int_equal(*slot, 0);
	assert_false(vtd_pt_unmap_page(&pt, VTD_PT_FIRST, iova, size));
	assert_true(vtd_pt_map_page(&pt, VTD_PT_FIRST, iova, GB1, size, 1));
	assert_int_equal(*slot, GB1 | read_only);
	assert_false(
		vtd_pt_map_page(&pt, VTD_PT_FIRST, iova + size, GB1, size, 0));
	vtd_pt_destroy(&pt);
}

/* In tables that are there they store the same words, and only there. */
static void test_short_ways(void **state)
{
	for (int levels = 4; levels <= 5; levels++) {
		short_ways(levels, KB4, 0x67, 0x25);
		short_ways(levels, MB2, 0xe7, 0xa5);
		short_ways(levels, GB1, 0xe7, 0xa5);
	}
}

/* A superpage is no way down, and a table is no superpage. */
static void test_short_ways_stop(void **state)
{
	begin_plain(4);
	map_one(GB1, 0, GB1, 3);
	map_one(2 * GB1, 0, MB2, 3);
	map_one(2 * GB1 + MB2, 0, KB4, 3);
	assert_false(vtd_pt_unmap_page(&pt, VTD_PT_FIRST, GB1, KB4));
	assert_false(vtd_pt_unmap_page(&pt, VTD_PT_FIRST, GB1, MB2));
	assert_false(vtd_pt_unmap_page(&pt, VTD_PT_FIRST, 2 * GB1, KB4));
	assert_false(vtd_pt_unmap_page(&pt, VTD_PT_FIRST, 2 * GB1, GB1));
	assert_false(vtd_pt_unmap_page(&pt, VTD_PT_FIRST, 2 * GB1 + MB2, MB2));
	assert_false(vtd_pt_map_page(&pt, VTD_PT_FIRST, GB1 + KB4, 0, KB4, 3));
	assert_int_equal(*slot_of(GB1, 3), 0xe7);
	assert_int_equal(*slot_of(2 * GB1, 2), 0xe7);
	assert_int_equal(*slot_of(2 * GB1 + MB2, 1), 0x67);
	vtd_pt_destroy(&pt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIRST_STAGE(test_bits),
		FIRST_STAGE(test_leaves),
		FIRST_STAGE(test_pointers),
		FIRST_STAGE(test_told),
		FIRST_STAGE(test_nx),
		FIRST_STAGE(test_no_nx),
		FIRST_STAGE(test_dirty),
		FIRST_STAGE(test_snoop_is_the_entrys),
		FIRST_STAGE(test_set_by_hardware),
		FIRST_STAGE(test_present),
		FIRST_STAGE(test_limit),
		FIRST_STAGE(test_config),
		FIRST_STAGE(test_sizes),
		FIRST_STAGE(test_short_ways),
		FIRST_STAGE(test_short_ways_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
