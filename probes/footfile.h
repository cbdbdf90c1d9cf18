/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that holds the foot of a page, by its name: footer.html, /common/bottom.js. Pure;
 * linear.
 */
#ifndef PROBES_FOOTFILE_H
#define PROBES_FOOTFILE_H

#include <stdbool.h>

#include "probes/html.h"

/* What something names as its source, and nothing but a file: <iframe src=foot.html>. */
bool footfile_named(struct html_str src);
/* A string of a script, which may be anything: $("#foot").load("/common/footer.html"). */
bool footfile_like(struct html_str text);

#endif
