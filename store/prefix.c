/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/prefix.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct prefix {
	uint8_t addr[16];
	unsigned bits;
};

struct prefix_set {
	struct prefix item[CONF_LIST_MAX];
	size_t count;
};

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static bool parse(const char *cidr, struct prefix *out)
{
	char text[INET6_ADDRSTRLEN + 4];
	char *slash, *end = NULL;
	bool four;

	if (strlen(cidr) >= sizeof(text))
		return false;
	memcpy(text, cidr, strlen(cidr) + 1);
	slash = strchr(text, '/');
	if (slash)
		*slash = '\0';
	memcpy(out->addr, mapped, sizeof(mapped));
	four = inet_pton(AF_INET, text, out->addr + sizeof(mapped)) == 1;
	if (!four && inet_pton(AF_INET6, text, out->addr) != 1)
		return false;
	out->bits = four ? 32 : 128;
	if (slash) {
		unsigned long bits = strtoul(slash + 1, &end, 10);
		if (end == slash + 1 || *end != '\0' || bits > out->bits)
			return false;
		out->bits = (unsigned)bits;
	}
	out->bits += four ? 96 : 0;
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

static bool within(const struct prefix *p, const uint8_t addr[16])
{
	unsigned bytes = p->bits / 8, rest = p->bits % 8;

	if (memcmp(p->addr, addr, bytes) != 0)
		return false;
	return rest == 0 || ((p->addr[bytes] ^ addr[bytes]) >> (8 - rest)) == 0;
}

bool prefix_set_has(const struct prefix_set *p, const uint8_t addr[16])
{
	for (size_t i = 0; i < p->count; i++)
		if (within(&p->item[i], addr))
			return true;
	return false;
}
