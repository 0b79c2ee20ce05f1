/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tables at random for a machine that exists twice: good ones, and each kind of
 * defect that legacy mode knows.
 */
#ifndef VTD_TWIN_DRAW_H
#define VTD_TWIN_DRAW_H

#include "twin.h"

#define DRAW_TREES 3
#define DRAW_IOVAS 48

/**
 * struct tree - a domain's tables
 * @levels: 3 or 4
 * @did: domain-id
 * @top: table in the context entry
 * @window: input address that leads to twin.scratch whatever was drawn
 * @iova: addresses that something was drawn for
 * @nr: how many
 */
struct tree {
	unsigned int levels;
	u16 did;
	u64 *top;
	u64 window;
	u64 iova[DRAW_IOVAS];
	unsigned int nr;
};

/**
 * struct draw - what is in force
 * @seed: of what comes next
 * @root: root table
 * @context: context tables, by index of the bus
 * @tree: domains
 * @user: domain of each device, or -1
 */
struct draw {
	u64 seed;
	u64 *root;
	u64 *context[3];
	struct tree tree[DRAW_TREES];
	int user[TWIN_DEVICES];
};

extern struct draw draw;

u64 draw_below(u64 n);
bool draw_one_in(unsigned int n);

/* Everything anew, in the pages of twin_table(). */
void draw_all(void);
/* One device's context entry anew. */
void draw_context(unsigned int device);
/* One entry of a domain's tables anew; the level it stands at, and whether it
 * was a leaf or nothing before and after.
 */
unsigned int draw_change(struct tree *t, u64 iova, bool *leaf);
/* An address worth asking for. */
u64 draw_address(unsigned int device);

/**
 * struct path - what stands on the way of a request, without a judgement
 * @root: root entry
 * @context: context entry, 0 when none is reached
 * @entry: by level
 * @top: levels of the tables, 0 when none are reached
 * @level: where the way ends
 */
struct path {
	u64 root[2];
	u64 context[2];
	u64 entry[6];
	unsigned int top;
	unsigned int level;
};

struct path draw_path(const struct twin_device *dev, u64 addr);

#endif /* VTD_TWIN_DRAW_H */
