/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "visit/way.h"

#include <stdio.h>
#include <string.h>

/* RFC 9110 section 15.4; 300 and 304 lead nowhere by themselves. */
bool way_is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static bool was_here(const struct way *w, const struct url *u)
{
	for (size_t i = 0; i < w->hops; i++)
		if (strcmp(w->redirect[i], u->text) == 0)
			return true;
	return strcmp(w->url.text, u->text) == 0;
}

static enum probe_outcome check(const struct way *w, const struct url *to)
{
	if (was_here(w, to))
		return PROBE_TOO_MANY_HOPS;
	if (!to->https && w->secure[0] != '\0' && strcmp(w->secure, to->host) != 0)
		return PROBE_DOWNGRADE;
	return PROBE_DONE;
}

enum probe_outcome way_hop(struct way *w, const struct probe_answer *a, bool too_long)
{
	struct url to;
	enum probe_outcome o;

	w->answered = true;
	w->status = a->status;
	snprintf(w->location, sizeof(w->location), "%s", a->location);
	if (w->url.https)
		memcpy(w->secure, w->url.host, sizeof(w->secure));
	if (w->hops == WAY_HOPS_MAX)
		return PROBE_TOO_MANY_HOPS;
	o = too_long || !url_join(&to, &w->url, a->location, strlen(a->location)) ? PROBE_BAD_URL
										  : check(w, &to);
	w->redirect_status[w->hops] = a->status;
	memcpy(w->redirect[w->hops++], w->url.text, sizeof(w->url.text));
	w->answered = false;
	if (o == PROBE_DONE)
		w->url = to;
	return o;
}

void way_fill(const struct way *w, struct probe_answer *a)
{
	const bool before = !w->answered && w->hops > 0;

	a->url = before ? w->redirect[w->hops - 1] : w->url.text;
	a->redirect_count = before ? w->hops - 1 : w->hops;
	for (size_t i = 0; i < a->redirect_count; i++) {
		a->redirect[i] = w->redirect[i];
		a->redirect_status[i] = w->redirect_status[i];
	}
}
