/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One file out of a ZIP archive at a URL, by ranges: its first bytes, its end, its directory, that file;
 * never the rest. The way of the probes `apk` and `ipa`. Any answer that does not fit to those before it ends
 * the run as PROBE_UNRECOGNISED with a remark. Pure; it lives in a probe's state, archive_clear() frees the
 * file.
 */
#ifndef PROBES_ARCHIVE_H
#define PROBES_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/probe.h"
#include "probes/zip.h"

enum {
	ARCHIVE_FIRST = 32 * 1024,            /* bytes of the first range */
	ARCHIVE_CHUNK = 256 * 1024,           /* of the directory at once; an entry is less than 193 KiB */
	ARCHIVE_PACKED_MAX = 480 * 1024,      /* of the file in the archive */
	ARCHIVE_FILE_MAX = 4 * 1024 * 1024,   /* of the file itself */
	ARCHIVE_PARTS_MAX = 64 * 1024 * 1024, /* of one that is read in parts */
	ARCHIVE_NAME_MAX = 512,
	ARCHIVE_FILES = 2,
};

/* What is looked for: 0 for the one file without which there is nothing to say, 1 for one that archive_more()
 * may get afterwards, < 0 for all others. */
typedef int archive_wanted(const struct zip_entry *e);

enum archive_result {
	ARCHIVE_ASK,  /* `ask` is filled */
	ARCHIVE_DONE, /* file, size and newest are there */
	ARCHIVE_PART, /* the file is too large to be had whole, but lies there unpacked: archive_part() */
	ARCHIVE_OVER, /* run->outcome and run->remark say why */
};

struct archive {
	archive_wanted *wanted;  /* set by the probe */
	char url[PROBE_URL_MAX]; /* may be set by the probe, else the run's target */
	/* results */
	uint8_t *file;
	size_t size;
	int64_t newest; /* of all entries, seconds since 1970; 0: none that is plausible */
	bool zoned;
	/* of ARCHIVE_PART: the piece that came, `part_at` bytes into a file of `size`; NULL the first time */
	const uint8_t *part;
	size_t part_at, part_n;
	/* the way there */
	unsigned stage;
	bool other; /* not the target: what is known of that does not count here */
	char etag[PROBE_FIELD_MAX];
	uint64_t total, from, to; /* size of the archive; the range that is asked for, `to` exclusive */
	struct zip_end end;
	uint64_t at, seen, sum;        /* in the directory: read so far, entries, bytes that they claim */
	unsigned which;                /* of the files is being fetched */
	uint64_t data;                 /* where its bytes begin */
	unsigned found[ARCHIVE_FILES]; /* times */
	bool large[ARCHIVE_FILES];
	struct zip_entry entry[ARCHIVE_FILES]; /* their names are below */
	uint8_t name[ARCHIVE_FILES][ARCHIVE_NAME_MAX];
	size_t first_n;
	uint8_t first[ARCHIVE_FIRST];
};

enum archive_result archive_next(struct archive *a, struct probe_run *run, struct probe_ask *ask);
/* After ARCHIVE_DONE: gets the other file, which takes the first one's place; archive_next() goes on. */
enum archive_result archive_more(struct archive *a, struct probe_run *run, struct probe_ask *ask);
/* After ARCHIVE_PART: asks for n bytes of that file, which are in it. Without its whole there is no checksum:
 * what is read of it rests on the server alone. */
enum archive_result archive_part(struct archive *a, struct probe_ask *ask, size_t at, size_t n);
void archive_clear(struct archive *a);
/* FACT_APP_UPDATED from `newest`, if there is one. */
void archive_fact(const struct archive *a, struct probe_facts *f);

/* Ends a run: what came is not what we know. */
void archive_unrecognised(struct probe_run *run, const char *why);

#endif
