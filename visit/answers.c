/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/answers.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct kept_answer {
	int64_t when;
	char url[PROBE_URL_MAX];
	bool compressed, prefix; /* as it was asked for */
	uint32_t body_max;
	size_t size; /* of this */
	struct fetch_reply reply;
	uint8_t bytes[]; /* that reply points to */
};

/* -- copying */
static const char **texts_of(struct probe_answer *a, size_t i)
{
	const char **all[] = { &a->content_type, &a->server,        &a->location,     &a->generator,
			       &a->etag,         &a->last_modified, &a->authenticate, &a->cookies };

	return i < sizeof(all) / sizeof(all[0]) ? all[i] : NULL;
}

static size_t size_of(const struct fetch_reply *r)
{
	struct probe_answer a = r->answer;
	size_t n = a.size + strlen(r->why) + 1;
	const char **text;

	for (size_t i = 0; (text = texts_of(&a, i)) != NULL; i++)
		n += strlen(*text) + 1;
	for (size_t i = 0; i < a.cert_count; i++)
		n += a.cert_size[i];
	return n;
}

/* Returns where the copy is. */
static const void *copy(uint8_t **at, const void *from, size_t n)
{
	uint8_t *to = *at;

	if (n > 0)
		memcpy(to, from, n);
	*at += n;
	return to;
}

static void copy_reply(struct kept_answer *k, const struct fetch_reply *r)
{
	struct probe_answer *a = &k->reply.answer;
	uint8_t *at = k->bytes;
	const char **text;

	k->reply = *r;
	a->url = NULL; /* the caller's, as the way there */
	a->redirect_count = 0;
	a->body = copy(&at, r->answer.body, r->answer.size);
	for (size_t i = 0; i < a->cert_count; i++)
		a->cert[i] = copy(&at, a->cert[i], a->cert_size[i]);
	for (size_t i = 0; (text = texts_of(a, i)) != NULL; i++)
		*text = copy(&at, *text, strlen(*text) + 1);
	k->reply.why = copy(&at, r->why, strlen(r->why) + 1);
}

/* -- */
void answers_clear(struct answers *a)
{
	for (size_t i = 0; i < a->count; i++) {
		*a->all -= a->kept[i]->size;
		free(a->kept[i]);
	}
	a->count = a->bytes = 0;
}

static bool worth_it(const struct fetch_order *o, const struct fetch_reply *r)
{
	const int status = r->answer.status;

	return !o->head && !o->ranged && (o->etag == NULL || o->etag[0] == '\0') &&
	       (o->modified == NULL || o->modified[0] == '\0') && status != 429 && status != 503 &&
	       r->retry_after == 0;
}

void answers_put(struct answers *a, const struct fetch_order *o, const struct fetch_reply *r, int64_t now)
{
	struct kept_answer *k;
	size_t bytes, size;

	if (a->wanted == 0 || !worth_it(o, r))
		return;
	bytes = size_of(r);
	size = sizeof(*k) + bytes;
	if (a->count == ANSWERS_MAX || a->bytes + size > ANSWERS_BYTES_MAX ||
	    *a->all + size > ANSWERS_ALL_MAX) {
		++*a->refused;
		return;
	}
	k = xcalloc(1, size);
	k->when = now;
	memcpy(k->url, o->url->text, sizeof(k->url));
	k->compressed = o->compressed;
	k->prefix = o->prefix;
	k->body_max = o->body_max;
	k->size = size;
	copy_reply(k, r);
	a->kept[a->count++] = k;
	a->bytes += size;
	*a->all += size;
}

/* The same but for its body. */
static void behead(struct probe_answer *a)
{
	a->body = NULL;
	a->size = 0;
	a->truncated = false;
	if (a->status != 0)
		a->outcome = PROBE_DONE; /* what was wrong was the body */
}

static bool serves(const struct kept_answer *k, const struct fetch_order *o)
{
	if (o->ranged || strcmp(k->url, o->url->text) != 0)
		return false;
	return o->head ||
	       (k->compressed == o->compressed && k->prefix == o->prefix && k->body_max == o->body_max);
}

bool answers_find(const struct answers *a, const struct fetch_order *o, struct fetch_reply *out,
		  int64_t *when)
{
	for (size_t i = 0; i < a->count; i++) {
		if (!serves(a->kept[i], o))
			continue;
		*out = a->kept[i]->reply;
		*when = a->kept[i]->when;
		if (o->head)
			behead(&out->answer);
		return true;
	}
	return false;
}
