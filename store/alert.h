/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The alert as JSON (contract.md), the same for `alerts`, every sink and every repeat. */
#ifndef STORE_ALERT_H
#define STORE_ALERT_H

#include "store/state.h"

/* From a row of STMT_ALERT_FIND, STMT_ALERTS_OPEN or STMT_ALERTS_ALL. */
void alert_json(struct buf *b, const struct store *s, struct query *row);
/* One outbox entry per configured sink, in the transaction that changed the alert. */
void alert_send(struct store *s, struct db_txn *t, int64_t alert);
/* The same for a line that is made already; alert 0: it is about none. */
void alert_queue(struct store *s, struct db_txn *t, int64_t alert, const char *line);

#endif
