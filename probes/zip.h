/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of a ZIP archive that tell of one file in it, read from pieces of the archive (PKWARE's
 * APPNOTE.TXT, sections cited from version 6.3.10). Nothing is taken on trust: offsets lie inside the
 * archive, sizes are checked against what is there and what comes out, and where Android and others read an
 * archive differently it is bad. The only user of zlib in probes/. Pure; everything is borrowed.
 */
#ifndef PROBES_ZIP_H
#define PROBES_ZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rd.h"

enum {
	ZIP_END_MAX = 22 + 65535 + 20 + 56 + 64, /* bytes at the end that hold its end in any form */
	ZIP_ENTRIES_MAX = 200000,
	ZIP_DIRECTORY_MAX = 8 * 1024 * 1024,
};

enum zip_result {
	ZIP_OK,
	ZIP_MORE, /* the piece ends too early */
	ZIP_BAD,
	ZIP_TOO_LARGE, /* over one of the limits above */
};

/* Where the central directory is; offsets in the archive. */
struct zip_end {
	uint64_t dir, dir_size, entries;
};

/* `p` are the last n bytes of an archive of `total`. ZIP_MORE: *from is where the piece must begin. */
enum zip_result zip_end(const uint8_t *p, size_t n, uint64_t total, struct zip_end *out, uint64_t *from);

struct zip_entry {
	const uint8_t *name; /* not terminated, no NUL within */
	uint16_t name_n;
	uint16_t method; /* 0 stored, 8 deflated */
	uint32_t crc;
	uint64_t packed, size;
	uint64_t at;  /* of its local header */
	int64_t time; /* seconds since 1970; 0: none */
	bool zoned;   /* the time is UTC; else of a clock that is not known */
};

/* The next entry of the directory. After ZIP_MORE the reader is where it was. */
enum zip_result zip_entry(struct rd *dir, struct zip_entry *e);
bool zip_is_named(const struct zip_entry *e, const char *name);

/* `p` is the archive from e->at on: *data is how far behind that the bytes begin. */
enum zip_result zip_local(const uint8_t *p, size_t n, const struct zip_entry *e, size_t *data);

/* Unpacks e->packed bytes at p into exactly e->size at out, and checks the CRC. */
bool zip_unpack(const struct zip_entry *e, const uint8_t *p, uint8_t *out);

#endif
