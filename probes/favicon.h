/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hash under which device search engines know an icon (fingerprints B6): MurmurHash3_x86_32, seed 0, over
 * the base64 text with a newline after every 76 characters and at its end; shown as a signed decimal.
 */
#ifndef PROBES_FAVICON_H
#define PROBES_FAVICON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int32_t favicon_hash(const uint8_t *bytes, size_t n);
/* Do the bytes begin as an image does? Many servers answer every path with a page. */
bool favicon_is_image(const uint8_t *bytes, size_t n);

#endif
