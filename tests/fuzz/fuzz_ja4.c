/* fuzz: dissect base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The body of a ClientHello: its fingerprint is the same with what was remembered of others and without. */
#include "dissect/ja4.h"
#include "tests/fuzz/proto_drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ja4_cache cache;
	uint8_t *copy = drive_exact(data, size);
	struct dissect_hello facts[2];
	struct tls_hello h;
	struct drive d;

	drive_init(&d, 443);
	if (tls_hello_read(copy, size, &h)) {
		bool made = tls_hello_facts(&h, 't', &cache, &facts[0]);
		MUST(made == tls_hello_facts(&h, 't', NULL, &facts[1]));
		MUST(made == (facts[0].ja4[0] != '\0'));
		MUST(strcmp(facts[0].ja4, facts[1].ja4) == 0);
		drive_hello(&d, &facts[0]);
	}
	free(copy);
	return 0;
}
