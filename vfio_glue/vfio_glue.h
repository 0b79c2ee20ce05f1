/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vtd_vfio_glue: what the owner of a device is told beyond VFIO itself.
 *
 * Calls go one way: watch.c, the file of a program -> group.c, which devices
 * that is about and whether they are still its own.
 */
#ifndef VTD_VFIO_GLUE_H
#define VTD_VFIO_GLUE_H

#include <linux/types.h>

struct vtd_group;
struct vtd_vfio_info;

/* group.c */
struct vtd_group *vtd_group_get(int fd);
void vtd_group_put(struct vtd_group *group);
bool vtd_group_sends(struct vtd_group *group, u16 segment, u16 sid);
int vtd_group_tell(struct vtd_group *group, struct vtd_vfio_info *info);

/* watch.c */
int vtd_watch_create(void);
void vtd_watch_destroy(void);

#endif /* VTD_VFIO_GLUE_H */
