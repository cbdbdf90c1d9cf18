/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a person means by the subject of `probe`, `probe --dry-run` and `probes`: a host in any spelling, a
 * URL with or without its scheme, an identifier, or one of them behind its kind ("host:NAME"). Nothing of
 * what he wrote is dropped silently; only a fragment, which is never sent.
 */
#ifndef STORE_MEANT_H
#define STORE_MEANT_H

#include "store/state.h"

struct meant {
	enum subject_kind kind;
	bool written; /* the kind stands in the text */
	bool several; /* subjects of several kinds have this name; kind says nothing */
	char name[RECORD_NAME_MAX];
	char target[JOB_URL_MAX]; /* URL with more to it than the host that a probe would begin with; "" */
	int64_t app;              /* meant_in_scope() found it; 0: none */
};

/* False: one line why not. */
bool meant_read(struct meant *m, struct db_txn *t, const char *text, char error[STORE_ERROR_MAX])
	__attribute__((warn_unused_result));
/* May people ask for it? */
bool meant_in_scope(struct meant *m, const struct store *s, struct db_txn *t, char error[STORE_ERROR_MAX])
	__attribute__((warn_unused_result));

#endif
