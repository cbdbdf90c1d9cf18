/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/domain.h"

#include <arpa/inet.h>
#include <libpsl.h>
#include <netinet/in.h>
#include <string.h>

bool domain_is_ip(const char *text)
{
	struct in6_addr address;
	size_t n = strlen(text);

	/* most names show at their end that they are none */
	if (n == 0 || (text[n - 1] >= 'g' && strchr(text, ':') == NULL))
		return false;
	return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1;
}

const char *domain_registrable(const char *host)
{
	/* libpsl knows no addresses: to it 1.2.3.4 is the domain 3.4 */
	if (domain_is_ip(host))
		return NULL;
	return psl_registrable_domain(psl_builtin(), host);
}

bool domain_within(const char *host, const char *suffix)
{
	size_t n = strlen(host), m = strlen(suffix);
	if (m == 0 || n < m || strcmp(host + (n - m), suffix) != 0)
		return false;
	return n == m || host[n - m - 1] == '.';
}

const char *domain_bare(const char *host)
{
	if (strncmp(host, "www.", 4) == 0 && strchr(host + 4, '.') != NULL)
		return host + 4;
	return host;
}

const char *domain_list_file(void) { return psl_builtin_filename(); }

int64_t domain_list_time(void) { return (int64_t)psl_builtin_file_time() * 1000000; }
