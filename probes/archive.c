/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/archive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

enum {
	LOCAL_SIZE = 30,
	SLACK = 4 * 1024,        /* of the local header's extra field: zipalign pads to a page */
	UPDATED_CONFIDENCE = 60, /* who packs may set any date, and most leave the zone open */
	OLDEST = 1199145600,     /* 2008: no Android package and no App Store is older */
	FUTURE = 24 * 3600,      /* seconds that a zone may be ahead */
};

#define SECOND INT64_C(1000000)

enum stage { BEGIN, FIRST, TAIL, TAIL64, DIRECTORY, FILE_HEAD, FILE_DATA, FILE_PART };

void archive_unrecognised(struct probe_run *run, const char *why)
{
	run->outcome = PROBE_UNRECOGNISED;
	snprintf(run->remark, sizeof(run->remark), "%s", why);
}

static enum archive_result over(struct probe_run *run, const char *why)
{
	archive_unrecognised(run, why);
	return ARCHIVE_OVER;
}

/* -- bytes of the archive ------------------------------------------------------------------------------ */

/* The bytes from..to when they are here: in the first range, or in the answer at hand. */
static const uint8_t *have(const struct archive *a, const struct probe_run *run, uint64_t from, uint64_t to)
{
	const struct probe_answer *got = run->answer;

	if (to <= a->first_n)
		return a->first + from;
	if (a->stage > FIRST && from >= a->from && to <= a->to)
		return got->body + (from - a->from);
	return NULL;
}

static enum archive_result want(struct archive *a, struct probe_ask *ask, enum stage stage, uint64_t from,
				uint64_t to)
{
	a->stage = stage;
	a->from = from;
	a->to = to;
	*ask = (struct probe_ask){ .follow = true,
				   .conditional = stage == FIRST && !a->other,
				   .ranged = true,
				   .from = from,
				   .to = to - 1,
				   .body_max = (uint32_t)(to - from),
				   .prefix = true };
	memcpy(ask->url, a->url, sizeof(ask->url));
	return ARCHIVE_ASK;
}

static void copy(char *out, size_t cap, const char *s)
{
	size_t n = strlen(s);

	n = n < cap ? n : 0; /* a cut one would be another */
	memcpy(out, s, n);
	out[n] = '\0';
}

/* Exactly the range that was asked for, of the same file as before? */
static bool fits(const struct archive *a, struct probe_run *run)
{
	const struct probe_answer *got = run->answer;
	const char *why = NULL;

	if (!probe_answered(run))
		return false;
	if (got->status != 206)
		why = "服务器后来不再按字节范围应答(Range)";
	else if (got->total != a->total || (a->etag[0] && got->etag[0] && strcmp(a->etag, got->etag) != 0))
		why = "取的过程中文件变了";
	else if (got->range_from != a->from || got->size != a->to - a->from)
		why = "应答的字节范围与请求的不同";
	if (why)
		archive_unrecognised(run, why);
	return why == NULL;
}

/* -- step by step ---------------------------------------------------------------------------------------- */

static enum archive_result begin(struct archive *a, struct probe_run *run, struct probe_ask *ask)
{
	a->other = a->url[0] != '\0';
	if (!a->other)
		copy(a->url, sizeof(a->url), run->target);
	if (a->url[0] == '\0') {
		run->outcome = PROBE_BAD_URL;
		return ARCHIVE_OVER;
	}
	return want(a, ask, FIRST, 0, ARCHIVE_FIRST);
}

/* Is what came first the start of a ZIP archive whose size is known? */
static const char *look(const struct archive *a, const struct probe_answer *got)
{
	if (got->size < 4 || memcmp(got->body, "PK\3\4", 4) != 0)
		return "不是 ZIP 格式的安装包";
	if (got->status != 206)
		return got->truncated ? "服务器不支持按字节范围取(Range), 不下载整个安装包" : NULL;
	if (got->range_from != 0 || got->total == 0 || got->size > got->total)
		return "应答的字节范围与请求的不同";
	if (got->size != (got->total < ARCHIVE_FIRST ? got->total : ARCHIVE_FIRST))
		return "应答的字节范围与请求的不同";
	return a->first_n == 0 ? NULL : "重复的应答";
}

static enum archive_result tail(struct archive *a, struct probe_run *run, struct probe_ask *ask);

static enum archive_result first(struct archive *a, struct probe_run *run, struct probe_ask *ask)
{
	const struct probe_answer *got = run->answer;
	const char *why;

	if (!probe_answered(run)) {
		if (run->outcome == PROBE_DONE)
			snprintf(run->remark, sizeof(run->remark), "安装包不存在(%d)", got->status);
		return ARCHIVE_OVER;
	}
	why = look(a, got);
	if (why)
		return over(run, why);
	a->total = got->status == 206 ? got->total : got->size;
	a->first_n = got->size < ARCHIVE_FIRST ? got->size : ARCHIVE_FIRST;
	memcpy(a->first, got->body, a->first_n);
	copy(a->etag, sizeof(a->etag), got->etag);
	copy(a->url, sizeof(a->url), got->url);
	if (a->url[0] == '\0')
		copy(a->url, sizeof(a->url), run->target);
	if (a->first_n == a->total)
		return tail(a, run, ask);
	return want(a, ask, TAIL, a->total > ZIP_END_MAX ? a->total - ZIP_END_MAX : 0, a->total);
}

static enum archive_result directory(struct archive *a, struct probe_run *run, struct probe_ask *ask);

/* Both for the end itself and, asked for once, what of ZIP64 lies further in front. */
static enum archive_result tail(struct archive *a, struct probe_run *run, struct probe_ask *ask)
{
	bool whole = a->first_n == a->total;
	const uint8_t *p = whole ? a->first : run->answer->body;
	uint64_t from = 0;
	enum zip_result res = zip_end(p, whole ? a->first_n : run->answer->size, a->total, &a->end, &from);

	if (res == ZIP_MORE && a->stage == TAIL && a->total - from <= PROBE_BODY_MAX)
		return want(a, ask, TAIL64, from, a->total);
	if (res != ZIP_OK)
		return over(run,
			    res == ZIP_TOO_LARGE ? "安装包的目录过大" : "安装包的结尾(ZIP 目录结束记录)不对");
	a->at = a->end.dir;
	return directory(a, run, ask);
}

/* The newest time that can be true. */
static void take_time(struct archive *a, const struct zip_entry *e, int64_t now)
{
	if (e->time < OLDEST || e->time > now / SECOND + FUTURE || e->time <= a->newest)
		return;
	a->newest = e->time;
	a->zoned = e->zoned;
}

static void take_wanted(struct archive *a, const struct zip_entry *e)
{
	int i = a->wanted(e);

	if (i < 0 || i >= ARCHIVE_FILES || a->found[i]++ > 0)
		return;
	a->large[i] = e->packed > ARCHIVE_PACKED_MAX || e->size > ARCHIVE_FILE_MAX;
	a->entry[i] = *e;
	a->entry[i].name = a->name[i];
	if (e->name_n <= ARCHIVE_NAME_MAX)
		memcpy(a->name[i], e->name, e->name_n);
}

/* Entries that do not overlap fit in front of the directory; NULL: fine. */
static const char *take_entry(struct archive *a, const struct zip_entry *e, int64_t now)
{
	uint64_t claim = LOCAL_SIZE + (uint64_t)e->name_n;

	if (e->packed > a->end.dir || e->at > a->end.dir || claim + e->packed > a->end.dir - e->at)
		return "安装包的目录有超出文件的条目";
	a->sum += claim + e->packed;
	if (a->sum > a->end.dir || ++a->seen > a->end.entries)
		return "安装包的目录与内容对不上";
	take_time(a, e, now);
	take_wanted(a, e);
	return NULL;
}

/* Reads entries from the piece at p; a->at is then behind the last whole one. */
static const char *take_entries(struct archive *a, const uint8_t *p, uint64_t to, int64_t now)
{
	struct rd dir = rd_init(p, (size_t)(to - a->at));
	enum zip_result res = ZIP_OK;
	const char *why = NULL;
	struct zip_entry e;

	while (rd_left(&dir) > 0 && why == NULL) {
		res = zip_entry(&dir, &e);
		if (res != ZIP_OK)
			break;
		why = take_entry(a, &e, now);
	}
	if (res == ZIP_BAD || (res == ZIP_MORE && (dir.p == p || to == a->end.dir + a->end.dir_size)))
		return "安装包的目录有错";
	a->at = to - rd_left(&dir);
	return why;
}

static enum archive_result file_head(struct archive *a, struct probe_run *run, struct probe_ask *ask);

static enum archive_result directory(struct archive *a, struct probe_run *run, struct probe_ask *ask)
{
	uint64_t end = a->end.dir + a->end.dir_size, to;
	const uint8_t *p;
	const char *why;

	while (a->at < end) {
		to = end - a->at > ARCHIVE_CHUNK ? a->at + ARCHIVE_CHUNK : end;
		p = have(a, run, a->at, to);
		if (p == NULL)
			return want(a, ask, DIRECTORY, a->at, to);
		why = take_entries(a, p, to, run->now);
		if (why)
			return over(run, why);
	}
	if (a->seen != a->end.entries)
		return over(run, "安装包的目录与内容对不上");
	return file_head(a, run, ask);
}

static enum archive_result unpack(struct archive *a, struct probe_run *run, const uint8_t *p)
{
	const struct zip_entry *e = &a->entry[a->which];

	archive_clear(a);
	a->size = (size_t)e->size;
	a->file = xmalloc(a->size + 1);
	if (!zip_unpack(e, p, a->file))
		return over(run, "清单文件解压失败, 或与校验值不符");
	return ARCHIVE_DONE;
}

/* Only of what need not be there: a manifest is read whole, or not at all. */
static bool by_parts(const struct archive *a)
{
	const struct zip_entry *e = &a->entry[a->which];

	return a->which > 0 && a->large[a->which] && e->method == 0 && e->packed == e->size &&
	       e->size <= ARCHIVE_PARTS_MAX;
}

/* Why the file cannot be had; NULL: it can. */
static const char *unfit(const struct archive *a)
{
	const struct zip_entry *e = &a->entry[a->which];

	if (a->found[a->which] == 0)
		return "安装包里没有要找的清单文件";
	if (a->found[a->which] > 1)
		return "安装包里有重复的清单文件, 无法判断以哪一个为准";
	if (e->packed == 0 || e->size == 0)
		return "安装包里的清单文件是空的";
	return e->name_n > ARCHIVE_NAME_MAX || (a->large[a->which] && !by_parts(a)) ? "安装包里的清单文件过大"
										    : NULL;
}

static enum archive_result file_head(struct archive *a, struct probe_run *run, struct probe_ask *ask)
{
	const struct zip_entry *e = &a->entry[a->which];
	uint64_t from = e->at, head = from + LOCAL_SIZE + e->name_n, to = head + SLACK;
	const uint8_t *p;
	size_t data;

	if (unfit(a))
		return over(run, unfit(a));
	p = have(a, run, from, head);
	to += by_parts(a) ? 0 : e->packed;
	to = to < a->end.dir ? to : a->end.dir;
	if (p == NULL)
		return want(a, ask, FILE_HEAD, from, to);
	if (zip_local(p, (size_t)(head - from), e, &data) != ZIP_OK)
		return over(run, "清单文件的文件头与目录不符");
	if (data > a->end.dir - from || e->packed > a->end.dir - from - data)
		return over(run, "安装包的目录有超出文件的条目");
	a->data = from + data;
	if (by_parts(a)) {
		archive_clear(a);
		a->size = (size_t)e->size;
		return ARCHIVE_PART;
	}
	p = have(a, run, from + data, from + data + e->packed);
	if (p)
		return unpack(a, run, p);
	return want(a, ask, FILE_DATA, from + data, from + data + e->packed);
}

enum archive_result archive_more(struct archive *a, struct probe_run *run, struct probe_ask *ask)
{
	a->which = 1;
	return file_head(a, run, ask);
}

static enum archive_result file_data(struct archive *a, struct probe_run *run, struct probe_ask *ask)
{
	(void)ask;
	return unpack(a, run, run->answer->body);
}

enum archive_result archive_part(struct archive *a, struct probe_ask *ask, size_t at, size_t n)
{
	return want(a, ask, FILE_PART, a->data + at, a->data + at + n);
}

static enum archive_result file_part(struct archive *a, struct probe_run *run, struct probe_ask *ask)
{
	(void)ask;
	a->part = run->answer->body;
	a->part_at = (size_t)(a->from - a->data);
	a->part_n = (size_t)(a->to - a->from);
	return ARCHIVE_PART;
}

enum archive_result archive_next(struct archive *a, struct probe_run *run, struct probe_ask *ask)
{
	static enum archive_result (*const steps[])(struct archive *, struct probe_run *,
						    struct probe_ask *) = {
		[BEGIN] = begin,         [FIRST] = first,         [TAIL] = tail,
		[TAIL64] = tail,         [DIRECTORY] = directory, [FILE_HEAD] = file_head,
		[FILE_DATA] = file_data, [FILE_PART] = file_part
	};

	if (a->stage > FIRST && !fits(a, run))
		return ARCHIVE_OVER;
	return steps[a->stage](a, run, ask);
}

void archive_clear(struct archive *a)
{
	free(a->file);
	a->file = NULL;
}

void archive_fact(const struct archive *a, struct probe_facts *f)
{
	static const char open[] = "包内最新文件的时间, 时区不明", utc[] = "包内最新文件的时间";
	const char *note = a->zoned ? utc : open;
	char text[TEXT_TIME_MAX];

	if (a->newest == 0)
		return;
	text_time_utc(text, a->newest * SECOND);
	memcpy(text + 19, "Z", 2); /* no fraction: ../base/words.h */
	probe_fact_note(f, FACT_APP_UPDATED, UPDATED_CONFIDENCE, text, strlen(text), note, strlen(note));
}
