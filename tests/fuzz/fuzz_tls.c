/* fuzz: dissect base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/tls.h"
#include "tests/fuzz/proto_drive.h"

static const struct proto_stream row = { .name = "tls", .probe = tls_probe, .parse = tls_parse };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_both(&row, data, size, 8080);
	return 0;
}
