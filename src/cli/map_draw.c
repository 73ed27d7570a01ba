#include "cli/map_draw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

th_err th_map_labels_make(const th_dataset *set, const th_map *map, th_map_labels *l, th_why *why)
{
    const size_t n = (size_t)map->n;
    *l = (th_map_labels){.label = calloc(n + 1, sizeof *l->label),
                         .count = calloc(n + 1, sizeof *l->count),
                         .of = calloc(n + 1, sizeof *l->of)};
    if (!l->label || !l->count || !l->of) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (int32_t i = 0; i < map->n; i++) {
        const char *label = set->samples[map->sample[i]].label;
        int32_t k = 0;
        while (k < l->n && strcmp(l->label[k], label) != 0) k++;
        if (k == l->n) l->label[l->n++] = label;
        l->count[l->of[i] = k]++;
    }
    return TH_OK;
}

void th_map_labels_free(th_map_labels *l)
{
    free(l->label);
    free(l->count);
    free(l->of);
    *l = (th_map_labels){0};
}

/* ---- letters ----------------------------------------------------------------------------------- */

#define ROWS 24

static char letter_of(int32_t label)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    return letters[(size_t)label % (sizeof letters - 1)];
}

/* Place of a coordinate from -1 to 1 among n. */
static int place(float x, int n)
{
    const int at = (int)((x + 1) / 2 * (float)n);
    return at < 0 ? 0 : at < n ? at : n - 1;
}

/* The label that most points of a place have; -1: none are there. */
static int32_t most_of(const th_map *map, const th_map_labels *l, int row, int column, int columns, size_t *count)
{
    int32_t best = -1;
    memset(count, 0, (size_t)l->n * sizeof *count);
    for (int32_t i = 0; i < map->n; i++)
        if (place(-map->xy[2 * i + 1], ROWS) == row && place(map->xy[2 * i], columns) == column) {
            const int32_t k = l->of[i];
            count[k]++;
            if (best < 0 || count[k] > count[best]) best = k;
        }
    return best;
}

void th_map_print(const th_map *map, const th_map_labels *l, int columns)
{
    size_t *count = malloc(((size_t)l->n + 1) * sizeof *count);
    if (columns > 100) columns = 100;
    for (int row = 0; row < ROWS && count; row++) {
        char line[101];
        for (int c = 0; c < columns; c++) {
            const int32_t k = most_of(map, l, row, c, columns, count);
            line[c] = k < 0 ? ' ' : letter_of(k);
        }
        int end = columns;
        while (end > 0 && line[end - 1] == ' ') end--;
        printf("%.*s\n", end, line);
    }
    puts("");
    for (int32_t k = 0; k < l->n; k++) printf("  %c  %s (%zu)\n", letter_of(k), l->label[k], l->count[k]);
    free(count);
}

/* ---- SVG --------------------------------------------------------------------------------------- */

#define SIDE   800
#define MARGIN 24
#define LINE   24

/* Colours that people who see few colours can tell apart too (Okabe, Ito 2008), and a shape for each: with 8 and 7 of
 * them 56 labels look different. */
static const char *const colours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                      "#56b4e9", "#e69f00", "#000000", "#8a6d3b"};
static const char *const shapes[] = {
    "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
    "M-4-4h8v8h-8z",
    "M0-5l5 9h-10z",
    "M0-5l5 5-5 5-5-5z",
    "M0 5l5-9h-10z",
    "M-5-1.6h3.4v-3.4h3.2v3.4h3.4v3.2h-3.4v3.4h-3.2v-3.4h-3.4z",
    "M-5-3l2-2 3 3 3-3 2 2-3 3 3 3-2 2-3-3-3 3-2-2 3-3z",
};
#define N_COLOURS (sizeof colours / sizeof *colours)
#define N_SHAPES  (sizeof shapes / sizeof *shapes)

static void mark(th_html *h, int32_t label, double x, double y)
{
    th_html_fmt(h, "<path fill=\"%s\" transform=\"translate(%.1f %.1f)\" d=\"%s\">", colours[(size_t)label % N_COLOURS],
                x, y, shapes[(size_t)label % N_SHAPES]);
}

void th_map_svg(const th_dataset *set, const th_map *map, const th_map_labels *l, const char *title, th_html *h)
{
    const int wide = SIDE + 2 * MARGIN, high = wide + LINE * (l->n + 1);
    th_html_fmt(h,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
                "font-family=\"sans-serif\" font-size=\"16\"><title>",
                wide, high, wide, high);
    th_html_text(h, title);
    th_html_fmt(h, "</title><rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", wide, high);
    for (int32_t i = 0; i < map->n; i++) {
        const th_sample *s = &set->samples[map->sample[i]];
        mark(h, l->of[i], MARGIN + (double)(map->xy[2 * i] + 1) / 2 * SIDE,
             MARGIN + (double)(1 - map->xy[2 * i + 1]) / 2 * SIDE);
        th_html_put(h, "<title>");
        th_html_text(h, s->label);
        th_html_put(h, ": ");
        th_html_text(h, th_sample_shown(s));
        th_html_put(h, "</title></path>\n");
    }
    for (int32_t k = 0; k < l->n; k++) {
        const int y = wide + LINE * k;
        mark(h, k, MARGIN, y - 5);
        th_html_fmt(h, "</path><text x=\"%d\" y=\"%d\">", MARGIN + 14, y);
        th_html_text(h, l->label[k]);
        th_html_fmt(h, " (%zu)</text>\n", l->count[k]);
    }
    th_html_put(h, "</svg>\n");
}
