/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "ipc/command.h"
#include "store/json.h"

/* Apps that have a row are numbered from 1: no database has as many. */
enum { BYSTANDERS_FROM = 1000000000 };

struct option_row {
	const char *name; /* "--kind" */
	bool value;
};

struct answer_row {
	const char *command;
	struct option_row option[ANSWER_OPTIONS_MAX];
	int (*run)(struct answer *a);
};

static const struct answer_row rows[] = {
	{ "filings import", { { "--kind", true }, { "--dry-run", false } }, answer_import },
	{ "filings list", { { "--imports", false } }, answer_filings },
	{ "filings undo", { { NULL, false } }, answer_undo },
	{ "filings export", { { NULL, false } }, answer_export },
	{ "apps", { { "--status", true } }, answer_apps },
	{ "app", { { NULL, false } }, answer_app },
	{ "explain", { { NULL, false } }, answer_explain },
	{ "exempt", { { NULL, false } }, answer_exempt },
	{ "unexempt", { { NULL, false } }, answer_unexempt },
	{ "findings", { { NULL, false } }, answer_findings },
	{ "alerts", { { "--all", false } }, answer_alerts },
	{ "status", { { NULL, false } }, answer_status },
	{ "probes", { { "--all", false }, { "--facts", false } }, answer_probes },
	{ "probe --dry-run", { { NULL, false } }, answer_probe_dry_run },
	{ "probe pause", { { NULL, false } }, answer_probe_pause },
	{ "probe resume", { { NULL, false } }, answer_probe_resume },
	{ "probe", { { NULL, false } }, answer_probe },
	{ "backup", { { NULL, false } }, answer_backup },
};

void answer_line(struct answer *a)
{
	json_close(&a->line, '}');
	if (a->reply->line)
		a->reply->line(a->reply->arg, a->line.p);
	buf_reset(&a->line);
}

int answer_refuse(struct answer *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(a->reply->error, sizeof(a->reply->error), fmt, ap);
	va_end(ap);
	return ANSWER_REFUSED;
}

int answer_end(struct answer *a, struct db_txn *t)
{
	return state_end(a->store, t) == 0 ? ANSWER_DONE : answer_refuse(a, "%s", store_error(a->store));
}

int64_t answer_app_id(const char *text)
{
	char *end;
	long long id;

	if (text[0] != 'A' || text[1] < '1' || text[1] > '9')
		return 0;
	id = strtoll(text + 1, &end, 10);
	if (*end != '\0')
		return 0;
	return id > BYSTANDERS_FROM ? BYSTANDERS_FROM - id : id;
}

void answer_app_text(char out[24], int64_t app)
{
	snprintf(out, 24, "A%lld", (long long)(app < 0 ? BYSTANDERS_FROM - app : app));
}

static const struct command *command_of(const char *name)
{
	for (int i = 0; i < command_count; i++)
		if (strcmp(command_rows[i].name, name) == 0)
			return &command_rows[i];
	return NULL;
}

static const struct answer_row *row_of(const char *name)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].command, name) == 0)
			return &rows[i];
	return NULL;
}

/* "--kind user" or "--kind=user" at argv[*i]. False: no option of this command. */
static bool take_option(struct answer *a, const struct answer_row *row, int argc, char *const argv[], int *i)
{
	for (int k = 0; k < ANSWER_OPTIONS_MAX && row->option[k].name; k++) {
		size_t n = strlen(row->option[k].name);
		if (strncmp(argv[*i], row->option[k].name, n) != 0)
			continue;
		if (!row->option[k].value && argv[*i][n] == '\0') {
			a->option[k] = "";
			return true;
		}
		if (row->option[k].value && argv[*i][n] == '=') {
			a->option[k] = argv[*i] + n + 1;
			return true;
		}
		if (row->option[k].value && argv[*i][n] == '\0' && *i + 1 < argc) {
			a->option[k] = argv[++*i];
			return true;
		}
	}
	return false;
}

static bool parse(struct answer *a, const struct answer_row *row, int argc, char *const argv[])
{
	const struct command *c = command_of(row->command);
	bool options = true;
	int operands = 0;

	for (int i = 0; i < argc; i++) {
		if (options && strcmp(argv[i], "--") == 0) {
			options = false;
		} else if (options && argv[i][0] == '-' && argv[i][1] != '\0') {
			if (!take_option(a, row, argc, argv, &i))
				return false;
		} else if (operands < ANSWER_OPERANDS_MAX) {
			a->operand[operands++] = argv[i];
		} else {
			return false;
		}
	}
	return c && operands >= c->min_args && operands <= c->max_args;
}

/* Operands are echoed in errors, and errors go to terminals: no control characters, C0 or C1. */
static void disarm(char *s)
{
	for (unsigned char *p = (unsigned char *)s; *p; p++) {
		bool c1 = p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0;
		if (c1)
			*p++ = '?';
		if (c1 || *p < ' ' || *p == 0x7f)
			*p = '?';
	}
}

static int begin(struct answer *a, const char *command, int argc, char *const argv[])
{
	const struct answer_row *row = row_of(command);

	a->reply->error[0] = '\0';
	if (row == NULL) {
		answer_refuse(a, "没有 %s 这个命令,beianctl --help 列出全部命令", command);
		return ANSWER_USAGE;
	}
	if (!parse(a, row, argc, argv)) {
		const char *args = command_of(command)->args;
		answer_refuse(a, "参数不对,用法: beianctl %s%s%s", command, args[0] != '\0' ? " " : "", args);
		return ANSWER_USAGE;
	}
	return row->run(a);
}

void store_answer_drop(struct answer *later)
{
	if (later->end)
		later->end(later);
	buf_clear(&later->line);
	free(later);
}

/* Still to be gone on with, or over. */
static int settle(struct answer **later, int code)
{
	disarm((*later)->reply->error);
	(*later)->reply = NULL;
	if ((*later)->turn != NULL)
		return code;
	store_answer_drop(*later);
	*later = NULL;
	return code;
}

int store_answer_begin(struct store *s, const char *command, int argc, char *const argv[], int fd,
		       struct store_reply *r, struct answer **later)
{
	struct answer *a = xcalloc(1, sizeof(*a));

	a->store = s;
	a->fd = fd;
	a->reply = r;
	*later = a;
	return settle(later, begin(a, command, argc, argv));
}

int store_answer_on(struct answer **later, struct store_reply *r)
{
	struct answer *a = *later;

	r->error[0] = '\0';
	a->reply = r;
	return settle(later, a->turn(a));
}

int store_answer(struct store *s, const char *command, int argc, char *const argv[], int fd,
		 struct store_reply *r)
{
	struct answer *later;
	int code = store_answer_begin(s, command, argc, argv, fd, r, &later);

	while (later != NULL)
		code = store_answer_on(&later, r);
	return code;
}
