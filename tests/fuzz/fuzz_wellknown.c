/* fuzz: probes conf base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two files by which a host names its apps: facts are well-formed identifiers, whatever the text. */
#include "probes/wellknown.h"

#include <stdlib.h>
#include <string.h>

#include "conf/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct probe_fact room[PROBE_FACTS_MAX];
	struct probe_facts f = { .fact = room };
	uint8_t *copy = malloc(size ? size : 1);

	memcpy(copy, data, size);
	wellknown_assetlinks(&f, copy, size);
	wellknown_association(&f, copy, size);
	for (size_t i = 0; i < f.count; i++)
		if (!value_bundle(room[i].value) && !value_package(room[i].value))
			abort();
	free(copy);
	return 0;
}
