/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What base/rd.h reads, least significant byte first: ZIP and Android's binary XML are written so.
 */
#ifndef PROBES_LE_H
#define PROBES_LE_H

#include <stdint.h>

#include "base/rd.h"

static inline uint16_t rd_le16(struct rd *r)
{
	const uint8_t *p = rd_bytes(r, 2);
	return (uint16_t)(p ? p[1] << 8 | p[0] : 0);
}

static inline uint32_t rd_le32(struct rd *r)
{
	uint32_t low = rd_le16(r);
	return (uint32_t)rd_le16(r) << 16 | low;
}

static inline uint64_t rd_le64(struct rd *r)
{
	uint64_t low = rd_le32(r);
	return (uint64_t)rd_le32(r) << 32 | low;
}

#endif
