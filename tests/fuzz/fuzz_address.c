/* fuzz: probes conf base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host as it stands in a URL: what the C library would take for an address is one, and nothing that the
 * scope refuses comes back under another spelling. */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "probes/address.h"
#include "probes/scope.h"

#define MUST(x)                                                                                              \
	do {                                                                                                 \
		if (!(x))                                                                                    \
			abort();                                                                             \
	} while (0)

static struct scope *guard(void)
{
	static const char text[] = "[campus]\ndomains = example.edu.cn\nprefixes = 10.0.0.0/8\n"
				   "[probe]\nopt_out = out.example.edu.cn\n";
	char error[CONF_ERROR_MAX];
	struct conf c;
	struct scope *s;

	MUST(conf_parse(&c, "fuzz", text, sizeof(text) - 1, error) == 0);
	s = scope_new(&c);
	conf_clear(&c);
	return s;
}

static void check_address(const char *host, const struct scope *s)
{
	uint8_t addr[16], again[16];
	char shown[TEXT_ADDR_MAX];
	struct in_addr v4;

	if (address_parse(host, addr)) {
		MUST(address_like(host));
		text_addr(shown, addr);
		MUST(address_parse(shown, again) && memcmp(addr, again, 16) == 0);
		MUST(address_class(addr) < ADDRESS_CLASS_COUNT);
		if (address_class(addr) == ADDRESS_LOOPBACK)
			MUST(!scope_address(s, addr));
	} else if (strpbrk(host, " \t\n\v\f\r") == NULL) {
		MUST(inet_aton(host, &v4) == 0 && inet_pton(AF_INET6, host, again) != 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct scope *s;
	const struct scope_run run = { .name = "www.vendor.cn", .endpoint = "https://api.vendor.cn/x" };
	char *host = malloc(size + 1), normal[SCOPE_HOST_MAX], twice[SCOPE_HOST_MAX];
	struct address_net net;
	enum probe_outcome o;

	if (s == NULL)
		s = guard();
	memcpy(host, data, size);
	host[size] = '\0';
	check_address(host, s);
	(void)!address_net_parse(host, &net);
	o = scope_host(s, &run, host);
	MUST(o == PROBE_DONE || o == PROBE_OPTED_OUT || o == PROBE_OUT_OF_SCOPE || o == PROBE_BAD_URL ||
	     o == PROBE_BAD_ADDRESS);
	MUST((o == PROBE_BAD_URL) == !scope_normal(normal, host));
	if (o != PROBE_BAD_URL) {
		MUST(scope_normal(twice, normal) && strcmp(normal, twice) == 0);
		MUST(scope_host(s, &run, normal) == o);
	}
	free(host);
	return 0;
}
