/* fuzz: dissect base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect/dns.h"
#include "tests/fuzz/proto_drive.h"

static const struct proto_stream row = { .name = "dns",
					 .probe = dns_stream_probe,
					 .parse = dns_stream_parse };

static struct drive datagram(const uint8_t *p, size_t n, uint16_t port)
{
	struct drive d;
	uint8_t *copy = drive_exact(p, n);
	enum proto_result res;

	drive_init(&d, port);
	res = dns_parse(copy, n, &d.out);
	free(copy);
	MUST(res != PROTO_MORE);
	MUST(res != PROTO_SKIP || d.count == 0);
	MUST(res != PROTO_BAD || d.stats.reasons[DISSECT_DNS_BAD] > 0);
	return d;
}

/* The first byte says how a stream is cut; as a datagram the bytes behind it are one message. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct drive standard, strange;

	if (size < 1)
		return 0;
	standard = datagram(data + 1, size - 1, 53);
	strange = datagram(data + 1, size - 1, 9953);
	MUST(strange.count == 0 || (strange.count == standard.count && strange.hash == standard.hash));
	MUST(datagram(data + 1, size - 1, 5353).count == 0);
	drive_both(&row, data, size, 53);
	drive_both(&row, data, size, 9953);
	return 0;
}
