/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/footfile.h"

#include <string.h>
#include <strings.h>

enum { FOOT_NAME = 200 /* bytes of a file's name in a script */ };

bool footfile_named(struct html_str src)
{
	static const char *const words[] = { "foot", "bottom", "copyright", "beian" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (html_has(src, words[i]))
			return true;
	return false;
}

bool footfile_like(struct html_str text)
{
	static const char *const ends[] = { ".htm", ".html", ".shtml", ".jsp", ".php", ".aspx", ".js" };
	const char *query = memchr(text.p, '?', text.n);

	text.n = query ? (size_t)(query - text.p) : text.n;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]) && text.n < FOOT_NAME; i++) {
		size_t n = strlen(ends[i]);
		if (text.n > n && strncasecmp(text.p + text.n - n, ends[i], n) == 0)
			return memchr(text.p, ' ', text.n) == NULL && footfile_named(text);
	}
	return false;
}
