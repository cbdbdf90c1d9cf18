/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/prefix.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rd.h"

/* Of both the first eight bytes and the last. */
struct prefix {
	uint64_t addr[2], mask[2];
};

struct prefix_set {
	struct prefix item[CONF_LIST_MAX];
	size_t count;
};

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static void halves(const uint8_t addr[16], uint64_t out[2])
{
	struct rd r = rd_init(addr, 16);

	out[0] = rd_be64(&r);
	out[1] = rd_be64(&r);
}

static uint64_t mask(unsigned bits) { return bits == 0 ? 0 : ~(uint64_t)0 << (64 - bits); }

static bool parse(const char *cidr, struct prefix *out)
{
	char text[INET6_ADDRSTRLEN + 4];
	uint8_t addr[16];
	unsigned bits;
	char *slash, *end = NULL;
	bool four;

	if (strlen(cidr) >= sizeof(text))
		return false;
	memcpy(text, cidr, strlen(cidr) + 1);
	slash = strchr(text, '/');
	if (slash)
		*slash = '\0';
	memcpy(addr, mapped, sizeof(mapped));
	four = inet_pton(AF_INET, text, addr + sizeof(mapped)) == 1;
	if (!four && inet_pton(AF_INET6, text, addr) != 1)
		return false;
	bits = four ? 32 : 128;
	if (slash) {
		unsigned long said = strtoul(slash + 1, &end, 10);
		if (end == slash + 1 || *end != '\0' || said > bits)
			return false;
		bits = (unsigned)said;
	}
	bits += four ? 96 : 0;
	halves(addr, out->addr);
	out->mask[0] = mask(bits < 64 ? bits : 64);
	out->mask[1] = mask(bits < 64 ? 0 : bits - 64);
	return true;
}

struct prefix_set *prefix_set_new(const struct conf_list *cidrs)
{
	struct prefix_set *p = xcalloc(1, sizeof(*p));

	for (size_t i = 0; i < cidrs->count && i < CONF_LIST_MAX; i++)
		if (parse(cidrs->item[i], &p->item[p->count]))
			p->count++;
	return p;
}

void prefix_set_free(struct prefix_set *p) { free(p); }

bool prefix_set_has(const struct prefix_set *p, const uint8_t addr[16])
{
	uint64_t half[2];

	halves(addr, half);
	for (size_t i = 0; i < p->count; i++) {
		const struct prefix *x = &p->item[i];
		if ((((half[0] ^ x->addr[0]) & x->mask[0]) | ((half[1] ^ x->addr[1]) & x->mask[1])) == 0)
			return true;
	}
	return false;
}
