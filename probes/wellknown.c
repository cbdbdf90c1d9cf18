/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/wellknown.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "conf/value.h"

enum { SURE = 99, TEAM_ID = 10 };

static json_t *parse(const uint8_t *text, size_t n)
{
	static const char bom[] = "\xef\xbb\xbf";

	if (n >= 3 && memcmp(text, bom, 3) == 0)
		text += 3, n -= 3;
	return json_loadb((const char *)text, n, 0, NULL);
}

/* -- assetlinks.json: [{"target":{"namespace":"android_app","package_name":...}}] ------------------- */

static bool add_target(struct probe_facts *out, const json_t *statement)
{
	const json_t *target = json_object_get(statement, "target");
	const char *space = json_string_value(json_object_get(target, "namespace"));
	const char *name = json_string_value(json_object_get(target, "package_name"));

	if (space == NULL)
		return false;
	if (strcmp(space, "android_app") == 0 && name != NULL && value_package(name))
		probe_fact_note(out, FACT_ANDROID_PACKAGE, SURE, name, strlen(name), "assetlinks.json", 15);
	return true;
}

bool wellknown_assetlinks(struct probe_facts *out, const uint8_t *text, size_t n)
{
	json_t *root = parse(text, n), *statement;
	size_t i, good = 0;

	json_array_foreach(root, i, statement) good += add_target(out, statement);
	i = json_is_array(root) ? json_array_size(root) : 1;
	json_decref(root);
	return good > 0 || i == 0;
}

/* -- apple-app-site-association ---------------------------------------------------------------------- */

/* "TEAMID1234.cn.edu.example": the bundle; the team goes into the note. */
static void add_app_id(struct probe_facts *out, const char *id)
{
	size_t team = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
	char note[64];

	if (team != TEAM_ID || id[team] != '.' || !value_bundle(id + team + 1))
		return;
	snprintf(note, sizeof(note), "apple-app-site-association %.*s", (int)team, id);
	probe_fact_note(out, FACT_IOS_BUNDLE, SURE, id + team + 1, strlen(id + team + 1), note, strlen(note));
}

static void add_app_ids(struct probe_facts *out, const json_t *list)
{
	size_t i;
	json_t *id;

	json_array_foreach(list, i, id) if (json_is_string(id)) add_app_id(out, json_string_value(id));
}

/* details: an array of {"appID"} or {"appIDs"}, or, as first written, an object keyed by the id. */
static void add_details(struct probe_facts *out, json_t *details)
{
	const char *key;
	json_t *row;
	size_t i;

	json_array_foreach(details, i, row)
	{
		if (json_is_string(json_object_get(row, "appID")))
			add_app_id(out, json_string_value(json_object_get(row, "appID")));
		add_app_ids(out, json_object_get(row, "appIDs"));
	}
	json_object_foreach(details, key, row) add_app_id(out, key);
}

bool wellknown_association(struct probe_facts *out, const uint8_t *text, size_t n)
{
	static const char *const services[] = { "applinks", "webcredentials", "appclips",
						"activitycontinuation" };
	json_t *root = parse(text, n);
	size_t good = 0;

	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		json_t *service = json_object_get(root, services[i]);
		good += json_is_object(service);
		add_app_ids(out, json_object_get(service, "apps"));
		add_details(out, json_object_get(service, "details"));
	}
	json_decref(root);
	return good > 0;
}

/* -- the probe ---------------------------------------------------------------------------------------- */

static const struct {
	const char *path;
	bool (*read)(struct probe_facts *out, const uint8_t *text, size_t n);
} files[] = {
	{ "/.well-known/assetlinks.json", wellknown_assetlinks },
	{ "/.well-known/apple-app-site-association", wellknown_association },
};
enum { FILES = sizeof(files) / sizeof(files[0]) };

struct progress {
	size_t at;
	enum probe_outcome worst; /* PROBE_DONE, or the first thing that was wrong */
};

/* A site that answers every path with its page has no such file: that is no fault of a format. */
static bool is_page(const struct probe_answer *a)
{
	size_t i = 0;

	while (i < a->size && strchr(" \t\r\n\xef\xbb\xbf", a->body[i]) != NULL)
		i++;
	return i == a->size || a->body[i] == '<';
}

static enum probe_outcome judge(struct probe_run *run, size_t at)
{
	if (!probe_answered(run) || is_page(run->answer))
		return run->outcome;
	if (!run->answer->truncated && files[at].read(run->facts, run->answer->body, run->answer->size))
		return PROBE_DONE;
	snprintf(run->remark, sizeof(run->remark), "%s 不是所约定的 JSON", files[at].path);
	return PROBE_UNRECOGNISED;
}

/* Neither may be reached over a redirect (both specifications), so none is followed: a 3xx is "not there". */
static bool wellknown_next(struct probe_run *run, struct probe_ask *ask)
{
	struct progress *p = run->state;

	if (run->answer) {
		enum probe_outcome o = judge(run, p->at++);
		if (run->answer->status / 100 == 3)
			o = PROBE_DONE;
		p->worst = p->worst == PROBE_DONE ? o : p->worst;
		run->outcome = p->worst;
		if (run->answer->outcome != PROBE_DONE) /* the second would fail alike */
			return false;
	}
	ask->compressed = true;
	return p->at < FILES && probe_ask_path(run, ask, "https", files[p->at].path);
}

const struct probe probe_wellknown = {
	.row = &probe_table[PROBE_ID_WELL_KNOWN],
	.state_size = sizeof(struct progress),
	.next = wellknown_next,
};
