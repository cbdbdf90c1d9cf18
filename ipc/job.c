/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ipc/job.h"

#include <string.h>

#include "base/text.h"

/* -- texts ----------------------------------------------------------------------------------------- */

/* A text of the frame into a fixed array; p stays where it was in the frame. NULL: it does not fit. */
static const uint8_t *get_bytes(struct rd *r, char *out, size_t cap, size_t *n)
{
	const uint8_t *p;

	*n = rd_be16(r);
	p = rd_bytes(r, *n);
	if (p == NULL || *n >= cap)
		return NULL;
	memcpy(out, p, *n);
	out[*n] = '\0';
	return p;
}

/* ASCII from `first` on: 0x21 for names and URLs, 0x20 for values of header fields. May be empty. */
static bool get_ascii(struct rd *r, char *out, size_t cap, uint8_t first)
{
	size_t n;
	const uint8_t *p = get_bytes(r, out, cap, &n);

	for (size_t i = 0; p && i < n; i++)
		if (p[i] < first || p[i] > 0x7e)
			return false;
	return p != NULL;
}

static bool get_name(struct rd *r, char *out, size_t cap)
{
	return get_ascii(r, out, cap, 0x21) && out[0] != '\0';
}

static bool get_text(struct rd *r, char *out, size_t cap)
{
	size_t n;
	const uint8_t *p = get_bytes(r, out, cap, &n);

	return p != NULL && text_is_safe((const char *)p, n);
}

/* Lines of such text. */
static bool get_lines(struct rd *r, char *out, size_t cap)
{
	size_t n, at = 0;
	const uint8_t *p = get_bytes(r, out, cap, &n);

	while (p && at < n) {
		const uint8_t *end = memchr(p + at, '\n', n - at);
		size_t len = end ? (size_t)(end - p) - at : n - at;
		if (!text_is_safe((const char *)p + at, len))
			return false;
		at += len + 1;
	}
	return p != NULL;
}

/* -- jobs ------------------------------------------------------------------------------------------ */

void job_put(struct wr *w, const struct job *j)
{
	wr_be64(w, (uint64_t)j->id);
	wr_u8(w, (uint8_t)j->kind);
	wr_str16(w, j->name);
	wr_str16(w, j->probe);
	wr_str16(w, j->target);
	wr_str16(w, j->etag);
	wr_str16(w, j->modified);
	wr_u8(w, j->urgent);
	wr_be32(w, j->chance);
	wr_u8(w, j->scope_count);
	for (size_t i = 0; i < j->scope_count; i++)
		wr_str16(w, j->scope[i]);
}

static bool get_scope(struct rd *r, struct job *j)
{
	j->scope_count = rd_u8(r);
	if (j->scope_count > JOB_SCOPE_MAX)
		return false;
	for (size_t i = 0; i < j->scope_count; i++)
		if (!get_name(r, j->scope[i], sizeof(j->scope[i])))
			return false;
	return true;
}

bool job_get(struct rd *r, struct job *j)
{
	j->id = (int64_t)rd_be64(r);
	j->kind = (enum subject_kind)rd_u8(r);
	if (j->id <= 0 || j->kind >= SUBJECT_KIND_COUNT || !get_name(r, j->name, sizeof(j->name)) ||
	    !get_name(r, j->probe, sizeof(j->probe)) || !get_ascii(r, j->target, sizeof(j->target), 0x21) ||
	    !get_ascii(r, j->etag, sizeof(j->etag), 0x20) ||
	    !get_ascii(r, j->modified, sizeof(j->modified), 0x20))
		return false;
	j->urgent = rd_u8(r);
	j->chance = rd_be32(r);
	return j->urgent <= 1 && get_scope(r, j) && rd_done(r);
}

/* -- results --------------------------------------------------------------------------------------- */

static void put_fact(struct wr *w, const struct job_fact *f)
{
	wr_u8(w, (uint8_t)f->type);
	wr_u8(w, f->confidence);
	wr_str16(w, f->value);
	wr_str16(w, f->note);
}

void job_result_put(struct wr *w, const struct job_result *j)
{
	wr_be64(w, (uint64_t)j->id);
	wr_u8(w, (uint8_t)j->outcome);
	wr_be16(w, j->status);
	wr_be16(w, j->version);
	wr_be16(w, j->requests);
	wr_be32(w, j->retry_after);
	wr_str16(w, j->etag);
	wr_str16(w, j->modified);
	wr_str16(w, j->remark);
	wr_be16(w, j->fact_count);
	for (size_t i = 0; i < j->fact_count; i++)
		put_fact(w, &j->fact[i]);
	wr_be64(w, j->facts_more);
	wr_str16(w, j->transcript);
}

static bool get_fact(struct rd *r, struct job_fact *f)
{
	f->type = (enum fact)rd_u8(r);
	f->confidence = rd_u8(r);
	return f->type < FACT_COUNT && f->confidence >= 1 && f->confidence <= 100 &&
	       get_text(r, f->value, sizeof(f->value)) && f->value[0] != '\0' &&
	       get_text(r, f->note, sizeof(f->note));
}

static bool get_facts(struct rd *r, struct job_result *j)
{
	size_t bytes = 0;

	j->fact_count = rd_be16(r);
	if (j->fact_count > JOB_FACTS_MAX)
		return false;
	for (size_t i = 0; i < j->fact_count; i++) {
		if (!get_fact(r, &j->fact[i]))
			return false;
		bytes += strlen(j->fact[i].value) + strlen(j->fact[i].note);
	}
	j->facts_more = rd_be64(r);
	return bytes <= JOB_FACTS_BYTES;
}

/* That a job was lost only the store can say. */
static bool is_prober_s(enum probe_outcome o)
{
	return o < PROBE_OUTCOME_COUNT && o != PROBE_LOST && o != PROBE_POISON;
}

bool job_result_get(struct rd *r, struct job_result *j)
{
	j->id = (int64_t)rd_be64(r);
	j->outcome = (enum probe_outcome)rd_u8(r);
	j->status = rd_be16(r);
	j->version = rd_be16(r);
	j->requests = rd_be16(r);
	j->retry_after = rd_be32(r);
	return j->id > 0 && is_prober_s(j->outcome) && get_ascii(r, j->etag, sizeof(j->etag), 0x20) &&
	       get_ascii(r, j->modified, sizeof(j->modified), 0x20) &&
	       get_text(r, j->remark, sizeof(j->remark)) && get_facts(r, j) &&
	       get_lines(r, j->transcript, sizeof(j->transcript)) && rd_done(r);
}

/* -- manners --------------------------------------------------------------------------------------- */

void job_view_put(struct wr *w, const struct job_view *v)
{
	wr_u8(w, v->count);
	for (size_t i = 0; i < v->count; i++) {
		wr_str16(w, v->counter[i].name);
		wr_be64(w, v->counter[i].value);
	}
	wr_be32(w, v->held_total);
	wr_u8(w, v->held_count);
	for (size_t i = 0; i < v->held_count; i++) {
		wr_str16(w, v->held[i].host);
		wr_be64(w, (uint64_t)v->held[i].until);
		wr_u8(w, v->held[i].reason);
		wr_be32(w, v->held[i].failures);
	}
}

static bool get_held(struct rd *r, struct job_view *v)
{
	v->held_total = rd_be32(r);
	v->held_count = rd_u8(r);
	if (v->held_count > JOB_HELD_MAX || v->held_count > v->held_total)
		return false;
	for (size_t i = 0; i < v->held_count; i++) {
		struct job_held *h = &v->held[i];
		if (!get_name(r, h->host, sizeof(h->host)))
			return false;
		h->until = (int64_t)rd_be64(r);
		h->reason = rd_u8(r);
		h->failures = rd_be32(r);
	}
	return true;
}

bool job_view_get(struct rd *r, struct job_view *v)
{
	v->count = rd_u8(r);
	if (v->count > JOB_COUNTERS_MAX)
		return false;
	for (size_t i = 0; i < v->count; i++) {
		if (!get_name(r, v->counter[i].name, sizeof(v->counter[i].name)))
			return false;
		v->counter[i].value = rd_be64(r);
	}
	return get_held(r, v) && rd_done(r);
}
