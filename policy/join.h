/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What probes learnt -> hosts that are one app, after the grouping by names and by what was heard:
 *   - a platform's record lists the host for an identifier, or the host calls an identifier its own at the
 *     well-known place: it joins that identifier's app, when at least half of its clients are that
 *     identifier's (share.h) and no other identifier speaks to it;
 *   - a host that has moved for good to another of its registrable domain joins it;
 *   - hosts with one ICP number of a service (…号-N) and one title that names more than its owner, or that
 *     call the same app their own, are one.
 * All this says less than what was heard: pages can lie. So facts clear nobody, and accuse nobody:
 *   - a host that would be accused by itself joins only what could be accused in its place. Never an app of
 *     which any part is in a filing of whatever kind (an identifier, a host that it took, its domain), or may
 *     be (its product's, a host beside it, a fact about it), or that is exempt, catalogued, the network
 *     centre's or of a kind out of the profile; nor does it leave such an app;
 *   - a host that nobody accuses may join a filed app, not the network centre's. What it says of itself then
 *     counts for nobody else (learnt.h);
 *   - what a person decided about a host, or exempted, is not joined.
 * Where exactly one of two is filed, that filing is probably the other's (match.c), and a person looks: told
 * of the one without. Exempt, catalogued and centre hosts, and pages of nobody, never join anything.
 *
 * Hosts join hosts only as whole groups: all of a registrable domain, each host of which could join, unless
 * both are of one domain. A gate (a login, by its page's title or its name), and what more than
 * GROUP_CAMPUS_MAX would join, is not one with those that pass it.
 *
 * The centre of an app never depends on who joined it: of hosts that are equals it is the one that is filed,
 * else the one of which a person spoke, else the one of which the facts were known first. A fact that is gone
 * lets its host go; both apps keep their keys.
 */
#ifndef POLICY_JOIN_H
#define POLICY_JOIN_H

#include "policy/work.h"

void join_build(struct work *w);
void join_clear(struct joining *j);

#endif
