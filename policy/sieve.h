/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts whose app can only be `undecided`, told by their names before anything else of them is read. Such a
 * host is in no table and on no campus list; when no filing, decision, identifier or campus server concerns
 * its group either, the group is one of bystanders, and nearly all names that a campus looks up are that.
 * The sieve may keep more than it has to, never less.
 */
#ifndef POLICY_SIEVE_H
#define POLICY_SIEVE_H

#include "policy/index.h"
#include "policy/policy.h"

enum sieve_class {
	SIEVE_PLAIN,  /* the name says nothing; its group may still matter for others in it */
	SIEVE_MARKED, /* a rule, a label or a centre host: it and its group matter */
	SIEVE_LISTED, /* under a campus domain, catalogue row or exemption: it matters, its group is its own
		       */
};

struct sieve {
	const struct conf *conf;
	struct index below;        /* suffixes of the lists and of education rules; value: sieve_class */
	struct index start, whole; /* of education rules: what a name starts with, or is */
	struct index center;
	struct index wanted; /* groups that a filing or a decision concerns */
};

/* Of the input only conf, data, filings and decisions are used; conf is borrowed. */
void sieve_init(struct sieve *s, const struct policy_input *in);
void sieve_clear(struct sieve *s);
enum sieve_class sieve_host(const struct sieve *s, const char *host);
/* The group of a host that is not listed and has no server on campus: points into the name. */
const char *sieve_group(const char *host);
/* Does a filing or a decision concern this group? */
bool sieve_wants(const struct sieve *s, const char *group);

#endif
