/* fuzz: conf base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration: refused with one line, or rendered and read back to the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_round_trip(const struct conf *c)
{
	struct buf one = { 0 }, two = { 0 };
	char error[CONF_ERROR_MAX];
	struct conf again;

	conf_render(c, &one);
	if (conf_parse(&again, "again", one.p, one.len, error) != 0)
		abort();
	conf_render(&again, &two);
	if (strcmp(one.p, two.p) != 0)
		abort();
	conf_clear(&again);
	buf_clear(&one);
	buf_clear(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[CONF_ERROR_MAX] = "";
	struct conf c;

	if (conf_parse(&c, "f", (const char *)data, size, error) == 0)
		check_round_trip(&c);
	else if (error[0] == '\0' || strchr(error, '\n'))
		abort();
	conf_clear(&c);
	return 0;
}
