/* fuzz: policy conf base */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Normal forms of whatever an import holds: never a crash, and the normal form of a normal form is itself. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "policy/alias.h"
#include "policy/domain.h"
#include "policy/permission.h"
#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void stable(char *(*normal)(const char *), const char *text)
{
	char *once = normal(text), *twice;
	if (once == NULL)
		return;
	twice = normal(once);
	if (once[0] == '\0' || twice == NULL || strcmp(once, twice) != 0)
		abort();
	free(once);
	free(twice);
}

static void must_be_name(void *arg, const char *normal)
{
	(void)arg;
	if (normal[0] == '\0')
		abort();
}

/* A list of permissions that is understood is so with one more, and then names that one, too. */
static void understood(const char *text)
{
	size_t n = strlen(text);
	unsigned named, more;
	char *longer;

	if (!permission_read(text, &named) || n > 500)
		return;
	longer = xcalloc(n + 16, 1);
	memcpy(longer, text, n);
	memcpy(longer + n, ",相机", sizeof(",相机"));
	if (named != 0 && (!permission_read(longer, &more) || more != (named | 1u << PERMISSION_CAMERA)))
		abort();
	free(longer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xcalloc(size + 1, 1);

	if (size > 0)
		memcpy(text, data, size);
	stable(policy_normal_domain, text);
	stable(policy_normal_name, text);
	stable(policy_normal_id, text);
	stable(policy_normal_number, text);
	stable(policy_normal_words, text);
	understood(text);
	alias_each(text, must_be_name, NULL);
	(void)domain_registrable(text);
	free(text);
	return 0;
}
