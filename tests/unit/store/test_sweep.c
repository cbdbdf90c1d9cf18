/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Days lie in one table or the other, or move between them: nobody who asks can tell, and nothing is lost. */
#include "store/sweep.h"

#include <signal.h>
#include <sys/wait.h>

#include "store/fold.h"
#include "tests/unit/store/fixture.h"

enum { HOSTS = 200, TURNS = 64 };

static int64_t begin(void)
{
	int64_t source;

	fx_ok(store_source_begin(fx.store, "eth0", false, &source));
	return source;
}

static int64_t ask(const char *sql)
{
	sqlite3_stmt *stmt;
	sqlite3 *sqlite;
	char path[96];
	int64_t n;

	snprintf(path, sizeof(path), "%s/beiand.db", fx.folder);
	assert_int_equal(sqlite3_open_v2(path, &sqlite, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(sqlite, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	n = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(sqlite);
	return n;
}

static int64_t settled(void) { return ask("SELECT count(*) FROM observed_day"); }
static int64_t recent(void) { return ask("SELECT count(*) FROM observed_recent"); }
static int64_t in_both(void)
{
	return ask("SELECT count(*) FROM observed_day JOIN observed_recent "
		   "USING (subject, key_epoch, day, source)");
}

/* The first hosts, in a window of that day. */
static void see(int64_t source, uint64_t seq, int day, int hosts)
{
	struct observation *o = malloc((size_t)hosts * sizeof(*o));
	char name[32];

	for (int i = 0; i < hosts; i++) {
		snprintf(name, sizeof(name), "h%03d.example.edu.cn", i);
		o[i] = fx_host(name, 3);
		o[i].from += day * one_day;
		o[i].to += day * one_day;
	}
	fx_ok(store_batch(fx.store, source, seq, o, (size_t)hosts));
	free(o);
}

static void captures_go_where_they_stay(void **state)
{
	struct observation o = fx_host("a.example.edu.cn", 3);

	(void)state;
	fx_capture("a", &o, 1);
	assert_int_equal(settled(), 1);
	assert_int_equal(recent(), 0);
}

/* A share with each flush of the next day, and all of it in the end. */
static void days_that_are_over_move_in_turns(void **state)
{
	int64_t source = begin(), before = 0, now;
	uint64_t seq = 0;

	(void)state;
	see(source, ++seq, 0, HOSTS);
	see(source, ++seq, 0, HOSTS);
	assert_int_equal(recent(), HOSTS);
	assert_int_equal(settled(), 0); /* that day goes on */
	for (int i = 0; i < TURNS; i++) {
		see(source, ++seq, 1, 2);
		now = settled();
		assert_true(now - before <= HOSTS / TURNS + 1);
		assert_true(now > before || now == HOSTS);
		before = now;
	}
	assert_int_equal(settled(), HOSTS);
	assert_int_equal(recent(), 2);
	assert_int_equal(in_both(), 0);
	assert_int_equal(ask("SELECT count(DISTINCT day) FROM observed_day"), 1);
}

/* What a day left behind goes with the next one, in larger turns. */
static void what_was_left_goes_later(void **state)
{
	int64_t source = begin(), before;
	uint64_t seq = 0;

	(void)state;
	see(source, ++seq, 0, HOSTS);
	see(source, ++seq, 1, HOSTS);
	before = settled();
	assert_true(before > 0 && before < HOSTS);
	for (int i = 0; i < TURNS; i++)
		see(source, ++seq, 2, 1);
	assert_int_equal(settled(), 2 * HOSTS);
	assert_int_equal(recent(), 1);
}

/* A new process knows nothing of turns: the rest goes all the same. */
static void another_process_goes_on(void **state)
{
	int64_t source = begin();
	uint64_t seq = 0;

	(void)state;
	see(source, ++seq, 0, HOSTS);
	see(source, ++seq, 1, 1);
	fx_reopen();
	for (int i = 0; i < TURNS; i++)
		see(source, ++seq, 1, 1);
	assert_int_equal(settled(), HOSTS);
	assert_int_equal(recent(), 1);
}

struct sum {
	size_t subjects;
	uint64_t count, clients, days; /* of each the same */
};

static void add(void *arg, const struct folded *f)
{
	struct sum *s = arg;

	if (s->subjects++ == 0)
		*s = (struct sum){ 1, f->count, f->client_count, f->days };
	assert_int_equal(f->count, s->count);
	assert_int_equal(f->client_count, s->clients);
	assert_int_equal(f->days, s->days);
}

static struct sum fold(void)
{
	struct sum s = { 0 };
	struct db_txn t;

	db_begin(&t, fx.store->db, DB_READ);
	fold_all(&t, add, &s);
	assert_int_equal(db_end(&t), 0);
	return s;
}

/* A window of a day that has moved on: a second row of the same key, then one again. */
static void late_windows_are_added(void **state)
{
	int64_t source = begin();
	uint64_t seq = 0;
	struct sum s;

	(void)state;
	see(source, ++seq, 0, HOSTS);
	for (int i = 0; i < TURNS; i++)
		see(source, ++seq, 1, HOSTS);
	see(source, ++seq, 0, HOSTS);
	see(source, ++seq, 0, HOSTS);
	assert_int_equal(in_both(), HOSTS);
	s = fold();
	assert_int_equal(s.subjects, HOSTS);
	assert_int_equal(s.count, 6 * seq);
	assert_int_equal(s.clients, 3);
	assert_int_equal(s.days, 2);
	for (int i = 0; i < TURNS; i++)
		see(source, ++seq, 2, HOSTS);
	assert_int_equal(in_both(), 0);
	assert_int_equal(settled(), 2 * HOSTS);
	s = fold();
	assert_int_equal(s.count, 6 * seq);
	assert_int_equal(s.clients, 3);
	assert_int_equal(s.days, 3);
}

/* Years ahead, and back again. */
static void a_clock_that_jumps_loses_nothing(void **state)
{
	static const int days[] = { 0, 0, 5000, 0, 0, 1, 1, -5000, 1, 2 };
	int64_t source = begin();
	uint64_t seq = 0;

	(void)state;
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
			see(source, ++seq, days[i], HOSTS);
	assert_int_equal(fold().count, 6 * seq);
	assert_int_equal(fold().days, 5);
}

/* Whatever statement of a flush fails, its rows are where they were. */
static void a_turn_that_fails_moves_nothing(void **state)
{
	struct observation o = fx_host("h000.example.edu.cn", 3);
	int64_t source = begin(), all = 0;
	uint64_t seq = 0;
	int result = -EIO;

	(void)state;
	see(source, ++seq, 0, HOSTS);
	o.from += one_day;
	o.to += one_day;
	for (unsigned nth = 1; result != 0; nth++) {
		assert_true(nth < 100);
		db_fail_at(fx.store->db, nth);
		result = store_batch(fx.store, source, seq + 1, &o, 1);
		db_fail_at(fx.store->db, 0);
		all = settled() + recent();
		assert_int_equal(all, result == 0 ? HOSTS + 1 : HOSTS);
		assert_true((settled() > 0) == (result == 0));
	}
}

/* Taking a capture back leaves the subjects that only recent days speak of. */
static void subjects_of_recent_days_stay(void **state)
{
	struct observation o[] = { fx_host("h000.example.edu.cn", 3), fx_host("gone.example.edu.cn", 3) };
	int64_t source = begin(), capture;

	(void)state;
	see(source, 1, 0, 1);
	fx_ok(store_source_begin(fx.store, "cut", true, &capture));
	fx_ok(store_batch(fx.store, capture, 1, o, 2));
	fx_ok(store_flush(fx.store, capture));
	assert_int_equal(ask("SELECT count(*) FROM observed_subject"), 2);
	assert_int_equal(fx_end(capture, NULL), STORE_GIVEN_UP);
	assert_int_equal(settled(), 0);
	assert_int_equal(recent(), 1);
	assert_int_equal(ask("SELECT count(*) FROM observed_subject"), 1);
}

/* -- who asks cannot tell ---------------------------------------------------------------------------- */

enum { STEPS = 60, AT_ONCE = 5 };
enum moves { AS_IT_IS, ALL_AT_ONCE, SOME };

static uint32_t seed;

static uint32_t draw(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 16) % below;
}

static struct observation someone(int day)
{
	static const char *const domains[] = { "example.edu.cn", "dom1.com", "bystander.com" };
	static const enum via vias[] = { VIA_TLS, VIA_DNS_QUERY, VIA_DNS_ANSWER, VIA_QUIC };
	struct observation o;
	char name[64];

	if (draw(6) == 0) {
		snprintf(name, sizeof(name), "wx000000000000000%u", draw(3));
		o = fx_seen(SUBJECT_WECHAT_MINI, name, VIA_HTTP_REFERER, (int)draw(20), 3);
		snprintf(name, sizeof(name), "h%u.dom%u.com", draw(3), draw(4));
		fx_link(&o, SUBJECT_HOST, name);
	} else {
		uint32_t whose = draw(3);
		snprintf(name, sizeof(name), "%c%u.%s", "shx"[whose], draw(5), domains[whose]);
		o = fx_seen(SUBJECT_HOST, name, vias[draw(4)], (int)draw(50), 5);
		o.server_count = (uint8_t)draw(2);
		o.servers[0] = (struct record_server){ .port = (uint16_t)(440 + draw(4)) };
		memcpy(o.servers[0].addr + 10, "\xff\xff\x0a\0\0\1", 6);
		o.detail_count = 1;
		o.details[0] = (struct record_detail){ .type = DETAIL_ALPN, .count = 2 };
		/* one of each name: in rows of their own, several have times of their own */
		snprintf(o.details[0].value, sizeof(o.details[0].value), "%s", o.name);
	}
	o.from += day * one_day + draw(1000) * 1000000;
	o.to = o.from + (draw(10) == 0 ? one_day / 2 : 1000000);
	return o;
}

/* The moves of a sweep of its own. */
static void move(int64_t before, int64_t from)
{
	static const enum stmt steps[] = { STMT_RECENT_MOVE, STMT_RECENT_DROP };
	struct db_txn t;
	struct query q;

	db_begin(&t, fx.store->db, DB_WRITE);
	for (size_t i = 0; i < 2; i++) {
		query_open(&q, &t, steps[i]);
		query_int(&q, before);
		query_int(&q, from);
		query_int(&q, INT64_MAX);
		query_run(&q);
	}
	assert_int_equal(db_end(&t), 0);
}

static void say(struct buf *said, const char *command, const char *what)
{
	fx_ask(-1, command, what, NULL);
	buf_puts(said, fx.lines.p);
	buf_puts(said, fx.error); /* one whom nobody has seen yet */
}

static void explain_bystander(struct buf *said, unsigned k)
{
	char name[32];

	snprintf(name, sizeof(name), "x%u.bystander.com", k);
	say(said, "explain", name);
}

static void run(struct buf *said, uint32_t from, enum moves moves)
{
	struct observation o[AT_ONCE];
	int64_t source = begin();
	int day = 0;

	seed = from;
	for (int i = 0; i < STEPS; i++) {
		uint32_t dice = draw(10);
		for (size_t k = 0; k < AT_ONCE; k++)
			o[k] = someone(day - (draw(20) == 0));
		fx_ok(store_batch(fx.store, source, (uint64_t)i + 1, o, AT_ONCE));
		day += dice < 3;
		fx.store->epoch = 1 + day / 3 - (dice == 9); /* and a sensor that has the old key yet */
		if (moves == ALL_AT_ONCE || (moves == SOME && i % 3 == 0))
			move(INT64_MAX, moves == SOME ? i % 7 : 0);
		fx_ok(store_judge(fx.store));
		if (i < STEPS / 4) /* while they are news */
			explain_bystander(said, (unsigned)i % 5);
		if (i % 8 != 0)
			continue;
		say(said, "apps", NULL);
		say(said, "findings", NULL);
		say(said, "app", "A1");
		say(said, "explain", "s1.example.edu.cn");
	}
	fx_counts_hold();
}

/* An alert's name is random. */
static void hide_names(struct buf *said)
{
	static const char before[] = "(预警 ";

	for (char *p = said->p; (p = strstr(p, before)) != NULL;)
		for (p += sizeof(before) - 1; *p != ')' && *p != '\0'; p++)
			*p = '-';
}

static void nobody_can_tell(void **state)
{
	(void)state;
	for (uint32_t from = 1; from <= 2; from++) {
		struct buf said[3] = { 0 };
		for (enum moves m = AS_IT_IS; m <= SOME; m++) {
			if (m != AS_IT_IS || from > 1) {
				assert_int_equal(fx_tear_down(NULL), 0);
				assert_int_equal(fx_set_up(NULL), 0);
			}
			run(&said[m], from, m);
			hide_names(&said[m]);
		}
		assert_true(in_both() == 0 || recent() > 0);
		assert_true(said[0].len > 10000);
		assert_string_equal(said[ALL_AT_ONCE].p, said[AS_IT_IS].p);
		assert_string_equal(said[SOME].p, said[AS_IT_IS].p);
		for (int m = 0; m < 3; m++)
			buf_clear(&said[m]);
	}
}

/* -- killed ------------------------------------------------------------------------------------------ */

/* Window after window, each told once it is on disk; of a day that changes long before a sweep is over. */
static void write_until_killed(int told, int day)
{
	int64_t source;
	char byte = 0;

	fx_open();
	source = begin();
	for (uint64_t seq = 1;; seq++) {
		see(source, seq, day + (int)(seq / 3), HOSTS);
		if (write(told, &byte, 1) != 1)
			_exit(1);
	}
}

static pid_t start(int *told, int day)
{
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		write_until_killed(ends[1], day);
	}
	close(ends[1]);
	*told = ends[0];
	return pid;
}

static void what_was_told_survives_a_kill(void **state)
{
	uint64_t acked = 0, written;
	char byte;

	(void)state;
	store_close(fx.store);
	for (int i = 0; i < 12; i++) {
		int told, status;
		pid_t pid = start(&told, 2 * i);
		for (int k = 0; k < 3 + i; k++, acked++)
			assert_int_equal(read(told, &byte, 1), 1);
		usleep((useconds_t)(i * 700)); /* somewhere in the next one */
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		while (read(told, &byte, 1) == 1)
			acked++;
		close(told);
		fx_open();
		assert_true(db_sound(fx.store->db, DB_SOUND_WHOLE));
		written = (uint64_t)ask("SELECT sum(last_seq) FROM source");
		assert_in_range(written, acked,
				acked + (uint64_t)i + 1); /* each may have one that it did not tell */
		assert_int_equal(fold().subjects, HOSTS);
		assert_int_equal(fold().count, 6 * written);
		assert_int_equal(in_both(), 0);
		fx_counts_hold();
		store_close(fx.store);
	}
	fx_open();
	assert_true(settled() > 0 && recent() > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FX_COUNTED_TEST(captures_go_where_they_stay),
		FX_COUNTED_TEST(days_that_are_over_move_in_turns),
		FX_COUNTED_TEST(what_was_left_goes_later),
		FX_COUNTED_TEST(another_process_goes_on),
		FX_COUNTED_TEST(late_windows_are_added),
		FX_COUNTED_TEST(a_clock_that_jumps_loses_nothing),
		FX_TEST(a_turn_that_fails_moves_nothing),
		FX_COUNTED_TEST(subjects_of_recent_days_stay),
		FX_TEST(nobody_can_tell),
		FX_COUNTED_TEST(what_was_told_survives_a_kill),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
