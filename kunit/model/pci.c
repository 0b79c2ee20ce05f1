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

/* Offsets and bits of PCI 3.0, PCI Express 7.5, 7.7.7, 7.8.9 and 10.5. */
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
	C_DEVICE_CAP_2 = 0x64,
	C_ACS = 0x100,
	C_ATS = 0x110,
	C_PASID = 0x118,
	C_PRI = 0x120,
	C_END = 0x130,
};

#define C_BUS_MASTER 0x4
#define C_RESETS BIT(28) /* function level reset, in the capability */
#define C_RESET BIT(15) /* the same, in the control register */
#define C_PREFIXES BIT(21) /* end-end TLP prefixes: what PASIDs travel in */

#define C_ATS_ALIGNED BIT(5)
#define C_ATS_ENABLE BIT(15)
#define C_PASID_CAN 0x6 /* execute, privileged mode */
#define C_PASID_ENABLE BIT(0)
#define C_PRI_ENABLE BIT(0)
#define C_PRI_RESET BIT(1)
#define C_PRI_PASID BIT(15) /* responses carry the PASID */

/**
 * struct vtd_model_config_space - of one function
 * @byte: what reads find
 * @writable: bits that writes change
 */
struct vtd_model_config_space {
	u8 byte[C_END];
	u8 writable[C_END];
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
 * @endpoint: what has a unit, by function
 */
struct vtd_model_host {
	struct pci_sysdata sysdata;
	raw_spinlock_t lock;
	struct resource busn;
	struct pci_bus *bus;
	struct vtd_model_function function[VTD_MODEL_FUNCTIONS];
	unsigned int nr;
	struct vtd_model_config_space config[VTD_MODEL_FUNCTIONS];
	struct vtd_model_endpoint *endpoint[VTD_MODEL_FUNCTIONS];
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

static bool has_ats(const struct vtd_model_function *f)
{
	return f->ats && is_express(f) && !is_bridge(f);
}

/* Function level reset. */
static bool can_reset(const struct vtd_model_function *f)
{
	return f->kind == VTD_MODEL_ENDPOINT || has_ats(f);
}

static u32 get(const struct vtd_model_config_space *c, unsigned int at,
	       unsigned int bytes)
{
	u32 value = 0;

	while (bytes--)
		value = value << 8 | c->byte[at + bytes];
	return value;
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

/* ATS, PASID and PRI (PCI Express 10.5.1, 7.8.9, 10.5.2). */
static void fill_ats(struct vtd_model_config_space *c,
		     const struct vtd_model_function *f)
{
	unsigned int after_ats = f->prq ? C_PRI : 0;

	/* Without ACS a null capability leads here. */
	put(c, C_ACS + 2, C_ATS << 4 | (f->acs ? 1 : 0), 2);
	if (f->pasid_width) {
		put(c, C_PASID, 0x0001001b | after_ats << 20, 4);
		put(c, C_PASID + 4, C_PASID_CAN | f->pasid_width << 8, 2);
		allow(c, C_PASID + 6, C_PASID_ENABLE | C_PASID_CAN, 2);
		after_ats = C_PASID;
	}
	put(c, C_ATS, 0x0001000f | after_ats << 20, 4);
	put(c, C_ATS + 4, C_ATS_ALIGNED | (f->qdep & 0x1f), 2);
	allow(c, C_ATS + 6, C_ATS_ENABLE | 0x1f, 2);
	if (!f->prq)
		return;
	put(c, C_PRI, 0x00010013, 4);
	allow(c, C_PRI + 4, C_PRI_ENABLE, 2);
	put(c, C_PRI + 8, f->prq, 4);
	allow(c, C_PRI + 12, ~0U, 4);
}

/* Capabilities: PCI Express version 2 without anything, ACS, and of ATS. */
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
		put(c, C_DEVICE_CAP_2, C_PREFIXES, 4);
		if (can_reset(f))
			put(c, C_DEVICE_CAP, C_RESETS, 4);
	} else {
		return;
	}
	put(c, C_STATUS, 0x10, 2);
	put(c, C_CAPABILITIES, C_EXPRESS, 1);
	if (f->acs) {
		put(c, C_ACS, 0x0001000d, 4);
		put(c, C_ACS + 4, f->acs, 2);
		allow(c, C_ACS + 6, f->acs, 2);
	}
	if (has_ats(f))
		fill_ats(c, f);
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

/* The PRI status register is what the endpoint says. */
static void refresh(struct vtd_model_host *host,
		    struct vtd_model_config_space *c)
{
	unsigned int index = c - host->config;
	const struct vtd_model_function *f = &host->function[index];
	u16 status = VTD_MODEL_PRI_STOPPED;

	if (!has_ats(f) || !f->prq)
		return;
	if (host->endpoint[index])
		status = vtd_model_endpoint_pri_status(host->endpoint[index]);
	else if (get(c, C_PRI + 4, 2) & C_PRI_ENABLE)
		status = 0;
	put(c, C_PRI + 6, status | (f->pasid_width ? C_PRI_PASID : 0), 2);
}

/* The endpoint is as its registers say. */
static void follow(struct vtd_model_host *host, unsigned int index)
{
	const struct vtd_model_config_space *c = &host->config[index];

	vtd_model_endpoint_enable(host->endpoint[index],
				  get(c, C_ATS + 6, 2) & C_ATS_ENABLE,
				  get(c, C_PASID + 6, 2) & C_PASID_ENABLE,
				  get(c, C_PRI + 4, 2) & C_PRI_ENABLE,
				  get(c, C_PRI + 12, 4));
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
	if (c)
		refresh(host, c);
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

	if (!can_reset(&host->function[index]) || !(control & C_RESET))
		return;
	fill(c, &host->function[index], index);
	if (host->endpoint[index])
		vtd_model_endpoint_reset(host->endpoint[index]);
}

/* What a write does besides storing: @value as far as it reaches. */
static void written(struct vtd_model_host *host,
		    struct vtd_model_config_space *c, int where, int size,
		    u32 value)
{
	unsigned int index = c - host->config;
	struct vtd_model_endpoint *ep = host->endpoint[index];

	reset(host, c);
	if (!ep || where < C_ATS || where >= C_END)
		return;
	follow(host, index);
	if (where <= C_PRI + 4 && where + size > C_PRI + 4 &&
	    value >> 8 * (C_PRI + 4 - where) & C_PRI_RESET)
		vtd_model_endpoint_pri_reset(ep);
	if (where <= C_PRI + 6 && where + size > C_PRI + 6)
		vtd_model_endpoint_pri_clear(
			ep, value >> 8 * (C_PRI + 6 - where) &
				    (VTD_MODEL_PRI_FAILED |
				     VTD_MODEL_PRI_UNEXPECTED));
}

static int host_write(struct pci_bus *bus, unsigned int devfn, int where,
		      int size, u32 value)
{
	struct vtd_model_host *host = host_of(bus);
	struct vtd_model_config_space *c;
	unsigned long flags;
	int i;

	raw_spin_lock_irqsave(&host->lock, flags);
	c = find(host, bus, devfn);
	for (i = 0; c && i < size && where + i < sizeof(c->byte); i++) {
		u8 mask = c->writable[where + i];

		c->byte[where + i] = (c->byte[where + i] & ~mask) |
				     (value >> 8 * i & mask);
	}
	if (c)
		written(host, c, where, size, value);
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
 * @host: the host bridge; the model is still running
 *
 * Context: may sleep; takes pci_lock_rescan_remove().
 */
void vtd_model_host_destroy(struct vtd_model_host *host)
{
	struct pci_host_bridge *bridge = to_pci_host_bridge(host->bus->bridge);
	unsigned int i;

	pci_lock_rescan_remove();
	pci_stop_root_bus(host->bus);
	pci_remove_root_bus(host->bus);
	/* pci_scan_root_bus() made it, and nobody else gives it back. */
	pci_free_host_bridge(bridge);
	pci_unlock_rescan_remove();
	for (i = 0; i < host->nr; i++)
		vtd_model_endpoint_destroy(host->endpoint[i]);
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

/* Pulled out it answers nobody, and forgets. */
static void gone(struct vtd_model_host *host, unsigned int index, bool gone)
{
	if (!host->endpoint[index])
		return;
	vtd_model_endpoint_reset(host->endpoint[index]);
	vtd_model_endpoint_mute(host->endpoint[index], gone);
}

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
	gone(host, index, false);
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
	gone(host, index, true);
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
 * vtd_model_host_endpoint() - put a unit on the way of a function with ATS
 * @host: the host bridge
 * @index: which function; it is there, and has no unit yet
 * @u: the unit; it stays as long as the host bridge does
 *
 * From now on what is written to its ATS, PASID and PRI capabilities switches
 * the endpoint, and its DMA goes through a device TLB.
 *
 * Context: may sleep.
 * Return: the endpoint, which goes with the host bridge; NULL when there is
 * none, or no memory.
 */
struct vtd_model_endpoint *vtd_model_host_endpoint(struct vtd_model_host *host,
						   unsigned int index,
						   struct vtd_model_unit *u)
{
	const struct vtd_model_function *f = &host->function[index];
	const struct vtd_model_endpoint_config config = {
		.sid = vtd_model_host_sid(host, index),
		.pfsid = vtd_model_host_sid(host, index),
		.qdep = f->qdep,
		.width = f->pasid_width,
		.prq = f->prq,
		.seed = index + 1,
	};
	struct vtd_model_endpoint *ep;
	unsigned long flags;

	if (!has_ats(f) || host->endpoint[index])
		return NULL;
	ep = vtd_model_endpoint_create(u, &config);
	if (!ep)
		return NULL;
	raw_spin_lock_irqsave(&host->lock, flags);
	host->endpoint[index] = ep;
	follow(host, index);
	raw_spin_unlock_irqrestore(&host->lock, flags);
	return ep;
}
EXPORT_SYMBOL_GPL(vtd_model_host_endpoint);

/**
 * vtd_model_host_request() - a function sends a request
 * @host: the host bridge
 * @index: which function
 * @u: the unit on its way
 * @request: as for vtd_model_request(), but for the source-id
 * @data: as for vtd_model_request()
 * @bytes: as for vtd_model_request()
 * @result: as for vtd_model_request()
 *
 * One with vtd_model_host_endpoint() does as vtd_model_endpoint_dma() says.
 *
 * Context: any.
 * Return: true when all of it was done; false also when the function is not
 * there or is no bus master, and then the unit has seen nothing.
 */
bool vtd_model_host_request(struct vtd_model_host *host, unsigned int index,
			    struct vtd_model_unit *u,
			    const struct vtd_model_request *request, void *data,
			    size_t bytes, struct vtd_model_result *result)
{
	struct vtd_model_request r = *request;
	int at;

	*result = (struct vtd_model_result){ .aborted = true };
	if (bus_of(host, index) < 0)
		return false;
	for (at = index; at != VTD_MODEL_TOP; at = host->function[at].above)
		if (host->function[at].absent ||
		    !(host->config[at].byte[C_COMMAND] & C_BUS_MASTER))
			return false;
	if (host->endpoint[index] && r.access <= VTD_MODEL_ATOMIC)
		return vtd_model_endpoint_dma(host->endpoint[index], &r, data,
					      bytes, result);
	r.sid = vtd_model_host_sid(host, index);
	return vtd_model_request(u, &r, data, bytes, result);
}
EXPORT_SYMBOL_GPL(vtd_model_host_request);

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
 * As vtd_model_host_request(), without a PASID.
 *
 * Context: any.
 * Return: true when all of it was done.
 */
bool vtd_model_host_dma(struct vtd_model_host *host, unsigned int index,
			struct vtd_model_unit *u, u64 addr,
			enum vtd_model_access access, void *data, size_t bytes,
			struct vtd_model_result *result)
{
	const struct vtd_model_request request = {
		.addr = addr,
		.access = access,
	};

	return vtd_model_host_request(host, index, u, &request, data, bytes,
				      result);
}
EXPORT_SYMBOL_GPL(vtd_model_host_dma);
