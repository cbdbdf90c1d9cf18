/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A finding's keys in an open JSON object, the same for `findings` and `app`. */
#ifndef STORE_FINDING_H
#define STORE_FINDING_H

#include "base/buf.h"
#include "db/query.h"

/* From a row of STMT_FINDINGS_LIST. */
void finding_json(struct buf *b, struct query *row);

#endif
