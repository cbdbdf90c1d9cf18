/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *  type(4) length(4) body ... length(4)      a block; lengths count all of it and are multiples of 4
 *
 *  section header: byte-order magic ...      interfaces begin anew behind it
 *  interface:      link type(2) 0(2) snapshot length(4) options
 *  packet:         interface(4) time(8) captured(4) original(4) bytes options
 *  simple packet:  original(4) bytes         of interface 0, without a time
 */
#include "watch/pcapng.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rd.h"
#include "dissect/link.h"
#include "watch/mapped.h"

enum {
	BLOCK_MAX = 4 << 20,  /* larger ones hold no packet that anybody captured */
	INTERFACES_MAX = 256, /* of one section; packets of others count as of an unknown link */
	BLOCK_HEADER = 8,
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET_OLD = 2,
	BLOCK_PACKET_SIMPLE = 3,
	BLOCK_PACKET = 6,
	ORDER_MAGIC = 0x1a2b3c4d,
	OPTION_END = 0,
	OPTION_RESOLUTION = 9,
	OPTION_OFFSET = 14,
	LINKTYPE_RAW = 101, /* LINK_RAW in files */
	LINK_NONE = -1,
	MICROS = 1000000,
};

struct interface {
	int linktype;
	uint32_t snapshot;
	uint64_t units; /* of time in a second */
	int64_t offset; /* seconds */
};

struct pcapng {
	FILE *file;
	enum { BLOCK_READ, BLOCK_END, BLOCK_BAD } state;
	bool swapped; /* this section was written in the other byte order */
	uint32_t count;
	struct interface interface[INTERFACES_MAX];
	uint8_t *body; /* BLOCK_MAX octets */
};

struct pcapng *pcapng_new(FILE *f)
{
	struct pcapng *ng = xcalloc(1, sizeof(*ng));

	ng->file = f;
	ng->body = xmalloc(BLOCK_MAX);
	return ng;
}

void pcapng_free(struct pcapng *ng)
{
	if (ng == NULL)
		return;
	free(ng->body);
	free(ng);
}

/* -- numbers in the section's byte order */

static uint32_t get_u32(const struct pcapng *ng, struct rd *r)
{
	const uint8_t *p = rd_bytes(r, sizeof(uint32_t));
	uint32_t v = 0;

	if (p != NULL)
		memcpy(&v, p, sizeof(v));
	return ng->swapped ? __builtin_bswap32(v) : v;
}

static uint16_t get_u16(const struct pcapng *ng, struct rd *r)
{
	const uint8_t *p = rd_bytes(r, sizeof(uint16_t));
	uint16_t v = 0;

	if (p != NULL)
		memcpy(&v, p, sizeof(v));
	return ng->swapped ? __builtin_bswap16(v) : v;
}

/* High word first, whatever the byte order. */
static uint64_t get_time(const struct pcapng *ng, struct rd *r)
{
	uint64_t high = get_u32(ng, r);

	return high << 32 | get_u32(ng, r);
}

/* -- interfaces */

/* A power of ten, or of two with the highest bit; 0 when it is too fine for 64 bits. */
static uint64_t resolution(uint8_t v)
{
	uint64_t units = 1;

	if ((v & 0x80) != 0)
		return (v & 0x7f) < 64 ? UINT64_C(1) << (v & 0x7f) : 0;
	if (v > 19)
		return 0;
	while (v-- > 0)
		units *= 10;
	return units;
}

static bool read_option(struct pcapng *ng, struct rd *r, struct interface *i)
{
	uint16_t code = get_u16(ng, r), length = get_u16(ng, r);
	struct rd value = rd_sub(r, length);

	rd_skip(r, -length & 3u);
	if (!rd_ok(r) || code == OPTION_END)
		return false;
	if (code == OPTION_RESOLUTION && length == 1)
		i->units = resolution(rd_u8(&value));
	if (code == OPTION_OFFSET && length == sizeof(int64_t)) {
		uint64_t first = get_u32(ng, &value), second = get_u32(ng, &value);
		bool big = ng->swapped != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
		i->offset = (int64_t)(big ? first << 32 | second : second << 32 | first);
	}
	return true;
}

/* Of these, dissect/ reads numbers in the order of this machine. */
static int section_link(const struct pcapng *ng, uint16_t type)
{
	if (ng->swapped && (type == LINK_NFLOG || type == LINK_PKTAP))
		return LINK_NONE;
	return type == LINKTYPE_RAW ? LINK_RAW : type;
}

static bool read_interface(struct pcapng *ng, struct rd r)
{
	struct interface i = { .units = MICROS };

	i.linktype = section_link(ng, get_u16(ng, &r));
	rd_skip(&r, 2);
	i.snapshot = get_u32(ng, &r);
	if (!rd_ok(&r))
		return false;
	while (rd_left(&r) > 0 && read_option(ng, &r, &i))
		;
	if (ng->count < INTERFACES_MAX)
		ng->interface[ng->count++] = i;
	return i.units != 0;
}

/* -- packets */

static int64_t packet_time(const struct interface *i, uint64_t units)
{
	__extension__ typedef unsigned __int128 wide;
	uint64_t seconds = units / i->units, rest = units % i->units;
	int64_t micros = (int64_t)((wide)rest * MICROS / i->units);

	if (seconds > INT64_MAX / 2 || i->offset > INT64_MAX / 2 || i->offset < -(INT64_MAX / 2))
		return mapped_time(0, 0);
	return mapped_time((int64_t)seconds + i->offset, micros);
}

static const struct interface *packet_interface(const struct pcapng *ng, uint32_t id)
{
	static const struct interface unknown = { .linktype = LINK_NONE, .units = MICROS };

	return id < ng->count ? &ng->interface[id] : &unknown;
}

static bool read_packet(struct pcapng *ng, struct rd r, uint32_t type, struct dissect_packet *p)
{
	const struct interface *i = packet_interface(ng, 0);
	uint64_t time = 0;

	if (type == BLOCK_PACKET)
		i = packet_interface(ng, get_u32(ng, &r));
	else if (type == BLOCK_PACKET_OLD) {
		i = packet_interface(ng, get_u16(ng, &r));
		rd_skip(&r, 2); /* drops */
	}
	if (type != BLOCK_PACKET_SIMPLE) {
		time = get_time(ng, &r);
		p->captured = get_u32(ng, &r);
	}
	p->wire_len = get_u32(ng, &r);
	if (type == BLOCK_PACKET_SIMPLE)
		p->captured = i->snapshot != 0 && i->snapshot < p->wire_len ? i->snapshot : p->wire_len;
	p->bytes = rd_bytes(&r, p->captured);
	if (p->wire_len < p->captured)
		p->wire_len = p->captured;
	p->linktype = i->linktype;
	p->time = packet_time(i, time);
	return rd_ok(&r);
}

/* -- blocks */

static bool is_packet(uint32_t type)
{
	return type == BLOCK_PACKET || type == BLOCK_PACKET_OLD || type == BLOCK_PACKET_SIMPLE;
}

/* The header says in its first octets how all that follows is to be read, its own length among them. */
static bool read_order(struct pcapng *ng, const uint8_t header[BLOCK_HEADER + 4])
{
	uint32_t magic;

	memcpy(&magic, header + BLOCK_HEADER, sizeof(magic));
	ng->swapped = magic == __builtin_bswap32(ORDER_MAGIC);
	ng->count = 0;
	return ng->swapped || magic == ORDER_MAGIC;
}

/* The next block's body, without its second length. False with the state at its end, or where it lies. */
static bool read_block(struct pcapng *ng, uint32_t *type, struct rd *body)
{
	uint8_t header[BLOCK_HEADER + 4];
	size_t n = fread(header, 1, sizeof(header), ng->file), rest;
	struct rd r = rd_init(header, sizeof(header));
	uint32_t length;

	ng->state = n == 0 && feof(ng->file) ? BLOCK_END : BLOCK_BAD;
	if (n != sizeof(header))
		return false;
	*type = get_u32(ng, &r);
	if (*type == BLOCK_SECTION && !read_order(ng, header))
		return false;
	length = get_u32(ng, &r);
	if (length < sizeof(header) || length % 4 != 0 || length > BLOCK_MAX)
		return false;
	memcpy(ng->body, header + BLOCK_HEADER, 4); /* of the body, or the second length of an empty one */
	rest = length - sizeof(header);
	if (fread(ng->body + 4, 1, rest, ng->file) != rest)
		return false;
	*body = rd_init(ng->body, rest + 4);
	*body = rd_sub(body, rest);
	r = rd_init(ng->body + rest, 4);
	ng->state = get_u32(ng, &r) == length ? BLOCK_READ : BLOCK_BAD;
	return ng->state == BLOCK_READ;
}

int pcapng_read(struct pcapng *ng, int budget, capture_fn *fn, void *arg)
{
	struct rd body = { .p = NULL };
	uint32_t type = 0;
	int seen = 0;

	while (seen < budget && ng->state == BLOCK_READ && read_block(ng, &type, &body)) {
		struct dissect_packet p = { 0 };
		if (type == BLOCK_INTERFACE && !read_interface(ng, body))
			ng->state = BLOCK_BAD;
		if (!is_packet(type))
			continue;
		if (!read_packet(ng, body, type, &p)) {
			ng->state = BLOCK_BAD;
			break;
		}
		fn(arg, &p);
		seen++;
	}
	if (seen > 0)
		return seen;
	return ng->state == BLOCK_END ? -1 : -2;
}
