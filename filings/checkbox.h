/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Choices as the forms show them: "☑要求 □推荐", "有√ 没有", "(√)是 ( )否". Pure text.
 */
#ifndef FILINGS_CHECKBOX_H
#define FILINGS_CHECKBOX_H

/* The labels that are ticked, joined by ','; "是" for a lone tick; the text itself when it has no
 * boxes; NULL when it has boxes and none is ticked. malloc'd. */
char *checkbox_value(const char *text);

#endif
