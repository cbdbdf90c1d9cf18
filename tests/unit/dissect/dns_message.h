/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of DNS messages for tests: names, the header, questions and records of class IN. */
#ifndef TESTS_UNIT_DISSECT_DNS_MESSAGE_H
#define TESTS_UNIT_DISSECT_DNS_MESSAGE_H

#include <string.h>

#include "base/wr.h"

static inline void put_name(struct wr *w, const char *name)
{
	while (*name != '\0') {
		size_t n = strcspn(name, ".");
		wr_u8(w, (uint8_t)n);
		wr_bytes(w, name, n);
		name += n + (name[n] == '.');
	}
	wr_u8(w, 0);
}

static inline void put_header(struct wr *w, uint16_t flags, uint16_t qd, uint16_t an, uint16_t ns,
			      uint16_t ar)
{
	const uint16_t words[] = { 0x1234, flags, qd, an, ns, ar };
	for (int i = 0; i < 6; i++)
		wr_be16(w, words[i]);
}

static inline void put_question(struct wr *w, const char *name, uint16_t type)
{
	put_name(w, name);
	wr_be16(w, type);
	wr_be16(w, 1);
}

static inline void put_record(struct wr *w, uint16_t owner, uint16_t type, const void *data, size_t n)
{
	wr_be16(w, owner);
	wr_be16(w, type);
	wr_be16(w, 1);
	wr_be32(w, 300);
	wr_vec16(w, data, n);
}

#endif
