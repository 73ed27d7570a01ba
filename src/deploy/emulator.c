/* QEMU with `-icount shift=0`: one instruction takes one nanosecond of the board's time, so its timer
 * counts instructions, and two runs give the same numbers.  Sound goes in and scores come out through
 * semihosting files in a private folder. */
#include "deploy/emulator.h"

#include "base/text.h"
#include "fmt/elf.h"
#include "os/file.h"
#include "os/process.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_ENDLESS = 4, MAX_STEPS = 4096 }; /* exit code as in device/board.h */

th_err th_emulator_tools(const th_board *board, th_why *why)
{
    if (th_program_exists(board->emulator)) return TH_OK;
    return th_why_set(why, TH_ETOOL, "%s is not installed. It is in the Debian package %s: ./run setup --device",
                      board->emulator, board->emulator);
}

typedef struct reader {
    th_emulation *e;
    th_emulator_detect_fn *on_detect;
    void *ctx;
    size_t cap_detections;
    int measured; /* the last line was there */
    char fault[64];
    uint32_t fault_pc;
    th_err err;
} reader;

static int64_t number(const json_t *o, const char *key)
{
    return (int64_t)json_integer_value(json_object_get(o, key));
}

static void take_detection(reader *r, const json_t *o)
{
    th_emulation *e = r->e;
    const th_detection d = {(int32_t)number(o, "time_ms"), (int32_t)number(o, "label"), (int32_t)number(o, "raw")};
    if (e->n_detections == r->cap_detections) {
        const size_t cap = r->cap_detections ? r->cap_detections * 2 : 64;
        th_detection *more = realloc(e->detection, cap * sizeof *more);
        if (!more) {
            r->err = TH_ENOMEM;
            return;
        }
        e->detection = more;
        r->cap_detections = cap;
    }
    e->detection[e->n_detections++] = d;
    if (r->on_detect) r->on_detect(r->ctx, &d);
}

static void take_step(reader *r, const json_t *o)
{
    const int64_t step = number(o, "step");
    if (step < 0 || step >= MAX_STEPS || r->err) return;
    if (!r->e->step) r->e->step = calloc(MAX_STEPS, sizeof *r->e->step);
    if (!r->e->step) {
        r->err = TH_ENOMEM;
        return;
    }
    r->e->step[step] = number(o, "instructions");
    if ((size_t)step >= r->e->n_steps) r->e->n_steps = (size_t)step + 1;
}

static void take_measurements(reader *r, const json_t *o)
{
    th_emulation *e = r->e;
    e->inferences = number(o, "inferences");
    e->inference_min = number(o, "inference_min");
    e->inference_mean = number(o, "inference_mean");
    e->inference_max = number(o, "inference_max");
    e->frames = number(o, "frames");
    e->frame_mean = number(o, "frame_mean");
    e->frame_max = number(o, "frame_max");
    e->stack = (uint32_t)number(o, "stack");
    r->measured = 1;
}

static void take_line(void *ctx, const char *line)
{
    reader *r = ctx;
    json_t *o = json_loads(line, 0, NULL);
    if (!o) return;
    if (json_object_get(o, "fault")) {
        th_text_fmt(r->fault, sizeof r->fault, "%s", json_string_value(json_object_get(o, "fault")));
        r->fault_pc = (uint32_t)number(o, "pc");
    } else if (json_object_get(o, "step")) {
        take_step(r, o);
    } else if (json_object_get(o, "time_ms")) {
        take_detection(r, o);
    } else if (json_object_get(o, "inferences")) {
        take_measurements(r, o);
    }
    json_decref(o);
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
    if (*r->fault) {
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

static th_err run_in(const char *dir, const th_board *board, const char *elf, const char *mode, bool count,
                     int timeout_s, reader *r, th_why *why)
{
    char semihosting[96], tail[1024] = "";
    int status;
    th_text_fmt(semihosting, sizeof semihosting,
                "enable=on,target=native,chardev=out,arg=thimble,arg=%s,arg=in,arg=out", mode);
    const char *const argv[] = {board->emulator,
                                "-M",
                                board->machine,
                                "-display",
                                "none",
                                "-monitor",
                                "none",
                                "-serial",
                                "none",
                                "-chardev",
                                "stdio,id=out,signal=off",
                                "-semihosting-config",
                                semihosting,
                                "-kernel",
                                "firmware.elf",
                                count ? "-icount" : NULL,
                                "shift=0",
                                NULL};
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

th_err th_emulator_run(const th_board *board, const char *elf, const char *mode, th_span feed, bool count,
                       int timeout_s, th_emulator_detect_fn *on_detect, void *ctx, th_emulation *e, th_why *why)
{
    char dir[TH_PATH_BYTES], in[TH_PATH_BYTES], out[TH_PATH_BYTES], image[TH_PATH_BYTES];
    reader r = {.e = e, .on_detect = on_detect, .ctx = ctx};
    memset(e, 0, sizeof *e);
    TH_TRY(th_emulator_tools(board, why));
    TH_TRY(th_dir_temp(dir, why));
    th_err err = th_path_join(in, dir, "in", why);
    if (!err) err = th_path_join(out, dir, "out", why);
    if (!err) err = th_path_join(image, dir, "firmware.elf", why);
    if (!err) err = copy_file(elf, image, why);
    if (!err) err = th_file_write(in, feed, why);
    if (!err) err = run_in(dir, board, elf, mode, count, timeout_s, &r, why);
    if (!err) err = th_file_read(out, 0, &e->out, &e->n_out, why);
    th_dir_remove(dir);
    return err;
}

void th_emulation_free(th_emulation *e)
{
    free(e->step);
    free(e->detection);
    free(e->out);
    memset(e, 0, sizeof *e);
}
