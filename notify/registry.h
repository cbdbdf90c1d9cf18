/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where alerts go: one row per sink, one file per sink. A sink takes one JSON line at a time and
 * says whether it is safe with the receiver; it may be asked again with the same line (at least
 * once). Sinks open what they need when they first send, so a receiver may come later, and again
 * after it went away. They never log: the reason goes to `why`.
 */
#ifndef NOTIFY_REGISTRY_H
#define NOTIFY_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>

enum { NOTIFY_WHY_MAX = 256 };

/* From the configuration; the strings are borrowed for as long as sinks are open. "" or NULL: off. */
struct notify_settings {
	const char *file;     /* JSON-lines file */
	const char *syslog;   /* path of the local syslog socket */
	const char *facility; /* "local0" .. "local7" */
};

struct notify_row {
	const char *name; /* as it stands in the outbox */
	bool (*enabled)(const struct notify_settings *s);
	void *(*open)(const struct notify_settings *s);
	/* true: taken; why may then hold a remark, else "". false: the reason is in why. */
	bool (*send)(void *sink, const char *json, size_t n, char why[NOTIFY_WHY_MAX]);
	void (*close)(void *sink);
};

enum { NOTIFY_FILE, NOTIFY_SYSLOG, NOTIFY_COUNT };
extern const struct notify_row *const notify_rows[NOTIFY_COUNT];

extern const struct notify_row notify_file;
extern const struct notify_row notify_syslog;

/* Index of the row of that name, or -1. */
int notify_find(const char *name);

#endif
