/* fuzz: watch ipc dissect conf base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any file through the reader for pcapng: each packet is whole and has a time, and the end stays the end. */
#include <stdlib.h>

#include "watch/pcapng.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(void *arg, const struct dissect_packet *p)
{
	volatile uint8_t sum = 0;

	if (p->captured > p->wire_len)
		abort();
	for (uint32_t i = 0; i < p->captured; i++)
		sum = (uint8_t)(sum + p->bytes[i]);
	++*(uint64_t *)arg;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t packets = 0;
	struct pcapng *ng;
	int n = 1;
	FILE *f;

	if (size == 0)
		return 0;
	f = fmemopen((void *)(uintptr_t)data, size, "rb");
	if (f == NULL)
		abort();
	ng = pcapng_new(f);
	while (n > 0)
		n = pcapng_read(ng, 3, take, &packets);
	if (pcapng_read(ng, 3, take, &packets) != n || packets > size / 16)
		abort();
	pcapng_free(ng);
	fclose(f);
	return 0;
}
