/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of JSON Schema 2020-12 that doc/schema/ uses, so that real output can be held against it without a
 * further package. A keyword that is not known here fails the test: nothing is passed over in silence.
 */
#ifndef TESTS_UNIT_STORE_SCHEMA_H
#define TESTS_UNIT_STORE_SCHEMA_H

#include <regex.h>

#include "tests/unit/store/fixture.h"

struct schema {
	json_t *root;
	char why[256]; /* of the last refusal */
};

static bool schema_accepts(struct schema *s, json_t *rule, json_t *value);

static bool schema_is_type(const char *type, const json_t *v)
{
	return (strcmp(type, "object") == 0 && json_is_object(v)) ||
	       (strcmp(type, "array") == 0 && json_is_array(v)) ||
	       (strcmp(type, "string") == 0 && json_is_string(v)) ||
	       (strcmp(type, "integer") == 0 && json_is_integer(v)) ||
	       (strcmp(type, "number") == 0 && json_is_number(v)) ||
	       (strcmp(type, "boolean") == 0 && json_is_boolean(v)) ||
	       (strcmp(type, "null") == 0 && json_is_null(v));
}

static bool schema_type(struct schema *s, json_t *types, json_t *v)
{
	json_t *one;
	size_t i;

	(void)s;
	if (json_is_string(types))
		return schema_is_type(json_string_value(types), v);
	json_array_foreach(types, i, one)
	{
		if (schema_is_type(json_string_value(one), v))
			return true;
	}
	return false;
}

static bool schema_enum(struct schema *s, json_t *values, json_t *v)
{
	json_t *one;
	size_t i;

	(void)s;
	json_array_foreach(values, i, one)
	{
		if (json_equal(one, v))
			return true;
	}
	return false;
}

static bool schema_const(struct schema *s, json_t *value, json_t *v)
{
	(void)s;
	return json_equal(value, v);
}

static bool schema_pattern(struct schema *s, json_t *pattern, json_t *v)
{
	regex_t re;
	bool match;

	(void)s;
	if (!json_is_string(v))
		return true;
	assert_int_equal(regcomp(&re, json_string_value(pattern), REG_EXTENDED | REG_NOSUB), 0);
	match = regexec(&re, json_string_value(v), 0, NULL, 0) == 0;
	regfree(&re);
	return match;
}

static bool schema_minimum(struct schema *s, json_t *least, json_t *v)
{
	(void)s;
	return !json_is_number(v) || json_number_value(v) >= json_number_value(least);
}

static bool schema_maximum(struct schema *s, json_t *most, json_t *v)
{
	(void)s;
	return !json_is_number(v) || json_number_value(v) <= json_number_value(most);
}

static bool schema_min_items(struct schema *s, json_t *least, json_t *v)
{
	(void)s;
	return !json_is_array(v) || (json_int_t)json_array_size(v) >= json_integer_value(least);
}

static bool schema_required(struct schema *s, json_t *names, json_t *v)
{
	json_t *one;
	size_t i;

	json_array_foreach(names, i, one)
	{
		if (json_is_object(v) && json_object_get(v, json_string_value(one)) == NULL) {
			snprintf(s->why, sizeof(s->why), "lacks %s", json_string_value(one));
			return false;
		}
	}
	return true;
}

static bool schema_properties(struct schema *s, json_t *rules, json_t *v)
{
	const char *key;
	json_t *rule, *inner;

	json_object_foreach(rules, key, rule)
	{
		inner = json_is_object(v) ? json_object_get(v, key) : NULL;
		if (inner && !schema_accepts(s, rule, inner)) {
			char *text = json_dumps(inner, JSON_ENCODE_ANY);
			snprintf(s->why, sizeof(s->why), "%s: %.200s", key, text);
			free(text);
			return false;
		}
	}
	return true;
}

/* doc/schema has it only where there are no `properties`: it holds for every member. */
static bool schema_additional(struct schema *s, json_t *rule, json_t *v)
{
	const char *key;
	json_t *inner;

	json_object_foreach(v, key, inner)
	{
		if (!schema_accepts(s, rule, inner))
			return false;
	}
	return true;
}

static bool schema_names(struct schema *s, json_t *rule, json_t *v)
{
	const char *key;
	json_t *inner;
	bool fine = true;

	json_object_foreach(v, key, inner)
	{
		json_t *name = json_string(key);
		fine = fine && schema_accepts(s, rule, name);
		json_decref(name);
	}
	return fine;
}

static bool schema_items(struct schema *s, json_t *rule, json_t *v)
{
	json_t *one;
	size_t i;

	json_array_foreach(v, i, one)
	{
		if (!schema_accepts(s, rule, one))
			return false;
	}
	return true;
}

static bool schema_any_of(struct schema *s, json_t *rules, json_t *v)
{
	json_t *one;
	size_t i;

	json_array_foreach(rules, i, one)
	{
		if (schema_accepts(s, one, v))
			return true;
	}
	return false;
}

static bool schema_not(struct schema *s, json_t *rule, json_t *v) { return !schema_accepts(s, rule, v); }

static bool schema_ref(struct schema *s, json_t *ref, json_t *v)
{
	const char *path = json_string_value(ref);
	json_t *rule;

	assert_int_equal(strncmp(path, "#/$defs/", 8), 0);
	rule = json_object_get(json_object_get(s->root, "$defs"), path + 8);
	assert_non_null(rule);
	return schema_accepts(s, rule, v);
}

static bool schema_note(struct schema *s, json_t *rule, json_t *v)
{
	(void)s;
	(void)rule;
	(void)v;
	return true;
}

static const struct {
	const char *word;
	bool (*accepts)(struct schema *s, json_t *rule, json_t *value);
} schema_words[] = {
	{ "$schema", schema_note },
	{ "title", schema_note },
	{ "description", schema_note },
	{ "$defs", schema_note },
	{ "$ref", schema_ref },
	{ "type", schema_type },
	{ "enum", schema_enum },
	{ "const", schema_const },
	{ "pattern", schema_pattern },
	{ "minimum", schema_minimum },
	{ "maximum", schema_maximum },
	{ "minItems", schema_min_items },
	{ "required", schema_required },
	{ "properties", schema_properties },
	{ "additionalProperties", schema_additional },
	{ "propertyNames", schema_names },
	{ "items", schema_items },
	{ "anyOf", schema_any_of },
	{ "not", schema_not },
};

static bool schema_accepts(struct schema *s, json_t *rule, json_t *value)
{
	const char *word;
	json_t *inner;

	json_object_foreach(rule, word, inner)
	{
		size_t i, n = sizeof(schema_words) / sizeof(schema_words[0]);
		for (i = 0; i < n && strcmp(schema_words[i].word, word) != 0; i++)
			;
		if (i == n)
			fail_msg("keyword %s is not known to the test", word);
		if (!schema_words[i].accepts(s, inner, value))
			return false;
	}
	return true;
}

/* Holds every line of the last answer against doc/schema/NAME.json. */
static inline void schema_check(const char *name)
{
	struct schema s = { .why = "" };
	char path[128];

	snprintf(path, sizeof(path), "doc/schema/%s.json", name);
	s.root = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(s.root);
	assert_true(fx_line_count() > 0);
	for (int i = 0; i < fx_line_count(); i++) {
		json_t *line = fx_line(i);
		if (!schema_accepts(&s, s.root, line)) {
			char *text = json_dumps(line, 0);
			fail_msg("%s.json: %s in %s", name, s.why, text);
		}
		json_decref(line);
	}
	json_decref(s.root);
}

#endif
