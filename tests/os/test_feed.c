/* A feed: what comes on a pipe arrives in a FIFO, whole units only, also when the reader comes late or goes early. */
#include "../test.h"

#include "os/feed.h"
#include "os/file.h"
#include "os/run.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct world {
    char dir[TH_PATH_BYTES], fifo[TH_PATH_BYTES];
    int ends[2]; /* of the pipe: read, write */
    th_feed *feed;
} world;

static void begin(world *w, size_t unit, size_t keep, th_feed_take_fn *take, void *ctx)
{
    assert_int_equal(th_dir_temp(w->dir, NULL), TH_OK);
    assert_int_equal(th_path_join(w->fifo, w->dir, "in", NULL), TH_OK);
    assert_int_equal(pipe(w->ends), 0);
    const th_feed_cfg cfg = {.from = w->ends[0], .unit = unit, .keep = keep, .take = take, .ctx = ctx};
    assert_int_equal(th_feed_start(&cfg, w->fifo, &w->feed, NULL), TH_OK);
}

static void end(world *w)
{
    th_feed_free(w->feed);
    close(w->ends[0]);
    th_dir_remove(w->dir);
}

/* All that the FIFO gives; every read that starts at a unit's begin must not be cut inside of one. */
static size_t read_all(const char *fifo, uint8_t *to, size_t cap)
{
    size_t n = 0;
    ssize_t got;
    const int fd = open(fifo, O_RDONLY);
    assert_true(fd >= 0);
    while (n < cap && (got = read(fd, to + n, cap - n < 999 ? cap - n : 999)) > 0) n += (size_t)got;
    close(fd);
    return n;
}

static void put(world *w, const void *bytes, size_t n)
{
    assert_int_equal(write(w->ends[1], bytes, n), (ssize_t)n);
}

static void all_arrives(void **state)
{
    (void)state;
    enum { N = 50000 };
    static uint8_t in[N], out[N + 10];
    world w;
    th_span kept;
    for (size_t i = 0; i < N; i++) in[i] = (uint8_t)(i * 7 + i / 251);
    begin(&w, 6, N, NULL, NULL);
    put(&w, in, N); /* there is no reader yet */
    close(w.ends[1]);
    const size_t n = read_all(w.fifo, out, sizeof out);
    assert_int_equal(n, N / 6 * 6); /* the last two bytes are no unit */
    assert_memory_equal(in, out, n);
    th_feed_stop(w.feed);
    assert_int_equal(th_feed_came(w.feed), N);
    assert_true(th_feed_kept(w.feed, &kept));
    assert_int_equal(kept.n, n);
    assert_memory_equal(kept.p, in, n);
    end(&w);
}

/* Of what is more than it keeps nothing is lost, but it cannot be looked at. */
static void more_than_is_kept(void **state)
{
    (void)state;
    static uint8_t in[4096], out[30 * 4096];
    world w;
    th_span kept;
    begin(&w, 2, 5000, NULL, NULL);
    const int fd = open(w.fifo, O_RDONLY);
    size_t n = 0;
    for (uint8_t k = 0; k < 30; k++) {
        memset(in, k, sizeof in);
        put(&w, in, sizeof in);
        for (const size_t to = n + sizeof in; n < to;) {
            const ssize_t got = read(fd, out + n, to - n);
            assert_true(got > 0);
            n += (size_t)got;
        }
    }
    close(w.ends[1]);
    for (size_t i = 0; i < n; i++) assert_int_equal(out[i], i / sizeof in);
    assert_int_equal(read(fd, in, 1), 0);
    close(fd);
    th_feed_stop(w.feed);
    assert_false(th_feed_kept(w.feed, &kept));
    end(&w);
}

static th_err twice(void *ctx, th_feed *f, th_span bytes)
{
    (void)ctx;
    th_feed_put(f, bytes.p, bytes.n);
    th_feed_put(f, bytes.p, bytes.n);
    return TH_OK;
}

static void it_can_be_changed(void **state)
{
    (void)state;
    uint8_t out[64];
    world w;
    begin(&w, 1, 100, twice, NULL);
    put(&w, "abc", 3);
    close(w.ends[1]);
    assert_int_equal(read_all(w.fifo, out, sizeof out), 6);
    assert_memory_equal(out, "abcabc", 6);
    end(&w);
}

static void a_reader_that_leaves(void **state)
{
    (void)state;
    static uint8_t in[65536];
    world w;
    th_span kept;
    begin(&w, 2, sizeof in, NULL, NULL);
    const int fd = open(w.fifo, O_RDONLY);
    assert_int_equal(read(fd, in, 0), 0);
    close(fd);
    put(&w, in, 4096);
    put(&w, in, 4096); /* the process is not killed by it */
    close(w.ends[1]);
    th_clock_rest(0.1);
    th_feed_stop(w.feed);
    assert_false(th_feed_kept(w.feed, &kept));
    end(&w);
}

/* Nobody ever reads, and nothing ever comes: it stops all the same. */
static void it_stops(void **state)
{
    (void)state;
    world w;
    begin(&w, 2, 100, NULL, NULL);
    end(&w);
    close(w.ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_arrives),       cmocka_unit_test(more_than_is_kept),
        cmocka_unit_test(it_can_be_changed), cmocka_unit_test(a_reader_that_leaves),
        cmocka_unit_test(it_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
