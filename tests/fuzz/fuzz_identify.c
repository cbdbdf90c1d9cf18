/* fuzz: watch ipc dissect conf base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Header values and targets through the real table of identifiers and the observation table. The input is
 * five texts, split at zero bytes: Host, target, Referer, User-Agent, X-Requested-With. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "watch/aggregate.h"
#include "watch/hostname.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXTS = 5 };

static struct identify *load(void)
{
	static struct data tables;
	char error[CONF_ERROR_MAX];
	struct identify *s = NULL;

	if (data_load(&tables, "conf", error) == 0)
		s = identify_new(&tables.identifiers, error);
	if (s == NULL) {
		fprintf(stderr, "%s\n", error);
		exit(2);
	}
	return s;
}

static void check(void *arg, const struct observation *o)
{
	uint64_t *count = arg;

	*count += o->count;
	for (const char *p = o->name; *p; p++)
		if (*p <= 0x20 || *p >= 0x7f)
			abort();
}

static void split(const uint8_t *data, size_t size, struct dissect_str text[TEXTS])
{
	size_t at = 0, start = 0;

	for (size_t i = 0; i <= size && at < TEXTS; i++) {
		if (i < size && data[i] != 0)
			continue;
		text[at] = (struct dissect_str){ data + start, i - start };
		at++;
		start = i + 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct identify *identify;
	static struct aggregate *a;
	static uint64_t count;
	struct hash_key key = { { 0 } };
	struct dissect_str text[TEXTS] = { { NULL, 0 } };
	struct dissect_message m = { .kind = DISSECT_HTTP };

	if (identify == NULL) {
		identify = load();
		a = aggregate_new(64, 0, &key, identify, check, &count);
	}
	split(data, size, text);
	m.name = text[0];
	m.http.target = text[1];
	m.http.referer = text[2];
	m.http.user_agent = text[3];
	m.http.requested_with = text[4];
	aggregate_message(a, &m);
	aggregate_flush(a);
	return 0;
}
