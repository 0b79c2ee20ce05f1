/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace events, in /sys/kernel/tracing/events/vtd.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vtd

#if !defined(VTD_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VTD_TRACE_H

#include <linux/iommu.h>
#include <linux/tracepoint.h>

#include <vtd/hw/prq.h>
#include <vtd/hw/qi.h>

#include "fault.h"

/* clang-format off */
TRACE_EVENT(vtd_fault,
	    TP_PROTO(const char *unit, u16 segment,
		     const struct vtd_fault_request *request, u64 seq),
	    TP_ARGS(unit, segment, request, seq),
	    TP_STRUCT__entry(__string(unit, unit)
			     __field(u64, seq)
			     __field(u64, address)
			     __field(u32, pasid)
			     __field(u16, segment)
			     __field(u16, sid)
			     __field(u8, reason)
			     __field(u8, access)
			     __field(bool, has_pasid)),
	    TP_fast_assign(__assign_str(unit);
			   __entry->seq = seq;
			   __entry->address = request->where;
			   __entry->pasid = request->pasid;
			   __entry->segment = segment;
			   __entry->sid = request->sid;
			   __entry->reason = request->reason;
			   __entry->access = request->access;
			   __entry->has_pasid = request->has_pasid;),
	    TP_printk("seq=%llu unit=%s device=%04x:%02x:%02x.%u address=0x%llx access=%s reason=0x%02x pasid=%d",
		      __entry->seq, __get_str(unit), __entry->segment,
		      __entry->sid >> 8, __entry->sid >> 3 & 0x1f,
		      __entry->sid & 7, __entry->address,
		      __print_symbolic(__entry->access,
				       { VTD_ACCESS_READ, "read" },
				       { VTD_ACCESS_WRITE, "write" },
				       { VTD_ACCESS_ATOMIC, "atomic" },
				       { VTD_ACCESS_EXECUTE, "execute" },
				       { VTD_ACCESS_PAGE, "page-request" },
				       { VTD_ACCESS_INTERRUPT, "interrupt" }),
		      __entry->reason,
		      __entry->has_pasid ? (int)__entry->pasid : -1)
);

#define show_vtd_domain_type(type)                                       \
	__print_symbolic(type, { IOMMU_DOMAIN_BLOCKED, "blocked" },      \
			 { IOMMU_DOMAIN_IDENTITY, "identity" },          \
			 { IOMMU_DOMAIN_UNMANAGED, "unmanaged" },        \
			 { IOMMU_DOMAIN_DMA, "DMA" },                    \
			 { IOMMU_DOMAIN_DMA_FQ, "DMA-FQ" },              \
			 { IOMMU_DOMAIN_SVA, "SVA" },                    \
			 { IOMMU_DOMAIN_NESTED, "nested" })

/* Domains are told apart by a number: 0 for identity and blocked. */
DECLARE_EVENT_CLASS(vtd_device_domain,
		    TP_PROTO(const char *device, const char *unit, u32 domain,
			     unsigned int type),
		    TP_ARGS(device, unit, domain, type),
		    TP_STRUCT__entry(__string(device, device)
				     __string(unit, unit)
				     __field(u32, domain)
				     __field(unsigned int, type)),
		    TP_fast_assign(__assign_str(device);
				   __assign_str(unit);
				   __entry->domain = domain;
				   __entry->type = type;),
		    TP_printk("device=%s unit=%s domain=%u type=%s",
			      __get_str(device), __get_str(unit), __entry->domain,
			      show_vtd_domain_type(__entry->type))
);

DEFINE_EVENT(vtd_device_domain, vtd_attach,
	     TP_PROTO(const char *device, const char *unit, u32 domain,
		      unsigned int type),
	     TP_ARGS(device, unit, domain, type));

DEFINE_EVENT(vtd_device_domain, vtd_detach,
	     TP_PROTO(const char *device, const char *unit, u32 domain,
		      unsigned int type),
	     TP_ARGS(device, unit, domain, type));

/* The same of one PASID of a device. */
DECLARE_EVENT_CLASS(vtd_device_pasid,
		    TP_PROTO(const char *device, const char *unit, u32 pasid,
			     u32 domain, unsigned int type),
		    TP_ARGS(device, unit, pasid, domain, type),
		    TP_STRUCT__entry(__string(device, device)
				     __string(unit, unit)
				     __field(u32, pasid)
				     __field(u32, domain)
				     __field(unsigned int, type)),
		    TP_fast_assign(__assign_str(device);
				   __assign_str(unit);
				   __entry->pasid = pasid;
				   __entry->domain = domain;
				   __entry->type = type;),
		    TP_printk("device=%s unit=%s pasid=0x%x domain=%u type=%s",
			      __get_str(device), __get_str(unit),
			      __entry->pasid, __entry->domain,
			      show_vtd_domain_type(__entry->type))
);

DEFINE_EVENT(vtd_device_pasid, vtd_pasid_attach,
	     TP_PROTO(const char *device, const char *unit, u32 pasid,
		      u32 domain, unsigned int type),
	     TP_ARGS(device, unit, pasid, domain, type));

DEFINE_EVENT(vtd_device_pasid, vtd_pasid_detach,
	     TP_PROTO(const char *device, const char *unit, u32 pasid,
		      u32 domain, unsigned int type),
	     TP_ARGS(device, unit, pasid, domain, type));

TRACE_EVENT(vtd_page_request,
	    TP_PROTO(const char *unit, u64 lo, u64 hi),
	    TP_ARGS(unit, lo, hi),
	    TP_STRUCT__entry(__string(unit, unit)
			     __field(u64, address)
			     __field(u16, sid)
			     __field(int, pasid)
			     __field(u16, group)
			     __field(bool, read)
			     __field(bool, write)
			     __field(bool, last)),
	    TP_fast_assign(__assign_str(unit);
			   __entry->address = hi & VTD_PRQ_HI_ADDR;
			   __entry->sid = FIELD_GET(VTD_PRQ_RID, lo);
			   __entry->pasid = lo & VTD_PRQ_PASID_P ?
				   (int)FIELD_GET(VTD_PRQ_PASID, lo) : -1;
			   __entry->group = FIELD_GET(VTD_PRQ_HI_PRGI, hi);
			   __entry->read = hi & VTD_PRQ_HI_RD;
			   __entry->write = hi & VTD_PRQ_HI_WR;
			   __entry->last = hi & VTD_PRQ_HI_LPIG;),
	    TP_printk("unit=%s sid=0x%x pasid=%d address=0x%llx group=%u read=%u write=%u last=%u",
		      __get_str(unit), __entry->sid, __entry->pasid,
		      __entry->address, __entry->group, __entry->read,
		      __entry->write, __entry->last)
);

TRACE_EVENT(vtd_page_response,
	    TP_PROTO(const char *unit, u16 sid, int pasid, u32 group,
		     unsigned int code),
	    TP_ARGS(unit, sid, pasid, group, code),
	    TP_STRUCT__entry(__string(unit, unit)
			     __field(u16, sid)
			     __field(int, pasid)
			     __field(u32, group)
			     __field(unsigned int, code)),
	    TP_fast_assign(__assign_str(unit);
			   __entry->sid = sid;
			   __entry->pasid = pasid;
			   __entry->group = group;
			   __entry->code = code;),
	    TP_printk("unit=%s sid=0x%x pasid=%d group=%u code=%s",
		      __get_str(unit), __entry->sid, __entry->pasid,
		      __entry->group,
		      __print_symbolic(__entry->code,
				       { VTD_RESPONSE_SUCCESS, "success" },
				       { VTD_RESPONSE_INVALID, "invalid" },
				       { VTD_RESPONSE_FAILURE, "failure" }))
);

TRACE_EVENT(vtd_map,
	    TP_PROTO(u32 domain, u64 iova, u64 phys, u64 bytes, u64 ns),
	    TP_ARGS(domain, iova, phys, bytes, ns),
	    TP_STRUCT__entry(__field(u32, domain)
			     __field(u64, iova)
			     __field(u64, phys)
			     __field(u64, bytes)
			     __field(u64, ns)),
	    TP_fast_assign(__entry->domain = domain;
			   __entry->iova = iova;
			   __entry->phys = phys;
			   __entry->bytes = bytes;
			   __entry->ns = ns;),
	    TP_printk("domain=%u iova=0x%llx phys=0x%llx bytes=0x%llx ns=%llu",
		      __entry->domain, __entry->iova, __entry->phys,
		      __entry->bytes, __entry->ns)
);

TRACE_EVENT(vtd_unmap,
	    TP_PROTO(u32 domain, u64 iova, u64 bytes, bool queued, u64 ns),
	    TP_ARGS(domain, iova, bytes, queued, ns),
	    TP_STRUCT__entry(__field(u32, domain)
			     __field(u64, iova)
			     __field(u64, bytes)
			     __field(u64, ns)
			     __field(bool, queued)),
	    TP_fast_assign(__entry->domain = domain;
			   __entry->iova = iova;
			   __entry->bytes = bytes;
			   __entry->ns = ns;
			   __entry->queued = queued;),
	    TP_printk("domain=%u iova=0x%llx bytes=0x%llx flush=%s ns=%llu",
		      __entry->domain, __entry->iova, __entry->bytes,
		      __entry->queued ? "later" : "now", __entry->ns)
);

TRACE_EVENT(vtd_flush,
	    TP_PROTO(u32 domain, u64 start, u64 last, bool leaf_only,
		     u64 ns),
	    TP_ARGS(domain, start, last, leaf_only, ns),
	    TP_STRUCT__entry(__field(u32, domain)
			     __field(u64, start)
			     __field(u64, last)
			     __field(u64, ns)
			     __field(bool, leaf_only)),
	    TP_fast_assign(__entry->domain = domain;
			   __entry->start = start;
			   __entry->last = last;
			   __entry->ns = ns;
			   __entry->leaf_only = leaf_only;),
	    TP_printk("domain=%u start=0x%llx last=0x%llx tables=%s ns=%llu",
		      __entry->domain, __entry->start, __entry->last,
		      __entry->leaf_only ? "kept" : "gone", __entry->ns)
);

TRACE_EVENT(vtd_queue_submit,
	    TP_PROTO(const char *unit, const struct vtd_qi_desc *desc,
		     unsigned int nr),
	    TP_ARGS(unit, desc, nr),
	    TP_STRUCT__entry(__string(unit, unit)
			     __field(unsigned int, nr)
			     __field(u64, lo)
			     __field(u64, hi)),
	    TP_fast_assign(__assign_str(unit);
			   __entry->nr = nr;
			   __entry->lo = desc->w[0];
			   __entry->hi = desc->w[1];),
	    TP_printk("unit=%s descriptors=%u first=0x%016llx%016llx kind=%s",
		      __get_str(unit), __entry->nr, __entry->hi, __entry->lo,
		      __print_symbolic(__entry->lo & 0xf, { 1, "context" },
				       { 2, "iotlb" }, { 3, "devtlb" },
				       { 4, "interrupt" }, { 6, "piotlb" },
				       { 7, "pasid-cache" },
				       { 8, "devtlb-pasid" },
				       { 9, "page-response" }))
);

TRACE_EVENT(vtd_queue_wait,
	    TP_PROTO(const char *unit, u64 ns, int result),
	    TP_ARGS(unit, ns, result),
	    TP_STRUCT__entry(__string(unit, unit)
			     __field(u64, ns)
			     __field(int, result)),
	    TP_fast_assign(__assign_str(unit);
			   __entry->ns = ns;
			   __entry->result = result;),
	    TP_printk("unit=%s ns=%llu result=%d", __get_str(unit),
		      __entry->ns, __entry->result)
);
/* clang-format on */

#endif /* VTD_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
