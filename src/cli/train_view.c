/* The plot is made of braille characters: each holds 2 x 4 dots, numbered in Unicode
 *   1 4
 *   2 5
 *   3 6
 *   7 8    dot k is bit k-1 of U+2800 + bits. */
#include "cli/train_view.h"

#include "cli/cmd.h"
#include "cli/progress.h"
#include "cli/spark.h"
#include "os/run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS     8
#define MAX_COLS 100
#define TABLE    5 /* epochs in the table */

static const uint8_t dot_bit[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

/* Does the training count right answers (or measure distances)? */
static bool counts(const th_train_view *v)
{
    return v->n && !isnan(v->done[0].value[TH_TRAIN_ACCURACY]);
}

/* What the curve shows: accuracy, else the loss; of validation where there is one. */
static th_metric curve_of(const th_train_view *v)
{
    return counts(v) ? (v->has_val ? TH_VAL_ACCURACY : TH_TRAIN_ACCURACY) : v->has_val ? TH_VAL_LOSS : TH_TRAIN_LOSS;
}

/* The curve at column x of the plot, -1 for none yet. */
static double value_at(const th_train_view *v, int x, int width)
{
    int32_t i = width >= v->epochs ? x * v->epochs / width : (int32_t)((int64_t)(x + 1) * v->epochs / width) - 1;
    return i >= v->n ? -1 : v->done[i].value[curve_of(v)];
}

/* The upper end of the plot. */
static double top_of(const th_train_view *v)
{
    double top = 0;
    if (counts(v)) return 1;
    for (int32_t i = 0; i < v->n; i++) top = fmax(top, v->done[i].value[curve_of(v)]);
    return top > 0 ? top : 1;
}

static void draw_plot(th_train_view *v, int cols)
{
    static const uint8_t none[ROWS][MAX_COLS];
    uint8_t cell[ROWS][MAX_COLS];
    const double top = top_of(v);
    memcpy(cell, none, sizeof cell);
    for (int x = 0; x < 2 * cols; x++) {
        const double y = value_at(v, x, 2 * cols) / top;
        if (y < 0) break;
        int dot = (int)(y * (4 * ROWS - 1) + 0.5);
        dot = 4 * ROWS - 1 - (dot > 4 * ROWS - 1 ? 4 * ROWS - 1 : dot);
        cell[dot / 4][x / 2] |= dot_bit[dot % 4][x % 2];
    }
    for (int r = 0; r < ROWS; r++) {
        char left[16] = "";
        const double at = r == 0 ? top : r == ROWS - 1 ? 0 : top / 2;
        if (r == 0 || r == ROWS / 2 || r == ROWS - 1)
            snprintf(left, sizeof left, counts(v) ? "%.0f %%" : "%.3g", counts(v) ? 100 * at : at);
        fprintf(stderr, "%6s \xe2\x94\x82", left);
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

/* ", 97.5 %" or ", off by 0.012" */
static void print_score(const th_epoch_report *r, th_metric accuracy, th_metric mae, char buf[32])
{
    if (!isnan(r->value[accuracy]))
        snprintf(buf, 32, ", %.1f %%", 100 * r->value[accuracy]);
    else
        snprintf(buf, 32, ", off by %.4g", r->value[mae]);
}

static void format_epoch(const th_train_view *v, const th_epoch_report *r, char *buf, size_t cap)
{
    char score[32];
    print_score(r, TH_TRAIN_ACCURACY, TH_TRAIN_MAE, score);
    const size_t n = (size_t)snprintf(buf, cap, "epoch %d/%d  train loss %.3f%s", (int)r->epoch, (int)v->epochs,
                                      r->value[TH_TRAIN_LOSS], score);
    print_score(r, TH_VAL_ACCURACY, TH_VAL_MAE, score);
    if (v->has_val && n < cap)
        snprintf(buf + n, cap - n, "  validation loss %.3f%s%s", r->value[TH_VAL_LOSS], score, r->best ? "  best" : "");
}

/* A row of the table on a terminal; r NULL: its head. */
static void format_row(const th_train_view *v, const th_epoch_report *r, char *buf, size_t cap)
{
    const bool right = counts(v);
    size_t n;
    if (!r) {
        n = (size_t)snprintf(buf, cap, "  epoch   train loss %9s", right ? "right" : "off by");
        if (v->has_val && n < cap)
            n += (size_t)snprintf(buf + n, cap - n, "   val loss %9s", right ? "right" : "off by");
        if (n < cap) snprintf(buf + n, cap - n, "       rate");
        return;
    }
    char first[24], second[24];
    snprintf(first, sizeof first, right ? "%.1f %%" : "%.4g",
             right ? 100 * r->value[TH_TRAIN_ACCURACY] : r->value[TH_TRAIN_MAE]);
    snprintf(second, sizeof second, right ? "%.1f %%" : "%.4g",
             right ? 100 * r->value[TH_VAL_ACCURACY] : r->value[TH_VAL_MAE]);
    n = (size_t)snprintf(buf, cap, "%7d %12.4f %9s", (int)r->epoch, r->value[TH_TRAIN_LOSS], first);
    if (v->has_val && n < cap) n += (size_t)snprintf(buf + n, cap - n, " %10.4f %9s", r->value[TH_VAL_LOSS], second);
    if (n < cap) snprintf(buf + n, cap - n, " %10.3g%s", r->value[TH_LEARNING_RATE], r->best ? "  best" : "");
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
    int cols = th_terminal_columns() - 10;
    cols = cols > MAX_COLS ? MAX_COLS : cols;
    if (v->lines) fprintf(stderr, "\x1b[%dA\r\x1b[J", v->lines);
    v->lines = 0;
    if (v->n) {
        if (cols >= 10 && th_terminal_is_utf8()) {
            snprintf(line, sizeof line, "%s on %s clips, epochs 1 to %d", counts(v) ? "accuracy" : "loss",
                     v->has_val ? "validation" : "training", (int)v->epochs);
            put_line(v, line);
            draw_plot(v, cols);
        }
        format_row(v, NULL, line, sizeof line);
        put_line(v, line);
        for (int32_t i = v->n > TABLE ? v->n - TABLE : 0; i < v->n; i++) {
            format_row(v, &v->done[i], line, sizeof line);
            put_line(v, line);
        }
    }
    if (part >= 0) {
        format_progress(v, part, line, sizeof line);
        put_line(v, line);
    }
    fflush(stderr);
    v->drawn_s = th_clock_s();
}

/* Once, before the first epoch of a training that goes on. */
static void tell_resumed(th_train_view *v)
{
    const int32_t old = v->n - v->fresh;
    if (v->told) return;
    v->told = true;
    if (old > 0) fprintf(stderr, "going on after epoch %d of %d\n", (int)old, (int)v->epochs);
}

json_t *th_epoch_json(const th_epoch_report *r)
{
    json_t *row = json_pack("{si}", "epoch", (int)r->epoch);
    for (int m = 0; m < TH_N_METRICS; m++)
        if (isfinite(r->value[m])) json_object_set_new(row, th_metric_name((th_metric)m), json_real(r->value[m]));
    return row;
}

void th_train_view_epoch(th_train_view *v, const th_epoch_report *r)
{
    if (v->n < v->epochs) v->done[v->n++] = *r;
    if (r->restored) return;
    v->fresh++;
    tell_resumed(v);
    v->fresh_s += r->value[TH_SECONDS];
    if (th_progress_is_lines()) {
        th_progress_line("epoch", th_epoch_json(r));
        th_progress("train", (double)v->n / v->epochs);
        return;
    }
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
    tell_resumed(v);
    if (v->live && th_clock_s() - v->drawn_s > 0.2) draw(v, part);
    if (!v->live) th_progress("train", (v->n + part) / v->epochs);
}

void th_train_view_end(th_train_view *v)
{
    if (v->live && v->fresh) draw(v, -1);
}
