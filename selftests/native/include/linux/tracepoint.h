/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Native build: trace events that are always off.
 */
#ifndef VTD_SHIM_TRACEPOINT_H
#define VTD_SHIM_TRACEPOINT_H

#include <linux/types.h>

#define TP_PROTO(...) __VA_ARGS__
#define TP_ARGS(...) __VA_ARGS__

#define TRACE_EVENT(name, proto, args, ...)             \
	static inline void trace_##name(proto)          \
	{                                               \
	}                                               \
	static inline bool trace_##name##_enabled(void) \
	{                                               \
		return false;                           \
	}                                               \
	struct vtd_shim_event_##name
#define DECLARE_EVENT_CLASS(name, ...) struct vtd_shim_class_##name
#define DEFINE_EVENT(class, name, proto, args)          \
	static inline void trace_##name(proto)          \
	{                                               \
	}                                               \
	static inline bool trace_##name##_enabled(void) \
	{                                               \
		return false;                           \
	}                                               \
	struct vtd_shim_event_##name

#endif /* VTD_SHIM_TRACEPOINT_H */
