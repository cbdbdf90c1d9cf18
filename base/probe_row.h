/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the store must know of the probes to plan their runs, and to say what a run would ask. probes/ and
 * store/ may not include one another: probes/list.h fills these, and who sees both hands them to
 * store_probes().
 */
#ifndef BASE_PROBE_ROW_H
#define BASE_PROBE_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/words.h"

struct conf;

enum { PROBE_ROWS_MAX = 32, PROBE_SIGHT_URL_MAX = 2048, PROBE_SIGHT_REMARK_MAX = 256 };

struct probe_row {
	const char *name, *zh;   /* static */
	uint16_t version;        /* grows with every change of what it says */
	unsigned kinds;          /* 1u << SUBJECT_HOST | ...: subjects that it is for */
	bool wants_target;       /* only runs with a URL, which facts lead to */
	uint32_t interval_hours; /* between two successful runs, before jitter */
	/* The configured endpoint that it asks instead of its subject, "" when it is not configured; NULL: it
	 * asks the subject. */
	const char *(*endpoint)(const struct conf *c);
	const char *first; /* path of its first request to the subject; NULL: to its endpoint or target */
	bool head;         /* that is a HEAD, else a GET */
};

/* One run before it is made. All borrowed. */
struct probe_look {
	enum subject_kind kind;
	const char *name, *probe, *target;
	const char *const *scope;
	size_t scope_count;
};

/* What it would begin with. */
struct probe_sight {
	enum probe_outcome outcome; /* PROBE_DONE: it would be asked */
	bool head;                  /* HEAD, else GET */
	bool robots;                /* robots.txt is read first */
	int64_t opens;              /* PROBE_DONE, but not before the hours open then; 0: at once */
	char url[PROBE_SIGHT_URL_MAX];
	char remark[PROBE_SIGHT_REMARK_MAX];
};

typedef void probe_preview_fn(const struct conf *c, const struct probe_look *at, int64_t now,
			      struct probe_sight *out);

#endif
