/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probes/list.h"

#include <string.h>

#include "conf/conf.h"

enum { WEEK = 7 * 24, MONTH = 30 * 24 }; /* hours */

_Static_assert((int)PROBE_ID_COUNT <= (int)PROBE_ROWS_MAX, "the store has room for all");

static const char *wechat_record(const struct conf *c) { return c->probe.wechat_record; }
static const char *itunes_lookup(const struct conf *c) { return c->probe.itunes_lookup; }

const struct probe_row probe_table[PROBE_ID_COUNT] = {
	[PROBE_ID_PAGE] = { .name = "page",
			    .zh = "首页: 标题、备案号、主办单位、标识与表单",
			    .version = 6,
			    .kinds = 1u << SUBJECT_HOST,
			    .interval_hours = WEEK,
			    .first = "/" },
	[PROBE_ID_CERTIFICATE] = { .name = "certificate",
				   .zh = "证书",
				   .version = 2,
				   .kinds = 1u << SUBJECT_HOST,
				   .interval_hours = MONTH, /* sooner when it is about to end: store/plan.c */
				   .first = "/",
				   .head = true },
	[PROBE_ID_SITE] = { .name = "site",
			    .zh = "站点与厂商",
			    .version = 1,
			    .kinds = 1u << SUBJECT_HOST,
			    .interval_hours = MONTH,
			    .first = "/" },
	[PROBE_ID_WELL_KNOWN] = { .name = "well-known",
				  .zh = "应用关联文件",
				  .version = 1,
				  .kinds = 1u << SUBJECT_HOST,
				  .interval_hours = MONTH,
				  .first = "/.well-known/assetlinks.json" },
	[PROBE_ID_RECORD] = { .name = "record",
			      .zh = "微信小程序资料页",
			      .version = 1,
			      .kinds = 1u << SUBJECT_WECHAT_MINI,
			      .interval_hours = WEEK,
			      .endpoint = wechat_record },
	[PROBE_ID_LOOKUP] = { .name = "lookup",
			      .zh = "苹果商店",
			      .version = 1,
			      .kinds = 1u << SUBJECT_IOS_BUNDLE,
			      .interval_hours = WEEK,
			      .endpoint = itunes_lookup },
	[PROBE_ID_APK] = { .name = "apk",
			   .zh = "安卓安装包的清单",
			   .version = 2,
			   .kinds = 1u << SUBJECT_HOST | 1u << SUBJECT_ANDROID_PACKAGE,
			   .wants_target = true,
			   .interval_hours = MONTH },
	[PROBE_ID_IPA] = { .name = "ipa",
			   .zh = "iOS 安装包的清单",
			   .version = 1,
			   .kinds = 1u << SUBJECT_HOST | 1u << SUBJECT_IOS_BUNDLE,
			   .wants_target = true,
			   .interval_hours = MONTH },
};

const struct probe_row *probe_row_find(const char *name)
{
	for (size_t i = 0; i < PROBE_ID_COUNT; i++)
		if (strcmp(probe_table[i].name, name) == 0)
			return &probe_table[i];
	return NULL;
}

size_t probe_list(struct probe_row out[PROBE_ROWS_MAX])
{
	memcpy(out, probe_table, sizeof(probe_table));
	return PROBE_ID_COUNT;
}
