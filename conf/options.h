/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one table of options. A row holds everything there is to know about an option: where it
 * stands in the file and in struct conf, what it accepts, its default, its Chinese help and
 * whether SIGHUP may change it. The sample file, the messages and the parser all read it.
 */
#ifndef CONF_OPTIONS_H
#define CONF_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "conf/conf.h"

enum option_type { OPTION_TEXT, OPTION_NUMBER, OPTION_LIST };

struct option {
	const char *section, *key;
	enum option_type type;
	size_t offset;               /* of the member in struct conf */
	const char *fallback;        /* the default, as it would be written; "": empty */
	uint32_t min, max;           /* numbers: range */
	bool (*valid)(const char *); /* text and each item of a list; NULL: any text */
	const char *expect;          /* what `valid` wants, in Chinese, with an example */
	bool empty;                  /* text: may be empty */
	bool lower;                  /* folded to lower case before `valid` */
	bool reload;                 /* SIGHUP may change it */
	const char *help;            /* one or more lines split at '\n' */
};

struct option_section {
	const char *name, *help;
};

size_t option_count(void);
const struct option *option_at(size_t i);
const struct option *option_find(const char *section, const char *key);
size_t option_section_count(void);
const struct option_section *option_section_at(size_t i);
bool option_section_known(const char *name);
/* The keys of a section, or all sections when it is NULL, for messages: "profile, min_clients". */
void option_list_known(const char *section, struct buf *out);
/* The known key of the section that is spelt most like this one; NULL when none is near. */
const char *option_nearest(const char *section, const char *key);
/* What a value must look like, in Chinese: "1~3600 的整数". */
void option_expect(const struct option *o, struct buf *out);
/* The sample file: every option commented out at its default under its help. */
void option_sample(struct buf *out);

#endif
