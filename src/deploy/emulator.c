/* QEMU with `-icount shift=0`: one instruction takes one nanosecond of the board's time, so its timer
 * counts instructions, and two runs give the same numbers.  Sound goes in and scores come out through
 * semihosting files in a private folder. */
#include "deploy/emulator.h"

#include "base/text.h"
#include "fmt/elf.h"
#include "os/file.h"
#include "os/process.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_ENDLESS = 4 /* exit code as in device/board.h */, MAX_STEPS = 4096, MOST_ANSWER = 65536 };

th_err th_emulator_tools(const th_board *board, th_why *why)
{
    if (!board->emulator)
        return th_why_set(why, TH_ETOOL,
                          "no emulator knows the board %s (%s): its firmware can be built and inspected, not run here. "
                          "A board with a like processor that can be run: --board microbit",
                          board->name, board->title);
    if (th_program_exists(board->emulator)) return TH_OK;
    return th_why_set(why, TH_ETOOL, "%s is not installed. It is in the Debian package %s: ./run setup --device",
                      board->emulator, board->emulator_package);
}

typedef struct reader {
    const th_board *board;
    th_emulation *e;
    th_emulator_detect_fn *on_detect;
    void *ctx;
    size_t cap_detections, cap_answers;
    const th_emulator_live *live; /* or NULL, with the next three */
    const th_feed *feed;
    const char *out;
    size_t n_out;      /* bytes of that file so far */
    int measured;      /* the last line was there */
    const char *fault; /* or NULL */
    uint32_t fault_pc;
    th_err err;
} reader;

/* Ticks of the instruction clock as instructions. */
static int64_t instructions(const reader *r, int64_t ticks)
{
    return (ticks * r->board->clock_instr + r->board->clock_ticks / 2) / r->board->clock_ticks;
}

/* One more in a list; NULL: no memory. */
static th_detection *append(reader *r, th_detection **list, size_t *n, size_t *cap, const int64_t *v)
{
    if (*n == *cap) {
        const size_t more = *cap ? *cap * 2 : 64;
        th_detection *larger = realloc(*list, more * sizeof *larger);
        if (!larger) {
            r->err = TH_ENOMEM;
            return NULL;
        }
        *list = larger;
        *cap = more;
    }
    (*list)[*n] = (th_detection){(int32_t)v[0], (int32_t)v[1], (int32_t)v[2]};
    return &(*list)[(*n)++];
}

static void take_detection(reader *r, const int64_t *v)
{
    th_emulation *e = r->e;
    const th_detection *d = append(r, &e->detection, &e->n_detections, &r->cap_detections, v);
    if (d && r->on_detect) r->on_detect(r->ctx, d);
}

/* What has been added to the file of answers since the last time; fresh memory. */
static uint8_t *new_answers(reader *r, size_t *n)
{
    FILE *f = fopen(r->out, "rb");
    uint8_t *bytes = malloc(MOST_ANSWER);
    *n = f && bytes && !fseek(f, (long)r->n_out, SEEK_SET) ? fread(bytes, 1, MOST_ANSWER, f) : 0;
    if (f) (void)fclose(f);
    r->n_out += *n;
    return bytes;
}

static void take_run(reader *r, const int64_t *v)
{
    if (!r->live || !r->live->on_run) return;
    th_emulated_run run = {.time_ms = (int32_t)v[0],
                           .frame = instructions(r, v[1]),
                           .inference = instructions(r, v[2]),
                           .came = th_feed_came(r->feed)};
    uint8_t *bytes = new_answers(r, &run.n_out);
    run.out = bytes;
    r->live->on_run(r->live->ctx, &run);
    free(bytes);
}

static void take_led(reader *r, const int64_t *v)
{
    if (r->live && r->live->on_led) r->live->on_led(r->live->ctx, (int32_t)v[0]);
}

static void take_answer(reader *r, const int64_t *v)
{
    (void)append(r, &r->e->answer, &r->e->n_answers, &r->cap_answers, v);
}

/* Steps come in their order, before the number of inferences. */
static void take_step(reader *r, const int64_t *v)
{
    th_emulation *e = r->e;
    if (!e->step) e->step = calloc(MAX_STEPS, sizeof *e->step);
    if (!e->step) r->err = TH_ENOMEM;
    if (e->step && e->n_steps < MAX_STEPS) e->step[e->n_steps++] = v[0];
}

static void take_fault(reader *r, const int64_t *v)
{
    r->fault = v[0] ? "stack overflow" : "fault";
    r->fault_pc = (uint32_t)v[1];
}

/* Times, least, most, low and high word of the sum. */
static void take_cost(const reader *r, const int64_t *v, th_emulated_cost *cost)
{
    const int64_t sum = v[3] + ((int64_t)v[4] << 32);
    cost->n = v[0];
    cost->min = instructions(r, v[1]);
    cost->max = instructions(r, v[2]);
    cost->mean = v[0] ? (instructions(r, sum) + v[0] / 2) / v[0] : 0;
}

static void take_inference(reader *r, const int64_t *v)
{
    th_emulation *e = r->e;
    take_cost(r, v, &e->inference);
    for (size_t i = 0; i < e->n_steps; i++) e->step[i] = instructions(r, e->step[i]) / (v[0] ? v[0] : 1);
}

static void take_frame(reader *r, const int64_t *v)
{
    take_cost(r, v, &r->e->frame);
}

static void take_frame2(reader *r, const int64_t *v)
{
    take_cost(r, v, &r->e->frame2);
}

static void take_inference2(reader *r, const int64_t *v)
{
    take_cost(r, v, &r->e->inference2);
}

static void take_stack(reader *r, const int64_t *v)
{
    r->e->stack = (uint32_t)v[0];
    r->measured = 1;
}

/* What the firmware says: a word, and so many hexadecimal numbers (device/main.c). */
static const struct {
    const char *word;
    int n;
    void (*take)(reader *r, const int64_t *v);
} said[] = {{"detect", 3, take_detection},
            {"step", 1, take_step},
            {"frame", 5, take_frame},
            {"inference", 5, take_inference},
            {"answer", 3, take_answer},
            {"frame2", 5, take_frame2},
            {"inference2", 5, take_inference2},
            {"stack", 1, take_stack},
            {"fault", 3, take_fault},
            {"ran", 3, take_run},
            {"led", 1, take_led}};

static void take_line(void *ctx, const char *line)
{
    reader *r = ctx;
    int64_t v[5];
    const size_t word = strcspn(line, " ");
    if (r->live && r->live->on_line && strncmp(line, "ran ", 4) != 0) r->live->on_line(r->live->ctx, line);
    for (size_t k = 0; k < sizeof said / sizeof said[0]; k++) {
        if (strlen(said[k].word) != word || memcmp(line, said[k].word, word) != 0) continue;
        const char *at = line + word;
        int n = 0;
        while (n < said[k].n && *at == ' ') {
            char *end;
            v[n++] = (int64_t)strtoull(at, &end, 16);
            at = end;
        }
        if (n == said[k].n && !*at && !r->err) said[k].take(r, v);
    }
}

/* The function that an address lies in, or "?". */
static void function_at(const char *elf_path, uint32_t pc, char *name, size_t cap)
{
    uint8_t *bytes = NULL;
    size_t n;
    th_elf elf;
    th_text_fmt(name, cap, "?");
    if (th_file_read(elf_path, 0, &bytes, &n, NULL) == TH_OK && th_elf_open((th_span){bytes, n}, &elf, NULL) == TH_OK) {
        for (uint32_t i = 0; i < elf.n_symbols; i++) {
            const th_elf_symbol s = th_elf_symbol_at(&elf, i);
            if (s.is_function && pc >= s.address && pc - s.address < s.bytes) th_text_fmt(name, cap, "%s", s.name);
        }
    }
    free(bytes);
}

static th_err judge(const reader *r, const char *elf, int status, const char *tail, th_why *why)
{
    if (r->err) return th_why_set(why, r->err, "out of memory");
    if (r->fault) {
        char name[96];
        function_at(elf, r->fault_pc, name, sizeof name);
        return th_why_set(why, TH_EIO,
                          "the firmware stopped: %s in %s (pc 0x%08lx). This is a bug: please report it with the model",
                          r->fault, name, (unsigned long)r->fault_pc);
    }
    if (status == EXIT_ENDLESS) return th_why_set(why, TH_EENDLESS, "on the board %s", th_err_text(TH_EENDLESS));
    if (status || !r->measured) {
        char end[96];
        th_process_status_text(status, end, sizeof end);
        return th_why_set(why, TH_EIO, "the firmware ended early, %s%s%.*s", end, *tail ? ": " : "",
                          (int)strcspn(tail, "\n"), tail);
    }
    return TH_OK;
}

static void emulator_words(const th_board *board, const char *mode, bool count, char *config, size_t cap,
                           const char **argv)
{
    static const char *const quiet[] = {"-display", "none", "-monitor", "none",
                                        "-serial",  "none", "-chardev", "stdio,id=out,signal=off"};
    size_t n = 0;
    th_text_fmt(config, cap, "enable=on,target=native,chardev=out,arg=%s", mode);
    argv[n++] = board->emulator;
    for (const char *const *o = board->emulator_options; *o; o++) argv[n++] = *o;
    for (size_t i = 0; i < sizeof quiet / sizeof quiet[0]; i++) argv[n++] = quiet[i];
    argv[n++] = "-semihosting-config";
    argv[n++] = config;
    argv[n++] = "-kernel";
    argv[n++] = "firmware.elf";
    if (count) {
        argv[n++] = "-icount";
        argv[n++] = "shift=0";
    }
    argv[n] = NULL;
}

static th_err run_in(const char *dir, const th_board *board, const char *elf, char mode, bool count, int timeout_s,
                     reader *r, th_why *why)
{
    const char letters[3] = {mode, r->live ? 'l' : '\0', '\0'};
    char config[96], tail[1024] = "";
    const char *argv[32];
    int status;
    emulator_words(board, letters, count, config, sizeof config, argv);
    const th_process p = {.argv = argv, .cwd = dir, .on_line = take_line, .ctx = r, .timeout_s = timeout_s};
    TH_TRY(th_process_run(&p, &status, tail, sizeof tail, why));
    return judge(r, elf, status, tail, why);
}

/* Into the private folder, so that its path is the same whatever the caller gave. */
static th_err copy_file(const char *from, const char *to, th_why *why)
{
    uint8_t *bytes;
    size_t n;
    TH_TRY(th_file_read(from, 0, &bytes, &n, why));
    const th_err err = th_file_write(to, (th_span){bytes, n}, why);
    free(bytes);
    return err;
}

th_err th_emulator_run(const th_board *board, const char *elf, char mode, th_span feed, bool count, int timeout_s,
                       th_emulator_detect_fn *on_detect, void *ctx, th_emulation *e, th_why *why)
{
    const th_span feeds[2] = {feed, {NULL, 0}};
    return th_emulator_run_two(board, elf, mode, feeds, count, timeout_s, on_detect, ctx, e, why);
}

th_err th_emulator_run_two(const th_board *board, const char *elf, char mode, const th_span feed[2], bool count,
                           int timeout_s, th_emulator_detect_fn *on_detect, void *ctx, th_emulation *e, th_why *why)
{
    char dir[TH_PATH_BYTES], in[TH_PATH_BYTES], in2[TH_PATH_BYTES], out[TH_PATH_BYTES], image[TH_PATH_BYTES];
    reader r = {.board = board, .e = e, .on_detect = on_detect, .ctx = ctx};
    memset(e, 0, sizeof *e);
    TH_TRY(th_emulator_tools(board, why));
    TH_TRY(th_dir_temp(dir, why));
    th_err err = th_path_join(in, dir, "in", why);
    if (!err) err = th_path_join(in2, dir, "in2", why);
    if (!err) err = th_path_join(out, dir, "out", why);
    if (!err) err = th_path_join(image, dir, "firmware.elf", why);
    if (!err) err = copy_file(elf, image, why);
    if (!err) err = th_file_write(in, feed[0], why);
    if (!err && feed[1].n) err = th_file_write(in2, feed[1], why);
    if (!err) err = run_in(dir, board, elf, mode, count, timeout_s, &r, why);
    if (!err) err = th_file_read(out, 0, &e->out, &e->n_out, why);
    th_dir_remove(dir);
    return err;
}

th_err th_emulator_live_run(const th_board *board, const char *elf, char mode, const th_emulator_live *live,
                            th_emulation *e, th_why *why)
{
    char dir[TH_PATH_BYTES], in[TH_PATH_BYTES], out[TH_PATH_BYTES], image[TH_PATH_BYTES];
    th_feed *feed = NULL;
    th_span all;
    reader r = {.board = board, .e = e, .on_detect = live->on_detect, .ctx = live->ctx, .live = live, .out = out};
    memset(e, 0, sizeof *e);
    TH_TRY(th_emulator_tools(board, why));
    TH_TRY(th_dir_temp(dir, why));
    th_err err = th_path_join(in, dir, "in", why);
    if (!err) err = th_path_join(out, dir, "out", why);
    if (!err) err = th_path_join(image, dir, "firmware.elf", why);
    if (!err) err = copy_file(elf, image, why);
    if (!err) err = th_feed_start(&live->feed, in, &feed, why);
    r.feed = feed;
    if (!err) err = run_in(dir, board, elf, mode, true, 0, &r, why);
    if (feed) th_feed_stop(feed);
    if (!err) err = th_file_read(out, 0, &e->out, &e->n_out, why);
    if (!err && live->on_kept && th_feed_kept(feed, &all)) live->on_kept(live->ctx, all, e);
    th_feed_free(feed);
    th_dir_remove(dir);
    return th_interrupted() && err ? TH_EINTR : err;
}

void th_emulation_free(th_emulation *e)
{
    free(e->step);
    free(e->detection);
    free(e->answer);
    free(e->out);
    memset(e, 0, sizeof *e);
}
