/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

static const char *log_program = "beiand";
static const char *log_role;
static enum log_level log_max = LOG_LEVEL_INFO;

void log_init(const char *program, const char *role, enum log_level level)
{
	log_program = program;
	log_role = role;
	log_max = level;
}

/* One write(2) a line, so that lines of several processes do not mix. No allocation. */
static void log_line(enum log_level level, const char *fmt, va_list ap)
{
	static const char *const words[] = { "错误: ", "警告: ", "", "调试: " };
	char raw[1024], safe[2048], line[2304];
	int n;

	if (level > log_max)
		return;
	vsnprintf(raw, sizeof(raw), fmt, ap);
	text_safe(safe, sizeof(safe), raw, strlen(raw));
	n = snprintf(line, sizeof(line), "%s%s%s%s: %s%s\n", log_program, log_role ? "[" : "",
		     log_role ? log_role : "", log_role ? "]" : "", words[level], safe);
	if (n > 0 && write(STDERR_FILENO, line, (size_t)n) < 0)
		return; /* nowhere left to say so */
}

#define LOG_FUNCTION(name, level)                                                                            \
	void name(const char *fmt, ...)                                                                      \
	{                                                                                                    \
		va_list ap;                                                                                  \
		va_start(ap, fmt);                                                                           \
		log_line(level, fmt, ap);                                                                    \
		va_end(ap);                                                                                  \
	}

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARN)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)

noreturn void fatal(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	log_line(LOG_LEVEL_ERROR, fmt, ap);
	va_end(ap);
	exit(1);
}
