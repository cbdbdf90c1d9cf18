/* fuzz: ipc base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each message's reader over any bytes: the first byte chooses the reader. What was read must be put back as
 * it came where the form is canonical (all messages here but batches, whose sketches are tested on their
 * own). */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/link.h"
#include "ipc/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

union any {
	struct msg_text text;
	struct msg_peer peer;
	struct msg_result result;
	struct msg_roles roles;
	struct msg_hello hello;
	struct msg_welcome welcome;
	struct msg_source source;
	struct msg_end end;
	struct msg_ended ended;
	struct msg_batch batch;
	struct msg_ack ack;
	struct msg_counters counters;
	int64_t id;
	struct msg_deliver deliver;
	struct msg_delivered delivered;
	struct msg_request request;
	struct msg_event event;
};

#define READER(name, member)                                                                                 \
	static bool get_##name(struct rd *r, union any *a) { return msg_##name##_get(r, &a->member); }       \
	static void put_##name(struct wr *w, const union any *a) { msg_##name##_put(w, &a->member); }
READER(peer, peer)
READER(result, result)
READER(roles, roles)
READER(hello, hello)
READER(welcome, welcome)
READER(source, source)
READER(ended, ended)
READER(ack, ack)
READER(counters, counters)
READER(deliver, deliver)
READER(delivered, delivered)
READER(request, request)
READER(end, end)
READER(event, event)

static const struct {
	bool (*get)(struct rd *r, union any *a);
	void (*put)(struct wr *w, const union any *a);
} readers[] = {
	{ get_peer, put_peer },
	{ get_result, put_result },
	{ get_roles, put_roles },
	{ get_hello, put_hello },
	{ get_welcome, put_welcome },
	{ get_source, put_source },
	{ get_ended, put_ended },
	{ get_ack, put_ack },
	{ get_counters, put_counters },
	{ get_deliver, put_deliver },
	{ get_delivered, put_delivered },
	{ get_request, put_request },
	{ get_end, put_end },
	{ get_event, put_event },
};
enum { READERS = sizeof(readers) / sizeof(readers[0]) };

static void check_batch(const uint8_t *data, size_t size)
{
	static struct observation o;
	struct msg_batch m;
	struct rd r = rd_init(data, size);

	if (!msg_batch_get(&r, &m))
		return;
	for (int i = 0; i < m.count && observation_get(&r, &o); i++)
		if (memchr(o.name, '\0', sizeof(o.name)) == NULL || o.kind >= SUBJECT_KIND_COUNT ||
		    o.via >= VIA_COUNT || o.server_count > RECORD_SERVERS_MAX ||
		    o.link_count > RECORD_LINKS_MAX)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static union any a;
	static uint8_t back[LINK_FRAME_MAX];
	struct rd r;
	struct wr w;
	size_t which;

	if (size == 0 || size > LINK_FRAME_MAX)
		return 0;
	which = data[0] % (READERS + 1);
	if (which == READERS) {
		check_batch(data + 1, size - 1);
		return 0;
	}
	r = rd_init(data + 1, size - 1);
	if (!readers[which].get(&r, &a))
		return 0;
	w = wr_init(back, sizeof(back));
	readers[which].put(&w, &a);
	if (!wr_ok(&w) || wr_len(&w) != size - 1 || memcmp(back, data + 1, size - 1) != 0)
		abort();
	return 0;
}
