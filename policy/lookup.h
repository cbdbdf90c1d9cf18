/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data tables made searchable: what catalogue, exemptions and the campus configuration say about one
 * name, and to which app the name leads by that alone. Borrows conf and data; owns only its indexes.
 */
#ifndef POLICY_LOOKUP_H
#define POLICY_LOOKUP_H

#include <stdbool.h>

#include "policy/index.h"
#include "policy/policy.h"

/* The three lists of identifiers that catalogue and filings both have. */
enum id_class { ID_APPID, ID_PACKAGE, ID_BUNDLE, ID_CLASS_COUNT };

/* Of any kind but host. */
enum id_class id_class_of(enum subject_kind kind);
const struct data_list *catalog_ids(const struct catalog_entry *e, enum id_class c);
const struct data_list *filing_ids(const struct policy_filing *f, enum id_class c);

struct lookup {
	const struct conf *conf;
	const struct data *data;
	struct index campus, center;
	struct index catalog_domain, catalog_id[ID_CLASS_COUNT];
	struct index exempt_host, exempt_id;
};

/* What the tables say about one name. At most one of catalog and exempt is set: the more exact one. */
struct place {
	const char *campus; /* campus suffix it is in; NULL: outside */
	const struct catalog_entry *catalog;
	const char *catalog_domain; /* the row's domain that it is in; hosts only */
	const struct exempt_entry *exempt;
	const char *registrable;       /* NULL: none */
	enum subject_kind anchor_kind; /* the app that it leads to */
	const char *anchor;
};

void lookup_init(struct lookup *l, const struct conf *conf, const struct data *data);
void lookup_clear(struct lookup *l);
void lookup_host(const struct lookup *l, const char *host, struct place *out);
void lookup_identifier(const struct lookup *l, enum subject_kind kind, const char *name, struct place *out);
/* Does the profile govern apps for this product's audience? */
bool lookup_in_audience(const struct profile *p, const struct catalog_entry *product);
/* One of campus.center_hosts, with or without "www."? */
bool lookup_is_center(const struct lookup *l, const char *host);

#endif
