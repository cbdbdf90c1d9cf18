/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What waiting jobs cost the store, for tests/bench/probe: waiting DATABASE JOBS
 * JOBS / 4 hosts of a campus are seen, judged and planned; then a judgement in which nothing changed, one in
 * which a host is new, looks at what is due, and ROUNDS times a chunk handed out and answered. CPU seconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "conf/data.h"
#include "probes/list.h"
#include "store/store.h"

enum { ROUNDS = 100, CHUNK = 64, VISITS = 16, PEOPLE = 3, LOOKS = 1000 };

static struct store *store;
static int64_t source;
static uint64_t batches;

static void must(int result)
{
	if (result >= 0)
		return;
	fprintf(stderr, "waiting: %s\n", store_error(store));
	exit(EXIT_FAILURE);
}

static double cpu(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void see(unsigned host)
{
	static struct observation o;
	static uint8_t bytes[65536];
	struct wr w = wr_init(bytes, sizeof(bytes));
	struct hash_key key;
	struct rd r;

	hash_key_fixed(&key, "beiand waiting");
	o = (struct observation){
		.kind = SUBJECT_HOST, .via = VIA_TLS, .count = PEOPLE, .from = clock_wall()
	};
	o.to = o.from;
	snprintf(o.name, sizeof(o.name), "h%06u.example.edu.cn", host);
	sketch_init(&o.clients);
	for (int i = 0; i < PEOPLE; i++)
		sketch_add(&o.clients, hash_keyed(&key, &i, sizeof(i)));
	observation_put(&w, &o);
	r = rd_init(bytes, wr_len(&w));
	must(store_take(store, source, ++batches, &r, 1));
}

static void answer(struct job *jobs, int n, int64_t now)
{
	static struct job_result r;

	for (int i = 0; i < n; i++) {
		memset(&r, 0, sizeof(r));
		r.id = jobs[i].id;
		r.outcome = PROBE_DONE;
		r.status = 200;
		r.version = 1;
		r.requests = r.fact_count = 1;
		r.fact[0] = (struct job_fact){ .type = FACT_TITLE, .confidence = 90, .value = "系统" };
		snprintf(r.transcript, sizeof(r.transcript), "GET / -> 200\n");
		must(store_job_result(store, now, &r));
	}
}

static void hand_out(void)
{
	struct job *jobs = xmalloc(CHUNK * sizeof(*jobs));
	int64_t later = clock_wall() + 86400LL * 1000000;
	double given = 0, taken = 0, at;
	int count = 0;

	for (int i = 0; i < ROUNDS; i++) {
		at = cpu();
		int n = store_jobs(store, later, jobs, CHUNK, VISITS);
		must(n);
		given += cpu() - at;
		at = cpu();
		answer(jobs, n, later);
		taken += cpu() - at;
		count += n;
	}
	printf("handed out %d: %.0f us each; answered: %.0f us each\n", count, given / count * 1e6,
	       taken / count * 1e6);
	free(jobs);
}

static void look(void)
{
	double at = cpu();
	int64_t when;

	for (int i = 0; i < LOOKS; i++)
		must(store_jobs_due(store, &when));
	printf("a look at what is due: %.0f us\n", (cpu() - at) / LOOKS * 1e6);
}

static void judge(const char *what)
{
	double at;

	must(store_flush(store, source));
	at = cpu();
	must(store_judge(store));
	printf("%s: %.3f s\n", what, cpu() - at);
}

static void run(unsigned hosts)
{
	struct probe_row rows[PROBE_ROWS_MAX];
	struct rusage u;

	store_probes(store, rows, probe_list(rows), NULL);
	must(store_source_begin(store, "eth0", false, &source));
	for (unsigned i = 0; i < hosts; i++)
		see(i);
	judge("judged and planned once");
	judge("nothing changed");
	see(0);
	judge("one host seen once more");
	see(hosts);
	judge("one host is new");
	see(hosts + 1);
	judge("... and another");
	look();
	hand_out();
	judge("judged and planned with their facts");
	getrusage(RUSAGE_SELF, &u);
	printf("at most %ld MiB\n", u.ru_maxrss / 1024);
}

int main(int argc, char **argv)
{
	char error[STORE_ERROR_MAX], text[1024];
	struct conf conf;
	struct data data;

	if (argc != 3)
		return 2;
	snprintf(text, sizeof(text),
		 "[campus]\ndomains = example.edu.cn\n[store]\ndatabase = %s\n[alert]\nfile "
		 "=\n[probe]\nenabled = on\n"
		 "contact = https://nic.example.edu.cn/probe\n",
		 argv[1]);
	memset(&conf, 0, sizeof(conf));
	if (conf_parse(&conf, "waiting", text, strlen(text), error) != 0 ||
	    data_load(&data, "conf", error) != 0 ||
	    (store = store_open(&conf, &data, false, error)) == NULL) {
		fprintf(stderr, "waiting: %s\n", error);
		return EXIT_FAILURE;
	}
	run((unsigned)strtoul(argv[2], NULL, 10) / 4);
	store_close(store);
	conf_clear(&conf);
	data_clear(&data);
	return 0;
}
