/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counting instructions: a child process does the work and is single-stepped.
 */
#ifndef VTD_NATIVE_STEP_H
#define VTD_NATIVE_STEP_H

/**
 * struct step_shared - what the child tells who steps it
 * @finished: the work is done
 * @locked: for the test's own use
 */
struct step_shared {
	int finished;
	int locked;
};

/* Mapped by step_init(); both processes see it. */
extern struct step_shared *step_shared;

int step_init(void);
void step_each(void (*prepare)(const void *arg), void (*work)(const void *arg),
	       const void *arg, void (*step)(void *data), void *data);

#endif /* VTD_NATIVE_STEP_H */
