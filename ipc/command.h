/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of beianctl as rows: words, arguments, help, where each runs. beianctl prints its
 * help from them; the control socket refuses what is not a row.
 */
#ifndef IPC_COMMAND_H
#define IPC_COMMAND_H

#include <stdbool.h>

enum command_place {
	COMMAND_LOCAL,  /* beianctl itself: dissect, observe */
	COMMAND_STORE,  /* store_answer(), over the control socket or with --db */
	COMMAND_DAEMON, /* the running daemon only: reload */
};

/* Whether the last operand is a file that beianctl opens and passes as a descriptor: no path crosses. */
enum command_file { COMMAND_NO_FILE, COMMAND_READS_FILE, COMMAND_WRITES_FILE };

struct command {
	const char *name; /* "filings import": one or two words */
	const char *args; /* "[--kind provider|user|selfcheck] [--dry-run] FILE" */
	const char *zh;   /* help */
	enum command_place place;
	enum command_file file;
	bool writes;            /* changes the database */
	int min_args, max_args; /* operands after options */
};

extern const struct command command_rows[];
extern const int command_count;

/* The row whose words start argv; *used is how many words that took. NULL: no such command. */
const struct command *command_find(int argc, char *const argv[], int *used);

#endif
