/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace events, in /sys/kernel/tracing/events/vtd.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vtd

#if !defined(VTD_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VTD_TRACE_H

#include <linux/tracepoint.h>

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
/* clang-format on */

#endif /* VTD_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
