/* fuzz: dissect base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A certificate: whatever the bytes, each name that is told lies inside them. */
#include "dissect/cert.h"
#include "tests/fuzz/proto_drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = drive_exact(data, size);
	struct dissect_message m = { .kind = DISSECT_TLS_CERT };
	struct drive d;

	drive_init(&d, 443);
	if (cert_read(copy, size, &m)) {
		drive_cert(&d, &m);
		for (uint8_t i = 0; i < m.cert.names; i++)
			MUST(m.cert.name[i].p >= copy && m.cert.name[i].p + m.cert.name[i].n <= copy + size);
	}
	free(copy);
	return 0;
}
