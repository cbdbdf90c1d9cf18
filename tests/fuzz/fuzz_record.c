/* fuzz: ipc base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames of observations from a child that was taken: whatever is accepted reads back the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct observation *o)
{
	static uint8_t bytes[16384], again[16384];
	struct wr w = wr_init(bytes, sizeof(bytes)), second = wr_init(again, sizeof(again));
	struct observation back;
	struct rd r;

	observation_put(&w, o);
	r = rd_init(bytes, wr_len(&w));
	if (!wr_ok(&w) || !observation_get(&r, &back) || !rd_done(&r))
		abort();
	observation_put(&second, &back);
	if (wr_len(&second) != wr_len(&w) || memcmp(bytes, again, wr_len(&w)) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sketch all;
	struct rd r = rd_init(data, size);
	struct observation o;

	sketch_init(&all);
	while (rd_left(&r) > 0 && observation_get(&r, &o)) {
		check(&o);
		sketch_merge(&all, &o.clients);
		if (sketch_count(&all) < sketch_count(&o.clients) && all.exact != SKETCH_DENSE)
			abort();
	}
	return 0;
}
