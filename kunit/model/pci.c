// SPDX-License-Identifier: GPL-2.0
/*
 * A PCI host bridge of software, and the functions behind it.
 *
 * Owns their configuration space and the source-id that a request has when it
 * reaches a unit.  Knows the layout of configuration space as numbers of its
 * own.  Must never answer for a bus that no bridge leads to.
 */
#include <linux/errno.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "pci.h"

/* Offsets and bits of PCI 3.0, PCI Express 7.5 and 7.7.7. */
enum {
	C_COMMAND = 0x04,
	C_STATUS = 0x06,
	C_CLASS = 0x08,
	C_HEADER = 0x0e,
	C_PRIMARY = 0x18,
	C_SECONDARY = 0x19,
	C_MEMORY_BASE = 0x20,
	C_PREFETCH_BASE = 0x24,
	C_CAPABILITIES = 0x34,
	C_CONTROL = 0x3e,
	C_EXPRESS = 0x40,
	C_DEVICE_CAP = 0x44,
	C_DEVICE_CONTROL = 0x48,
	C_ACS = 0x100,
};

#define C_BUS_MASTER 0x4
#define C_RESETS BIT(28) /* function level reset, in the capability */
#define C_RESET BIT(15) /* the same, in the control register */

/**
 * struct vtd_model_config_space - of one function
 * @byte: what reads find
 * @writable: bits that writes change
 */
struct vtd_model_config_space {
	u8 byte[0x110];
	u8 writable[0x110];
};

/**
 * struct vtd_model_host - a host bridge
 * @sysdata: what x86 wants of it
 * @lock: configuration space
 * @busn: bus numbers
 * @bus: its root bus
 * @function: what is behind it
 * @nr: how much
 * @config: configuration space, by function
 */
struct vtd_model_host {
	struct pci_sysdata sysdata;
	raw_spinlock_t lock;
	struct resource busn;
	struct pci_bus *bus;
	struct vtd_model_function function[VTD_MODEL_FUNCTIONS];
	unsigned int nr;
	struct vtd_model_config_space config[VTD_MODEL_FUNCTIONS];
};

static bool is_bridge(const struct vtd_model_function *f)
{
	return f->kind >= VTD_MODEL_ROOT_PORT;
}

static bool is_express(const struct vtd_model_function *f)
{
	return f->kind != VTD_MODEL_CONVENTIONAL &&
	       f->kind != VTD_MODEL_PCI_BRIDGE && f->kind != VTD_MODEL_TO_PCIE;
}

static void put(struct vtd_model_config_space *c, unsigned int at, u32 value,
		unsigned int bytes)
{
	for (; bytes--; value >>= 8)
		c->byte[at++] = value;
}

static void allow(struct vtd_model_config_space *c, unsigned int at, u32 mask,
		  unsigned int bytes)
{
	for (; bytes--; mask >>= 8)
		c->writable[at++] = mask;
}

/* Device/port type of the PCI Express capability. */
static unsigned int port_type(enum vtd_model_kind kind)
{
	switch (kind) {
	case VTD_MODEL_INTEGRATED:
		return 9;
	case VTD_MODEL_ROOT_PORT:
		return 4;
	case VTD_MODEL_UPSTREAM:
		return 5;
	case VTD_MODEL_DOWNSTREAM:
		return 6;
	case VTD_MODEL_TO_PCI:
		return 7;
	default:
		return 0;
	}
}

/* Capabilities: PCI Express version 2 without anything, and ACS. */
static void fill_capabilities(struct vtd_model_config_space *c,
			      const struct vtd_model_function *f)
{
	if (f->kind == VTD_MODEL_TO_PCIE) {
		put(c, C_EXPRESS, 0x00820010, 4);
	} else if (is_express(f)) {
		put(c, C_EXPRESS, 0x00020010 | port_type(f->kind) << 20, 4);
		/* 2.5 GT/s, one lane */
		put(c, C_EXPRESS + 12, 0x11, 4);
		put(c, C_EXPRESS + 18, 0x11, 2);
		allow(c, C_DEVICE_CONTROL, 0xffff, 2);
		if (f->kind == VTD_MODEL_ENDPOINT)
			put(c, C_DEVICE_CAP, C_RESETS, 4);
	} else {
		return;
	}
	put(c, C_STATUS, 0x10, 2);
	put(c, C_CAPABILITIES, C_EXPRESS, 1);
	if (!f->acs)
		return;
	put(c, C_ACS, 0x0001000d, 4);
	put(c, C_ACS + 4, f->acs, 2);
	allow(c, C_ACS + 6, f->acs, 2);
}

static void fill(struct vtd_model_config_space *c,
		 const struct vtd_model_function *f, unsigned int index)
{
	u32 class = f->class ?: is_bridge(f) ? 0x060400 : 0xff0000;

	memset(c, 0, sizeof(*c));
	put(c, 0, f->vendor ?: VTD_MODEL_VENDOR, 2);
	put(c, 2, f->vendor || f->device ? f->device : 0x100 + index, 2);
	put(c, C_CLASS + 1, class, 3);
	put(c, C_HEADER, is_bridge(f) | f->many << 7, 1);
	allow(c, C_COMMAND, 0x0547, 2);
	if (is_bridge(f)) {
		allow(c, C_PRIMARY, 0xffffff, 3);
		/* windows closed */
		put(c, C_MEMORY_BASE, 0x0000fff0, 4);
		allow(c, C_MEMORY_BASE, 0xfff0fff0, 4);
		put(c, C_PREFETCH_BASE, 0x0000fff0, 4);
		allow(c, C_PREFETCH_BASE, 0xfff0fff0, 4);
		allow(c, C_CONTROL, 0x003f, 2);
	}
	fill_capabilities(c, f);
}

/* Bus number that a function sits on; negative when nothing leads there. */
static int bus_of(const struct vtd_model_host *host, unsigned int index)
{
	int above = host->function[index].above;
	int number;

	if (above == VTD_MODEL_TOP)
		return host->busn.start;
	if (host->function[above].absent || bus_of(host, above) < 0)
		return -ENODEV;
	number = host->config[above].byte[C_SECONDARY];
	return number ?: -ENODEV;
}

static struct vtd_model_config_space *
find(struct vtd_model_host *host, const struct pci_bus *bus, unsigned int devfn)
{
	unsigned int i;

	for (i = 0; i < host->nr; i++)
		if (!host->function[i].absent &&
		    host->function[i].devfn == devfn &&
		    bus_of(host, i) == bus->number)
			return &host->config[i];
	return NULL;
}

static struct vtd_model_host *host_of(const struct pci_bus *bus)
{
	return container_of((struct pci_sysdata *)bus->sysdata,
			    struct vtd_model_host, sysdata);
}

static int host_read(struct pci_bus *bus, unsigned int devfn, int where,
		     int size, u32 *value)
{
	struct vtd_model_host *host = host_of(bus);
	struct vtd_model_config_space *c;
	unsigned long flags;
	int i;

	raw_spin_lock_irqsave(&host->lock, flags);
	c = find(host, bus, devfn);
	*value = 0;
	for (i = size; c && i--;)
		*value = *value << 8 |
			 (where + i < sizeof(c->byte) ? c->byte[where + i] : 0);
	raw_spin_unlock_irqrestore(&host->lock, flags);
	if (!c)
		PCI_SET_ERROR_RESPONSE(value);
	return c ? PCIBIOS_SUCCESSFUL : PCIBIOS_DEVICE_NOT_FOUND;
}

/* Function level reset (PCI Express 6.6.2): all but what is wired. */
static void reset(struct vtd_model_host *host, struct vtd_model_config_space *c)
{
	u16 control = c->byte[C_DEVICE_CONTROL] | c->byte[C_DEVICE_CONTROL + 1]
							  << 8;
	unsigned int index = c - host->config;

	if (host->function[index].kind == VTD_MODEL_ENDPOINT &&
	    control & C_RESET)
		fill(c, &host->function[index], index);
}

static int host_write(struct pci_bus *bus, unsigned int devfn, int where,
		      int size, u32 value)
{
	struct vtd_model_host *host = host_of(bus);
	struct vtd_model_config_space *c;
	unsigned long flags;

	raw_spin_lock_irqsave(&host->lock, flags);
	c = find(host, bus, devfn);
	for (; c && size--; where++, value >>= 8) {
		u8 mask;

		if (where >= sizeof(c->byte))
			break;
		mask = c->writable[where];
		c->byte[where] = (c->byte[where] & ~mask) | (value & mask);
	}
	if (c)
		reset(host, c);
	raw_spin_unlock_irqrestore(&host->lock, flags);
	return c ? PCIBIOS_SUCCESSFUL : PCIBIOS_DEVICE_NOT_FOUND;
}

static struct pci_ops host_ops = {
	.read = host_read,
	.write = host_write,
};

/**
 * vtd_model_host_create() - a host bridge, and the kernel told to look
 * @domain: PCI segment that is not in use
 * @functions: what is behind it, bridges before what is below them
 * @nr: how many, up to VTD_MODEL_FUNCTIONS
 * @vmd: the segment is one that only the CPU knows: requests from it carry the
 *	source-id of this function (a VMD endpoint); or NULL
 *
 * Drivers are bound before it returns.
 *
 * Context: may sleep; takes pci_lock_rescan_remove().
 * Return: the host bridge, or NULL.
 */
struct vtd_model_host *
vtd_model_host_create(int domain, const struct vtd_model_function *functions,
		      unsigned int nr, struct pci_dev *vmd)
{
	struct vtd_model_host *host = kzalloc(sizeof(*host), GFP_KERNEL);
	LIST_HEAD(resources);
	unsigned int i;

	if (!host || nr > VTD_MODEL_FUNCTIONS)
		goto free;
	raw_spin_lock_init(&host->lock);
	host->sysdata.domain = domain;
	host->sysdata.node = NUMA_NO_NODE;
#if IS_ENABLED(CONFIG_VMD)
	host->sysdata.vmd_dev = vmd;
#endif
	host->busn = (struct resource){
		.name = "vtd_model",
		.end = 0x3f,
		.flags = IORESOURCE_BUS,
	};
	memcpy(host->function, functions, nr * sizeof(*functions));
	host->nr = nr;
	for (i = 0; i < nr; i++)
		fill(&host->config[i], &functions[i], i);

	pci_add_resource(&resources, &host->busn);
	pci_lock_rescan_remove();
	host->bus = pci_scan_root_bus(NULL, 0, &host_ops, &host->sysdata,
				      &resources);
	if (host->bus)
		pci_bus_add_devices(host->bus);
	pci_unlock_rescan_remove();
	if (host->bus)
		return host;
	pci_free_resource_list(&resources);
free:
	kfree(host);
	return NULL;
}
EXPORT_SYMBOL_GPL(vtd_model_host_create);

/**
 * vtd_model_host_destroy() - the host bridge and all behind it leave
 * @host: the host bridge
 *
 * Context: may sleep; takes pci_lock_rescan_remove().
 */
void vtd_model_host_destroy(struct vtd_model_host *host)
{
	struct pci_host_bridge *bridge = to_pci_host_bridge(host->bus->bridge);

	pci_lock_rescan_remove();
	pci_stop_root_bus(host->bus);
	pci_remove_root_bus(host->bus);
	/* pci_scan_root_bus() made it, and nobody else gives it back. */
	pci_free_host_bridge(bridge);
	pci_unlock_rescan_remove();
	kfree(host);
}
EXPORT_SYMBOL_GPL(vtd_model_host_destroy);

/**
 * vtd_model_host_dev() - what the kernel knows of a function
 * @host: the host bridge
 * @index: which function
 *
 * Context: any but hard interrupt.
 * Return: the device with a reference, or NULL.
 */
struct pci_dev *vtd_model_host_dev(struct vtd_model_host *host,
				   unsigned int index)
{
	int bus = bus_of(host, index);

	if (bus < 0)
		return NULL;
	return pci_get_domain_bus_and_slot(host->sysdata.domain, bus,
					   host->function[index].devfn);
}
EXPORT_SYMBOL_GPL(vtd_model_host_dev);

/**
 * vtd_model_host_plug() - put a function in that was absent
 * @host: the host bridge
 * @index: which function; what it sits below is present
 *
 * Context: may sleep; takes pci_lock_rescan_remove().
 */
void vtd_model_host_plug(struct vtd_model_host *host, unsigned int index)
{
	struct vtd_model_function *f = &host->function[index];
	struct pci_bus *bus;
	unsigned long flags;

	raw_spin_lock_irqsave(&host->lock, flags);
	fill(&host->config[index], f, index);
	f->absent = false;
	raw_spin_unlock_irqrestore(&host->lock, flags);

	pci_lock_rescan_remove();
	bus = pci_find_bus(host->sysdata.domain, bus_of(host, index));
	if (bus) {
		pci_scan_slot(bus, f->devfn);
		pci_bus_add_devices(bus);
	}
	pci_unlock_rescan_remove();
}
EXPORT_SYMBOL_GPL(vtd_model_host_plug);

/**
 * vtd_model_host_unplug() - take a function out, with all below it
 * @host: the host bridge
 * @index: which function
 *
 * Context: may sleep; takes pci_lock_rescan_remove().
 */
void vtd_model_host_unplug(struct vtd_model_host *host, unsigned int index)
{
	struct pci_dev *pdev = vtd_model_host_dev(host, index);
	unsigned long flags;

	if (pdev)
		pci_stop_and_remove_bus_device_locked(pdev);
	pci_dev_put(pdev);
	raw_spin_lock_irqsave(&host->lock, flags);
	host->function[index].absent = true;
	raw_spin_unlock_irqrestore(&host->lock, flags);
}
EXPORT_SYMBOL_GPL(vtd_model_host_unplug);

/**
 * vtd_model_host_sid() - the source-id of a function's requests
 * @host: the host bridge
 * @index: which function
 *
 * As a unit sees it, after every bridge on the way: a bridge from PCI Express
 * to PCI puts its secondary bus and function 0 there (its specification, 2.3),
 * one between conventional buses itself.
 *
 * Context: any.
 * Return: the source-id.
 */
u16 vtd_model_host_sid(struct vtd_model_host *host, unsigned int index)
{
	u16 sid = bus_of(host, index) << 8 | host->function[index].devfn;
	int at;

	for (at = host->function[index].above; at != VTD_MODEL_TOP;
	     at = host->function[at].above) {
		switch (host->function[at].kind) {
		case VTD_MODEL_TO_PCI:
			sid = host->config[at].byte[C_SECONDARY] << 8;
			break;
		case VTD_MODEL_TO_PCIE:
		case VTD_MODEL_PCI_BRIDGE:
			sid = bus_of(host, at) << 8 | host->function[at].devfn;
			break;
		default:
			break;
		}
	}
#if IS_ENABLED(CONFIG_VMD)
	if (host->sysdata.vmd_dev)
		sid = pci_dev_id(host->sysdata.vmd_dev);
#endif
	return sid;
}
EXPORT_SYMBOL_GPL(vtd_model_host_sid);

/**
 * vtd_model_host_acs() - what of ACS is switched on in a function
 * @host: the host bridge
 * @index: which function
 *
 * Context: any.
 * Return: the control register of its ACS capability.
 */
u16 vtd_model_host_acs(struct vtd_model_host *host, unsigned int index)
{
	const u8 *control = &host->config[index].byte[C_ACS + 6];

	return control[0] | control[1] << 8;
}
EXPORT_SYMBOL_GPL(vtd_model_host_acs);

/**
 * vtd_model_host_dma() - a function reads or writes memory
 * @host: the host bridge
 * @index: which function
 * @u: the unit on its way
 * @addr: as for vtd_model_dma()
 * @access: as for vtd_model_dma()
 * @data: as for vtd_model_dma()
 * @bytes: as for vtd_model_dma()
 * @result: as for vtd_model_dma()
 *
 * Context: any.
 * Return: true when all of it was done; false also when the function is not
 * there or is no bus master, and then the unit has seen nothing.
 */
bool vtd_model_host_dma(struct vtd_model_host *host, unsigned int index,
			struct vtd_model_unit *u, u64 addr,
			enum vtd_model_access access, void *data, size_t bytes,
			struct vtd_model_result *result)
{
	int at;

	*result = (struct vtd_model_result){ .aborted = true };
	if (bus_of(host, index) < 0)
		return false;
	for (at = index; at != VTD_MODEL_TOP; at = host->function[at].above)
		if (host->function[at].absent ||
		    !(host->config[at].byte[C_COMMAND] & C_BUS_MASTER))
			return false;
	return vtd_model_dma(u, vtd_model_host_sid(host, index), addr, access,
			     data, bytes, result);
}
EXPORT_SYMBOL_GPL(vtd_model_host_dma);
