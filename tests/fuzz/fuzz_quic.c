/* fuzz: dissect base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QUIC from the outside: datagrams in both directions of a few flows, through tables so small that every
 * limit is met. First octet of each: flow, direction and pause; then a 16-bit length. A datagram whose second
 * octet says so is no packet but the frames of one, which is then sealed with the right keys: no fuzzer would
 * ever guess a tag.
 */
#include <stdlib.h>
#include <string.h>

#include "base/rd.h"
#include "dissect/gquic.h"
#include "dissect/quic.h"
#include "tests/fuzz/proto_drive.h"
#include "tests/unit/dissect/quic_seal.h"

enum { HELLOS = 3, ROOM = 2048 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct quic_packet kinds[] = {
	{ .version = 1, .salt = QUIC_SALT_V1, .dcid = "original" },
	{ .version = 1, .salt = QUIC_SALT_V1, .dcid = "retried!", .token = "t" },
	{ .version = 1, .salt = QUIC_SALT_V1, .dcid = "changed", .key_cid = "original" },
	{ .version = 0x6b3343cf, .salt = QUIC_SALT_V2, .type = 1, .dcid = "original", .number_size = 4 },
	{ .version = 0x51303530, .salt = QUIC_SALT_Q050, .dcid = "original" },
	{ .version = 0x54303530, .salt = QUIC_SALT_T050, .dcid = "original" },
};

static size_t seal(uint8_t room[ROOM], uint8_t kind, struct rd r)
{
	struct wr w = wr_init(room, ROOM);

	if (rd_left(&r) > ROOM - 200)
		return 0;
	quic_put_initial(&w, &kinds[kind % (sizeof(kinds) / sizeof(kinds[0]))], r.p, rd_left(&r), 64);
	return wr_len(&w);
}

static void offer(struct drive *d, const uint8_t *p, size_t n)
{
	uint8_t *copy = drive_exact(p, n);

	if (quic_parse(copy, n, &d->out) == PROTO_SKIP)
		gquic_parse(copy, n, &d->out);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void *memory; /* kept: most of the time would go into getting it */
	struct rd r = rd_init(data, size);
	uint8_t room[ROOM];
	struct drive d;

	if (memory == NULL && (memory = malloc(quic_size(HELLOS))) == NULL)
		abort();
	memset(memory, 0, quic_size(HELLOS));
	drive_init(&d, 443);
	d.out.quic = quic_init(memory, HELLOS);
	while (rd_left(&r) > 0) {
		uint8_t how = rd_u8(&r), kind = rd_u8(&r);
		uint16_t length = rd_be16(&r);
		struct rd part = rd_sub(&r, length < rd_left(&r) ? length : rd_left(&r));
		d.m.flow.sport = (how & 8) != 0 ? 443 : how & 7;
		d.m.flow.dport = (how & 8) != 0 ? how & 7 : 443;
		d.m.time += (how & 0x70) == 0x70 ? 61000000 : (how & 0x70) * 10000;
		if ((how & 0x80) == 0)
			offer(&d, part.p, rd_left(&part));
		else
			offer(&d, room, seal(room, kind, part));
	}
	quic_finish(d.out.quic, &d.stats);
	MUST(d.stats.messages[DISSECT_QUIC] == d.count);
	return 0;
}
