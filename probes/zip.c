/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/zip.h"

#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

#include "probes/le.h"

enum {
	SIG_LOCAL = 0x04034b50,
	SIG_ENTRY = 0x02014b50,
	SIG_END = 0x06054b50,
	SIG_END64 = 0x06064b50,
	SIG_LOCATOR64 = 0x07064b50,
	END_SIZE = 22,
	LOCATOR64_SIZE = 20,
	END64_SIZE = 56,
	ENTRY_SIZE = 46,
	LOCAL_SIZE = 30,
	EXTRA_ZIP64 = 0x0001,
	EXTRA_TIME = 0x5455,
	STORED = 0,
	DEFLATED = 8,
	METHOD_SIZE_MAX = 1 << 30, /* zlib counts in 32 bits */
};

#define FULL16 UINT16_MAX
#define FULL32 UINT32_MAX

static uint32_t sig_at(const uint8_t *p)
{
	struct rd r = rd_init(p, 4);

	return rd_le32(&r);
}

/* -- the end: sections 4.3.14 to 4.3.16 -------------------------------------------------------------- */

/* The last place where an end may be. Like Android, and unlike those who look on: when its comment does not
 * reach exactly to the archive's end the archive is bad. */
static enum zip_result find_end(const uint8_t *p, size_t n, size_t *at)
{
	struct rd r;

	if (n < END_SIZE)
		return ZIP_BAD;
	for (*at = n - END_SIZE;; --*at) {
		if (sig_at(p + *at) == SIG_END)
			break;
		if (*at == 0 || n - *at >= END_SIZE + FULL16)
			return ZIP_BAD;
	}
	r = rd_init(p + *at + 20, n - *at - 20);
	return rd_le16(&r) == n - *at - END_SIZE ? ZIP_OK : ZIP_BAD;
}

/* Its directory lies in front of `end`, and there is room for its entries. */
static enum zip_result check(const struct zip_end *e, uint64_t end)
{
	if (e->dir > end || e->dir_size > end - e->dir || e->entries > e->dir_size / ENTRY_SIZE)
		return ZIP_BAD;
	return e->entries > ZIP_ENTRIES_MAX || e->dir_size > ZIP_DIRECTORY_MAX ? ZIP_TOO_LARGE : ZIP_OK;
}

/* Section 4.3.14. `base` is the offset of p in the archive, `locator` that of the ZIP64 locator in p. */
static enum zip_result end64(const uint8_t *p, uint64_t base, size_t locator, struct zip_end *out,
			     uint64_t *from)
{
	struct rd r = rd_init(p + locator + 4, LOCATOR64_SIZE - 4);
	uint32_t disk = rd_le32(&r);
	uint64_t at = rd_le64(&r), here;

	if (disk != 0 || rd_le32(&r) != 1 || at > base + locator || base + locator - at < END64_SIZE)
		return ZIP_BAD;
	if (at < base) {
		*from = at;
		return base + locator - at > ZIP_END_MAX ? ZIP_BAD : ZIP_MORE;
	}
	r = rd_init(p + (at - base), END64_SIZE);
	if (rd_le32(&r) != SIG_END64 || rd_le64(&r) < END64_SIZE - 12)
		return ZIP_BAD;
	rd_skip(&r, 4);       /* versions */
	if (rd_le64(&r) != 0) /* both disk numbers */
		return ZIP_BAD;
	here = rd_le64(&r);
	out->entries = rd_le64(&r);
	out->dir_size = rd_le64(&r);
	out->dir = rd_le64(&r);
	return here == out->entries ? check(out, at) : ZIP_BAD;
}

enum zip_result zip_end(const uint8_t *p, size_t n, uint64_t total, struct zip_end *out, uint64_t *from)
{
	const uint64_t base = total - n, before = LOCATOR64_SIZE + END64_SIZE;
	uint32_t disks, entries;
	struct rd r;
	size_t at;

	if (n > total || find_end(p, n, &at) != ZIP_OK)
		return ZIP_BAD;
	r = rd_init(p + at + 4, END_SIZE - 4);
	disks = rd_le32(&r);
	entries = rd_le32(&r); /* on this disk, and in all */
	out->entries = entries >> 16;
	out->dir_size = rd_le32(&r);
	out->dir = rd_le32(&r);
	if (out->entries == FULL16 || out->dir_size == FULL32 || out->dir == FULL32) {
		if (at < LOCATOR64_SIZE && base > 0) {
			*from = base + at > before ? base + at - before : 0;
			return ZIP_MORE;
		}
		if (at >= LOCATOR64_SIZE && sig_at(p + at - LOCATOR64_SIZE) == SIG_LOCATOR64)
			return end64(p, base, at - LOCATOR64_SIZE, out, from);
	}
	if (disks != 0 || (entries & FULL16) != entries >> 16)
		return ZIP_BAD;
	return check(out, base + at);
}

/* -- the directory: section 4.3.12 ---------------------------------------------------------------------- */

/* Days since 1970 of a day of the Gregorian calendar. */
static int64_t days(int64_t y, int64_t m, int64_t d)
{
	y -= m <= 2;
	m += m <= 2 ? 9 : -3;
	return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + d - 719469;
}

/* Section 4.4.6: MS-DOS. 0: no such time. */
static int64_t dos_time(uint16_t time, uint16_t date)
{
	int64_t y = 1980 + (date >> 9), m = date >> 5 & 15, d = date & 31;
	int64_t h = time >> 11, min = time >> 5 & 63, s = 2 * (time & 31);

	if (m < 1 || m > 12 || d < 1 || d > 31 || h > 23 || min > 59 || s > 59)
		return 0;
	return days(y, m, d) * 86400 + h * 3600 + min * 60 + s;
}

/* Section 4.5.3: only those that did not fit stand here, in this order. */
static bool take_zip64(struct rd r, struct zip_entry *e)
{
	if (e->size == FULL32)
		e->size = rd_le64(&r);
	if (e->packed == FULL32)
		e->packed = rd_le64(&r);
	if (e->at == FULL32)
		e->at = rd_le64(&r);
	return rd_ok(&r);
}

/* Info-ZIP's: a flag byte whose first bit says that a time of modification follows. */
static void take_time(struct rd r, struct zip_entry *e)
{
	uint8_t flags = rd_u8(&r);
	int64_t time = rd_le32(&r);

	if (!rd_ok(&r) || (flags & 1) == 0 || time == 0)
		return;
	e->time = time;
	e->zoned = true;
}

/* Fields that run over the end are what zipalign leaves behind: the rest is padding. */
static bool take_extra(struct rd r, struct zip_entry *e)
{
	bool ok = true, seen = false;

	while (rd_left(&r) >= 4) {
		uint16_t id = rd_le16(&r), n = rd_le16(&r);
		struct rd field = rd_sub(&r, n);
		if (!rd_ok(&r))
			break;
		if (id == EXTRA_ZIP64 && !seen)
			ok = take_zip64(field, e), seen = true;
		else if (id == EXTRA_TIME)
			take_time(field, e);
	}
	return ok;
}

enum zip_result zip_entry(struct rd *dir, struct zip_entry *e)
{
	struct rd r = *dir, extra;
	uint16_t time, date, extra_n, comment_n;

	*e = (struct zip_entry){ 0 };
	if (rd_left(&r) < ENTRY_SIZE)
		return rd_left(&r) >= 4 && sig_at(r.p) != SIG_ENTRY ? ZIP_BAD : ZIP_MORE;
	if (rd_le32(&r) != SIG_ENTRY)
		return ZIP_BAD;
	rd_skip(&r, 6); /* versions, flags: packers set them at will, and Android does not look */
	e->method = rd_le16(&r);
	time = rd_le16(&r);
	date = rd_le16(&r);
	e->time = dos_time(time, date);
	e->crc = rd_le32(&r);
	e->packed = rd_le32(&r);
	e->size = rd_le32(&r);
	e->name_n = rd_le16(&r);
	extra_n = rd_le16(&r);
	comment_n = rd_le16(&r);
	rd_skip(&r, 8); /* disk, attributes */
	e->at = rd_le32(&r);
	e->name = rd_bytes(&r, e->name_n);
	extra = rd_sub(&r, extra_n);
	rd_skip(&r, comment_n);
	if (!rd_ok(&r))
		return ZIP_MORE;
	if (e->name_n == 0 || memchr(e->name, 0, e->name_n) != NULL || !take_extra(extra, e))
		return ZIP_BAD;
	*dir = r;
	return ZIP_OK;
}

bool zip_is_named(const struct zip_entry *e, const char *name)
{
	return e->name_n == strlen(name) && memcmp(e->name, name, e->name_n) == 0;
}

/* -- one file ---------------------------------------------------------------------------------------------
 */

/* Section 4.3.7. Sizes in it may be 0 or a lie; the directory's count. Its name must be the same. */
enum zip_result zip_local(const uint8_t *p, size_t n, const struct zip_entry *e, size_t *data)
{
	struct rd r = rd_init(p, n);
	uint16_t name_n, extra_n;
	const uint8_t *name;

	if (n < LOCAL_SIZE)
		return ZIP_MORE;
	if (rd_le32(&r) != SIG_LOCAL)
		return ZIP_BAD;
	rd_skip(&r, 22);
	name_n = rd_le16(&r);
	extra_n = rd_le16(&r);
	if (name_n != e->name_n)
		return ZIP_BAD;
	name = rd_bytes(&r, name_n);
	if (name == NULL)
		return ZIP_MORE;
	if (memcmp(name, e->name, name_n) != 0)
		return ZIP_BAD;
	*data = (size_t)LOCAL_SIZE + name_n + extra_n;
	return ZIP_OK;
}

static bool inflate_all(const struct zip_entry *e, const uint8_t *p, uint8_t *out)
{
	uint8_t beyond;
	z_stream z = {
		.next_in = p, .avail_in = (uInt)e->packed, .next_out = out, .avail_out = (uInt)e->size
	};
	int res;

	if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
		return false;
	res = inflate(&z, Z_FINISH);
	if (res == Z_BUF_ERROR && z.avail_out == 0) { /* all is there, only the end was not read yet */
		z.next_out = &beyond;
		z.avail_out = 1;
		res = inflate(&z, Z_FINISH);
		res = z.avail_out == 1 ? res : Z_DATA_ERROR;
		z.avail_out = 0;
	}
	inflateEnd(&z);
	return res == Z_STREAM_END && z.avail_out == 0 && z.avail_in == 0;
}

bool zip_unpack(const struct zip_entry *e, const uint8_t *p, uint8_t *out)
{
	if (e->packed > METHOD_SIZE_MAX || e->size > METHOD_SIZE_MAX)
		return false;
	if (e->method == STORED && e->packed == e->size)
		memcpy(out, p, e->size);
	else if (e->method != DEFLATED || !inflate_all(e, p, out))
		return false;
	return crc32(crc32(0, NULL, 0), out, (uInt)e->size) == e->crc;
}
