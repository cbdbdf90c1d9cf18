/* fuzz: watch ipc dissect conf base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever strangers write into titles and fields may be shown afterwards. The input is a Content-Type, a
 * zero byte and a text, which is tried as each kind of value. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "watch/plain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *out, size_t n)
{
	if (n >= PLAIN_MAX || (n > 0 && (out[n] != '\0' || strlen(out) != n || !text_is_safe(out, n))))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct plain *plain;
	const uint8_t *end = size > 0 ? memchr(data, 0, size) : NULL;
	size_t n = end != NULL ? (size_t)(end - data) : size;
	struct dissect_str type = { data, n };
	struct dissect_str text = { end != NULL ? end + 1 : data, end != NULL ? size - n - 1 : size };
	char out[PLAIN_MAX];

	if (plain == NULL)
		plain = plain_new();
	check(out, plain_title(plain, out, text, type, text));
	check(out, plain_token(out, text));
	check(out, plain_type(out, text));
	check(out, plain_location(out, text));
	check(out, plain_certificate(out, text));
	return 0;
}
