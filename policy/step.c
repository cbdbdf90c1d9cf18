/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/step.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

static char *format(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

/* Formatted once: nearly every sentence fits. */
static char *format(const char *fmt, va_list ap)
{
	char room[512], *text;
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(room, sizeof(room), fmt, ap);
	if (n < 0)
		n = 0;
	text = xmalloc((size_t)n + 1);
	if ((size_t)n < sizeof(room))
		memcpy(text, room, (size_t)n);
	else
		vsnprintf(text, (size_t)n + 1, fmt, again);
	text[n] = '\0';
	va_end(again);
	return text;
}

char *step_text(const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = format(fmt, ap);
	va_end(ap);
	return text;
}

void step_add(struct app *a, const char *word, const char *fmt, ...)
{
	va_list ap;

	a->step = xgrow(a->step, &a->step_cap, a->step_count + 1, sizeof(*a->step));
	va_start(ap, fmt);
	a->step[a->step_count++] = (struct step){ .word = word, .text = format(fmt, ap) };
	va_end(ap);
}
