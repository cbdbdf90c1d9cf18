/* fuzz: probes conf base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A binary manifest, or behind a first byte that is odd a resource table: facts only from a sound one. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "conf/value.h"
#include "probes/apk.h"
#include "probes/arsc.h"

enum { PIECES_MAX = 64 };

#define MUST(x)                                                                                              \
	do {                                                                                                 \
		if (!(x))                                                                                    \
			abort();                                                                             \
	} while (0)

static void manifest(const uint8_t *p, size_t n)
{
	static struct probe_fact room[PROBE_FACTS_MAX];
	struct probe_facts facts = { .fact = room };
	struct apk_wanted wanted;

	if (apk_manifest(&facts, p, n, &wanted) != APK_OK) {
		MUST(facts.count == 0);
		return;
	}
	MUST(facts.count > 0 && facts.fact[0].type == FACT_ANDROID_PACKAGE &&
	     value_package(facts.fact[0].value));
	for (size_t i = 0; i < facts.count; i++)
		MUST(text_is_safe(facts.fact[i].value, strlen(facts.fact[i].value)));
}

/* Whole and piece by piece, as its reader asks for them, it says the same. */
static enum arsc_result by_pieces(const uint8_t *p, size_t n, uint32_t id, const char *language, char *text)
{
	static struct arsc_piece piece[PIECES_MAX];
	struct arsc a = { .piece = piece, .size = n };
	enum arsc_result res;

	while ((res = arsc_find(&a, id, language, text)) == ARSC_MORE) {
		MUST(a.need_n > 0 && a.need < n && a.need_n <= n - a.need);
		if (a.pieces == PIECES_MAX)
			break;
		piece[a.pieces++] = (struct arsc_piece){ p + a.need, a.need, a.need_n };
	}
	return res;
}

static void table(const uint8_t *p, size_t n)
{
	static const uint32_t ids[] = { 0x7f010000, 0x7f020000, 0x7f020001, 0x7f030002 };
	char text[ARSC_TEXT_MAX], other[ARSC_TEXT_MAX];

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		for (unsigned zh = 0; zh < 2; zh++) {
			const struct arsc_piece all = { p, 0, n };
			struct arsc a = { .piece = &all, .pieces = 1, .size = n };
			enum arsc_result whole = arsc_find(&a, ids[i], zh ? "zh" : "", text);
			enum arsc_result parts = by_pieces(p, n, ids[i], zh ? "zh" : "", other);
			MUST(whole != ARSC_MORE && (parts == whole || parts == ARSC_MORE));
			if (whole != ARSC_FOUND)
				continue;
			MUST(text_is_utf8(text, strlen(text)) && text[0] != '\0');
			MUST(parts == ARSC_MORE || strcmp(text, other) == 0);
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = size - (size > 0);
	uint8_t *copy = malloc(n ? n : 1);

	memcpy(copy, data + (size > 0), n);
	if (size > 0 && data[0] & 1)
		table(copy, n);
	else
		manifest(copy, n);
	free(copy);
	return 0;
}
