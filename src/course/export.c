#include "course/export.h"

#include "base/text.h"
#include "course/export_priv.h"
#include "course/lesson.h"
#include "course/markdown.h"
#include "os/file.h"

#include <stdlib.h>
#include <string.h>

typedef struct row {
    const char *name, *help;
    bool tar;
    th_export_fn *make; /* NULL: gift */
} row;

static const row rows[] = {
    {"gift", "all questions as one file of GIFT, for Moodle", false, NULL},
    {"olx", "a course of Open edX (.tar.gz)", true, th_export_olx},
    {"cartridge", "Common Cartridge 1.3 (.imscc), for Canvas, Moodle, Brightspace, Blackboard", false,
     th_export_cartridge},
    {"epub", "a book to read without a computer (.epub)", false, th_export_epub},
};

const char *th_export_name(size_t i, const char **help)
{
    if (i >= sizeof rows / sizeof rows[0]) return NULL;
    if (help) *help = rows[i].help;
    return rows[i].name;
}

/* ---- pages ---------------------------------------------------------------------------------------------------------
 */

const th_page *th_export_next(const th_export *x, size_t *at)
{
    size_t n;
    const th_page *pages = th_shelf_pages(x->cfg->shelf, &n);
    while (*at < n) {
        const th_page *page = &pages[(*at)++];
        if (page->course >= 0 && &pages[page->course] == x->course) return page;
    }
    return NULL;
}

bool th_export_has(const th_export *x, const char *id)
{
    const size_t n = strlen(x->course->id);
    return strncmp(id, x->course->id, n) == 0 && (id[n] == 0 || id[n] == '/') && th_shelf_find(x->cfg->shelf, id);
}

const char *th_export_say(const th_export *x, th_export_word word)
{
    static const char *const words[][3] = {
        {"Quiz", "Cuestionario", "اختبار"},
        {"Lab", "Laboratorio", "مختبر"},
        {"Journal", "Diario", "يوميات"},
        {"What you know already", "Lo que ya sabes", "ما تعرفه مسبقًا"},
        {"Lessons", "Lecciones", "الدروس"},
        {"Answers", "Respuestas", "الإجابات"},
        {"Contents", "Contenido", "المحتويات"},
        {"To be moved in the studio", "Se mueve en el estudio", "تُحرَّك في الاستوديو"},
        {"True", "Verdadero", "صحيح"},
        {"False", "Falso", "خطأ"},
        {"Write your own answer.", "Escribe tu propia respuesta.", "اكتب إجابتك."},
    };
    return words[word][strcmp(x->cfg->lang, "es") == 0 ? 1 : strcmp(x->cfg->lang, "ar") == 0 ? 2 : 0];
}

const char *th_export_title(const th_export *x, const th_page *page)
{
    const char *own = th_page_value(x->cfg->shelf, page, x->cfg->lang, "title");
    switch (page->kind) {
    case TH_PAGE_QUIZ: return th_export_say(x, TH_WORD_QUIZ);
    case TH_PAGE_PLACEMENT: return th_export_say(x, TH_WORD_PLACEMENT);
    case TH_PAGE_LAB: return *own ? own : th_export_say(x, TH_WORD_LAB);
    case TH_PAGE_JOURNAL: return *own ? own : th_export_say(x, TH_WORD_JOURNAL);
    case TH_PAGE_COURSE:
    case TH_PAGE_CHAPTER:
    case TH_PAGE_LESSON:
    case TH_PAGE_GLOSSARY:
    default: return *own ? own : page->id;
    }
}

const char *th_export_chapter(const th_export *x, const th_page *page)
{
    size_t n;
    const th_page *pages = th_shelf_pages(x->cfg->shelf, &n);
    return th_export_title(x, page->chapter >= 0 && page->chapter < (int)n ? &pages[page->chapter] : page);
}

const char *th_export_flat(const char *id, char *buf, size_t cap)
{
    th_text_fmt(buf, cap, "%s", id);
    for (char *p = buf; *p; p++)
        if (*p == '/') *p = '-';
    return buf;
}

th_err th_export_items(const th_export *x, const th_page *page, th_quiz *quiz)
{
    TH_TRY(th_quiz_load(x->cfg->shelf, page->id, x->cfg->lang, quiz, x->why));
    th_err err = TH_OK;
    for (size_t i = 0; i < quiz->n && !err; i++)
        err = th_item_freeze(&quiz->items[i], TH_EXPORT_SEED, x->cfg->program, x->why);
    if (err) th_quiz_free(quiz);
    return err;
}

/* ---- HTML ----------------------------------------------------------------------------------------------------------
 */

/* Bytes as they stand. */
static void put_bytes(th_html *out, const char *p, size_t n)
{
    char piece[512];
    while (n) {
        const size_t k = n < sizeof piece - 1 ? n : sizeof piece - 1;
        memcpy(piece, p, k);
        piece[k] = 0;
        th_html_put(out, piece);
        p += k;
        n -= k;
    }
}

/* The value of an attribute of the tag [p, end), still escaped. */
static bool attribute(const char *p, const char *end, const char *name, const char **value, size_t *n)
{
    const size_t length = strlen(name);
    for (; p + length + 3 < end; p++) {
        if (*p != ' ' || memcmp(p + 1, name, length) != 0 || p[length + 1] != '=' || p[length + 2] != '"') continue;
        *value = p + length + 3;
        const char *stop = memchr(*value, '"', (size_t)(end - *value));
        *n = stop ? (size_t)(stop - *value) : 0;
        return stop != NULL;
    }
    return false;
}

static bool is_tag(const char *p, const char *name)
{
    const size_t n = strlen(name);
    return strncmp(p + 1, name, n) == 0 && (p[n + 1] == ' ' || p[n + 1] == '>');
}

static void put_link(const th_export *x, th_html *out, const char *tag, const char *end)
{
    static const char ours[] = "#/learn/";
    char id[TH_PAGE_ID_BYTES + 128], buf[512];
    const char *value, *address = NULL;
    size_t n;
    th_html_put(out, "<a");
    if (attribute(tag, end, "href", &value, &n)) {
        if (n < sizeof id + 8 && n >= 8 && memcmp(value, ours, 8) == 0) {
            th_text_fmt(id, sizeof id, "%.*s", (int)n - 8, value + 8);
            address = x->links->page(x, id, buf, sizeof buf);
        } else if (n > 8 && memcmp(value, "https://", 8) == 0) {
            th_html_put(out, " href=\"");
            put_bytes(out, value, n);
            th_html_put(out, "\"");
        }
    }
    if (address) {
        th_html_put(out, " href=\"");
        th_html_text(out, address);
        th_html_put(out, "\"");
    }
    th_html_put(out, ">");
}

static void put_picture(const th_export *x, th_html *out, const char *tag, const char *end)
{
    char path[TH_COURSE_PATH];
    const char *value, *alt;
    const size_t skip = strlen(TH_COURSE_FILES);
    size_t n, n_alt;
    if (!attribute(tag, end, "src", &value, &n) || n <= skip || n - skip >= sizeof path) return;
    th_text_fmt(path, sizeof path, "%.*s", (int)(n - skip), value + skip);
    th_html_put(out, "<img src=\"");
    th_html_put(out, x->links->pictures);
    th_html_text(out, th_export_flat(path, path, sizeof path));
    th_html_put(out, "\" alt=\"");
    if (attribute(tag, end, "alt", &alt, &n_alt)) put_bytes(out, alt, n_alt);
    th_html_put(out, "\"/>");
}

void th_export_html(const th_export *x, th_html *out, const char *html)
{
    for (const char *p = html; *p;) {
        const size_t text = strcspn(p, "<");
        put_bytes(out, p, text);
        p += text;
        if (!*p) break;
        const char *end = p;
        for (bool quoted = false; *end && (quoted || *end != '>'); end++)
            if (*end == '"') quoted = !quoted;
        if (*end) end++;
        if (is_tag(p, "a")) {
            put_link(x, out, p, end);
        } else if (is_tag(p, "img")) {
            put_picture(x, out, p, end);
        } else if (is_tag(p, "math")) {
            th_html_put(out, "<math xmlns=\"http://www.w3.org/1998/Math/MathML\"");
            put_bytes(out, p + 5, (size_t)(end - p) - 5);
        } else {
            put_bytes(out, p, (size_t)(end - p));
        }
        p = end;
    }
}

th_err th_export_text(const th_export *x, const th_item *item, const char *text, th_html *out)
{
    char *html;
    TH_TRY(th_item_html(item, text, &html, x->why));
    th_export_html(x, out, html);
    free(html);
    return TH_OK;
}

void th_export_escaped(th_html *out, const char *text)
{
    char piece[256];
    while (*text) {
        size_t n = strcspn(text, "\n");
        if (n >= sizeof piece) n = sizeof piece - 1;
        while (n > 1 && ((unsigned char)text[n] & 0xc0) == 0x80) n--; /* characters stay whole */
        th_text_fmt(piece, sizeof piece, "%.*s", (int)n, text);
        th_html_text(out, piece);
        text += n;
        if (*text == '\n') th_html_put(out, " ");
        text += *text == '\n';
    }
}

size_t *th_export_rights(const th_item *item, size_t *n)
{
    size_t *order = malloc((item->n_choices + 1) * sizeof *order);
    *n = 0;
    for (size_t i = 0; i < item->n_choices && order; i++) {
        const char *text = item->choices[i].match;
        size_t at = 0;
        while (at < *n && strcmp(item->choices[order[at]].match, text) < 0) at++;
        if (at < *n && strcmp(item->choices[order[at]].match, text) == 0) continue;
        memmove(order + at + 1, order + at, (*n - at) * sizeof *order);
        order[at] = i;
        ++*n;
    }
    return order;
}

/* A block that asks nothing. */
static void put_block(const th_export *x, const json_t *block, const char *kind, th_html *out)
{
    const char *html = json_string_value(json_object_get(block, "html"));
    const bool plain = strcmp(kind, "html") == 0, explore = strcmp(kind, "explore") == 0;
    if (!plain) th_html_fmt(out, "<div class=\"%s\">", explore ? "explore" : "aside");
    if (explore) {
        th_html_put(out, "<p><em>");
        th_html_text(out, th_export_say(x, TH_WORD_EXPLORE));
        th_html_put(out, "</em></p>");
    }
    th_export_html(x, out, html ? html : "");
    if (!plain) th_html_put(out, "</div>\n");
}

bool th_export_is_quiz(const th_page *page)
{
    return page->kind == TH_PAGE_QUIZ || page->kind == TH_PAGE_PLACEMENT;
}

/* Blocks of a page (docs/api-course.md), the items of each that asks. */
static th_err put_blocks(const th_export *x, const json_t *lesson, const th_quiz *quiz, th_export_ask *ask, void *ctx,
                         th_html *out)
{
    const json_t *block;
    size_t i;
    json_array_foreach(json_object_get(lesson, "blocks"), i, block)
    {
        const char *kind = json_string_value(json_object_get(block, "kind"));
        if (kind && strcmp(kind, "ask") != 0) put_block(x, block, kind, out);
        for (size_t k = 0; k < quiz->n; k++)
            if (quiz->items[k].block == (int)i) TH_TRY(ask(ctx, &quiz->items[k], out));
    }
    return TH_OK;
}

th_err th_export_page(const th_export *x, const th_page *page, th_export_ask *ask, void *ctx, th_html *out)
{
    th_quiz quiz = {0};
    json_t *lesson = NULL;
    const bool is_quiz = th_export_is_quiz(page);
    th_err err = is_quiz || page->kind == TH_PAGE_LESSON ? th_export_items(x, page, &quiz) : TH_OK;
    if (!err && !is_quiz) err = th_lesson_json(x->cfg->shelf, page->id, x->cfg->lang, &lesson, x->why);
    if (!err && !is_quiz) err = put_blocks(x, lesson, &quiz, ask, ctx, out);
    for (size_t i = 0; i < quiz.n && is_quiz && !err; i++) err = ask(ctx, &quiz.items[i], out);
    th_quiz_free(&quiz);
    json_decref(lesson);
    return err;
}

/* ---- files ---------------------------------------------------------------------------------------------------------
 */

static th_err no_memory(const th_export *x)
{
    return th_why_set(x->why, TH_ENOMEM, "out of memory while the course is written");
}

th_err th_export_add(const th_export *x, const char *name, th_html *text)
{
    th_err err = text->failed ? no_memory(x) : TH_OK;
    if (!err) err = th_pack_add(x->pack, name, (th_span){(const uint8_t *)text->text, text->n}, false, x->why);
    th_html_free(text);
    return err;
}

const char *th_picture_type(const char *name)
{
    return th_text_ends(name, ".svg")                                  ? "image/svg+xml"
           : th_text_ends(name, ".png")                                ? "image/png"
           : th_text_ends(name, ".jpg") || th_text_ends(name, ".jpeg") ? "image/jpeg"
                                                                       : NULL;
}

typedef struct adding {
    const th_export *x;
    const char *before;
    void (*each)(void *ctx, const char *name);
    void *ctx;
    th_err err;
} adding;

static bool add_picture(void *ctx, const char *path, th_span bytes)
{
    adding *a = ctx;
    char flat[TH_COURSE_PATH], name[TH_COURSE_PATH + 32];
    if (!th_picture_type(path) || strstr(path, "/lab/")) return true;
    th_export_flat(path, flat, sizeof flat);
    th_text_fmt(name, sizeof name, "%s%s", a->before, flat);
    a->err = th_pack_add(a->x->pack, name, bytes, false, a->x->why);
    if (a->each) a->each(a->ctx, flat);
    return !a->err;
}

th_err th_export_pictures(const th_export *x, const char *before, void (*each)(void *ctx, const char *name), void *ctx)
{
    char folder[TH_COURSE_PATH];
    adding a = {x, before, each, ctx, TH_OK};
    th_text_fmt(folder, sizeof folder, "%.*s", (int)(strcspn(x->course->file, "/") + 1), x->course->file);
    th_shelf_each(x->cfg->shelf, folder, add_picture, &a);
    return a.err;
}

/* ---- one export ----------------------------------------------------------------------------------------------------
 */

static th_err write_packed(const row *r, th_export *x, const char *path)
{
    th_span bytes = {0};
    TH_TRY(th_pack_new(r->tar, &x->pack, x->why));
    th_err err = r->make(x);
    if (!err) err = th_pack_end(x->pack, &bytes, x->why);
    if (!err) err = th_file_write(path, bytes, x->why);
    th_pack_free(x->pack);
    return err;
}

static th_err write_text(th_export *x, const char *path)
{
    th_html out = {0};
    th_err err = th_export_gift(x, &out);
    if (!err && out.failed) err = no_memory(x);
    if (!err) err = th_file_write(path, (th_span){(const uint8_t *)out.text, out.n}, x->why);
    th_html_free(&out);
    return err;
}

th_err th_course_export(const th_export_cfg *cfg, const char *format, const char *path, th_why *why)
{
    const row *r = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].name, format) == 0) r = &rows[i];
    if (!r)
        return th_why_set(why, TH_EUSAGE,
                          "there is no format \"%.40s\": a course is exported as gift, olx, cartridge or epub", format);
    th_export x = {.cfg = cfg, .course = th_shelf_find(cfg->shelf, cfg->course), .why = why};
    if (!x.course || x.course->kind != TH_PAGE_COURSE)
        return th_why_set(why, TH_ENOENT, "there is no course \"%.80s\"; `thimble course list` shows what there is",
                          cfg->course);
    return r->make ? write_packed(r, &x, path) : write_text(&x, path);
}
