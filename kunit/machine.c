// SPDX-License-Identifier: GPL-2.0
/*
 * A machine of software for the suites; see machine.h.
 *
 * Owns the one machine, and two drivers that its devices can be bound to.
 * Gives everything back at the end of a test, also of one that failed, and
 * then says what is wrong: a rule broken, a page, an object or a group left.
 */
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/iommu.h>
#include <linux/irq.h>
#include <linux/irq_work.h>
#include <linux/irqdomain.h>
#include <linux/mm.h>

#include <asm/hw_irq.h>

#include "fault.h"
#include "incident.h"
#include "machine.h"
#include "pmu.h"
#include "prq.h"

static struct machine *machine;

/* --- two drivers ----------------------------------------------------------- */

static struct pci_dev *wanted;

static int machine_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	return pdev == wanted ? 0 : -ENODEV;
}

static void machine_remove(struct pci_dev *pdev)
{
}

static const struct pci_device_id machine_ids[] = {
	{ PCI_DEVICE(VTD_MODEL_VENDOR, PCI_ANY_ID) },
	{},
};

static struct pci_driver machine_driver = {
	.name = "vtd_kunit_dma",
	.id_table = machine_ids,
	.probe = machine_probe,
	.remove = machine_remove,
};

/* One that bears to be frozen, by its name. */
static struct pci_dev *wanted_by_freezable;
static unsigned int frozen;
static int freeze_error;

static int machine_freezable_probe(struct pci_dev *pdev,
				   const struct pci_device_id *id)
{
	return pdev == wanted_by_freezable ? 0 : -ENODEV;
}

static int machine_freeze(struct device *dev)
{
	if (!freeze_error)
		frozen++;
	return freeze_error;
}

static int machine_thaw(struct device *dev)
{
	frozen--;
	return 0;
}

static const struct dev_pm_ops machine_pm = {
	.freeze = machine_freeze,
	.thaw = machine_thaw,
};

static struct pci_driver machine_freezable_driver = {
	.name = "e1000e",
	.id_table = machine_ids,
	.probe = machine_freezable_probe,
	.remove = machine_remove,
	.driver.pm = &machine_pm,
};

static struct pci_dev *wanted_by_owner;

static int machine_owner_probe(struct pci_dev *pdev,
			       const struct pci_device_id *id)
{
	return pdev == wanted_by_owner ? 0 : -ENODEV;
}

static struct pci_driver machine_owner_driver = {
	.name = "vtd_kunit_owner",
	.id_table = machine_ids,
	.probe = machine_owner_probe,
	.remove = machine_remove,
	.driver_managed_dma = true,
};

static int machine_bind_to(struct pci_dev **slot, struct pci_dev *pdev)
{
	int ret;

	*slot = pdev;
	ret = device_attach(&pdev->dev);
	*slot = NULL;
	return ret == 1 ? 0 : ret ?: -EBUSY;
}

int machine_bind(struct machine *m, unsigned int index)
{
	return machine_bind_to(&wanted, machine_dev(m, index));
}

int machine_bind_dma_owner(struct machine *m, unsigned int index)
{
	return machine_bind_to(&wanted_by_owner, machine_dev(m, index));
}

int machine_bind_freezable(struct machine *m, unsigned int index)
{
	return machine_bind_to(&wanted_by_freezable, machine_dev(m, index));
}

unsigned int machine_frozen(struct machine *m)
{
	return frozen;
}

void machine_fail_freeze(struct machine *m, int error)
{
	freeze_error = error;
}

void machine_unbind(struct machine *m, unsigned int index)
{
	device_release_driver(&machine_dev(m, index)->dev);
}

/* --- what the software VT-d says ------------------------------------------- */

static void machine_report(void *data, const struct vtd_model_report *report)
{
	machine->broken++;
	if (!machine->expect_broken)
		pr_info("# model: rule %u: %s (0x%llx, store %llu)\n",
			report->rule, report->text, report->value, report->seq);
}

/* By CPU and vector: two interrupts may have the same vector on two CPUs. */
static DECLARE_BITMAP(messages, 1 << 16);

static unsigned int machine_message(u32 apicid, u32 vector)
{
	return (apicid & 0xff) << 8 | (vector & 0xff);
}

static void machine_deliver_to(unsigned int irq)
{
	struct irq_data *data = irq ? irq_get_irq_data(irq) : NULL;
	struct irq_cfg *cfg = data ? irqd_cfg(data) : NULL;

	if (cfg &&
	    test_and_clear_bit(machine_message(cfg->dest_apicid, cfg->vector),
			       messages))
		data->chip->irq_retrigger(data);
}

/* The vector was sent to a CPU: let it arrive as it would. */
static void machine_deliver(struct irq_work *work)
{
	unsigned int i;

	for (i = 0; i < vtd_control.nr_units; i++) {
		struct vtd_unit *unit = vtd_control.units[i];

		if (unit)
			machine_deliver_to(unit->irq);
		if (unit && unit->prq)
			machine_deliver_to(unit->prq->irq);
		if (unit)
			machine_deliver_to(vtd_perf_irq(unit));
	}
}

static DEFINE_IRQ_WORK(machine_work, machine_deliver);

static void machine_interrupt(void *data, u64 addr, u32 value)
{
	/* Bits 19:12 of the address name the CPU. */
	set_bit(machine_message(addr >> 12, value), messages);
	irq_work_queue(&machine_work);
}

unsigned int machine_fail_nth(unsigned int nth)
{
#ifdef CONFIG_FAULT_INJECTION
	return xchg(&current->fail_nth, nth);
#else
	return 0;
#endif
}

static void machine_page_made(void *virt, size_t bytes)
{
	/* What the model needs does not fail. */
	unsigned int nth = machine_fail_nth(0);

	if (vtd_model_page_made(virt, bytes))
		KUNIT_FAIL(machine->test, "no memory for the model");
	machine_fail_nth(nth);
}

static void machine_page_freed(void *virt)
{
	vtd_model_page_freed(virt);
}

bool vtd_regs_plug(struct vtd_regs *regs, u64 base)
{
	unsigned int i;

	for (i = 0; machine && i < machine->nr_units; i++) {
		if (base != MACHINE_BASE(i))
			continue;
		vtd_model_plug(machine->unit[i], regs);
		return true;
	}
	return false;
}

/* --- begin and end --------------------------------------------------------- */

static const struct vtd_model_function board[B_NR] = {
	[B_PORT_A] = { VTD_MODEL_ROOT_PORT, 0x08, VTD_MODEL_TOP, 0x5f },
	[B_ALONE] = { VTD_MODEL_ENDPOINT, 0x00, B_PORT_A },
	[B_PORT_B] = { VTD_MODEL_ROOT_PORT, 0x10, VTD_MODEL_TOP },
	[B_TWO_0] = { VTD_MODEL_ENDPOINT, 0x00, B_PORT_B, .many = true },
	[B_TWO_1] = { VTD_MODEL_ENDPOINT, 0x01, B_PORT_B, .many = true },
	[B_PORT_C] = { VTD_MODEL_ROOT_PORT, 0x18, VTD_MODEL_TOP, 0x5f },
	[B_TO_PCI] = { VTD_MODEL_TO_PCI, 0x00, B_PORT_C },
	[B_OLD_1] = { VTD_MODEL_CONVENTIONAL, 0x08, B_TO_PCI },
	[B_OLD_2] = { VTD_MODEL_CONVENTIONAL, 0x10, B_TO_PCI },
	[B_INTEGRATED] = { VTD_MODEL_INTEGRATED, 0x20, VTD_MODEL_TOP },
	[B_PORT_D] = { VTD_MODEL_ROOT_PORT, 0x28, VTD_MODEL_TOP, 0x5f },
	[B_UP] = { VTD_MODEL_UPSTREAM, 0x00, B_PORT_D },
	[B_DOWN_1] = { VTD_MODEL_DOWNSTREAM, 0x00, B_UP, 0x5f },
	[B_DOWN_2] = { VTD_MODEL_DOWNSTREAM, 0x08, B_UP },
	[B_DOWN_3] = { VTD_MODEL_DOWNSTREAM, 0x10, B_UP },
	[B_BEHIND_1] = { VTD_MODEL_ENDPOINT, 0x00, B_DOWN_1 },
	[B_BEHIND_2] = { VTD_MODEL_ENDPOINT, 0x00, B_DOWN_2 },
	[B_BEHIND_3] = { VTD_MODEL_ENDPOINT, 0x00, B_DOWN_3 },
	[B_PORT_E] = { VTD_MODEL_ROOT_PORT, 0x30, VTD_MODEL_TOP, 0x5f },
	[B_LATER] = { VTD_MODEL_ENDPOINT, 0x00, B_PORT_E, .absent = true },
	[B_PORT_LATER] = { VTD_MODEL_ROOT_PORT, 0x38, VTD_MODEL_TOP, 0x5f,
			   .absent = true },
	[B_SVA] = { VTD_MODEL_INTEGRATED, 0x40, VTD_MODEL_TOP, .ats = true,
		    .pasid_width = 20, .prq = 512 },
	[B_SVA_2] = { VTD_MODEL_INTEGRATED, 0x48, VTD_MODEL_TOP, .ats = true,
		      .qdep = 4, .pasid_width = 16, .prq = 8 },
};

/* Give back whatever the test left. */
static void machine_give_back(struct machine *m)
{
	unsigned int i;

	for (i = 0; i < m->nr_units; i++)
		vtd_model_revive(m->unit[i]);
	mutex_lock(&vtd_control.lock);
	if (vtd_control.state != VTD_DETACHED) {
		vtd_release_all(&m->reply);
		if (vtd_detach(&m->reply))
			KUNIT_FAIL(m->test, "detach failed: %.*s",
				   (int)m->reply.len, m->reply.text);
	}
	mutex_unlock(&vtd_control.lock);
	if (m->host)
		vtd_model_host_destroy(m->host);
	m->host = NULL;
}

static void machine_end(void *data)
{
	static const struct vtd_shim_hooks none;
	struct machine *m = data;
	long left;

	vtd_shim_fail_alloc(0);
	if (!m->expect_broken)
		vtd_model_check_quiescent();
	machine_give_back(m);
	vtd_perf_exit();
	vtd_fault_exit();
	vtd_incidents_forget();
	irq_work_sync(&machine_work);
	vtd_reply_free(&m->reply);
	while (m->nr_pages) {
		vtd_model_page_freed(m->page[--m->nr_pages]);
		free_page((unsigned long)m->page[m->nr_pages]);
	}
	left = vtd_model_pages();
	if (!m->keeps)
		KUNIT_EXPECT_EQ_MSG(m->test, left, 0, "pages not given back");
	else
		KUNIT_EXPECT_GT(m->test, left, 0);
	if (!m->expect_broken)
		KUNIT_EXPECT_EQ_MSG(m->test, m->broken, 0, "rules broken");
	vtd_shim_hook(&none);
	vtd_model_stop();
	machine = NULL;
	left = vtd_shim_end(NULL);
	if (!m->keeps)
		KUNIT_EXPECT_EQ(m->test, left, 0);
	vtd_shim_set_table(NULL);
	kvfree(m);
}

void machine_hook_relax(struct machine *m, void (*relax)(void))
{
	const struct vtd_shim_hooks hooks = {
		.table_made = machine_page_made,
		.table_freed = machine_page_freed,
		.relax = relax ?: vtd_model_tick,
		.delay = relax,
	};

	vtd_shim_hook(&hooks);
}

struct machine *machine_new(struct kunit *test)
{
	static const struct vtd_model_sink sink = {
		.report = machine_report,
		.interrupt = machine_interrupt,
	};
	struct machine *m = kvzalloc(sizeof(*m), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, m);
	m->test = test;
	memcpy(m->board, board, sizeof(board));
	memset(messages, 0, sizeof(messages));
	frozen = 0;
	vtd_model_stop(); /* a test that failed left it running */
	vtd_shim_begin(NULL);
	vtd_shim_set_ram(0);
	/* The core warns, and so fails the run, when a first attach fails. */
	vtd_shim_spare("vtd_domain_unit_get");
	vtd_shim_spare("vtd_domain_user_alloc");
	vtd_shim_virtual_clock(1000000, 10000);
	machine_hook_relax(m, NULL);
	machine = m;
	vtd_model_start(&sink);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, machine_end, m),
			0);
	return m;
}

unsigned int machine_add_unit(struct machine *m, u64 cap, u64 ecap, u32 policy)
{
	const struct vtd_model_config config = {
		.version = 0x10,
		.cap = cap,
		.ecap = ecap,
		.policy = policy,
		.seed = 1,
		.page_latency = m->page_latency,
		.command_latency = m->command_latency,
	};

	m->unit[m->nr_units] = vtd_model_unit_create(&config);
	KUNIT_ASSERT_NOT_NULL(m->test, m->unit[m->nr_units]);
	return m->nr_units++;
}

void machine_build(struct machine *m)
{
	unsigned int i;

	if (!m->table.len) {
		dmar_begin(&m->table, 48, 0);
		dmar_drhd(&m->table, 1, 0, MACHINE_SEGMENT, MACHINE_BASE(0));
		dmar_finish(&m->table);
	}
	vtd_shim_set_table(m->table.bytes);
	m->host = vtd_model_host_create(MACHINE_SEGMENT, m->board, B_NR, NULL);
	KUNIT_ASSERT_NOT_NULL(m->test, m->host);
	for (i = 0; i < B_NR; i++)
		if (m->board[i].kind < VTD_MODEL_ROOT_PORT &&
		    !m->board[i].absent)
			machine_enable(m, i);
}

struct machine *machine_usual(struct kunit *test)
{
	struct machine *m = machine_new(test);

	machine_add_unit(m, FIX_CAP, FIX_ECAP, VTD_MODEL_EAGER);
	machine_build(m);
	return m;
}

/* --- what tests do ---------------------------------------------------------- */

void machine_command_begin(struct machine *m)
{
	vtd_reply_free(&m->reply);
	mutex_lock(&vtd_control.lock);
}

int machine_command_end(int ret)
{
	mutex_unlock(&vtd_control.lock);
	return ret;
}

int machine_attach(struct machine *m)
{
	return machine_command(m, vtd_attach(&m->reply));
}

int machine_detach(struct machine *m)
{
	return machine_command(m, vtd_detach(&m->reply));
}

bool machine_said(struct machine *m, const char *what)
{
	return m->reply.len && strnstr(m->reply.text, what, m->reply.len);
}

static void machine_put(void *pdev)
{
	pci_dev_put(pdev);
}

struct pci_dev *machine_dev(struct machine *m, unsigned int index)
{
	struct pci_dev *pdev = vtd_model_host_dev(m->host, index);

	KUNIT_ASSERT_NOT_NULL_MSG(m->test, pdev, "function %u", index);
	KUNIT_ASSERT_EQ(m->test,
			kunit_add_action_or_reset(m->test, machine_put, pdev),
			0);
	return pdev;
}

bool machine_managed(struct machine *m, unsigned int index)
{
	return vtd_device_find(machine_dev(m, index));
}

struct iommu_group *machine_group(struct machine *m, unsigned int index)
{
	return machine_dev(m, index)->dev.iommu_group;
}

struct vtd_model_endpoint *machine_endpoint(struct machine *m,
					    unsigned int index)
{
	struct vtd_model_endpoint *ep =
		vtd_model_host_endpoint(m->host, index, m->unit[0]);

	KUNIT_ASSERT_NOT_NULL(m->test, ep);
	return ep;
}

/* How long a page request may go without an answer. */
#define ANSWER_MS 20000

/* The answer to a page request: 0 when the page is there now. */
static int machine_answer(struct vtd_model_endpoint *ep, unsigned int group)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(ANSWER_MS);
	int code;

	while ((code = vtd_model_endpoint_answer(ep, group)) == -EINPROGRESS) {
		if (time_after(jiffies, deadline))
			return -ETIMEDOUT;
		vtd_model_tick();
		usleep_range(20, 100);
	}
	return code;
}

int machine_ask_again(struct vtd_model_endpoint *ep,
		      const struct vtd_model_result *r, unsigned int *refused)
{
	int code;

	if (!r->pending)
		return 0;
	if (r->group == VTD_MODEL_NO_GROUP) {
		vtd_model_tick();
		usleep_range(20, 100);
		return 1;
	}
	code = machine_answer(ep, r->group);
	if (code < 0)
		return code;
	return !code || ++*refused < 3;
}

u64 *machine_page(struct machine *m)
{
	u64 *page = (u64 *)get_zeroed_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(m->test, page);
	KUNIT_ASSERT_LT(m->test, m->nr_pages, MACHINE_PAGES);
	m->page[m->nr_pages++] = page;
	KUNIT_ASSERT_EQ(m->test, vtd_model_page_made(page, PAGE_SIZE), 0);
	return page;
}

/* As firmware, or a driver before, may have left it: DMA is possible. */
void machine_enable(struct machine *m, unsigned int index)
{
	struct pci_dev *pdev = machine_dev(m, index);

	KUNIT_EXPECT_EQ(m->test, pci_enable_device(pdev), 0);
	pci_set_master(pdev);
}

int machine_write_by(struct machine *m, struct vtd_model_unit *u,
		     unsigned int index, u64 addr, u64 *at)
{
	static u64 next = 0x1122334455660000ULL;
	u64 word = next++;
	struct vtd_model_result result;

	if (!vtd_model_host_dma(m->host, index, u, addr, VTD_MODEL_WRITE, &word,
				sizeof(word), &result))
		return result.reason ?: -1;
	return READ_ONCE(*at) == word ? 0 : -1;
}

int machine_write(struct machine *m, unsigned int index, u64 addr, u64 *at)
{
	return machine_write_by(m, m->unit[0], index, addr, at);
}

int machine_assign(struct machine *m, unsigned int index)
{
	struct pci_dev *pdev = machine_dev(m, index);
	struct iommu_domain *d;
	int ret;

	if (!pdev->dev.iommu_group)
		return -ENODEV;
	ret = iommu_group_claim_dma_owner(pdev->dev.iommu_group, m);
	if (ret)
		return ret;
	d = iommu_paging_domain_alloc(&pdev->dev);
	ret = IS_ERR_OR_NULL(d) ? -ENOMEM :
				  iommu_attach_group(d, pdev->dev.iommu_group);
	if (!ret)
		iommu_detach_group(d, pdev->dev.iommu_group);
	if (!IS_ERR_OR_NULL(d))
		iommu_domain_free(d);
	iommu_group_release_dma_owner(pdev->dev.iommu_group);
	return ret;
}

int machine_ats(struct machine *m, unsigned int index, bool on)
{
	return machine_command(m, vtd_ats_command(machine_dev(m, index), on,
						  &m->reply));
}

struct vtd_unit *machine_unit(unsigned int i)
{
	return vtd_control.units[i];
}

void machine_expect_untouched(struct machine *m)
{
	struct pci_dev *pdev = NULL;
	unsigned int i;

	KUNIT_EXPECT_EQ(m->test, vtd_control.state, VTD_DETACHED);
	KUNIT_EXPECT_NULL(m->test, vtd_control.units);
	KUNIT_EXPECT_NULL(m->test, vtd_control.dmar);
	KUNIT_EXPECT_TRUE(m->test, list_empty(&vtd_devices));
	for_each_pci_dev(pdev)
		KUNIT_EXPECT_NULL_MSG(m->test, pdev->dev.iommu_group, "%s",
				      pci_name(pdev));
	for (i = 0; i < m->nr_units; i++) {
		struct vtd_regs regs;

		vtd_model_plug(m->unit[i], &regs);
		/* Translation, the queue, and where the tables were. */
		KUNIT_EXPECT_EQ(m->test, fix_read32(&regs, 0x1c) & 0x84000000,
				0);
		KUNIT_EXPECT_EQ(m->test, fix_read64(&regs, 0x20), 0);
		KUNIT_EXPECT_EQ(m->test, fix_read64(&regs, 0x90), 0);
	}
}

int machine_suite_init(struct kunit_suite *suite)
{
	int ret;

	static_branch_inc(&vtd_soft_regs);
	vtd_manage_init();
	ret = vtd_irq_domain_create();
	if (ret)
		return ret;
	vtd_control_init();
	ret = pci_register_driver(&machine_driver);
	if (ret)
		return ret;
	ret = pci_register_driver(&machine_freezable_driver);
	if (ret)
		return ret;
	return pci_register_driver(&machine_owner_driver);
}

void machine_suite_exit(struct kunit_suite *suite)
{
	pci_unregister_driver(&machine_owner_driver);
	pci_unregister_driver(&machine_freezable_driver);
	pci_unregister_driver(&machine_driver);
	vtd_control_exit();
	vtd_irq_domain_destroy();
	static_branch_dec(&vtd_soft_regs);
}
