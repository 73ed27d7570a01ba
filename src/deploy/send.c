#include "deploy/send.h"

#include "base/text.h"
#include "nn/loader.h"
#include "nn/package_format.h"
#include "os/run.h"

#include <stdlib.h>
#include <string.h>

enum { TRIES = 6, ANSWER_MS = 1500, RUN_MS = 60000 };

struct th_sender {
    th_line *line;
    th_frame_reader reader;
    uint8_t number; /* of the last command */
    uint8_t answer[TH_FRAME_MOST];
    uint16_t n;
};

/* Waits for the answer to the last command; *there false: it did not come. */
static th_err wait_answer(th_sender *s, uint8_t kind, int timeout_ms, bool *there, th_why *why)
{
    const double until = th_clock_s() + timeout_ms / 1000.0;
    *there = false;
    for (;;) {
        uint8_t bytes[256];
        size_t n;
        const double left = until - th_clock_s();
        if (left <= 0) return TH_OK;
        TH_TRY(th_line_read(s->line, bytes, sizeof bytes, (int)(left * 1000.0) + 1, &n, why));
        for (size_t i = 0; i < n; i++) {
            th_frame f;
            if (!th_frame_take(&s->reader, bytes[i], &f)) continue;
            if (f.kind != (kind | TH_LOADER_ANSWER) || f.number != s->number || !f.n) continue; /* an old one */
            memcpy(s->answer, f.payload, f.n);
            s->n = f.n;
            *there = true;
            return TH_OK;
        }
    }
}

/* A command, said again until it is answered.  What a damaged length may wait for is made up with zeros. */
static th_err command(th_sender *s, uint8_t kind, const uint8_t *payload, size_t n, th_why *why)
{
    static const uint8_t zeros[TH_FRAME_MOST + TH_FRAME_EXTRA];
    uint8_t bytes[TH_FRAME_MOST + TH_FRAME_EXTRA];
    const bool long_one = kind == TH_LOADER_INVOKE || kind == TH_LOADER_SENSOR;
    const th_frame f = {kind, ++s->number, payload, (uint16_t)n};
    const size_t length = th_frame_write(&f, bytes);
    for (int i = 0; i < TRIES; i++) {
        bool there;
        if (i) TH_TRY(th_line_write(s->line, (th_span){zeros, sizeof zeros}, why));
        TH_TRY(th_line_write(s->line, (th_span){bytes, length}, why));
        TH_TRY(wait_answer(s, kind, long_one && i == 0 ? RUN_MS : ANSWER_MS, &there, why));
        if (!there) continue;
        if (!s->answer[0]) return TH_OK;
        const th_err err = (th_err)-s->answer[0];
        return th_why_set(why, err, "the board says: %s%s%.*s", th_err_text(err), s->n > 1 ? ": " : "", s->n - 1,
                          (const char *)s->answer + 1);
    }
    return th_why_set(why, TH_EIO,
                      "nobody answers. Does the board run the firmware that takes models (thimble deploy "
                      "--as firmware --generic), and is this its port?");
}

th_err th_sender_open(const char *port, th_sender **sender, th_sender_board *board, th_why *why)
{
    th_sender *s = calloc(1, sizeof *s);
    if (!s) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = th_line_open(port, &s->line, why);
    /* The numbers go on from anywhere, so that an answer to somebody before is none to us. */
    s->number = (uint8_t)((uint64_t)(th_clock_s() * 1e6) & 255u);
    if (!err) err = command(s, TH_LOADER_HELLO, NULL, 0, why);
    if (!err && (s->n != 29 || th_frame_get(s->answer + 1, 2) != TH_LOADER_PROTOCOL))
        err = th_why_set(why, TH_EIO,
                         "%s: the board's firmware speaks another version of the protocol: write a new one "
                         "to it (thimble deploy --as firmware --generic)",
                         port);
    if (err) {
        th_sender_close(s);
        return err;
    }
    board->memory = th_frame_get(s->answer + 5, 4);
    board->crc = th_frame_get(s->answer + 9, 4);
    th_text_fmt(board->isa, sizeof board->isa, "%.16s", (const char *)s->answer + 13);
    *sender = s;
    return TH_OK;
}

void th_sender_close(th_sender *s)
{
    if (!s) return;
    th_line_close(s->line);
    free(s);
}

th_err th_sender_package(th_sender *s, th_span run_part, size_t needs, uint32_t *memory, th_why *why)
{
    uint8_t head[12], part[8 + TH_LOADER_DATA];
    if (run_part.n < TH_THM_HEADER) return th_why_set(why, TH_ETRUNC, "shorter than a package's header");
    const uint32_t crc = th_frame_get(run_part.p + TH_THM_AT_CRC, 4);
    th_frame_put(head, 4, (uint32_t)run_part.n);
    th_frame_put(head + 4, 4, crc);
    th_frame_put(head + 8, 4, (uint32_t)needs);
    TH_TRY(command(s, TH_LOADER_BEGIN, head, sizeof head, why));
    for (size_t at = 0; at < run_part.n;) {
        const size_t n = run_part.n - at < TH_LOADER_DATA ? run_part.n - at : TH_LOADER_DATA;
        th_frame_put(part, 4, crc);
        th_frame_put(part + 4, 4, (uint32_t)at);
        memcpy(part + 8, run_part.p + at, n);
        TH_TRY(command(s, TH_LOADER_BYTES, part, 8 + n, why));
        at += n;
    }
    TH_TRY(command(s, TH_LOADER_END, NULL, 0, why));
    *memory = th_frame_get(s->answer + 1, 4);
    return TH_OK;
}

static th_err put_input(th_sender *s, int32_t index, const uint8_t *from, uint32_t bytes, th_why *why)
{
    uint8_t part[6 + TH_LOADER_DATA];
    for (uint32_t at = 0; at < bytes;) {
        const uint32_t n = bytes - at < TH_LOADER_DATA ? bytes - at : TH_LOADER_DATA;
        th_frame_put(part, 2, (uint32_t)index);
        th_frame_put(part + 2, 4, at);
        memcpy(part + 6, from + at, n);
        TH_TRY(command(s, TH_LOADER_INPUT, part, 6 + n, why));
        at += n;
    }
    return TH_OK;
}

static th_err get_output(th_sender *s, int32_t index, uint8_t *to, uint32_t bytes, th_why *why)
{
    uint8_t part[8];
    for (uint32_t at = 0; at < bytes;) {
        const uint32_t n = bytes - at < TH_LOADER_DATA ? bytes - at : TH_LOADER_DATA;
        th_frame_put(part, 2, (uint32_t)index);
        th_frame_put(part + 2, 4, at);
        th_frame_put(part + 6, 2, n);
        TH_TRY(command(s, TH_LOADER_OUTPUT, part, sizeof part, why));
        if (s->n != n + 1) return th_why_set(why, TH_EIO, "the board's answer has the wrong length");
        memcpy(to + at, s->answer + 1, n);
        at += n;
    }
    return TH_OK;
}

th_err th_sender_run(th_sender *s, const th_sender_sizes *sizes, const uint8_t *from, uint8_t *to, th_why *why)
{
    for (int32_t i = 0; i < sizes->n_in && from; from += sizes->in[i++])
        TH_TRY(put_input(s, i, from, sizes->in[i], why));
    TH_TRY(command(s, from ? TH_LOADER_INVOKE : TH_LOADER_SENSOR, NULL, 0, why));
    for (int32_t i = 0; i < sizes->n_out; to += sizes->out[i++]) TH_TRY(get_output(s, i, to, sizes->out[i], why));
    return TH_OK;
}
