/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of `status` in the text format of Prometheus. */
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctl/metrics.h"

static const char *const lines[] = {
	"{\"v\":1,\"database\":{\"path\":\"x\",\"bytes\":4096},\"observed\":{\"subjects\":7},\"filed\":{"
	"\"current\":2},"
	"\"derived\":{\"findings\":3,\"alerts_open\":1},\"apps\":{\"unfiled\":4,\"filed\":5},"
	"\"outbox\":[{\"sink\":\"file\",\"pending\":6}],"
	"\"probes\":{\"probing\":\"on\",\"kept\":21,\"wanted\":20,\"ready\":2,\"handed\":1,\"fresh\":3,"
	"\"expected\":9,\"answered\":8,\"done\":7},\"probe_runs\":{\"held-back\":5},"
	"\"probe_counters\":{\"jobs-refused\":11},"
	"\"sources\":[{\"name\":\"eth0\",\"state\":\"running\",\"counters\":{\"packets\":9,\"interface-"
	"alarms\":1}},"
	"{\"name\":\"a \\\"b\\\\\\n.pcap\",\"state\":\"complete\",\"counters\":{\"packets\":8,\"ip-bad\":0}},"
	"{\"name\":\"eth0\",\"state\":\"complete\",\"counters\":{\"packets\":77777}}]}",
	"{\"v\":1,\"process\":\"sensor[eth0]\",\"pid\":12,\"restarts\":3,\"up_seconds\":44}",
	"{\"v\":1,\"process\":\"store\",\"pid\":13,\"restarts\":0,\"up_seconds\":45}",
	"this is no JSON",
};

static const char *shown(bool done)
{
	static char text[16384];
	int ends[2], status;
	size_t used = 0;
	ssize_t n;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		void *m = metrics_new("status", false, -1);
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
			metrics_line(m, lines[i]);
		_exit(metrics_end(m, done) == 0 ? 0 : 1);
	}
	close(ends[1]);
	while (used < sizeof(text) - 1 && (n = read(ends[0], text + used, sizeof(text) - 1 - used)) > 0)
		used += (size_t)n;
	text[used] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	return text;
}

static void numbers_are_there(void **state)
{
	static const char *const want[] = {
		"\nbeiand_database_bytes 4096\n",
		"\nbeiand_alerts_open 1\n",
		"\nbeiand_apps{status=\"unfiled\"} 4\n",
		"# TYPE beiand_sensor_packets_total counter\n",
		"\nbeiand_sensor_packets_total{sensor=\"eth0\"} 9\n",
		"\nbeiand_sensor_packets_total{sensor=\"a \\\"b\\\\\\n.pcap\"} 8\n",
		"\nbeiand_sensor_ip_bad_total{sensor=\"a \\\"b\\\\\\n.pcap\"} 0\n",
		"# TYPE beiand_sensor_interface_alarms gauge\n",
		"\nbeiand_sensor_interface_alarms{sensor=\"eth0\"} 1\n",
		"\nbeiand_probing 1\n",
		"\nbeiand_probe_jobs{state=\"ready\"} 2\n",
		"\nbeiand_probe_today{runs=\"expected\"} 9\n",
		"\nbeiand_probe_runs_total{outcome=\"held-back\"} 5\n",
		"# TYPE beiand_probe_jobs_refused_total counter\n",
		"\nbeiand_probe_jobs_refused_total 11\n",
		"\nbeiand_outbox_pending{sink=\"file\"} 6\n",
		"\nbeiand_process_restarts_total{process=\"sensor[eth0]\"} 3\n",
		"\nbeiand_process_up_seconds{process=\"store\"} 45\n",
	};
	const char *text = shown(true);

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		if (strstr(text, want[i]) == NULL)
			fail_msg("lacks %s in\n%s", want[i], text);
	assert_null(strstr(text, "77777")); /* an older run of the same interface */
}

/* Each line is a comment or a sample; all samples of a name stand behind its TYPE, which comes once. */
static void form_is_what_prometheus_reads(void **state)
{
	char text[16384], types[64][96];
	size_t count = 0;
	regex_t sample;

	(void)state;
	snprintf(text, sizeof(text), "%s", shown(true));
	assert_int_equal(regcomp(&sample,
				 "^beiand_[a-z0-9_]+([{][a-z]+=\"([^\"\\]|[\\][\"\\n])*\"[}])? -?[0-9]+$",
				 REG_EXTENDED | REG_NOSUB),
			 0);
	for (char *line = text, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		assert_non_null(end);
		*end = '\0';
		if (strncmp(line, "# TYPE ", 7) == 0) {
			for (size_t i = 0; i < count; i++)
				assert_string_not_equal(types[i], line);
			assert_in_range(count, 0, 63);
			snprintf(types[count++], sizeof(types[0]), "%.90s", line);
		} else if (line[0] != '#') {
			size_t name = strcspn(line, "{ ");
			if (regexec(&sample, line, 0, NULL, 0) != 0)
				fail_msg("no sample: %s", line);
			assert_int_equal(strncmp(types[count - 1] + 7, line, name), 0);
			assert_int_equal(types[count - 1][7 + name], ' ');
		}
	}
	regfree(&sample);
	assert_in_range(count, 10, 63);
}

static void failed_command_shows_nothing(void **state)
{
	(void)state;
	assert_string_equal(shown(false), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_there),
		cmocka_unit_test(form_is_what_prometheus_reads),
		cmocka_unit_test(failed_command_shows_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
