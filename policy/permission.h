/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Permissions under one name: what a package's manifest declares, and what people write into the form
 * (获取的权限, 西安科技大学 附件1). Only those that reach personal data; the rest says nothing.
 */
#ifndef POLICY_PERMISSION_H
#define POLICY_PERMISSION_H

#include <stdbool.h>

enum permission {
	PERMISSION_LOCATION,
	PERMISSION_CONTACTS,
	PERMISSION_MICROPHONE,
	PERMISSION_CAMERA,
	PERMISSION_SMS,
	PERMISSION_PHONE,
	PERMISSION_STORAGE,
	PERMISSION_CALENDAR,
	PERMISSION_BODY,
	PERMISSION_COUNT,
};

/* Of an Android permission or a key of Apple's Info.plist; PERMISSION_COUNT: none that matters here. */
enum permission permission_of(const char *name);
const char *permission_zh(enum permission p);
/* Which of them a form's text names, as bits. False: there is something in it that is not understood, an open
 * end (等) or a negation, so that nobody can say what it leaves out. */
bool permission_read(const char *text, unsigned *named);

#endif
