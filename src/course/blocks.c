#include "course/blocks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {
    [TH_PASSAGE_HTML] = "html",   [TH_PASSAGE_EXPLORE] = "explore", [TH_PASSAGE_ASK] = "ask",
    [TH_PASSAGE_STORY] = "story", [TH_PASSAGE_TRY] = "try",         [TH_PASSAGE_CARE] = "care",
};

const char *th_passage_kind_name(th_passage_kind kind)
{
    return kind_names[kind];
}

/* What reading goes along with. */
typedef struct reader {
    th_span text;
    size_t at; /* of the next line */
    int line;  /* its number */
    const char *file;
    char of[TH_COURSE_KEY_BYTES]; /* of the comment above */
    th_passages *out;
    th_why *why;
} reader;

static bool next_line(reader *r, th_span *line)
{
    if (!th_text_line(r->text, &r->at, line)) return false;
    r->line++;
    return true;
}

/* What next_line would give. */
static bool peek(const reader *r, th_span *line)
{
    size_t at = r->at;
    return th_text_line(r->text, &at, line);
}

static th_span upto(const reader *r, const uint8_t *from)
{
    return (th_span){from, (size_t)(r->text.p + r->at - from)};
}

static th_err put(reader *r, th_passage b)
{
    th_passages *out = r->out;
    if ((out->n & (out->n - 1)) == 0) { /* full at each power of two */
        th_passage *more = realloc(out->block, (out->n ? 2 * out->n : 1) * sizeof *more);
        if (!more) return th_why_set(r->why, TH_ENOMEM, "out of memory for %s", r->file);
        out->block = more;
    }
    b.text = th_text_trim(b.text);
    th_text_key(b.text, b.key);
    memcpy(b.of, r->of, sizeof b.of);
    r->of[0] = 0;
    out->block[out->n++] = b;
    return TH_OK;
}

/* "<!-- of 5f3a91c2 -->" */
static void note_key(reader *r, th_span line)
{
    const th_span inner = th_text_trim((th_span){line.p + 4, line.n - 4});
    const size_t n = TH_COURSE_KEY_BYTES - 1;
    if (!th_text_begins(inner, "of ") || inner.n < 3 + n || !th_is_key((const char *)inner.p + 3, n)) return;
    const th_span rest = th_text_trim((th_span){inner.p + 3 + n, inner.n - 3 - n});
    if (rest.n != 3 || memcmp(rest.p, "-->", 3) != 0) return;
    memcpy(r->of, inner.p + 3, n);
    r->of[n] = 0;
}

static bool ends_comment(th_span line)
{
    line = th_text_trim(line);
    return line.n >= 3 && memcmp(line.p + line.n - 3, "-->", 3) == 0;
}

/* Its first line was read. */
static th_err skip_comment(reader *r, th_span line)
{
    const int from = r->line - 1;
    if (ends_comment(line)) {
        note_key(r, th_text_trim(line));
        return TH_OK;
    }
    while (next_line(r, &line))
        if (ends_comment(line)) return TH_OK;
    return th_why_set(r->why, TH_EFORMAT, "%s:%d: this comment has no end: a line that ends with -->", r->file, from);
}

/* The kind of a line ":::story ..", and the words behind it. */
static bool opener(th_span line, th_passage *b)
{
    size_t n = 3;
    while (n < line.n && line.p[n] >= 'a' && line.p[n] <= 'z') n++;
    b->words = th_text_trim((th_span){line.p + n, line.n - n});
    for (size_t i = TH_PASSAGE_EXPLORE; i < sizeof kind_names / sizeof *kind_names; i++)
        if (strlen(kind_names[i]) == n - 3 && memcmp(kind_names[i], line.p + 3, n - 3) == 0) {
            b->kind = (th_passage_kind)i;
            return true;
        }
    return false;
}

static th_err read_box(reader *r, th_span line)
{
    const uint8_t *from = line.p;
    th_passage b = {.line = r->line - 1, .body_line = r->line};
    if (!opener(th_text_trim(line), &b))
        return th_why_set(r->why, TH_EFORMAT,
                          "%s:%d: \"%.*s\" is no block: explore, ask, story, try, care (or a \":::\" too many)",
                          r->file, b.line, line.n > 40 ? 40 : (int)line.n, (const char *)line.p);
    const uint8_t *body = r->text.p + r->at;
    while (next_line(r, &line)) {
        const th_span bare = th_text_trim(line);
        if (bare.n != 3 || memcmp(bare.p, ":::", 3) != 0) continue;
        b.body = (th_span){body, (size_t)(line.p - body)};
        b.text = upto(r, from);
        return put(r, b);
    }
    return th_why_set(r->why, TH_EFORMAT, "%s:%d: this block has no end: a line \":::\"", r->file, b.line);
}

/* Lines up to an empty one, to one that begins something else, or to the end of code between ```. */
static th_err read_plain(reader *r, th_span line)
{
    const uint8_t *from = line.p;
    th_passage b = {.kind = TH_PASSAGE_HTML, .line = r->line - 1, .body_line = r->line - 1};
    bool code = th_text_begins(th_text_trim(line), "```");
    while (peek(r, &line)) {
        const th_span bare = th_text_trim(line);
        if (!code && (!bare.n || th_text_begins(bare, ":::") || th_text_begins(bare, "<!--"))) break;
        if (th_text_begins(bare, "```")) code = !code;
        (void)next_line(r, &line);
    }
    b.text = b.body = upto(r, from);
    return put(r, b);
}

th_err th_passages_read(th_span text, int line, const char *file, th_passages *blocks, th_why *why)
{
    reader r = {.text = text, .line = line, .file = file, .out = blocks, .why = why};
    th_span l;
    *blocks = (th_passages){0};
    while (next_line(&r, &l)) {
        const th_span bare = th_text_trim(l);
        if (!bare.n) continue;
        if (th_text_begins(bare, "<!--"))
            TH_TRY(skip_comment(&r, l));
        else if (th_text_begins(bare, ":::"))
            TH_TRY(read_box(&r, l));
        else
            TH_TRY(read_plain(&r, l));
    }
    return TH_OK;
}

void th_passages_free(th_passages *blocks)
{
    free(blocks->block);
    *blocks = (th_passages){0};
}

th_err th_passages_of_file(th_span bytes, const char *file, th_passages *blocks, th_why *why)
{
    th_span front, body;
    int line;
    th_front_split(bytes, &front, &body, &line);
    return th_passages_read(body, line, file, blocks, why);
}

/* ---- in a language ----------------------------------------------------------------------------------------------- */

static const th_passage *translation_of(const th_passages *others, const th_passage *b)
{
    for (size_t i = 0; i < others->n; i++)
        if (strcmp(others->block[i].of, b->key) == 0 && others->block[i].kind == b->kind) return &others->block[i];
    return NULL;
}

th_err th_page_text_read(const th_shelf *shelf, const th_page *page, const char *lang, th_page_text *t, th_why *why)
{
    char path[TH_COURSE_PATH];
    th_span bytes;
    *t = (th_page_text){.lang = "en"};
    TH_TRY(th_course_path(page->file, lang, path, why));
    TH_TRY(th_shelf_file(shelf, page->file, &bytes, why));
    TH_TRY(th_passages_of_file(bytes, page->file, &t->english, why));
    if (strcmp(lang, "en") != 0 && th_shelf_file(shelf, path, &bytes, NULL) == TH_OK) {
        TH_TRY(th_passages_of_file(bytes, path, &t->others, why));
        t->lang = lang;
    }
    t->shown = calloc(t->english.n + 1, sizeof *t->shown);
    if (!t->shown) return th_why_set(why, TH_ENOMEM, "out of memory for %s", page->file);
    for (size_t i = 0; i < t->english.n; i++) {
        const th_passage *other = translation_of(&t->others, &t->english.block[i]);
        t->shown[i] = other ? other : &t->english.block[i];
    }
    return TH_OK;
}

void th_page_text_free(th_page_text *t)
{
    th_passages_free(&t->english);
    th_passages_free(&t->others);
    free(t->shown);
    *t = (th_page_text){0};
}

bool th_page_text_current(const th_page_text *t, size_t i)
{
    return strcmp(t->lang, "en") == 0 || t->shown[i] != &t->english.block[i];
}
