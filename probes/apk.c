/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/apk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "conf/value.h"
#include "probes/archive.h"
#include "probes/arsc.h"
#include "probes/axml.h"

enum {
	CONFIDENCE = 95, /* the package says so of itself, whoever made it */
	PERMISSION_MAX = 255,
	PARTS_MAX = 12, /* of a large resource table, one request each */
	PARTS_BYTES = 2 * 1024 * 1024,
	PERMISSIONS_ROOM = PROBE_FACTS_MAX - 8, /* so that the others find theirs */
};

/* Attributes by the platform's ids (public.xml of the Android sources). */
enum {
	ATTR_LABEL = 0x01010001,
	ATTR_NAME = 0x01010003,
	ATTR_MIN_SDK = 0x0101020c,
	ATTR_VERSION_CODE = 0x0101021b,
	ATTR_VERSION_NAME = 0x0101021c,
	ATTR_TARGET_SDK = 0x01010270,
	ATTR_VERSION_CODE_MAJOR = 0x01010576,
};

/* -- the manifest --------------------------------------------------------------------------------------- */

struct manifest {
	struct probe_facts *facts;
	bool root, application, sdk; /* seen: the first one counts, as for Android */
	char package[AXML_TEXT_MAX], version[AXML_TEXT_MAX], label[AXML_TEXT_MAX];
	char min_sdk[32], target_sdk[32];
	uint64_t code;
	bool has_code;
	uint32_t label_ref, version_ref;
};

/* A string or a number as text. False: a reference, or none. */
static bool text_of(const struct axml *x, const struct axml_value *v, char out[AXML_TEXT_MAX])
{
	size_t n;

	if (v->type == AXML_STRING)
		return axml_string(x, v->data, out, &n) && n > 0;
	if (v->type != AXML_DECIMAL && v->type != AXML_HEX)
		return false;
	snprintf(out, AXML_TEXT_MAX, "%d", (int)v->data);
	return true;
}

static void take_text(const struct axml *x, uint32_t id, const char *name, char out[AXML_TEXT_MAX],
		      uint32_t *ref)
{
	struct axml_value v;

	if (!axml_attribute(x, id, name, &v))
		return;
	if (!text_of(x, &v, out))
		out[0] = '\0';
	if (v.type == AXML_REFERENCE)
		*ref = v.data;
}

static void take_root(struct manifest *m, const struct axml *x)
{
	struct axml_value v;

	m->root = true;
	take_text(x, 0, "package", m->package, &m->version_ref);
	m->version_ref = 0;
	take_text(x, ATTR_VERSION_NAME, "versionName", m->version, &m->version_ref);
	if (axml_attribute(x, ATTR_VERSION_CODE, "versionCode", &v) &&
	    (v.type == AXML_DECIMAL || v.type == AXML_HEX)) {
		m->code = v.data;
		m->has_code = true;
	}
	if (axml_attribute(x, ATTR_VERSION_CODE_MAJOR, "versionCodeMajor", &v) && v.type == AXML_DECIMAL)
		m->code |= (uint64_t)v.data << 32;
}

static void take_application(struct manifest *m, const struct axml *x)
{
	if (m->application)
		return;
	m->application = true;
	take_text(x, ATTR_LABEL, "label", m->label, &m->label_ref);
}

static bool is_graphic(const char *s, size_t most)
{
	size_t n = 0;

	while (s[n] > ' ' && s[n] <= '~')
		n++;
	return n > 0 && n <= most && s[n] == '\0';
}

static void take_sdk(struct manifest *m, const struct axml *x)
{
	static const struct {
		uint32_t id;
		const char *name;
	} rows[] = { { ATTR_MIN_SDK, "minSdkVersion" }, { ATTR_TARGET_SDK, "targetSdkVersion" } };
	char *const out[] = { m->min_sdk, m->target_sdk }, text[AXML_TEXT_MAX];
	struct axml_value v;

	if (m->sdk)
		return;
	m->sdk = true;
	for (size_t i = 0; i < 2; i++)
		if (axml_attribute(x, rows[i].id, rows[i].name, &v) && text_of(x, &v, text) &&
		    is_graphic(text, 31))
			snprintf(out[i], sizeof(m->min_sdk), "%.31s", text);
}

static void take_permission(struct manifest *m, const struct axml *x)
{
	char name[AXML_TEXT_MAX];
	struct axml_value v;

	if (!axml_attribute(x, ATTR_NAME, "name", &v) || v.type != AXML_STRING || !text_of(x, &v, name) ||
	    !is_graphic(name, PERMISSION_MAX))
		return;
	if (m->facts->count < PERMISSIONS_ROOM)
		probe_fact_add(m->facts, FACT_PERMISSION, CONFIDENCE, name, strlen(name));
	else
		m->facts->more++;
}

/* Children of <manifest>: those of the first reading, and of the second, when the rest is known to be sound
 * and what matters more has its place among the facts. */
static const struct {
	const char *name;
	void (*take)(struct manifest *m, const struct axml *x);
	bool second;
} children[] = {
	{ "application", take_application, false },
	{ "uses-sdk", take_sdk, false },
	{ "uses-permission", take_permission, true },
	{ "uses-permission-sdk-23", take_permission, true },
	{ "uses-permission-sdk-m", take_permission, true },
};

static bool take_element(struct manifest *m, const struct axml *x, bool second)
{
	if (x->depth == 1 && !second) {
		if (m->root || !axml_is(x, "manifest"))
			return false;
		take_root(m, x);
	}
	for (size_t i = 0; x->depth == 2 && i < sizeof(children) / sizeof(children[0]); i++)
		if (children[i].second == second && axml_is(x, children[i].name))
			children[i].take(m, x);
	return true;
}

static enum apk_result walk(struct manifest *m, const uint8_t *p, size_t n, bool second)
{
	enum axml_event event;
	struct axml x;

	if (!axml_open(&x, p, n))
		return APK_NO_MANIFEST;
	while ((event = axml_next(&x)) == AXML_START || event == AXML_END)
		if (event == AXML_START && !take_element(m, &x, second))
			return APK_NO_MANIFEST;
	if (event == AXML_BAD)
		return APK_BROKEN;
	return second || (m->root && value_package(m->package)) ? APK_OK : APK_NO_MANIFEST;
}

static void add(struct probe_facts *f, enum fact type, const char *text)
{
	probe_fact_add(f, type, CONFIDENCE, text, strlen(text));
}

/* `name` may be "": then the code is all there is. */
static void add_version(struct probe_facts *f, const char *name, const char *note)
{
	static const char start[] = "versionCode ";
	const char *code = note + sizeof(start) - 1;
	size_t n = strspn(code, "0123456789");

	probe_fact_note(f, FACT_APP_VERSION, CONFIDENCE, name[0] ? name : code, name[0] ? strlen(name) : n,
			note, strlen(note));
}

static void describe_version(const struct manifest *m, char note[PROBE_NOTE_MAX])
{
	char code[24] = "?";

	if (m->has_code)
		snprintf(code, sizeof(code), "%llu", (unsigned long long)m->code);
	snprintf(note, PROBE_NOTE_MAX, "versionCode %s, minSdk %s, targetSdk %s", code,
		 m->min_sdk[0] ? m->min_sdk : "?", m->target_sdk[0] ? m->target_sdk : "?");
}

enum apk_result apk_manifest(struct probe_facts *f, const uint8_t *p, size_t n, struct apk_wanted *wanted)
{
	struct manifest m = { .facts = f };
	enum apk_result res = walk(&m, p, n, false);

	*wanted = (struct apk_wanted){ .label = m.label_ref, .version = m.version_ref };
	if (res != APK_OK)
		return res;
	add(f, FACT_ANDROID_PACKAGE, m.package);
	add(f, FACT_APP_NAME, m.label);
	describe_version(&m, wanted->note);
	if (m.version_ref == 0)
		add_version(f, m.version, wanted->note);
	return walk(&m, p, n, true);
}

/* -- the probe ------------------------------------------------------------------------------------------ */

struct state {
	struct archive archive;
	struct apk_wanted wanted;
	bool second; /* the resource table is on its way */
	/* what came of it: all, or parts of a large one */
	struct arsc table;
	struct arsc_piece piece[PARTS_MAX];
	uint8_t *part[PARTS_MAX];
	size_t bytes; /* of all parts */
};

static int wanted(const struct zip_entry *e)
{
	return zip_is_named(e, "AndroidManifest.xml") ? 0 : zip_is_named(e, "resources.arsc") ? 1 : -1;
}

/* A text that the table does not give: said, not guessed. */
static void say(struct probe_run *run, const char *what, uint32_t id)
{
	size_t n = strlen(run->remark);

	snprintf(run->remark + n, sizeof(run->remark) - n, "%s%s在资源 @0x%08x 里, 没有取到", n ? "; " : "",
		 what, id);
}

/* What is looked for in the table: the name for Chinese, the one for everybody, the version's. */
static const struct {
	const char *language, *note; /* note NULL: the version */
} texts[] = { { "zh", "资源表里的中文名" }, { "", "资源表里的默认名" }, { "", NULL } };

static uint32_t id_of(const struct apk_wanted *want, size_t i)
{
	return texts[i].note ? want->label : want->version;
}

/* True: `table` lacks a piece for what is wanted, and says which. */
static bool lacks(struct arsc *table, const struct apk_wanted *want)
{
	char text[ARSC_TEXT_MAX];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (id_of(want, i) && arsc_find(table, id_of(want, i), texts[i].language, text) == ARSC_MORE)
			return true;
	return false;
}

/* What the manifest left to the resource table, as far as that came. */
static void take_resources(struct probe_run *run, struct state *s)
{
	const struct apk_wanted *want = &s->wanted;
	char text[ARSC_TEXT_MAX];
	bool named = false, dated = false;

	run->outcome = PROBE_DONE;
	run->remark[0] = '\0';
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *note = texts[i].note;
		if (!id_of(want, i) ||
		    arsc_find(&s->table, id_of(want, i), texts[i].language, text) != ARSC_FOUND)
			continue;
		if (note)
			probe_fact_note(run->facts, FACT_APP_NAME, CONFIDENCE, text, strlen(text), note,
					strlen(note));
		else
			add_version(run->facts, text, want->note);
		named |= note != NULL;
		dated |= note == NULL;
	}
	if (want->label && !named)
		say(run, "应用名", want->label);
	if (want->version && !dated) {
		say(run, "版本名", want->version);
		add_version(run->facts, "", want->note);
	}
}

/* Keeps the part that came, and asks for the next while there is one to be had and room for it. */
static enum archive_result take_part(struct state *s, struct probe_ask *ask)
{
	struct archive *a = &s->archive;
	struct arsc *t = &s->table;

	if (a->part) {
		s->part[t->pieces] = xmalloc(a->part_n);
		memcpy(s->part[t->pieces], a->part, a->part_n);
		s->piece[t->pieces] = (struct arsc_piece){ s->part[t->pieces], a->part_at, a->part_n };
		s->bytes += a->part_n;
		t->pieces++;
	}
	t->size = a->size;
	t->piece = s->piece;
	if (!lacks(t, &s->wanted) || t->pieces == PARTS_MAX || s->bytes + t->need_n > PARTS_BYTES)
		return ARCHIVE_OVER;
	return archive_part(a, ask, t->need, t->need_n);
}

static void take_whole(struct state *s)
{
	s->piece[0] = (struct arsc_piece){ s->archive.file, 0, s->archive.size };
	s->table = (struct arsc){ .piece = s->piece, .pieces = 1, .size = s->archive.size };
}

static enum archive_result read_manifest(struct probe_run *run, struct state *s, struct probe_ask *ask)
{
	switch (apk_manifest(run->facts, s->archive.file, s->archive.size, &s->wanted)) {
	case APK_OK:
		break;
	case APK_NO_MANIFEST:
		archive_unrecognised(run, "AndroidManifest.xml 不是应用的清单");
		return ARCHIVE_OVER;
	case APK_BROKEN:
		archive_unrecognised(run, "AndroidManifest.xml 有错");
		return ARCHIVE_OVER;
	}
	archive_fact(&s->archive, run->facts);
	if (s->wanted.label == 0 && s->wanted.version == 0)
		return ARCHIVE_OVER;
	s->second = true;
	return archive_more(&s->archive, run, ask);
}

static bool next(struct probe_run *run, struct probe_ask *ask)
{
	struct state *s = run->state;
	enum archive_result res;

	s->archive.wanted = wanted;
	res = archive_next(&s->archive, run, ask);
	if (res == ARCHIVE_DONE && !s->second)
		res = read_manifest(run, s, ask);
	if (res == ARCHIVE_PART)
		res = take_part(s, ask);
	else if (res == ARCHIVE_DONE && s->second)
		take_whole(s);
	if (s->second && res != ARCHIVE_ASK && run->outcome != PROBE_PAUSED)
		take_resources(run, s);
	return res == ARCHIVE_ASK;
}

static void end(struct probe_run *run)
{
	struct state *s = run->state;

	archive_clear(&s->archive);
	for (size_t i = 0; i < PARTS_MAX; i++)
		free(s->part[i]);
}

const struct probe probe_apk = {
	.row = &probe_table[PROBE_ID_APK],
	.state_size = sizeof(struct state),
	.next = next,
	.end = end,
};
