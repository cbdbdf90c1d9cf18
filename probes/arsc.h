/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Android's resource table (resources.arsc; ResTable in ResourceTypes.h of the Android sources), read for one
 * string: the name of an application that its manifest only refers to. Pure.
 */
#ifndef PROBES_ARSC_H
#define PROBES_ARSC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/axml.h"

enum { ARSC_TEXT_MAX = AXML_TEXT_MAX };

/* The string of the resource `id`, as a device set to `language` ("zh") would see it, "" for the default
 * that all see who have no better one. False: there is none. */
bool arsc_string(const uint8_t *p, size_t n, uint32_t id, const char *language, char out[ARSC_TEXT_MAX]);

#endif
