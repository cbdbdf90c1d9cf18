/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A capture counts once or not at all; what was written of a live run survives kill -9. */
#include <signal.h>
#include <sys/wait.h>

#include "tests/unit/store/fixture.h"

static int64_t begin(const char *name, bool replay)
{
	int64_t source;

	fx_ok(store_source_begin(fx.store, name, replay, &source));
	return source;
}

static void capture_counts_once(void **state)
{
	struct observation o = fx_host("jw.example.edu.cn", 5);
	int64_t source;

	(void)state;
	fx_capture("a.pcap", &o, 1);
	source = begin("renamed.pcap", true);
	o = fx_host("new.example.edu.cn", 5); /* as if the reader had found more this time */
	fx_ok(store_batch(fx.store, source, 1, &o, 1));
	assert_int_equal(fx_end(source, "a.pcap"), STORE_KNOWN);
	assert_int_equal(fx_number(STMT_STATUS_SOURCES), 1);
	assert_int_equal(fx_number(STMT_STATUS_SUBJECTS), 1);
	assert_int_equal(fx_ask(-1, "explain", "jw.example.edu.cn", NULL), 0);
	assert_true(fx_says("\"count\":10"));
}

/* However many captures came since, a live sensor's numbers are in `status`. */
static void status_shows_each_live_source(void **state)
{
	struct observation o = fx_host("jw.example.edu.cn", 5);
	char name[32];

	(void)state;
	begin("eth1", false);
	begin("eth1", false);
	begin("eth2#1", false);
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "%d.pcap", i);
		fx_capture(name, &o, 1);
	}
	assert_int_equal(fx_ask(-1, "status", NULL), 0);
	assert_false(fx_says("\"source\":1,"));
	assert_true(fx_says("\"source\":2,\"name\":\"eth1\""));
	assert_true(fx_says("\"name\":\"eth2#1\""));
	assert_true(fx_says("\"name\":\"29.pcap\""));
	assert_true(fx_says("\"name\":\"10.pcap\""));
	assert_false(fx_says("\"name\":\"9.pcap\""));
}

/* The same when part of it is in the database already. */
static void known_capture_is_taken_back(void **state)
{
	struct observation o = fx_host("jw.example.edu.cn", 5);
	int64_t source;

	(void)state;
	fx_capture("a.pcap", &o, 1);
	source = begin("renamed.pcap", true);
	o = fx_host("new.example.edu.cn", 5);
	fx_link(&o, SUBJECT_HOST, "cname.example.edu.cn");
	o.details[o.detail_count++] = (struct record_detail){ DETAIL_TITLE, "one", 1 };
	fx_ok(store_batch(fx.store, source, 1, &o, 1));
	fx_ok(store_flush(fx.store, source));
	assert_int_equal(fx_number(STMT_STATUS_DAYS), 2);
	assert_int_equal(fx_number(STMT_STATUS_SUBJECTS), 3);
	fx_ok(store_batch(fx.store, source, 2, &o, 1));
	assert_int_equal(fx_end(source, "a.pcap"), STORE_KNOWN);
	assert_int_equal(fx_number(STMT_STATUS_DAYS), 1);
	assert_int_equal(fx_number(STMT_STATUS_SUBJECTS), 1);
	assert_int_equal(fx_number(STMT_STATUS_LINKS), 0);
}

/* What an older beiand knew by SHA-256 counts once too, and is known by its digest from then on. */
static void sha256_of_an_older_database_is_known(void **state)
{
	static const char sha256[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
	struct observation o = fx_host("jw.example.edu.cn", 5);
	struct store_identity id = { sha256, NULL };
	enum store_verdict verdict;
	char digest[HASH_HEX_SIZE];
	int64_t source;
	bool wants;

	(void)state;
	fx_ok(store_wants_sha256(fx.store, &wants));
	assert_false(wants);
	source = begin("a.pcap", true);
	fx_ok(store_batch(fx.store, source, 1, &o, 1));
	fx_ok(store_source_end(fx.store, source, &id, &verdict)); /* as a migrated database has it */
	assert_int_equal(verdict, STORE_TAKEN);
	fx_ok(store_wants_sha256(fx.store, &wants));
	assert_true(wants);
	fx_digest(digest, "a.pcap");
	id = (struct store_identity){ digest, sha256 };
	source = begin("a.pcap", true);
	fx_ok(store_batch(fx.store, source, 1, &o, 1));
	fx_ok(store_source_end(fx.store, source, &id, &verdict));
	assert_int_equal(verdict, STORE_KNOWN);
	fx_ok(store_wants_sha256(fx.store, &wants));
	assert_false(wants);
	source = begin("a.pcap", true);
	assert_int_equal(fx_end(source, "a.pcap"), STORE_KNOWN);
	assert_int_equal(fx_number(STMT_STATUS_SOURCES), 1);
}

static void half_capture_is_invisible_then_taken_back(void **state)
{
	struct observation o[2] = { fx_host("gone.example.edu.cn", 5), fx_host("jw.example.edu.cn", 5) };
	int64_t first, second;
	enum store_verdict verdict;

	(void)state;
	fx_link(&o[0], SUBJECT_HOST, "cname.example.edu.cn");
	first = begin("a.pcap", true);
	fx_ok(store_batch(fx.store, first, 1, o, 2));
	fx_ok(store_flush(fx.store, first)); /* as when memory for it is full */
	assert_int_equal(fx_number(STMT_STATUS_DAYS), 2);
	fx_ok(store_judge(fx.store));
	assert_int_equal(fx_ask(-1, "apps", NULL), 0);
	assert_int_equal(fx_line_count(), 0);
	fx_reopen();
	assert_int_equal(store_batch(fx.store, first, 2, o, 2), -EALREADY); /* its sensor is out */
	assert_true(store_source_end(fx.store, first, NULL, &verdict) < 0);
	second = begin("a.pcap", true);
	assert_int_not_equal(first, second);
	assert_int_equal(fx_number(STMT_STATUS_DAYS), 0);
	assert_int_equal(fx_number(STMT_STATUS_SUBJECTS), 0);
	assert_int_equal(fx_number(STMT_STATUS_LINKS), 0);
	assert_int_equal(store_batch(fx.store, first, 2, o, 2), -ENOENT);
	fx_ok(store_batch(fx.store, second, 1, &o[1], 1));
	assert_int_equal(fx_end(second, "a.pcap"), STORE_TAKEN);
	assert_int_equal(fx_end(second, "a.pcap"), STORE_TAKEN); /* a repeat changes nothing */
	assert_int_equal(fx_ask(-1, "apps", NULL), 0);
	assert_int_equal(fx_line_count(), 1);
	assert_int_equal(store_source_end(fx.store, 99, NULL, &verdict), -ENOENT);
	assert_true(store_batch(fx.store, second, 2, o, 1) < 0); /* it has ended */
}

/* Two captures at a time: the one that begins second leaves the first alone. */
static void open_captures_stand_side_by_side(void **state)
{
	struct observation o = fx_host("jw.example.edu.cn", 5);
	int64_t first = begin("a.pcap", true), second;

	(void)state;
	fx_ok(store_batch(fx.store, first, 1, &o, 1));
	fx_ok(store_flush(fx.store, first));
	second = begin("b.pcap", true);
	fx_ok(store_batch(fx.store, second, 1, &o, 1));
	assert_int_equal(fx_end(second, NULL), STORE_GIVEN_UP);
	assert_int_equal(fx_end(first, "a.pcap"), STORE_TAKEN);
	assert_int_equal(fx_number(STMT_STATUS_SOURCES), 1);
	assert_int_equal(fx_number(STMT_STATUS_DAYS), 1);
}

static void live_run_counts_as_it_goes(void **state)
{
	struct observation o = fx_host("jw.example.edu.cn", 5);
	int64_t source = begin("eth1", false);

	(void)state;
	fx_ok(store_batch(fx.store, source, 1, &o, 1));
	fx_ok(store_judge(fx.store));
	assert_int_equal(fx_ask(-1, "apps", NULL), 0);
	assert_int_equal(fx_line_count(), 1);
	fx_reopen(); /* a second run of the same sensor stands beside the first */
	begin("eth1", false);
	assert_int_equal(fx_number(STMT_STATUS_DAYS), 1);
}

static void counters_are_absolute(void **state)
{
	struct store_counter c[2] = { { "packets", 10 }, { "kernel_drop", UINT64_MAX } };
	int64_t source = begin("eth1", false);

	(void)state;
	fx_ok(store_counters(fx.store, source, c, 2));
	c[0].value = 25;
	fx_ok(store_counters(fx.store, source, c, 1));
	assert_int_equal(fx_ask(-1, "status", NULL), 0);
	assert_true(fx_says("\"packets\":25"));
	assert_true(fx_says("\"kernel_drop\":9223372036854775807"));
	assert_true(store_counters(fx.store, 99, c, 1) < 0); /* no such source */
}

/* Each failing statement of the transaction that ends a capture leaves nothing of it. */
static void end_is_all_or_nothing(void **state)
{
	struct observation o = fx_host("jw.example.edu.cn", 5);
	char digest[HASH_HEX_SIZE];
	struct store_identity id = { .digest = digest };
	enum store_verdict verdict;
	unsigned nth = 0;

	(void)state;
	fx_digest(digest, "a.pcap");
	do {
		int64_t source = begin("a.pcap", true);
		fx_ok(store_batch(fx.store, source, 1, &o, 1));
		db_fail_at(fx.store->db, ++nth);
		if (store_source_end(fx.store, source, &id, &verdict) == 0)
			break;
		db_fail_at(fx.store->db, 0);
		assert_int_equal(fx_number(STMT_STATUS_DAYS), 0);
		assert_int_equal(fx_number(STMT_STATUS_SUBJECTS), 0);
		assert_int_equal(fx_number(STMT_STATUS_APPS), 0);
		assert_int_equal(fx_number(STMT_STATUS_ALERTS_OPEN), 0);
		assert_int_equal(fx_number(STMT_OUTBOX_PENDING), 0);
	} while (nth < 200);
	db_fail_at(fx.store->db, 0);
	assert_in_range(nth, 15, 199);
	assert_int_equal(fx_number(STMT_STATUS_SOURCES), 1);
	assert_int_equal(fx_number(STMT_STATUS_ALERTS_OPEN), 1);
	assert_int_equal(fx_number(STMT_OUTBOX_PENDING), 2);
}

/* -- kill -9 ------------------------------------------------------------------------------------------ */
enum { KILLS = 30, HOSTS_PER_BATCH = 20 };

/* Writes batches for ever, saying the number of each once it is in. */
static void write_batches(int64_t source, uint64_t seq, int out)
{
	struct observation o[HOSTS_PER_BATCH];

	for (;; seq++) {
		for (int i = 0; i < HOSTS_PER_BATCH; i++) {
			char name[64];
			snprintf(name, sizeof(name), "h%d-%llu.example.edu.cn", i, (unsigned long long)seq);
			o[i] = fx_host(name, 3);
		}
		if (store_batch(fx.store, source, seq, o, HOSTS_PER_BATCH) < 0 ||
		    store_flush(fx.store, source) < 0 ||
		    write(out, &seq, sizeof(seq)) != (ssize_t)sizeof(seq))
			_exit(1);
	}
}

/* A child writes and is killed some milliseconds later: every other time these count from its first batch on,
 * else from its start. Source 0: a capture of its own. Returns the last batch that it told of. */
static uint64_t write_and_kill(int64_t source, uint64_t last, int life)
{
	uint64_t seq;
	int fd[2];
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	pid = fork();
	if (pid == 0) {
		close(fd[0]);
		fx.store = store_open(&fx.conf, &fx.data, false, fx.error);
		if (fx.store == NULL)
			_exit(1);
		write_batches(source ? source : begin("big.pcap", true), last + 1, fd[1]);
	}
	close(fd[1]);
	if (life % 2 == 0) {
		assert_int_equal(read(fd[0], &seq, sizeof(seq)), sizeof(seq));
		last = seq;
	}
	usleep((useconds_t)(5 + life * 37 % 60) * 1000);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	while (read(fd[0], &seq, sizeof(seq)) == (ssize_t)sizeof(seq))
		last = seq;
	close(fd[0]);
	return last;
}

static uint64_t stored_seq(int64_t source)
{
	struct db_txn t;
	struct query q;
	uint64_t seq = 0;

	db_begin(&t, fx.store->db, DB_READ);
	query_open(&q, &t, STMT_SOURCE_FIND);
	query_int(&q, source);
	if (query_row(&q))
		seq = (uint64_t)query_get_int(&q, 1);
	query_close(&q);
	assert_int_equal(db_end(&t), 0);
	return seq;
}

static void batches_of_a_live_run_survive_kill(void **state)
{
	int64_t source = begin("eth1", false);
	uint64_t acked = 0, kept;

	(void)state;
	store_close(fx.store);
	fx.store = NULL;
	for (int i = 0; i < KILLS; i++) {
		acked = write_and_kill(source, acked, i);
		fx_open();
		assert_true(db_sound(fx.store->db, DB_SOUND_WHOLE));
		kept = stored_seq(source);
		assert_in_range(kept, acked, acked + 1); /* the last may be in without its word having come */
		assert_int_equal(fx_number(STMT_STATUS_DAYS), (int64_t)kept * HOSTS_PER_BATCH);
		acked = kept;
		store_close(fx.store);
		fx.store = NULL;
	}
	assert_true(acked >= KILLS / 2);
	fx_open();
}

/* However often it is cut short: when another begins, nothing is left of any of them. */
static void killed_captures_leave_nothing(void **state)
{
	struct observation o = fx_host("jw.example.edu.cn", 5);
	uint64_t told = 0;

	(void)state;
	store_close(fx.store);
	fx.store = NULL;
	for (int i = 0; i < KILLS; i++)
		told += write_and_kill(0, 0, i);
	assert_true(told >= KILLS / 2);
	fx_open();
	assert_true(db_sound(fx.store->db, DB_SOUND_WHOLE));
	assert_int_equal(fx_ask(-1, "apps", NULL), 0);
	assert_int_equal(fx_line_count(), 0);
	fx_capture("big.pcap", &o, 1);
	assert_int_equal(fx_number(STMT_STATUS_SOURCES), 1);
	assert_int_equal(fx_number(STMT_STATUS_DAYS), 1);
	assert_int_equal(fx_number(STMT_STATUS_SUBJECTS), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_COUNTED_TEST(capture_counts_once),
		FX_COUNTED_TEST(status_shows_each_live_source),
		FX_COUNTED_TEST(known_capture_is_taken_back),
		FX_COUNTED_TEST(sha256_of_an_older_database_is_known),
		FX_COUNTED_TEST(half_capture_is_invisible_then_taken_back),
		FX_COUNTED_TEST(open_captures_stand_side_by_side),
		FX_COUNTED_TEST(live_run_counts_as_it_goes),
		FX_COUNTED_TEST(counters_are_absolute),
		FX_COUNTED_TEST(end_is_all_or_nothing),
		FX_COUNTED_TEST(batches_of_a_live_run_survive_kill),
		FX_COUNTED_TEST(killed_captures_leave_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
