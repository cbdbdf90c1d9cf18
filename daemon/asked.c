/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/asked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct asked {
	struct asked *next;
	const struct client *c;
	bool answered;
	char why[STORE_ERROR_MAX];
};

void asked_add(struct asked **list, const struct client *c)
{
	struct asked *a = xcalloc(1, sizeof(*a));

	a->next = *list;
	a->c = c;
	*list = a;
}

void asked_told(struct asked *list, const struct client *c, const char *why)
{
	while (list != NULL && list->c != c)
		list = list->next;
	if (list == NULL)
		return;
	if (why[0] == '\0')
		list->answered = true;
	else if (list->why[0] == '\0')
		snprintf(list->why, sizeof(list->why), "%s", why);
}

bool asked_end(struct asked **list, const struct client *c, char why[STORE_ERROR_MAX])
{
	struct asked *a;
	bool answered;

	why[0] = '\0';
	while (*list != NULL && (*list)->c != c)
		list = &(*list)->next;
	a = *list;
	if (a == NULL)
		return false;
	*list = a->next;
	answered = a->answered;
	memcpy(why, a->why, sizeof(a->why));
	free(a);
	return answered;
}

void asked_free(struct asked *list)
{
	while (list != NULL) {
		struct asked *next = list->next;
		free(list);
		list = next;
	}
}
