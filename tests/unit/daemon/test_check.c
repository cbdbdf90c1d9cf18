/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a configuration is refused for beyond its options' own ranges. Run from the root, whose conf/ it
 * reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/check.h"

/* check_load() of this text behind the data folder. */
static int load(const char *text, char error[CONF_ERROR_MAX])
{
	char path[] = "/tmp/beiand-check.XXXXXX", cwd[512];
	int fd = mkstemp(path), rc, held = -1;
	struct conf c;
	FILE *f;

	assert_true(fd >= 0);
	f = fdopen(fd, "w");
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	fprintf(f, "[paths]\ndata = %s/conf\n%s", cwd, text);
	fclose(f);
	rc = check_load(&c, &held, path, error);
	if (rc == 0)
		conf_clear(&c);
	assert_int_equal(held >= 0, rc == 0);
	if (rc == 0)
		close(held);
	unlink(path);
	return rc;
}

static void test_good(void **state)
{
	char error[CONF_ERROR_MAX] = "";
	(void)state;

	if (load("[sensor]\ninterfaces = any\n", error) != 0)
		fail_msg("%s", error);
	if (load("[sensor]\ninterfaces = eth1, eth2\nworkers = 32\nbuffer_mb = 1\nprefilter = ON\nfilter = "
		 "udp port 53\n",
		 error) != 0)
		fail_msg("%s", error);
}

#define PROBING "[probe]\nenabled = on\ncontact = https://nic.example.edu.cn/beiand\nresolver = 127.0.0.1\n"

static void test_probing(void **state)
{
	char error[CONF_ERROR_MAX] = "";
	(void)state;

	if (load(PROBING, error) != 0)
		fail_msg("%s", error);
	assert_int_equal(load("[probe]\nroots = /nonexistent/roots.pem\n", error), 0); /* it is off */
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "[sensor]\ninterfaces = eth1, eth2\nworkers = 33\n", ":5: [sensor] workers: 2 " },
		{ "[sensor]\ninterfaces = eth1, any\n", ":4: [sensor] interfaces: any " },
		{ "[sensor]\nworkers = 0\n", "workers" },
		{ "[sensor]\nworkers = 65\n", "workers" },
		{ "[sensor]\nprefilter = maybe\n", "prefilter" },
		{ "[sensor]\nfilter = prot 53\n", ":4: [sensor] filter: " },
		{ "[policy]\nprofile = no-such\n", ":4: [policy] profile: " },
		{ "[probe]\nenabled = on\n", ":4: [probe] contact: " },
		{ "[probe]\nenabled = yes\n", ":4: [probe] enabled" },
		{ "[probe]\nhours = 8:00-22:00\n", ":4: [probe] hours" },
		{ "[probe]\nhours = 08:00-08:00\n", ":4: [probe] hours" },
		{ "[probe]\ncontact = me\n", ":4: [probe] contact" },
		{ PROBING "ports =\n", ":7: [probe] ports: " },
		{ PROBING "roots = /nonexistent/roots.pem\n", "/nonexistent/roots.pem" },
		{ PROBING "roots = /dev/null\n", ":7: [probe] roots: " },
		{ PROBING "resolver = example.com\n", "resolver" },
	};
	char error[CONF_ERROR_MAX];
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		error[0] = '\0';
		assert_int_equal(load(bad[i].text, error), -1);
		if (strstr(error, bad[i].says) == NULL)
			fail_msg("'%s' does not say '%s'", error, bad[i].says);
	}
}

/* 128 GiB of rings, on a machine that has less than twice that. */
static void test_rings(void **state)
{
	char error[CONF_ERROR_MAX] = "";
	(void)state;

	if ((uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE) >= 256ULL << 30)
		skip();
	assert_int_equal(load("[sensor]\ninterfaces = eth1\nworkers = 64\nbuffer_mb = 2047\n", error), -1);
	assert_non_null(strstr(error, "2047 MiB"));
}

/* With the right to load it there is nothing to say; without it, what to grant. */
static void test_rights(void **state)
{
	char remark[CONF_ERROR_MAX], error[CONF_ERROR_MAX];
	struct conf c;
	(void)state;

	conf_init(&c);
	check_rights(&c, remark);
	assert_string_equal(remark, "");
	conf_clear(&c);
	assert_int_equal(conf_parse(&c, "text", "[sensor]\nprefilter = on\n", 24, error), 0);
	check_rights(&c, remark);
	if (remark[0] != '\0')
		assert_non_null(strstr(remark, "CAP_BPF"));
	else
		assert_int_equal(geteuid(), 0);
	conf_clear(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),  cmocka_unit_test(test_probing), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_rings), cmocka_unit_test(test_rights),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
