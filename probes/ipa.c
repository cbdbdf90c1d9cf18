/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/ipa.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "conf/value.h"
#include "probes/archive.h"

enum {
	CONFIDENCE = 95, /* the package says so of itself, whoever made it */
};

enum key { KEY_BUNDLE, KEY_VERSION, KEY_BUILD, KEY_DISPLAY, KEY_NAME, KEY_SYSTEM, KEY_COUNT };

static const char *const keys[] = {
	[KEY_BUNDLE] = "CFBundleIdentifier", [KEY_VERSION] = "CFBundleShortVersionString",
	[KEY_BUILD] = "CFBundleVersion",     [KEY_DISPLAY] = "CFBundleDisplayName",
	[KEY_NAME] = "CFBundleName",         [KEY_SYSTEM] = "MinimumOSVersion",
};
_Static_assert(sizeof(keys) / sizeof(keys[0]) == KEY_COUNT, "one row a key");

struct info {
	struct probe_facts *facts; /* NULL in the first reading */
	char text[KEY_COUNT][PROBE_VALUE_MAX];
	bool seen[KEY_COUNT], twice;
};

static void take_first(void *arg, const char *key, const char *value)
{
	struct info *i = arg;

	for (unsigned k = 0; value && k < KEY_COUNT; k++) {
		if (strcmp(key, keys[k]) != 0)
			continue;
		i->twice |= i->seen[k];
		i->seen[k] = true;
		snprintf(i->text[k], sizeof(i->text[k]), "%s", value);
	}
}

/* "NSCameraUsageDescription" and its kind: what it says beside is why, in the maker's words. */
static void take_permission(void *arg, const char *key, const char *value)
{
	static const char end[] = "UsageDescription";
	struct info *i = arg;
	size_t n = strlen(key);

	if (value && n > sizeof(end) - 1 && strcmp(key + n - (sizeof(end) - 1), end) == 0)
		probe_fact_note(i->facts, FACT_PERMISSION, CONFIDENCE, key, n, value, strlen(value));
}

static void add(struct probe_facts *f, enum fact type, const char *text, const char *note)
{
	probe_fact_note(f, type, CONFIDENCE, text, strlen(text), note, strlen(note));
}

enum plist_result ipa_info(struct probe_facts *f, const uint8_t *p, size_t n)
{
	struct info i = { .facts = f };
	enum plist_result res = plist_read(p, n, take_first, &i);
	char note[PROBE_NOTE_MAX];

	if (res != PLIST_OK)
		return res;
	if (i.twice || !value_bundle(i.text[KEY_BUNDLE]))
		return PLIST_UNKNOWN;
	snprintf(note, sizeof(note), "build %.64s, iOS %.64s", i.text[KEY_BUILD][0] ? i.text[KEY_BUILD] : "?",
		 i.text[KEY_SYSTEM][0] ? i.text[KEY_SYSTEM] : "?");
	add(f, FACT_IOS_BUNDLE, i.text[KEY_BUNDLE], "");
	add(f, FACT_APP_NAME, i.text[KEY_DISPLAY][0] ? i.text[KEY_DISPLAY] : i.text[KEY_NAME], "");
	add(f, FACT_APP_VERSION, i.text[KEY_VERSION][0] ? i.text[KEY_VERSION] : i.text[KEY_BUILD], note);
	return plist_read(p, n, take_permission, &i);
}

/* Payload/NAME.app/Info.plist, and nothing deeper: extensions and frameworks have their own. */
static int wanted(const struct zip_entry *e)
{
	static const char start[] = "Payload/", end[] = ".app/Info.plist";
	const size_t before = sizeof(start) - 1, behind = sizeof(end) - 1;

	if (e->name_n <= before + behind || memcmp(e->name, start, before) != 0 ||
	    memcmp(e->name + e->name_n - behind, end, behind) != 0)
		return -1;
	return memchr(e->name + before, '/', e->name_n - before - behind) ? -1 : 0;
}

/* -- the list that an installing page names: what Apple's devices read before they fetch the package
 * --------- */

enum list_key { LIST_BUNDLE, LIST_VERSION, LIST_TITLE, LIST_COUNT };

static const char *const list_keys[] = {
	[LIST_BUNDLE] = "bundle-identifier",
	[LIST_VERSION] = "bundle-version",
	[LIST_TITLE] = "title",
};
_Static_assert(sizeof(list_keys) / sizeof(list_keys[0]) == LIST_COUNT, "one row a key");

struct list {
	bool read, twice;
	char text[LIST_COUNT][PROBE_VALUE_MAX];
	char url[PROBE_URL_MAX]; /* of the package; "": none */
};

struct state {
	struct archive archive;
	struct list list;
};

/* An address that may have been cut is none. */
static void take_listed(void *arg, const char *key, const char *value)
{
	struct list *l = arg;
	size_t path = value ? strcspn(value, "?#") : 0;

	for (unsigned k = 0; value && k < LIST_COUNT; k++)
		if (strcmp(key, list_keys[k]) == 0) {
			l->twice |= l->text[k][0] != '\0';
			snprintf(l->text[k], sizeof(l->text[k]), "%s", value);
		}
	if (path > 4 && path + strlen(value + path) + 4 < PLIST_TEXT_MAX && strcmp(key, "url") == 0 &&
	    strncasecmp(value + path - 4, ".ipa", 4) == 0) {
		l->twice |= l->url[0] != '\0';
		snprintf(l->url, sizeof(l->url), "%s", value);
	}
}

/* The whole of an XML text came with the first ask? */
static bool is_list(const struct probe_run *run)
{
	const struct probe_answer *a = run->answer;
	size_t at = 0;

	if (a->outcome != PROBE_DONE || (a->status != 200 && a->status != 206) || a->truncated ||
	    (a->status == 206 && (a->range_from != 0 || a->size != a->total)))
		return false;
	if (a->size >= 3 && memcmp(a->body, "\xef\xbb\xbf", 3) == 0)
		at = 3;
	while (at < a->size && strchr(" \t\r\n", a->body[at]) && a->body[at])
		at++;
	return a->size - at > 6 &&
	       (memcmp(a->body + at, "<?xml ", 6) == 0 || memcmp(a->body + at, "<plist", 6) == 0);
}

/* True: `ask` is for the package that it names. */
static bool read_list(struct probe_run *run, struct state *s, struct probe_ask *ask)
{
	struct list *l = &s->list;

	if (plist_read_deep(run->answer->body, run->answer->size, take_listed, l) != PLIST_OK || l->twice ||
	    !value_bundle(l->text[LIST_BUNDLE])) {
		archive_unrecognised(run, "不是 iOS 安装清单, 或含有不止一个应用");
		return false;
	}
	l->read = true;
	s->archive = (struct archive){ .wanted = wanted };
	memcpy(s->archive.url, l->url, sizeof(s->archive.url));
	return l->url[0] != '\0' && archive_next(&s->archive, run, ask) == ARCHIVE_ASK;
}

/* The package could not be read: the list says less, but it says it. */
static void take_list(struct probe_run *run, const struct list *l)
{
	static const char note[] = "安装清单所载";
	char why[PROBE_NOTE_MAX];

	if (!l->read || run->outcome == PROBE_PAUSED)
		return;
	snprintf(why, sizeof(why), "%s", run->remark[0] ? run->remark : probe_outcome_zh(run->outcome));
	snprintf(run->remark, sizeof(run->remark), "只有安装清单, 安装包没有取到: %.180s",
		 l->url[0] ? why : "没有地址");
	run->outcome = PROBE_DONE;
	add(run->facts, FACT_IOS_BUNDLE, l->text[LIST_BUNDLE], note);
	add(run->facts, FACT_APP_NAME, l->text[LIST_TITLE], note);
	add(run->facts, FACT_APP_VERSION, l->text[LIST_VERSION], note);
}

/* -- the probe ------------------------------------------------------------------------------------------ */

static bool read_package(struct probe_run *run, struct state *s)
{
	const struct archive *a = &s->archive;

	switch (ipa_info(run->facts, a->file, a->size)) {
	case PLIST_OK:
		archive_fact(a, run->facts);
		return true;
	case PLIST_UNKNOWN:
		archive_unrecognised(run, "Info.plist 不是应用的清单");
		return false;
	default:
		archive_unrecognised(run, "Info.plist 有错");
		return false;
	}
}

static bool next(struct probe_run *run, struct probe_ask *ask)
{
	struct state *s = run->state;
	enum archive_result res = ARCHIVE_OVER;

	s->archive.wanted = wanted;
	if (run->answer && !s->list.read && is_list(run)) {
		if (read_list(run, s, ask))
			return true;
	} else {
		res = archive_next(&s->archive, run, ask);
	}
	if (res == ARCHIVE_OVER || (res == ARCHIVE_DONE && !read_package(run, s)))
		take_list(run, &s->list);
	return res == ARCHIVE_ASK;
}

static void end(struct probe_run *run)
{
	struct state *s = run->state;

	archive_clear(&s->archive);
}

const struct probe probe_ipa = {
	.row = &probe_table[PROBE_ID_IPA],
	.state_size = sizeof(struct state),
	.next = next,
	.end = end,
};
