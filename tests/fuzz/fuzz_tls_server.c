/* fuzz: dissect base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/tls_server.h"
#include "tests/fuzz/proto_drive.h"

static const struct proto_stream row = { .name = "tls-server",
					 .probe = tls_server_probe,
					 .parse = tls_server_parse };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	drive_both(&row, data, size, 443);
	return 0;
}
