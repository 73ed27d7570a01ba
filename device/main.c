/* The firmware's loop on the emulated board.  Words of its command line:
 *
 *   stream IN OUT   IN: 16-bit samples; a JSON line per detection, the scores of every inference to OUT
 *   clips IN OUT    IN: windows of MODEL_CLIP_SAMPLES samples; the scores of each to OUT
 *   raw IN OUT      IN: input tensors, one set after the other; the output tensors of each invoke to OUT
 *
 * At the end a line of measurements.  Nothing is printed while something is being measured. */
#include "base/text.h"
#include "board.h"
#include "model.h"
#include "semihost.h"
#if MODEL_AUDIO
#include "model_audio.h"
#endif

#include <string.h>

enum { STDOUT_CLOSED = -1, EXIT_BAD_WORDS = 2, EXIT_BAD_FILE = 3 };
static int32_t endless; /* an inference came to no end */

typedef struct cost { /* of something that is done again and again, in timer ticks */
    uint32_t n, min, max;
    uint64_t sum;
} cost;

static cost inference, frame;
static int32_t out_file = STDOUT_CLOSED, console = STDOUT_CLOSED;
static char line[384];

static void cost_add(cost *c, uint32_t ticks)
{
    if (!c->n || ticks < c->min) c->min = ticks;
    if (ticks > c->max) c->max = ticks;
    c->sum += ticks;
    c->n++;
}

static uint32_t cost_mean(const cost *c)
{
    return c->n ? (uint32_t)((c->sum * TH_INSTR_PER_TICK + c->n / 2) / c->n) : 0;
}

static void say(size_t n)
{
    if (n >= sizeof line) n = sizeof line - 1;
    (void)semi_write(console, line, (uint32_t)n);
}

#ifdef MODEL_PROFILE
static uint32_t step_ticks[MODEL_STEPS], step_from;

/* model.c calls this behind each step of a measuring build. */
void model_profile(int32_t step)
{
    const uint32_t now = device_ticks();
    step_ticks[step] += now - step_from;
    step_from = device_ticks();
}

static void say_steps(void)
{
    for (int32_t i = 0; i < MODEL_STEPS; i++) {
        const uint64_t instructions = (uint64_t)step_ticks[i] * TH_INSTR_PER_TICK / (inference.n ? inference.n : 1);
        say(th_text_fmt(line, sizeof line, "{\"step\":%ld,\"instructions\":%llu}\n", (long)i,
                        (unsigned long long)instructions));
    }
}
#endif

static uint32_t invoke_ticks(void)
{
    const uint32_t from = device_ticks();
#ifdef MODEL_PROFILE
    step_from = from;
#endif
    if (model_invoke()) endless = 1;
    const uint32_t ticks = device_ticks() - from;
    cost_add(&inference, ticks);
    return ticks;
}

static int32_t run_raw(int32_t in)
{
    for (;;) {
        for (int32_t i = 0; i < MODEL_INPUTS; i++) {
            const uint32_t n = model_input_bytes[i];
            const int32_t got = semi_read(in, model_input(i), n);
            if (i == 0 && got <= 0) return DEVICE_EXIT_OK;
            if (got != (int32_t)n) return EXIT_BAD_FILE;
        }
        (void)invoke_ticks();
        if (endless) return DEVICE_EXIT_ENDLESS;
        for (int32_t i = 0; i < MODEL_OUTPUTS; i++) {
            const uint32_t n = model_output_bytes[i];
            if (semi_write(out_file, model_output(i), n) != (int32_t)n) return EXIT_BAD_FILE;
        }
    }
}

#if MODEL_AUDIO
static int16_t block[MODEL_HOP_SAMPLES]; /* one hop: at most one frame, one inference, one detection */
static int8_t scores[MODEL_LABELS];
static th_detection detection;
static int32_t have_scores, have_detection;
static uint32_t inference_ticks; /* of this push */

static void device_classify(void *ctx, const int8_t *features, int8_t *out)
{
    (void)ctx;
    memcpy(model_input(0), features, model_input_bytes[0]);
    inference_ticks += invoke_ticks();
    memcpy(out, model_output(0), MODEL_LABELS);
}

static void device_on_detect(void *ctx, const th_detection *d)
{
    (void)ctx;
    detection = *d;
    have_detection = 1;
}

static void device_on_scores(void *ctx, int32_t time_ms, const int8_t *s)
{
    (void)ctx;
    (void)time_ms;
    memcpy(scores, s, sizeof scores);
    have_scores = 1;
}

static void push(int32_t n)
{
    const int64_t frames = model_listener.n_done;
    have_scores = have_detection = 0;
    inference_ticks = 0;
    const uint32_t from = device_ticks();
    model_listen(block, n, device_on_detect, device_on_scores, 0);
    const uint32_t ticks = device_ticks() - from - inference_ticks;
    if (model_listener.n_done != frames) cost_add(&frame, ticks);
}

static void say_detection(void)
{
    const long thousandth = ((long)detection.score * 1000 + 128) / 256;
    say(th_text_fmt(line, sizeof line, "{\"time_ms\":%ld,\"label\":%ld,\"raw\":%ld,\"score\":0.%03ld}\n",
                    (long)detection.time_ms, (long)detection.label, (long)detection.score, thousandth));
}

static int32_t run_stream(int32_t in)
{
    int32_t got;
    if (model_listen_start(device_classify)) return EXIT_BAD_WORDS;
    while ((got = semi_read(in, block, sizeof block)) > 1) {
        push(got / 2);
        if (endless) return DEVICE_EXIT_ENDLESS;
        if (have_scores && semi_write(out_file, scores, sizeof scores) != (int32_t)sizeof scores) return EXIT_BAD_FILE;
        if (have_detection) say_detection();
    }
    return DEVICE_EXIT_OK;
}

static int32_t run_clips(int32_t in)
{
    for (;;) {
        int32_t left = MODEL_CLIP_SAMPLES, seen = 0;
        if (model_listen_start(device_classify)) return EXIT_BAD_WORDS;
        while (left > 0) {
            const int32_t want = left < MODEL_HOP_SAMPLES ? left : MODEL_HOP_SAMPLES;
            const int32_t got = semi_read(in, block, (uint32_t)want * 2);
            if (got <= 0 && left == MODEL_CLIP_SAMPLES) return DEVICE_EXIT_OK;
            if (got != want * 2) return EXIT_BAD_FILE;
            push(want);
            if (endless) return DEVICE_EXIT_ENDLESS;
            left -= want;
            if (have_scores && !seen++ && semi_write(out_file, scores, sizeof scores) != (int32_t)sizeof scores)
                return EXIT_BAD_FILE;
        }
        if (!seen) return EXIT_BAD_FILE;
    }
}
#endif

void device_report_fault(uint32_t pc, uint32_t lr, uint32_t cfsr, int overflow)
{
    if (console < 0) console = semi_open(":tt", SEMI_OPEN_WRITE);
    say(th_text_fmt(line, sizeof line, "{\"fault\":\"%s\",\"pc\":%lu,\"lr\":%lu,\"cfsr\":%lu}\n",
                    overflow ? "stack overflow" : "hard fault", (unsigned long)pc, (unsigned long)lr,
                    (unsigned long)cfsr));
}

static void say_measurements(void)
{
#ifdef MODEL_PROFILE
    say_steps();
#endif
    say(th_text_fmt(line, sizeof line,
                    "{\"inferences\":%lu,\"inference_min\":%llu,\"inference_mean\":%lu,\"inference_max\":%llu,"
                    "\"frames\":%lu,\"frame_mean\":%lu,\"frame_max\":%llu,\"stack\":%lu}\n",
                    (unsigned long)inference.n, (unsigned long long)inference.min * TH_INSTR_PER_TICK,
                    (unsigned long)cost_mean(&inference), (unsigned long long)inference.max * TH_INSTR_PER_TICK,
                    (unsigned long)frame.n, (unsigned long)cost_mean(&frame),
                    (unsigned long long)frame.max * TH_INSTR_PER_TICK, (unsigned long)device_stack_used()));
}

/* Splits `words` at blanks, in place; returns how many. */
static int32_t split(char *words, char *word[4])
{
    int32_t n = 0;
    for (char *c = words; *c && n < 4;) {
        while (*c == ' ') *c++ = '\0';
        if (!*c) break;
        word[n++] = c;
        while (*c && *c != ' ') c++;
    }
    return n;
}

static int32_t run(const char *mode, int32_t in)
{
#if MODEL_AUDIO
    if (strcmp(mode, "stream") == 0) return run_stream(in);
    if (strcmp(mode, "clips") == 0) return run_clips(in);
#endif
    return strcmp(mode, "raw") == 0 ? run_raw(in) : EXIT_BAD_WORDS;
}

int main(void)
{
    static char words[128];
    char *word[4];
    device_timer_start();
    console = semi_open(":tt", SEMI_OPEN_WRITE);
    if (semi_command_line(words, sizeof words) || split(words, word) != 4) return EXIT_BAD_WORDS;
    const int32_t in = semi_open(word[2], SEMI_OPEN_READ);
    out_file = semi_open(word[3], SEMI_OPEN_WRITE);
    if (in < 0 || out_file < 0) return EXIT_BAD_FILE;
    /* Once before anything is measured: printing has its place in the stack's high-water mark
     * whether something is detected or not. */
    say(th_text_fmt(line, sizeof line, "{\"arena\":%lu,\"audio\":%d}\n", (unsigned long)MODEL_ARENA_BYTES,
                    MODEL_AUDIO));
    if (model_init()) return EXIT_BAD_WORDS;
    const int32_t status = run(word[1], in);
    say_measurements();
    return status;
}
