#include "course/plain.h"

#include "course/formula.h"
#include "course/markdown.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_DEEP 12 /* lists in lists */

typedef struct writer {
    th_html *out;
    th_plain_kind kind;
    int width;
    th_html line; /* the paragraph that is read */
    th_html tex, address;
    size_t link_at; /* of the line: where a link's words begin */
    bool in_tex, skipped, code;
    int number[MOST_DEEP]; /* of an ordered list's next item; -1: dots */
    int depth;             /* of lists */
    int quotes;
    char bullet[16]; /* of the item whose first line comes now */
    int cells;       /* of the row so far */
} writer;

/* ---- lines ---------------------------------------------------------------------------------------------------------
 */

/* Characters of UTF-8, which are columns for the languages here. */
static int columns(const char *s, size_t n)
{
    int c = 0;
    for (size_t i = 0; i < n; i++) c += ((unsigned char)s[i] & 0xc0) != 0x80;
    return c;
}

/* What stands before a line: quotes, room of the lists, and the bullet. */
static int put_margin(writer *w)
{
    const int room = 4 * w->depth + 2 * w->quotes;
    const int bullet = columns(w->bullet, strlen(w->bullet));
    for (int i = 0; i < w->quotes; i++) th_html_put(w->out, "| ");
    for (int i = 2 * w->quotes; i < room - bullet; i++) th_html_put(w->out, " ");
    th_html_put(w->out, w->bullet);
    w->bullet[0] = 0;
    return room;
}

/* The words of the line, wrapped. */
static void wrap(writer *w)
{
    int at = -1; /* column; -1: of no line yet */
    for (const char *c = w->line.text; *c;) {
        c += strspn(c, " \n\t");
        const size_t n = strcspn(c, " \n\t");
        const int wide = columns(c, n);
        if (!n) break;
        if (at < 0 || at + 1 + wide > w->width) {
            if (at >= 0) th_html_put(w->out, "\n");
            at = put_margin(w);
        } else {
            th_html_put(w->out, " ");
            at++;
        }
        th_html_bytes(w->out, c, n);
        at += wide;
        c += n;
    }
    if (at >= 0) th_html_put(w->out, "\n");
}

/* As one line. */
static void put_one_line(writer *w)
{
    bool space = false;
    const size_t before = w->out->n;
    for (const char *c = w->line.text; *c; c++) {
        const bool blank = strchr(" \n\t", *c) != NULL;
        if (!blank && space && w->out->n > before) th_html_put(w->out, " ");
        if (!blank) th_html_bytes(w->out, c, 1);
        space = blank;
    }
    if (w->out->n > before) th_html_put(w->out, "\n");
}

static void put_code(writer *w)
{
    for (const char *c = w->line.text; *c;) {
        const size_t n = strcspn(c, "\n");
        put_margin(w);
        th_html_put(w->out, "    ");
        th_html_bytes(w->out, c, n);
        th_html_put(w->out, "\n");
        c += n + (c[n] == '\n');
    }
}

/* Ends the paragraph that was read. */
static void flush(writer *w)
{
    if (w->line.failed || !w->line.n) return;
    if (!w->skipped && w->kind != TH_PLAIN_TERMINAL)
        put_one_line(w);
    else if (!w->skipped && w->code)
        put_code(w);
    else if (!w->skipped)
        wrap(w);
    w->line.n = 0;
    w->line.text[0] = 0;
}

/* An empty line between two blocks in a terminal. */
static void gap(writer *w)
{
    if (w->kind == TH_PLAIN_TERMINAL && w->depth == 0) th_html_put(w->out, "\n");
}

/* ---- blocks --------------------------------------------------------------------------------------------------------
 */

static void begin_item(writer *w)
{
    flush(w);
    if (w->depth > MOST_DEEP || !w->depth) return;
    int *n = &w->number[w->depth - 1];
    if (*n < 0)
        snprintf(w->bullet, sizeof w->bullet, "- ");
    else
        snprintf(w->bullet, sizeof w->bullet, "%d. ", (*n)++ % 1000000);
}

static void begin_list(writer *w, int number)
{
    flush(w);
    if (w->depth++ < MOST_DEEP) w->number[w->depth - 1] = number;
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
    writer *w = ctx;
    if (type == MD_BLOCK_UL) begin_list(w, -1);
    if (type == MD_BLOCK_OL) begin_list(w, (int)(((MD_BLOCK_OL_DETAIL *)detail)->start % 1000000));
    if (type == MD_BLOCK_LI) begin_item(w);
    if (type == MD_BLOCK_QUOTE) w->quotes++;
    if (type == MD_BLOCK_P || type == MD_BLOCK_H || type == MD_BLOCK_CODE) flush(w);
    if (type == MD_BLOCK_CODE) w->code = true;
    if (type == MD_BLOCK_TR) w->cells = 0;
    if ((type == MD_BLOCK_TD || type == MD_BLOCK_TH) && w->cells++) th_html_put(&w->line, " | ");
    if (type == MD_BLOCK_H || type == MD_BLOCK_CODE || type == MD_BLOCK_TABLE) w->skipped = w->kind == TH_PLAIN_PROSE;
    return w->out->failed || w->line.failed;
}

/* A line under a heading: "=" and "-" for the first two levels. */
static void underline(writer *w, unsigned level, int wide)
{
    for (int i = 0; i < wide && i < w->width; i++) th_html_put(w->out, level < 2 ? "=" : "-");
    th_html_put(w->out, "\n");
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
    writer *w = ctx;
    const int wide = w->line.n ? columns(w->line.text, w->line.n) : 0;
    const bool table_row = type == MD_BLOCK_TR;
    if (type == MD_BLOCK_P || type == MD_BLOCK_H || type == MD_BLOCK_CODE || type == MD_BLOCK_LI || table_row) flush(w);
    if (type == MD_BLOCK_H && w->kind == TH_PLAIN_TERMINAL) underline(w, ((MD_BLOCK_H_DETAIL *)detail)->level, wide);
    if (type == MD_BLOCK_UL || type == MD_BLOCK_OL) w->depth--;
    if (type == MD_BLOCK_QUOTE) w->quotes--;
    if (type == MD_BLOCK_CODE) w->code = false;
    if (type == MD_BLOCK_H || type == MD_BLOCK_CODE || type == MD_BLOCK_TABLE) w->skipped = false;
    if (type == MD_BLOCK_P || type == MD_BLOCK_H || type == MD_BLOCK_CODE || type == MD_BLOCK_UL ||
        type == MD_BLOCK_OL || type == MD_BLOCK_TABLE)
        gap(w);
    return w->out->failed || w->line.failed;
}

/* ---- spans ---------------------------------------------------------------------------------------------------------
 */

static void open_link(writer *w, const MD_ATTRIBUTE *href)
{
    w->address.n = 0;
    th_html_bytes(&w->address, href->text ? href->text : "", href->size);
    w->link_at = w->line.n;
}

/* Where a link to the outside leads, unless its words say so. */
static void close_link(writer *w)
{
    const th_html *a = &w->address;
    if (w->kind != TH_PLAIN_TERMINAL || a->failed || strncmp(a->text, "http", 4) != 0) return;
    if (w->line.n - w->link_at == a->n && memcmp(w->line.text + w->link_at, a->text, a->n) == 0) return;
    th_html_put(&w->line, " (");
    th_html_put(&w->line, a->text);
    th_html_put(&w->line, ")");
}

static int enter_span(MD_SPANTYPE type, void *detail, void *ctx)
{
    writer *w = ctx;
    if (type == MD_SPAN_LATEXMATH || type == MD_SPAN_LATEXMATH_DISPLAY) {
        w->in_tex = true;
        w->tex.n = 0;
        th_html_bytes(&w->tex, "", 0);
    }
    if (type == MD_SPAN_A) open_link(w, &((MD_SPAN_A_DETAIL *)detail)->href);
    if (type == MD_SPAN_IMG && w->kind == TH_PLAIN_TERMINAL) th_html_put(&w->line, "[Picture: ");
    return w->line.failed || w->tex.failed || w->address.failed;
}

static int put_formula(writer *w)
{
    char *text = NULL;
    const th_err err = th_formula_text((th_span){(const uint8_t *)w->tex.text, w->tex.n}, &text, NULL);
    w->in_tex = false;
    if (w->kind == TH_PLAIN_PROSE)
        th_html_put(&w->line, "x");
    else
        th_html_put(&w->line, err ? w->tex.text : text);
    free(text);
    return err == TH_ENOMEM || w->line.failed;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *ctx)
{
    writer *w = ctx;
    (void)detail;
    if (type == MD_SPAN_LATEXMATH || type == MD_SPAN_LATEXMATH_DISPLAY) return put_formula(w);
    if (type == MD_SPAN_A) close_link(w);
    if (type == MD_SPAN_IMG && w->kind == TH_PLAIN_TERMINAL) th_html_put(&w->line, "]");
    return w->line.failed;
}

static int put_any(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE n, void *ctx)
{
    writer *w = ctx;
    const char *entity = type == MD_TEXT_ENTITY ? th_markdown_entity(text, n) : NULL;
    if (w->in_tex)
        th_html_bytes(&w->tex, text, n);
    else if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR)
        th_html_put(&w->line, " ");
    else if (entity)
        th_html_put(&w->line, entity);
    else if (type != MD_TEXT_NULLCHAR)
        th_html_bytes(&w->line, text, n);
    return w->line.failed || w->tex.failed;
}

th_err th_plain_put(th_html *out, th_span markdown, th_plain_kind kind, int width, th_why *why)
{
    const MD_PARSER parser = {
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = enter_span,
        .leave_span = leave_span,
        .text = put_any,
    };
    writer w = {.out = out, .kind = kind, .width = width};
    th_html_bytes(out, "", 0);
    th_html_bytes(&w.line, "", 0);
    const int failed = th_markdown_parse(markdown, parser, &w);
    if (!failed) flush(&w);
    th_html_free(&w.line);
    th_html_free(&w.tex);
    th_html_free(&w.address);
    return failed || out->failed ? th_why_set(why, TH_ENOMEM, "out of memory for a page") : TH_OK;
}
