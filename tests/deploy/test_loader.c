/* The firmware that takes models (nn/loader.h), here: two models one after the other give the runner's bytes, and
 * whatever is damaged, cut, repeated, too large, of another version or without its kernels is refused or mended. */
#include "picture.h"

#include "../model/calls.h"

#include "base/crc.h"
#include "base/frame.h"
#include "deploy/codegen.h"
#include "model/package.h"
#include "nn/kernels.h"
#include "nn/loader.h"
#include "nn/package_format.h"

enum { MEMORY = 1 << 17 };

static uint8_t memory[MEMORY] __attribute__((aligned(16)));

/* A board, and the last answer of it. */
typedef struct board {
    th_loader l;
    th_frame_reader reader;
    uint8_t answer[TH_FRAME_MOST];
    int32_t n, answers; /* n: of the last one */
    uint8_t number;
    const uint8_t *sensor;
    uint32_t sensor_left;
} board;

static void take_answer(void *ctx, const uint8_t *bytes, size_t n)
{
    board *b = ctx;
    th_frame f;
    for (size_t i = 0; i < n; i++)
        if (th_frame_take(&b->reader, bytes[i], &f)) {
            memcpy(b->answer, f.payload, f.n);
            b->n = f.n;
            b->answers++;
            assert_true(f.kind & TH_LOADER_ANSWER);
            assert_int_equal(f.number, b->number);
        }
}

static int32_t take_sensor(void *ctx, void *to, uint32_t n)
{
    board *b = ctx;
    if (n > b->sensor_left) return 0;
    memcpy(to, b->sensor, n);
    b->sensor += n;
    b->sensor_left -= n;
    return (int32_t)n;
}

static void start(board *b, uint32_t bytes)
{
    memset(b, 0, sizeof *b);
    b->l.memory = memory;
    b->l.bytes = bytes;
    b->l.kernels = &th_kernels_here;
    b->l.send = take_answer;
    b->l.sensor = take_sensor;
    b->l.ctx = b;
}

static void feed(board *b, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) th_loader_take(&b->l, bytes[i]);
}

static size_t frame_of(board *b, uint8_t kind, const void *payload, size_t n, uint8_t *to)
{
    const th_frame f = {kind, b->number, payload, (uint16_t)n};
    return th_frame_write(&f, to);
}

/* The status of the answer. */
static int tell(board *b, uint8_t kind, const void *payload, size_t n)
{
    uint8_t bytes[TH_FRAME_MOST + TH_FRAME_EXTRA];
    const int32_t before = b->answers;
    b->number++;
    feed(b, bytes, frame_of(b, kind, payload, n, bytes));
    assert_int_equal(b->answers, before + 1);
    return -b->answer[0];
}

static int tell_begin(board *b, uint32_t bytes, uint32_t crc, uint32_t needs)
{
    uint8_t p[12];
    th_frame_put(p, 4, bytes);
    th_frame_put(p + 4, 4, crc);
    th_frame_put(p + 8, 4, needs);
    return tell(b, TH_LOADER_BEGIN, p, sizeof p);
}

static size_t data_payload(uint8_t p[TH_FRAME_MOST], uint32_t crc, const uint8_t *from, size_t at, size_t n)
{
    th_frame_put(p, 4, crc);
    th_frame_put(p + 4, 4, (uint32_t)at);
    memcpy(p + 8, from + at, n);
    return 8 + n;
}

/* The bytes come in pieces; what END says. */
static int send_bytes(board *b, const uint8_t *bytes, size_t n)
{
    uint8_t p[TH_FRAME_MOST];
    const uint32_t crc = th_frame_get(bytes + TH_THM_AT_CRC, 4);
    const int bad = tell_begin(b, (uint32_t)n, crc, 0);
    if (bad) return bad;
    for (size_t at = 0; at < n; at += TH_LOADER_DATA) {
        const size_t part = n - at < TH_LOADER_DATA ? n - at : TH_LOADER_DATA;
        assert_int_equal(tell(b, TH_LOADER_BYTES, p, data_payload(p, crc, bytes, at, part)), TH_OK);
        assert_int_equal(th_frame_get(b->answer + 1, 4), at + part);
    }
    return tell(b, TH_LOADER_END, NULL, 0);
}

static th_packed pack(const th_plan *plan)
{
    th_packed packed;
    th_why why = {0};
    if (th_package_make(plan, NULL, &packed, &why)) fail_msg("%s", why.text);
    return packed;
}

/* Inputs of the self test's generator there and in the runner: the same outputs. */
static void runs_as_the_runner(board *b, const th_plan *plan, uint32_t seed)
{
    static uint8_t in[1 << 16];
    const th_graph *g = plan->graph;
    const size_t n = th_code_test_input(g, seed, in);
    uint8_t p[TH_FRAME_MOST];
    th_runner *r;
    assert_int_equal(th_runner_new(plan, &r, NULL), TH_OK);
    memcpy(th_runner_input(r, 0), in, n);
    assert_int_equal(th_runner_invoke(r, NULL, NULL), TH_OK);
    for (size_t at = 0; at < n; at += TH_LOADER_DATA) {
        const size_t part = n - at < TH_LOADER_DATA ? n - at : TH_LOADER_DATA;
        th_frame_put(p, 2, 0);
        th_frame_put(p + 2, 4, (uint32_t)at);
        memcpy(p + 6, in + at, part);
        assert_int_equal(tell(b, TH_LOADER_INPUT, p, 6 + part), TH_OK);
    }
    assert_int_equal(tell(b, TH_LOADER_INVOKE, NULL, 0), TH_OK);
    const size_t bytes = th_tensor_bytes(&g->tensors[g->outputs[0]]);
    memset(p, 0, 8);
    th_frame_put(p + 6, 2, (uint32_t)bytes);
    assert_int_equal(tell(b, TH_LOADER_OUTPUT, p, 8), TH_OK);
    assert_int_equal(b->n, bytes + 1);
    assert_memory_equal(b->answer + 1, th_runner_output(r, 0), bytes);
    th_runner_free(r);
}

static void two_models_one_after_the_other(void **state)
{
    (void)state;
    small s;
    board b;
    th_plan *eye = NULL;
    th_model *s8 = picture_int8_net(3);
    small_make(&s);
    assert_int_equal(th_plan_make(&s8->graphs[0], &eye, NULL), TH_OK);
    th_packed words = pack(s.plan), pictures = pack(eye);
    start(&b, MEMORY);
    assert_int_equal(tell(&b, TH_LOADER_INVOKE, NULL, 0), TH_ENOENT); /* nothing is there yet */
    for (int round = 0; round < 2; round++) {
        assert_int_equal(send_bytes(&b, words.bytes, words.run_bytes), TH_OK);
        assert_int_equal(th_frame_get(b.answer + 1, 4), words.memory[sizeof(void *) / 8]);
        runs_as_the_runner(&b, s.plan, 1);
        runs_as_the_runner(&b, s.plan, 2);
        assert_int_equal(send_bytes(&b, pictures.bytes, pictures.run_bytes), TH_OK);
        runs_as_the_runner(&b, eye, 3);
    }
    assert_int_equal(tell(&b, TH_LOADER_HELLO, NULL, 0), TH_OK);
    assert_int_equal(b.n, 29);
    assert_int_equal(th_frame_get(b.answer + 1, 2), TH_LOADER_PROTOCOL);
    assert_int_equal(th_frame_get(b.answer + 5, 4), MEMORY);
    assert_int_equal(th_frame_get(b.answer + 9, 4), th_frame_get(pictures.bytes + TH_THM_AT_CRC, 4));
    th_packed_free(&words);
    th_packed_free(&pictures);
    th_plan_free(eye);
    th_model_free(s8);
    small_free(&s);
}

/* Every bit of a frame of data, flipped: nobody answers; then the right one, behind as many zeros as a wrong length
 * may wait for, is taken. Cut frames and noise between them do no harm either. */
static void a_noisy_line(void **state)
{
    (void)state;
    small s;
    board b;
    uint8_t p[TH_FRAME_MOST], frame[TH_FRAME_MOST + TH_FRAME_EXTRA], bad[sizeof frame];
    static const uint8_t zeros[TH_FRAME_MOST + TH_FRAME_EXTRA];
    small_make(&s);
    th_packed words = pack(s.plan);
    const uint32_t crc = th_frame_get(words.bytes + TH_THM_AT_CRC, 4);
    start(&b, MEMORY);
    assert_int_equal(tell_begin(&b, (uint32_t)words.run_bytes, crc, 0), TH_OK);
    const size_t n = frame_of(&b, TH_LOADER_BYTES, p, data_payload(p, crc, words.bytes, 0, 40), frame);
    for (size_t bit = 0; bit < 8 * n; bit++) {
        const int32_t before = b.answers;
        memcpy(bad, frame, n);
        bad[bit / 8] ^= (uint8_t)(1u << bit % 8);
        feed(&b, bad, n);
        feed(&b, zeros, sizeof zeros);
        assert_int_equal(b.answers, before);
        feed(&b, frame, n);
        assert_int_equal(b.answers, before + 1);
        assert_int_equal(b.answer[0], 0);
    }
    for (size_t cut = 0; cut < n; cut++) { /* what follows a cut one is found without zeros */
        const int32_t before = b.answers;
        feed(&b, frame, cut);
        for (int i = 0; i < 12; i++) feed(&b, frame, n);
        assert_true(b.answers > before);
        feed(&b, zeros, sizeof zeros);
    }
    th_rng rng = th_rng_make(1, 2);
    for (int i = 0; i < 200000; i++) th_loader_take(&b.l, (uint8_t)th_rng_below(&rng, i % 3 ? 256 : 8));
    feed(&b, zeros, sizeof zeros);
    assert_int_equal(send_bytes(&b, words.bytes, words.run_bytes), TH_OK);
    runs_as_the_runner(&b, s.plan, 1);
    assert_true(b.l.reader.bad > 100);
    th_packed_free(&words);
    small_free(&s);
}

static bool says(const board *b, const char *words)
{
    char text[TH_FRAME_MOST + 1];
    memcpy(text, b->answer + 1, (size_t)b->n - 1);
    text[b->n - 1] = '\0';
    return strstr(text, words) != NULL;
}

static void bad_packages_are_refused(void **state)
{
    (void)state;
    small s;
    board b;
    uint8_t p[TH_FRAME_MOST];
    small_make(&s);
    th_packed words = pack(s.plan);
    const uint32_t n = (uint32_t)words.run_bytes, crc = th_frame_get(words.bytes + TH_THM_AT_CRC, 4);
    uint8_t *bytes = malloc(n);
    start(&b, MEMORY);
    for (uint32_t at = 8; at < n; at += 37) { /* the line is fine, the package is not */
        memcpy(bytes, words.bytes, n);
        bytes[at] ^= 0x10;
        assert_int_not_equal(send_bytes(&b, bytes, n), TH_OK);
        assert_int_equal(tell(&b, TH_LOADER_INVOKE, NULL, 0), TH_ENOENT); /* and the one before is gone */
    }
    for (uint32_t cut = TH_THM_HEADER; cut < n; cut += 171)
        assert_int_not_equal(send_bytes(&b, words.bytes, cut), TH_OK);
    memcpy(bytes, words.bytes, n);
    bytes[TH_THM_AT_VERSION] = 2;
    th_frame_put(bytes + TH_THM_AT_CRC, 4, th_crc32c(0, bytes + 8, n - 8));
    assert_int_equal(send_bytes(&b, bytes, n), TH_EUNSUP);
    assert_true(says(&b, "version"));

    assert_int_equal(tell_begin(&b, MEMORY + 1, crc, 0), TH_ERANGE);
    assert_int_equal(tell_begin(&b, 0, crc, 0), TH_ERANGE);
    assert_int_equal(tell_begin(&b, 0xFFFFFFF8u, crc, 0), TH_ERANGE);
    assert_int_equal(tell_begin(&b, n, crc, MEMORY - n + 16), TH_ERANGE);
    assert_int_equal(tell(&b, TH_LOADER_BYTES, p, data_payload(p, crc, words.bytes, 0, 40)), TH_ENOENT);
    assert_int_equal(tell_begin(&b, n, crc, 0), TH_OK);
    assert_int_equal(tell(&b, TH_LOADER_END, NULL, 0), TH_ETRUNC);
    assert_int_equal(tell(&b, TH_LOADER_BYTES, p, data_payload(p, crc, words.bytes, 40, 40)), TH_ERANGE); /* a gap */
    assert_int_equal(tell(&b, TH_LOADER_BYTES, p, data_payload(p, crc + 1, words.bytes, 0, 40)), TH_ENOENT);
    assert_int_equal(tell(&b, 77, NULL, 0), TH_EUNSUP);

    const th_kernel_set few = {th_kernels_here.row, 1, NULL}, other = {th_kernels_here.row, th_kernels_here.n, "z80"};
    b.l.kernels = &few;
    assert_int_equal(send_bytes(&b, words.bytes, n), TH_EUNSUP);
    assert_true(says(&b, "th_")); /* which one is missing */
    b.l.kernels = &other;
    memcpy(bytes, words.bytes, n);
    memcpy(bytes + TH_THM_AT_ISA, "arm-dsp", 8);
    th_frame_put(bytes + TH_THM_AT_CRC, 4, th_crc32c(0, bytes + 8, n - 8));
    assert_int_equal(send_bytes(&b, bytes, n), TH_EUNSUP);
    assert_true(says(&b, "arm-dsp"));

    start(&b, (n + 15) / 16 * 16 + (uint32_t)words.memory[sizeof(void *) / 8] - 1); /* one byte less than it needs */
    assert_int_equal(send_bytes(&b, words.bytes, n), TH_ENOMEM);
    free(bytes);
    th_packed_free(&words);
    small_free(&s);
}

/* Frames that come again: bytes that are there are passed over, a run is not made twice, another package's bytes are
 * not taken. */
static int run_on_ones(board *b, uint32_t in)
{
    uint8_t p[TH_FRAME_MOST] = {0};
    memset(p + 6, 0x3f, in); /* a float near 1 */
    assert_int_equal(tell(b, TH_LOADER_INPUT, p, 6 + in), TH_OK);
    return tell(b, TH_LOADER_INVOKE, NULL, 0);
}

static void repeated_frames(void **state)
{
    (void)state;
    calls *counter = calls_counter();
    th_plan *plan = NULL;
    board b;
    uint8_t p[TH_FRAME_MOST], bytes[TH_FRAME_MOST + TH_FRAME_EXTRA], first[64] = {0};
    assert_int_equal(th_plan_make(&counter->g[0], &plan, NULL), TH_OK);
    th_packed packed = pack(plan);
    const uint32_t crc = th_frame_get(packed.bytes + TH_THM_AT_CRC, 4);
    start(&b, MEMORY);
    assert_int_equal(send_bytes(&b, packed.bytes, packed.run_bytes), TH_OK);
    /* bytes of this package when it runs already */
    assert_int_equal(tell(&b, TH_LOADER_BYTES, p, data_payload(p, crc, packed.bytes, 0, 16)), TH_ENOENT);
    const uint32_t in = (uint32_t)th_tensor_bytes(&counter->g[0].tensors[counter->g[0].inputs[0]]);
    const uint32_t out = (uint32_t)th_tensor_bytes(&counter->g[0].tensors[counter->g[0].outputs[0]]);
    for (int run = 0; run < 3; run++) {
        assert_int_equal(run_on_ones(&b, in), TH_OK);
        const size_t n = frame_of(&b, TH_LOADER_INVOKE, NULL, 0, bytes);
        for (int again = 0; again < run; again++) feed(&b, bytes, n); /* the same number: the answer was lost */
        assert_int_equal(b.answer[0], 0);
        memset(p, 0, 8);
        th_frame_put(p + 6, 2, out);
        assert_int_equal(tell(&b, TH_LOADER_OUTPUT, p, 8), TH_OK);
        if (run == 0) memcpy(first, b.answer + 1, out);
        assert_int_equal(memcmp(first, b.answer + 1, out) == 0, run == 0); /* it counts .. */
    }
    th_runner *r; /* .. as the runner that has run as often */
    assert_int_equal(th_runner_new(plan, &r, NULL), TH_OK);
    for (int run = 0; run < 3; run++) {
        memset(th_runner_input(r, 0), 0x3f, in);
        assert_int_equal(th_runner_invoke(r, NULL, NULL), TH_OK);
    }
    assert_memory_equal(b.answer + 1, th_runner_output(r, 0), out);
    assert_int_equal(tell(&b, TH_LOADER_RESET, NULL, 0), TH_OK);
    assert_int_equal(run_on_ones(&b, in), TH_OK);
    assert_int_equal(tell(&b, TH_LOADER_OUTPUT, p, 8), TH_OK);
    assert_memory_equal(b.answer + 1, first, out);
    /* while it comes: twice the same, and a piece that overlaps */
    assert_int_equal(tell_begin(&b, (uint32_t)packed.run_bytes, crc, 0), TH_OK);
    for (int i = 0; i < 2; i++)
        assert_int_equal(tell(&b, TH_LOADER_BYTES, p, data_payload(p, crc, packed.bytes, 0, 100)), TH_OK);
    assert_int_equal(tell(&b, TH_LOADER_BYTES, p, data_payload(p, crc, packed.bytes, 50, 100)), TH_OK);
    assert_int_equal(th_frame_get(b.answer + 1, 4), 150);
    th_runner_free(r);
    th_packed_free(&packed);
    th_plan_free(plan);
    free(counter);
}

/* Inputs and outputs of wrong lengths, and the sensor. */
static void ends_and_sensor(void **state)
{
    (void)state;
    small s;
    board b;
    uint8_t p[TH_FRAME_MOST] = {0}, in[240], want[4];
    small_make(&s);
    th_packed words = pack(s.plan);
    start(&b, MEMORY);
    assert_int_equal(send_bytes(&b, words.bytes, words.run_bytes), TH_OK);
    th_frame_put(p, 2, 1);
    assert_int_equal(tell(&b, TH_LOADER_INPUT, p, 7), TH_ERANGE); /* no such input */
    th_frame_put(p, 2, 0);
    th_frame_put(p + 2, 4, 120);
    assert_int_equal(tell(&b, TH_LOADER_INPUT, p, 7), TH_ERANGE);
    th_frame_put(p + 2, 4, 0xFFFFFFFFu);
    assert_int_equal(tell(&b, TH_LOADER_INPUT, p, 7), TH_ERANGE);
    assert_int_equal(tell(&b, TH_LOADER_OUTPUT, p, 8), TH_ERANGE);
    assert_int_equal(tell(&b, TH_LOADER_OUTPUT, p, 7), TH_EFORMAT);
    assert_int_equal(tell(&b, TH_LOADER_INPUT, p, 5), TH_EFORMAT);
    assert_int_equal(tell(&b, TH_LOADER_BEGIN + 1, p, 7), TH_EFORMAT);
    (void)th_code_test_input(s.plan->graph, 1, in);
    (void)th_code_test_input(s.plan->graph, 2, in + 120);
    b.sensor = in;
    b.sensor_left = 240;
    runs_as_the_runner(&b, s.plan, 2);
    memcpy(want, b.answer + 1, 4);
    assert_int_equal(tell(&b, TH_LOADER_SENSOR, NULL, 0), TH_OK);
    assert_int_equal(tell(&b, TH_LOADER_SENSOR, NULL, 0), TH_OK);
    memset(p, 0, 8);
    th_frame_put(p + 6, 2, 4);
    assert_int_equal(tell(&b, TH_LOADER_OUTPUT, p, 8), TH_OK);
    assert_memory_equal(b.answer + 1, want, 4);
    assert_int_equal(tell(&b, TH_LOADER_SENSOR, NULL, 0), TH_ETRUNC); /* it has come to its end */
    th_packed_free(&words);
    small_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_models_one_after_the_other),
        cmocka_unit_test(a_noisy_line),
        cmocka_unit_test(bad_packages_are_refused),
        cmocka_unit_test(repeated_frames),
        cmocka_unit_test(ends_and_sensor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
