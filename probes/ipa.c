/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/ipa.h"

#include <stdio.h>
#include <string.h>

#include "conf/value.h"
#include "probes/archive.h"

enum {
	CONFIDENCE = 95, /* the package says so of itself, whoever made it */
	MONTH_HOURS = 30 * 24,
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

/* -- the probe ------------------------------------------------------------------------------------------ */

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

static bool next(struct probe_run *run, struct probe_ask *ask)
{
	struct archive *a = run->state;
	enum archive_result res;

	a->wanted = wanted;
	res = archive_next(a, run, ask);
	if (res != ARCHIVE_DONE)
		return res == ARCHIVE_ASK;
	switch (ipa_info(run->facts, a->file, a->size)) {
	case PLIST_OK:
		archive_fact(a, run->facts);
		break;
	case PLIST_UNKNOWN:
		archive_unrecognised(run, "Info.plist 不是应用的清单");
		break;
	case PLIST_BROKEN:
		archive_unrecognised(run, "Info.plist 有错");
		break;
	}
	return false;
}

static void end(struct probe_run *run) { archive_clear(run->state); }

const struct probe probe_ipa = {
	.name = "ipa",
	.zh = "iOS 安装包的清单",
	.version = 1,
	.kinds = 1u << SUBJECT_HOST | 1u << SUBJECT_IOS_BUNDLE,
	.wants_target = true,
	.interval_hours = MONTH_HOURS,
	.state_size = sizeof(struct archive),
	.next = next,
	.end = end,
};
