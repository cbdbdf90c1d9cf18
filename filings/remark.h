/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands in lists of apps and is none: sums, and notes on how to fill in the form. Pure text.
 */
#ifndef FILINGS_REMARK_H
#define FILINGS_REMARK_H

enum remark {
	REMARK_NONE,
	REMARK_SUM,  /* 合计, 总计:12 个 */
	REMARK_NOTE, /* 注:…, 填表说明…: only where nothing else stands in the row */
};

enum remark remark_of(const char *cell);

#endif
