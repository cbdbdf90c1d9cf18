/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Filing and licence numbers in running text, whichever way people write them: full-width digits and letters,
 * blanks and invisible characters anywhere inside, dashes of any length, 备案 for 备, 號 for 号, no 号 at
 * all. The value is told in one form. What cannot be one is left out: other lengths, no province, telephone
 * numbers, and what stands in templates (XXXXXXXX, 00000000, 12345678). Pure; linear. Facts: fingerprints B4.
 */
#ifndef PROBES_NUMBER_H
#define PROBES_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/words.h"

enum { NUMBER_MAX = 64 /* bytes of a value with NUL */ };

struct number {
	enum fact type; /* FACT_ICP_NUMBER .. FACT_GRADE_NUMBER */
	bool bare;      /* nothing beside it says what it is, only its form */
	size_t at, end; /* where in the text */
	char value[NUMBER_MAX];
};

/* Calls found() for each, in their order. Returns how many looked like one but are a template's. */
size_t number_scan(const char *text, size_t n, void (*found)(void *arg, const struct number *m), void *arg);

/* The two digits of the province that the value of an ICP, telecom or police number says; NULL: none. */
const char *number_province(const char *value);

/* The police number of a recordcode in a link: 14 digits, or 12 of the old kind. False: not one. */
bool number_police(char out[NUMBER_MAX], const char *digits, size_t n);

#endif
