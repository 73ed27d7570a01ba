/* The plot is made of braille characters: each holds 2 x 4 dots, numbered in Unicode
 *   1 4
 *   2 5
 *   3 6
 *   7 8    dot k is bit k-1 of U+2800 + bits. */
#include "cli/train_view.h"

#include "cli/spark.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS     8
#define MAX_COLS 100

static const uint8_t dot_bit[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

/* Accuracy from 0 to 1 at column x of the plot, -1 for none yet. */
static double value_at(const th_train_view *v, int x, int width)
{
    int32_t i = width >= v->epochs ? x * v->epochs / width : (int32_t)((int64_t)(x + 1) * v->epochs / width) - 1;
    if (i >= v->n) return -1;
    return v->has_val ? v->done[i].value[TH_VAL_ACCURACY] : v->done[i].value[TH_TRAIN_ACCURACY];
}

static void draw_plot(th_train_view *v, int cols)
{
    static uint8_t none[ROWS][MAX_COLS];
    uint8_t cell[ROWS][MAX_COLS];
    memcpy(cell, none, sizeof cell);
    for (int x = 0; x < 2 * cols; x++) {
        const double y = value_at(v, x, 2 * cols);
        if (y < 0) break;
        int dot = (int)(y * (4 * ROWS - 1) + 0.5);
        dot = 4 * ROWS - 1 - (dot < 0 ? 0 : dot > 4 * ROWS - 1 ? 4 * ROWS - 1 : dot);
        cell[dot / 4][x / 2] |= dot_bit[dot % 4][x % 2];
    }
    for (int r = 0; r < ROWS; r++) {
        static const char *const left[ROWS] = {"100 %", "", "", "", " 50 %", "", "", "  0 %"};
        fprintf(stderr, "%5s \xe2\x94\x82", left[r]);
        for (int c = 0; c < cols; c++) fprintf(stderr, "\xe2%c%c", 0xa0 | cell[r][c] >> 6, 0x80 | (cell[r][c] & 63));
        fputs("\n", stderr);
    }
    v->lines += ROWS;
}

static void print_time(char buf[32], double s)
{
    const int t = (int)(s + 0.5);
    if (t >= 3600)
        snprintf(buf, 32, "%d:%02d h", t / 3600, t / 60 % 60);
    else if (t >= 60)
        snprintf(buf, 32, "%d:%02d min", t / 60, t % 60);
    else
        snprintf(buf, 32, "%d s", t);
}

static size_t format_epoch(const th_train_view *v, const th_epoch_report *r, char *buf, size_t cap)
{
    size_t n = (size_t)snprintf(buf, cap, "epoch %d/%d  train loss %.3f, %.1f %%", (int)r->epoch, (int)v->epochs,
                                r->value[TH_TRAIN_LOSS], 100 * r->value[TH_TRAIN_ACCURACY]);
    if (v->has_val && n < cap)
        n += (size_t)snprintf(buf + n, cap - n, "  validation loss %.3f, %.1f %%%s", r->value[TH_VAL_LOSS],
                              100 * r->value[TH_VAL_ACCURACY], r->best ? "  best" : "");
    return n;
}

static void format_progress(const th_train_view *v, double part, char *buf, size_t cap)
{
    char left[32];
    const int n = snprintf(buf, cap, "epoch %d: %3.0f %%", (int)v->n + 1, 100 * part);
    if (v->fresh == 0 || n < 0) return;
    const double per_epoch = v->fresh_s / v->fresh;
    print_time(left, per_epoch * ((double)(v->epochs - v->n) - part));
    snprintf(buf + n, cap - (size_t)n, "  %.0f samples/s, %s left", v->n_train / per_epoch, left);
}

/* One line, cut where the terminal ends: a wrapped one would be drawn over at the wrong place. */
static void put_line(th_train_view *v, const char *text)
{
    fprintf(stderr, "%.*s\n", th_terminal_columns() - 1, text);
    v->lines++;
}

/* Draws over what stood there before; part < 0: training has ended. */
static void draw(th_train_view *v, double part)
{
    char line[256];
    int cols = th_terminal_columns() - 9;
    cols = cols > MAX_COLS ? MAX_COLS : cols;
    if (v->lines) fprintf(stderr, "\x1b[%dA\r\x1b[J", v->lines);
    v->lines = 0;
    if (v->n) {
        if (cols >= 10 && th_terminal_is_utf8()) {
            snprintf(line, sizeof line, "accuracy on %s clips, epochs 1 to %d", v->has_val ? "validation" : "training",
                     (int)v->epochs);
            put_line(v, line);
            draw_plot(v, cols);
        }
        format_epoch(v, &v->done[v->n - 1], line, sizeof line);
        put_line(v, line);
    }
    if (part >= 0) {
        format_progress(v, part, line, sizeof line);
        put_line(v, line);
    }
    fflush(stderr);
    v->drawn_s = th_clock_s();
}

void th_train_view_epoch(th_train_view *v, const th_epoch_report *r)
{
    if (v->n < v->epochs) v->done[v->n++] = *r;
    if (r->restored) return;
    v->fresh++;
    v->fresh_s += r->value[TH_SECONDS];
    if (v->live) {
        if (v->n < v->epochs && th_clock_s() - v->drawn_s > 0.1) draw(v, 0);
        return;
    }
    char line[256];
    format_epoch(v, r, line, sizeof line);
    fprintf(stderr, "%s  %.0f samples/s\n", line, v->n_train / r->value[TH_SECONDS]);
}

void th_train_view_progress(th_train_view *v, int32_t epoch, double part)
{
    (void)epoch;
    if (v->live && th_clock_s() - v->drawn_s > 0.2) draw(v, part);
}

void th_train_view_end(th_train_view *v)
{
    if (v->live) draw(v, -1);
}
