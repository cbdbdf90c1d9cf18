/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The version of beiand, for both programs. debian/changelog and CHANGELOG.md carry the same number.
 */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define BEIAND_VERSION "0.1.0"

#endif
