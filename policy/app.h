/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Groups -> apps: members with their ties, totals over them, and the steps that say how they came together.
 */
#ifndef POLICY_APP_H
#define POLICY_APP_H

#include "policy/work.h"

/* Fills out->app (sorted by key), app_of_subject, subject_note, and w->group_of_app. */
void app_build(struct work *w, struct judgement *out);
/* "微信小程序 wx…", or the host. The caller frees. */
char *app_anchor_name(const struct app *a);
/* The anchor's name within the key. */
const char *app_anchor(const struct app *a);
void app_clear(struct app *a);

#endif
