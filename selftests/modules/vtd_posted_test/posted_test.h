/* SPDX-License-Identifier: GPL-2.0 */
#ifndef POSTED_TEST_H
#define POSTED_TEST_H

#include <linux/types.h>

/* Each puts one line of key=value tokens into @answer; 0 or an errno. */
struct answer {
	char text[256];
};

/* edu.c: an edu device's interrupt through irq_set_vcpu_affinity() */
int edu_create(void);
void edu_destroy(void);
int edu_flip(struct answer *answer, unsigned int times);
int edu_raise(struct answer *answer, unsigned int times);
int edu_post(struct answer *answer, unsigned int irq, unsigned int cpu);
int edu_bad(struct answer *answer);
int edu_unpost(unsigned int irq);
unsigned int edu_irq(void);

/* user.c: descriptors by the in-kernel interface */
int user_run(struct answer *answer, unsigned int posts);

#endif /* POSTED_TEST_H */
