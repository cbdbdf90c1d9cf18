/* fuzz: conf base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data tables: the first byte chooses which, the rest is its text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conf/tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[CONF_ERROR_MAX] = "";
	struct data d = { 0 };

	if (size == 0)
		return 0;
	if (data_parse(&d, data_table_at(data[0] % data_table_count()), "f", (const char *)data + 1, size - 1,
		       error) != 0 &&
	    (error[0] == '\0' || strchr(error, '\n')))
		abort();
	data_rule(&d, "R01", "hnust");
	data_profile(&d, "hnust");
	data_clear(&d);
	return 0;
}
