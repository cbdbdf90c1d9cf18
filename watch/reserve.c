/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch/reserve.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { WORD_LONGEST = 255 };

/* Where in a name a word must stand. */
enum { AS_SUFFIX, AS_LABEL, AS_WHOLE };

static const char www[] = "www.";

static const char *bare(const char *name)
{
	return strncmp(name, www, sizeof(www) - 1) == 0 ? name + sizeof(www) - 1 : name;
}

static void add_list(struct reserve *r, const struct conf_list *list, uint8_t where)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *text = list->item[i] + (list->item[i][0] == '.');
		size_t n = strlen(text = where == AS_WHOLE ? bare(text) : text);
		if (n == 0 || n > WORD_LONGEST)
			continue;
		r->word[r->count++] = (struct reserve_word){ xstrdup(text), (uint8_t)n, where };
		r->lengths[n / 64] |= UINT64_C(1) << n % 64;
	}
}

void reserve_init(struct reserve *r, const struct conf *conf)
{
	*r = (struct reserve){ .word = xcalloc(3 * CONF_LIST_MAX, sizeof(*r->word)) };
	add_list(r, &conf->campus.domains, AS_SUFFIX);
	add_list(r, &conf->campus.labels, AS_LABEL);
	add_list(r, &conf->campus.center_hosts, AS_WHOLE);
}

void reserve_clear(struct reserve *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->word[i].text);
	free(r->word);
	*r = (struct reserve){ 0 };
}

static bool has_word(const struct reserve *r, unsigned wheres, const char *p, size_t n)
{
	if ((r->lengths[n / 64] >> n % 64 & 1) == 0)
		return false;
	for (size_t i = 0; i < r->count; i++)
		if (r->word[i].len == n && (wheres >> r->word[i].where & 1) != 0 &&
		    memcmp(r->word[i].text, p, n) == 0)
			return true;
	return false;
}

bool reserve_is_for(const struct reserve *r, enum subject_kind kind, const char *name, size_t n)
{
	size_t whole = n > sizeof(www) - 1 && memcmp(name, www, sizeof(www) - 1) == 0 ? sizeof(www) - 1 : 0;

	if (kind != SUBJECT_HOST || has_word(r, 1u << AS_WHOLE, name + whole, n - whole))
		return true;
	for (size_t at = 0; at < n;) {
		const char *dot = memchr(name + at, '.', n - at);
		size_t label = dot != NULL ? (size_t)(dot - name) - at : n - at;
		if (has_word(r, 1u << AS_LABEL, name + at, label) ||
		    has_word(r, 1u << AS_SUFFIX, name + at, n - at))
			return true;
		at += label + 1;
	}
	return false;
}
