/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that strangers wrote, made safe to show, and times made readable.
 * Times are microseconds since 1970 UTC (int64_t) everywhere in beiand: stored in UTC,
 * shown to people in Beijing time (UTC+8, no summer time since 1991).
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes of the valid UTF-8 character at s (1..4), or 0 when it is broken, overlong, a surrogate or >
 * U+10FFFF. */
size_t text_utf8_len(const uint8_t *s, size_t n);
bool text_is_utf8(const char *s, size_t n);

/* Valid UTF-8 without anything that text_safe() would escape. */
bool text_is_safe(const char *s, size_t n);

/* For terminals and logs: keeps valid printable UTF-8; control characters (C0, DEL, C1, bidi and
 * zero-width formatting) and broken bytes become \xHH. Always terminates; returns bytes written. */
size_t text_safe(char *out, size_t cap, const char *s, size_t n);

/* The contract's form for dissected names: bytes outside 0x20..0x7e and the backslash as \xHH. */
size_t text_hex_escape(char *out, size_t cap, const uint8_t *s, size_t n);

enum { TEXT_NUMBER_MAX = 20 };
/* In decimal, without a NUL; returns its length. */
size_t text_number(char out[TEXT_NUMBER_MAX], uint64_t v);

#define TEXT_TIME_MAX 32
/* "2026-11-21T08:00:00.000000Z"; returns its length. */
size_t text_time_utc(char out[TEXT_TIME_MAX], int64_t us);
/* The same, of times that mostly lie in the second of the one before. Begins zeroed. */
struct text_times {
	int64_t second; /* its start */
	char text[TEXT_TIME_MAX];
};
size_t text_time_next(struct text_times *t, char out[TEXT_TIME_MAX], int64_t us);
/* "2026-11-21 16:00:00" in Beijing time */
void text_time_beijing(char out[TEXT_TIME_MAX], int64_t us);
/* Days since 1970 of the Beijing calendar day that holds this moment. */
int64_t text_beijing_day(int64_t us);

enum { TEXT_ADDR_MAX = 46 };
/* An address of 16 bytes, IPv4 as v4-mapped: as inet_ntop() writes it. Returns its length. */
size_t text_addr(char out[TEXT_ADDR_MAX], const uint8_t addr[16]);
static inline bool text_addr_is_v4(const uint8_t addr[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(addr, mapped, 8) == 0 &&
	       memcmp(addr + 8, mapped + 8, 4) == 0; /* known lengths: no calls */
}

/* Counts of people below this are shown as "<3": architecture rule 6, people stay private. */
enum { TEXT_PEOPLE_MIN = 3, TEXT_PEOPLE_MAX = 24 };
void text_people(char out[TEXT_PEOPLE_MAX], uint64_t n);

/* ASCII only, in place. */
void text_lower(char *s);
/* What stands behind the last slash of a path: in it; the whole path when nothing does. */
const char *text_file_name(const char *path);

#endif
