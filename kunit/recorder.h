/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the observer sees of stores that hardware can see.
 */
#ifndef VTD_KUNIT_RECORDER_H
#define VTD_KUNIT_RECORDER_H

#include <linux/types.h>

/**
 * struct recorder_event - one store or one write-back
 * @ptr: first byte
 * @bytes: length
 * @value: what was there right after a store; 0 for a write-back
 * @flush: it was a write-back
 */
struct recorder_event {
	const void *ptr;
	size_t bytes;
	u64 value;
	bool flush;
};

void recorder_start(void);
unsigned int recorder_stop(void);
const struct recorder_event *recorder_event(unsigned int i);
const struct recorder_event *recorder_store(unsigned int i, const void *ptr);
unsigned int recorder_unflushed(u64 ignored);

#endif /* VTD_KUNIT_RECORDER_H */
