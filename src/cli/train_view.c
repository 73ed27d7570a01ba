/* The plot is made of braille characters: each holds 2 x 4 dots, numbered in Unicode
 *   1 4
 *   2 5
 *   3 6
 *   7 8    dot k is bit k-1 of U+2800 + bits. */
#include "cli/train_view.h"

#include "os/run.h"

#include <stdio.h>
#include <string.h>

#define ROWS     8
#define MAX_COLS 100

static const uint8_t dot_bit[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

/* Accuracy from 0 to 1 at column x of the plot, -1 for none yet. */
static double value_at(const th_train_view *v, int x, int width)
{
    int32_t i = width >= v->epochs ? x * v->epochs / width : (int32_t)((int64_t)(x + 1) * v->epochs / width) - 1;
    if (i >= v->n) return -1;
    return v->has_val ? v->done[i].val_accuracy : v->done[i].train_accuracy;
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
    if (t >= 3600) snprintf(buf, 32, "%d:%02d h", t / 3600, t / 60 % 60);
    else if (t >= 60) snprintf(buf, 32, "%d:%02d min", t / 60, t % 60);
    else snprintf(buf, 32, "%d s", t);
}

static void print_epoch(const th_train_view *v, const th_epoch_report *r)
{
    fprintf(stderr, "epoch %d/%d  train loss %.3f, %.1f %%", (int)r->epoch, (int)v->epochs, r->train_loss, 100 * r->train_accuracy);
    if (v->has_val) fprintf(stderr, "  validation loss %.3f, %.1f %%%s", r->val_loss, 100 * r->val_accuracy, r->best ? "  best" : "");
}

static void print_speed(const th_train_view *v, double part)
{
    char left[32];
    if (v->fresh == 0) return;
    const double per_epoch = v->fresh_s / v->fresh;
    print_time(left, per_epoch * ((double)(v->epochs - v->n) - part));
    fprintf(stderr, "  %.0f samples/s, %s left", v->n_train / per_epoch, left);
}

/* Draws over what stood there before. */
static void draw(th_train_view *v, double part)
{
    int cols = th_terminal_columns() - 9;
    cols = cols > MAX_COLS ? MAX_COLS : cols < 10 ? 10 : cols;
    if (v->lines) fprintf(stderr, "\x1b[%dA\r\x1b[J", v->lines);
    v->lines = 0;
    if (v->n) {
        fprintf(stderr, "accuracy on %s clips, epochs 1 to %d\n", v->has_val ? "validation" : "training", (int)v->epochs);
        v->lines++;
        draw_plot(v, cols);
        print_epoch(v, &v->done[v->n - 1]);
        fputs("\n", stderr);
        v->lines++;
    }
    fprintf(stderr, "epoch %d: %3.0f %%", (int)v->n + 1 > v->epochs ? (int)v->epochs : (int)v->n + 1, 100 * part);
    print_speed(v, part);
    fputs("\n", stderr);
    v->lines++;
    fflush(stderr);
    v->drawn_s = th_clock_s();
}

void th_train_view_epoch(th_train_view *v, const th_epoch_report *r)
{
    if (v->n < v->epochs) v->done[v->n++] = *r;
    if (!r->restored) {
        v->fresh++;
        v->fresh_s += r->seconds;
    }
    if (v->live) {
        if (th_clock_s() - v->drawn_s > 0.1 || v->n == v->epochs) draw(v, v->n == v->epochs);
        return;
    }
    if (r->restored) return;
    print_epoch(v, r);
    fprintf(stderr, "  %.0f samples/s\n", v->n_train / r->seconds);
}

void th_train_view_progress(th_train_view *v, int32_t epoch, double part)
{
    (void)epoch;
    if (v->live && th_clock_s() - v->drawn_s > 0.2) draw(v, part);
}
