/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "notify/registry.h"

#include <string.h>

const struct notify_row *const notify_rows[NOTIFY_COUNT] = {
	[NOTIFY_FILE] = &notify_file,
	[NOTIFY_SYSLOG] = &notify_syslog,
};

int notify_find(const char *name)
{
	for (int i = 0; i < NOTIFY_COUNT; i++)
		if (strcmp(notify_rows[i]->name, name) == 0)
			return i;
	return -1;
}
