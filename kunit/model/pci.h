/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PCI of software: a host bridge with functions behind it, that the kernel
 * enumerates like any other.  Only in the kernel; model.h is what user space
 * has too.
 */
#ifndef VTD_MODEL_PCI_H
#define VTD_MODEL_PCI_H

#include <linux/pci.h>

#include "endpoint.h"
#include "model.h"

/**
 * enum vtd_model_kind - what a function is
 * @VTD_MODEL_ENDPOINT: PCI Express endpoint
 * @VTD_MODEL_INTEGRATED: root complex integrated endpoint
 * @VTD_MODEL_CONVENTIONAL: conventional PCI device
 * @VTD_MODEL_ROOT_PORT: root port
 * @VTD_MODEL_UPSTREAM: upstream port of a switch
 * @VTD_MODEL_DOWNSTREAM: downstream port of a switch
 * @VTD_MODEL_TO_PCI: PCI Express to PCI bridge
 * @VTD_MODEL_TO_PCIE: PCI to PCI Express bridge
 * @VTD_MODEL_PCI_BRIDGE: conventional PCI-to-PCI bridge
 */
enum vtd_model_kind {
	VTD_MODEL_ENDPOINT,
	VTD_MODEL_INTEGRATED,
	VTD_MODEL_CONVENTIONAL,
	VTD_MODEL_ROOT_PORT,
	VTD_MODEL_UPSTREAM,
	VTD_MODEL_DOWNSTREAM,
	VTD_MODEL_TO_PCI,
	VTD_MODEL_TO_PCIE,
	VTD_MODEL_PCI_BRIDGE,
};

/* Above: on the root bus. */
#define VTD_MODEL_TOP -1

/**
 * struct vtd_model_function - a function of the hierarchy
 * @kind: see there
 * @devfn: where on its bus
 * @above: place in the hierarchy of the bridge it sits below, or VTD_MODEL_TOP
 * @acs: bits of its ACS capability; 0 for no such capability
 * @vendor: 0 for one that no driver knows
 * @device: device-id
 * @class: class code, 24 bits; 0 for one that fits @kind
 * @many: one of several functions of a device
 * @absent: not plugged in yet
 * @ats: it has the ATS capability
 * @qdep: in it: invalidations taken at once, 0 to 31; 0 is 32
 * @pasid_width: bits of its PASIDs; 0 for no such capability
 * @prq: page requests that it can have outstanding; 0 for no PRI capability
 *
 * The last three only with @ats, and of what is no bridge.
 */
struct vtd_model_function {
	enum vtd_model_kind kind;
	u8 devfn;
	s8 above;
	u16 acs;
	u16 vendor;
	u16 device;
	u32 class;
	bool many;
	bool absent;
	bool ats;
	u8 qdep;
	u8 pasid_width;
	u16 prq;
};

#define VTD_MODEL_VENDOR 0x1d7d
#define VTD_MODEL_FUNCTIONS 24

struct vtd_model_host;

struct vtd_model_host *
vtd_model_host_create(int domain, const struct vtd_model_function *functions,
		      unsigned int nr, struct pci_dev *vmd);
void vtd_model_host_destroy(struct vtd_model_host *host);
struct pci_dev *vtd_model_host_dev(struct vtd_model_host *host,
				   unsigned int index);
void vtd_model_host_plug(struct vtd_model_host *host, unsigned int index);
void vtd_model_host_unplug(struct vtd_model_host *host, unsigned int index);
u16 vtd_model_host_sid(struct vtd_model_host *host, unsigned int index);
u16 vtd_model_host_acs(struct vtd_model_host *host, unsigned int index);
struct vtd_model_endpoint *vtd_model_host_endpoint(struct vtd_model_host *host,
						   unsigned int index,
						   struct vtd_model_unit *u);
bool vtd_model_host_request(struct vtd_model_host *host, unsigned int index,
			    struct vtd_model_unit *u,
			    const struct vtd_model_request *request, void *data,
			    size_t bytes, struct vtd_model_result *result);
bool vtd_model_host_dma(struct vtd_model_host *host, unsigned int index,
			struct vtd_model_unit *u, u64 addr,
			enum vtd_model_access access, void *data, size_t bytes,
			struct vtd_model_result *result);

#endif /* VTD_MODEL_PCI_H */
