/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SVCB and HTTPS records (RFC 9460): where a service is to be reached, by which protocols, and with which
 * encrypted hello (RFC 9848 and RFC 9849): its config_id and public_name are what hellos on the wire then
 * show.
 */
#ifndef DISSECT_DNS_SERVICE_H
#define DISSECT_DNS_SERVICE_H

#include "base/rd.h"
#include "dissect/dissect.h"
#include "dissect/dns_name.h"

/* `data` reads the message up to the record's end. Fills m->service but for the type; what is in there points
 * into the message and `target`. False: malformed, to be ignored as a whole (RFC 9460 section 2.2). */
bool dns_service_get(struct rd *data, struct dissect_message *m, struct dns_name *target);

#endif
