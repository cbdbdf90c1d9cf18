/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What probes learnt -> hosts that are one app, after the grouping by names and by what was heard:
 *   - a platform's record lists the host for an identifier, or the host calls an identifier its own at the
 *     well-known place: it joins that identifier's app, when at least half of its clients are that
 *     identifier's (share.h) and no other identifier speaks to it;
 *   - a host that has moved for good to another of its registrable domain joins it;
 *   - hosts with one ICP number of a service (…号-N) and one title, or that call the same app their own, are
 * one. All this says less than what was heard: pages can lie. So a host that would be accused by itself joins
 * only what could be accused in its place: never an app that is filed, exempt, catalogued or out of the
 * profile, nor one about which a person decided. Where one of two is filed, that filing is probably the
 * other's (match.c), and a person looks. Exempt, catalogued and centre hosts, and pages of nobody, never
 * join; where more than GROUP_CAMPUS_MAX would, the place is a gate or a portal, and none does.
 *
 * The centre of an app never depends on who joined it: of hosts that are equals it is the one of which the
 * facts were known first. A fact that is gone lets its host go; both apps keep their keys.
 */
#ifndef POLICY_JOIN_H
#define POLICY_JOIN_H

#include "policy/work.h"

void join_build(struct work *w);
void join_clear(struct joining *j);

#endif
