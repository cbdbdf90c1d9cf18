/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ipc/msg.h"

#include <string.h>

#include "base/text.h"

static void put_str(struct wr *w, const char *s) { wr_str16(w, s); }

/* A string into a fixed array: too long or with a NUL inside is refused. */
static bool get_str(struct rd *r, char *out, size_t cap)
{
	struct rd s = rd_sub16(r);
	size_t n = rd_left(&s);

	if (!rd_ok(&s) || n >= cap || (n > 0 && memchr(s.p, '\0', n)))
		return false;
	if (n > 0)
		memcpy(out, s.p, n);
	out[n] = '\0';
	return true;
}

static bool get_text16(struct rd *r, struct msg_text *t)
{
	struct rd s = rd_sub16(r);

	*t = (struct msg_text){ (const char *)s.p, rd_left(&s) };
	return rd_ok(&s);
}

void msg_text_put(struct wr *w, const char *s, size_t n) { wr_bytes(w, s, n); }

/* The rest of the frame. */
bool msg_text_get(struct rd *r, struct msg_text *t)
{
	*t = (struct msg_text){ (const char *)r->p, rd_left(r) };
	return rd_skip(r, t->n);
}

void msg_peer_put(struct wr *w, const struct msg_peer *m)
{
	wr_u8(w, m->role);
	put_str(w, m->label);
}

bool msg_peer_get(struct rd *r, struct msg_peer *m)
{
	m->role = rd_u8(r);
	return get_str(r, m->label, sizeof(m->label)) && rd_done(r);
}

void msg_result_put(struct wr *w, const struct msg_result *m)
{
	wr_u8(w, m->code);
	put_str(w, m->why);
}

bool msg_result_get(struct rd *r, struct msg_result *m)
{
	m->code = rd_u8(r);
	return get_str(r, m->why, sizeof(m->why)) && rd_done(r);
}

void msg_roles_put(struct wr *w, const struct msg_roles *m)
{
	wr_u8(w, m->count);
	for (int i = 0; i < m->count; i++) {
		put_str(w, m->role[i].label);
		wr_be32(w, m->role[i].pid);
		wr_be32(w, m->role[i].restarts);
		wr_be64(w, (uint64_t)m->role[i].since);
	}
}

bool msg_roles_get(struct rd *r, struct msg_roles *m)
{
	m->count = rd_u8(r);
	if (m->count > MSG_ROLES_MAX)
		return false;
	for (int i = 0; i < m->count; i++) {
		if (!get_str(r, m->role[i].label, sizeof(m->role[i].label)))
			return false;
		m->role[i].pid = rd_be32(r);
		m->role[i].restarts = rd_be32(r);
		m->role[i].since = (int64_t)rd_be64(r);
	}
	return rd_done(r);
}

void msg_hello_put(struct wr *w, const struct msg_hello *m)
{
	put_str(w, m->label);
	wr_u8(w, m->replay);
}

bool msg_hello_get(struct rd *r, struct msg_hello *m)
{
	if (!get_str(r, m->label, sizeof(m->label)))
		return false;
	m->replay = rd_u8(r);
	return rd_done(r) && m->replay <= 1;
}

void msg_welcome_put(struct wr *w, const struct msg_welcome *m)
{
	wr_be64(w, (uint64_t)m->epoch);
	wr_bytes(w, m->key.bytes, sizeof(m->key.bytes));
	wr_u8(w, m->sha256);
}

bool msg_welcome_get(struct rd *r, struct msg_welcome *m)
{
	const uint8_t *key;

	m->epoch = (int64_t)rd_be64(r);
	key = rd_bytes(r, sizeof(m->key.bytes));
	if (key)
		memcpy(m->key.bytes, key, sizeof(m->key.bytes));
	m->sha256 = rd_u8(r);
	return rd_done(r) && m->sha256 <= 1;
}

void msg_source_put(struct wr *w, const struct msg_source *m) { put_str(w, m->name); }

bool msg_source_get(struct rd *r, struct msg_source *m)
{
	return get_str(r, m->name, sizeof(m->name)) && rd_done(r);
}

/* The count stands at the batch's 17th byte of the body: 1 type byte, 8 source, 8 seq before it. */
enum { BATCH_COUNT_AT = 1 + 8 + 8 };

void msg_batch_put(struct wr *w, const struct msg_batch *m)
{
	wr_be64(w, (uint64_t)m->source);
	wr_be64(w, m->seq);
	wr_be16(w, 0);
}

bool msg_batch_add(struct wr *w, const struct observation *o)
{
	struct wr before = *w;
	unsigned count;

	if (!wr_ok(w) || wr_len(w) < BATCH_COUNT_AT + 2)
		return false;
	count = (unsigned)(w->base[BATCH_COUNT_AT] << 8 | w->base[BATCH_COUNT_AT + 1]);
	if (count < MSG_BATCH_MAX)
		observation_put(w, o);
	if (count >= MSG_BATCH_MAX || !wr_ok(w)) {
		*w = before;
		return false;
	}
	count++;
	w->base[BATCH_COUNT_AT] = (uint8_t)(count >> 8);
	w->base[BATCH_COUNT_AT + 1] = (uint8_t)count;
	return true;
}

bool msg_batch_get(struct rd *r, struct msg_batch *m)
{
	m->source = (int64_t)rd_be64(r);
	m->seq = rd_be64(r);
	m->count = rd_be16(r);
	return rd_ok(r) && m->seq > 0 && m->count <= MSG_BATCH_MAX;
}

void msg_ack_put(struct wr *w, const struct msg_ack *m)
{
	wr_be64(w, (uint64_t)m->source);
	wr_be64(w, m->seq);
}

bool msg_ack_get(struct rd *r, struct msg_ack *m)
{
	m->source = (int64_t)rd_be64(r);
	m->seq = rd_be64(r);
	return rd_done(r);
}

void msg_counters_put(struct wr *w, const struct msg_counters *m)
{
	wr_be64(w, (uint64_t)m->source);
	wr_u8(w, m->count);
	for (int i = 0; i < m->count; i++) {
		put_str(w, m->counter[i].name);
		wr_be64(w, m->counter[i].value);
	}
}

bool msg_counters_get(struct rd *r, struct msg_counters *m)
{
	m->source = (int64_t)rd_be64(r);
	m->count = rd_u8(r);
	if (m->count > MSG_COUNTERS_MAX)
		return false;
	for (int i = 0; i < m->count; i++) {
		if (!get_str(r, m->counter[i].name, sizeof(m->counter[i].name)))
			return false;
		m->counter[i].value = rd_be64(r);
	}
	return rd_done(r);
}

void msg_end_put(struct wr *w, const struct msg_end *m)
{
	wr_be64(w, (uint64_t)m->source);
	put_str(w, m->digest);
	put_str(w, m->sha256);
}

enum { DIGEST_DIGITS = 32 }; /* of hash_stream_hex() */

/* "" or as many lower-case hexadecimal digits. */
static bool is_hex(const char *s, size_t digits)
{
	size_t n = strlen(s);
	return n == 0 || (n == digits && strspn(s, "0123456789abcdef") == n);
}

bool msg_end_get(struct rd *r, struct msg_end *m)
{
	m->source = (int64_t)rd_be64(r);
	return get_str(r, m->digest, sizeof(m->digest)) && get_str(r, m->sha256, sizeof(m->sha256)) &&
	       rd_done(r) && is_hex(m->digest, DIGEST_DIGITS) && is_hex(m->sha256, HASH_HEX_SIZE - 1);
}

void msg_ended_put(struct wr *w, const struct msg_ended *m)
{
	wr_be64(w, (uint64_t)m->source);
	wr_u8(w, m->verdict);
}

bool msg_ended_get(struct rd *r, struct msg_ended *m)
{
	m->source = (int64_t)rd_be64(r);
	m->verdict = rd_u8(r);
	return rd_done(r) && m->verdict < MSG_VERDICT_COUNT;
}

void msg_id_put(struct wr *w, int64_t id) { wr_be64(w, (uint64_t)id); }

bool msg_id_get(struct rd *r, int64_t *id)
{
	*id = (int64_t)rd_be64(r);
	return rd_done(r);
}

void msg_event_put(struct wr *w, const struct msg_event *m)
{
	wr_u8(w, m->trouble);
	wr_u8(w, m->raised);
	wr_be64(w, (uint64_t)m->since);
	put_str(w, m->what);
	put_str(w, m->text);
}

bool msg_event_get(struct rd *r, struct msg_event *m)
{
	m->trouble = rd_u8(r);
	m->raised = rd_u8(r);
	m->since = (int64_t)rd_be64(r);
	return get_str(r, m->what, sizeof(m->what)) && get_str(r, m->text, sizeof(m->text)) && rd_done(r) &&
	       m->trouble < TROUBLE_COUNT && m->raised <= 1 && text_is_safe(m->what, strlen(m->what)) &&
	       text_is_safe(m->text, strlen(m->text));
}

void msg_deliver_put(struct wr *w, const struct msg_deliver *m)
{
	wr_be64(w, (uint64_t)m->id);
	put_str(w, m->sink);
	wr_u8(w, m->anew);
	wr_bytes(w, m->payload.p, m->payload.n);
}

bool msg_deliver_get(struct rd *r, struct msg_deliver *m)
{
	m->id = (int64_t)rd_be64(r);
	if (!get_str(r, m->sink, sizeof(m->sink)))
		return false;
	m->anew = rd_u8(r);
	return m->anew <= 1 && msg_text_get(r, &m->payload) && rd_done(r);
}

void msg_delivered_put(struct wr *w, const struct msg_delivered *m)
{
	wr_be64(w, (uint64_t)m->id);
	put_str(w, m->sink);
	wr_u8(w, m->outcome);
	put_str(w, m->why);
}

bool msg_delivered_get(struct rd *r, struct msg_delivered *m)
{
	m->id = (int64_t)rd_be64(r);
	if (!get_str(r, m->sink, sizeof(m->sink)))
		return false;
	m->outcome = rd_u8(r);
	return get_str(r, m->why, sizeof(m->why)) && rd_done(r) && m->outcome < MSG_OUTCOME_COUNT;
}

void msg_request_put(struct wr *w, const struct msg_request *m)
{
	wr_u8(w, m->argc);
	for (int i = 0; i < m->argc; i++)
		wr_vec16(w, m->argv[i].p, m->argv[i].n);
}

bool msg_request_get(struct rd *r, struct msg_request *m)
{
	m->argc = rd_u8(r);
	if (m->argc > MSG_ARGS_MAX)
		return false;
	for (int i = 0; i < m->argc; i++) {
		if (!get_text16(r, &m->argv[i]))
			return false;
		if (m->argv[i].n > 0 && memchr(m->argv[i].p, '\0', m->argv[i].n))
			return false;
	}
	return rd_done(r);
}
