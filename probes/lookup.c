/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/lookup.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { SURE = 98, DATE_LEN = 20 };

static const char note[] = "苹果商店";

static void add(struct probe_facts *out, enum fact type, const char *text)
{
	if (text)
		probe_fact_note(out, type, SURE, text, strlen(text), note, sizeof(note) - 1);
}

static const char *text_of(const json_t *row, const char *key)
{
	return json_string_value(json_object_get(row, key));
}

/* "2026-11-21T08:00:00Z", and nothing else. */
static bool is_date(const char *s)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";

	if (s == NULL || strlen(s) != DATE_LEN)
		return false;
	for (size_t i = 0; i < DATE_LEN; i++)
		if (form[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
			return false;
	return true;
}

static void add_row(struct probe_facts *out, const json_t *row)
{
	const char *updated = text_of(row, "currentVersionReleaseDate");
	json_t *id = json_object_get(row, "trackId");
	char number[24];

	add(out, FACT_APP_NAME, text_of(row, "trackName"));
	add(out, FACT_APP_OWNER, text_of(row, "sellerName"));
	add(out, FACT_APP_VERSION, text_of(row, "version"));
	add(out, FACT_APP_CATEGORY, text_of(row, "primaryGenreName"));
	if (is_date(updated))
		add(out, FACT_APP_UPDATED, updated);
	if (json_is_integer(id) && json_integer_value(id) > 0) {
		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(id));
		add(out, FACT_IOS_STORE, number);
	}
}

/* Bundle ids are compared without case, as the shop itself does. A row about another app is not an answer. */
bool lookup_facts(struct probe_facts *out, const char *bundle, const uint8_t *text, size_t n)
{
	json_t *root = json_loadb((const char *)text, n, 0, NULL), *rows = json_object_get(root, "results"),
	       *row;
	bool good = json_is_array(rows) && json_is_integer(json_object_get(root, "resultCount"));
	size_t i;

	json_array_foreach(rows, i, row)
	{
		const char *id = text_of(row, "bundleId");
		if (good && id && strcasecmp(id, bundle) == 0) {
			add_row(out, row);
			break;
		}
	}
	if (good && i == json_array_size(rows) && i > 0)
		good = false;
	json_decref(root);
	return good;
}

static bool lookup_next(struct probe_run *run, struct probe_ask *ask)
{
	const struct probe_answer *a = run->answer;

	if (a == NULL)
		return probe_ask_base(run, ask);
	if (!probe_answered(run))
		return false;
	if (a->truncated || !lookup_facts(run->facts, run->name, a->body, a->size)) {
		run->outcome = PROBE_UNRECOGNISED;
		snprintf(run->remark, sizeof(run->remark), "应答不是该包名的查询结果");
	} else if (run->facts->count == 0) {
		snprintf(run->remark, sizeof(run->remark), "商店里没有这个应用");
	}
	return false;
}

const struct probe probe_lookup = {
	.row = &probe_table[PROBE_ID_LOOKUP],
	.next = lookup_next,
};
