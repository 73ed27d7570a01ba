/* The check of a course, page by page and chapter by chapter. */
#include "course/check_priv.h"
#include "course/lab.h"
#include "course/map.h"
#include "course/plain.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- saying ------------------------------------------------------------------------------------------------------ */

static void say(th_checker *c, const char *file, int line, bool note, const char *fmt, va_list args)
    __attribute__((format(printf, 5, 0)));
static void say(th_checker *c, const char *file, int line, bool note, const char *fmt, va_list args)
{
    char what[1024];
    vsnprintf(what, sizeof what, fmt, args);
    c->wrong += !note;
    c->how->tell(c->how->ctx, &(th_course_finding){file, line, what, note});
}

void th_check_say(th_checker *c, const char *file, int line, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    say(c, file, line, false, fmt, args);
    va_end(args);
}

void th_check_note(th_checker *c, const char *file, int line, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    say(c, file, line, true, fmt, args);
    va_end(args);
}

/* ---- front matter ------------------------------------------------------------------------------------------------ */

/* What a kind of page must have, and may have. */
static const struct {
    th_page_kind kind;
    const char *must, *may;
} front_rules[] = {
    {TH_PAGE_COURSE, " title summary hours ", " "},
    {TH_PAGE_CHAPTER, " title question goals ", " care sense "},
    {TH_PAGE_LESSON, " title minutes ", " "},
    {TH_PAGE_LAB, " title minutes ", " "},
    {TH_PAGE_JOURNAL, " title ", " "},
    {TH_PAGE_GLOSSARY, " ", " title "},
};

static bool lists(const char *list, th_span name)
{
    char sought[80];
    snprintf(sought, sizeof sought, " %.*s ", name.n < 70 ? (int)name.n : 70, (const char *)name.p);
    return strstr(list, sought) != NULL;
}

static void check_values(th_checker *c, const th_page *page, const th_front_line *line)
{
    char text[64];
    snprintf(text, sizeof text, "%.*s", line->value.n < 60 ? (int)line->value.n : 60, (const char *)line->value.p);
    const bool number = text[0] && text[strspn(text, "0123456789")] == 0 && strtol(text, NULL, 10) > 0;
    if ((lists(" minutes ", line->name) || lists(" hours ", line->name)) && !number)
        th_check_say(c, page->file, line->line, "\"%s\" is no number of minutes or hours", text);
    if (lists(" minutes ", line->name) && page->kind == TH_PAGE_LESSON && strtol(text, NULL, 10) > TH_READ_MINUTES)
        th_check_say(c, page->file, line->line, "a lesson takes %d minutes at most: split it", TH_READ_MINUTES);
    if (lists(" care ", line->name) && strcmp(text, "yes") != 0)
        th_check_say(c, page->file, line->line, "care: yes, or no such line");
    for (char *save = NULL, *s = lists(" sense ", line->name) ? strtok_r(text, "; ", &save) : NULL; s;
         s = strtok_r(NULL, "; ", &save))
        if (strcmp(s, "voice") != 0 && strcmp(s, "eye") != 0 && strcmp(s, "motion") != 0)
            th_check_say(c, page->file, line->line, "sense: voice, eye or motion (\"; \" between several)");
}

static void check_front(th_checker *c, const th_page *page, th_span bytes)
{
    th_span front, body;
    th_front_line line;
    int at_line;
    size_t k = 0;
    char must[64];
    while (k < sizeof front_rules / sizeof *front_rules && front_rules[k].kind != page->kind) k++;
    if (k == sizeof front_rules / sizeof *front_rules) return;
    th_front_split(bytes, &front, &body, &at_line);
    for (size_t at = 0; th_front_next(front, &at, &line);) {
        if (!line.name.n || !(lists(front_rules[k].must, line.name) || lists(front_rules[k].may, line.name)))
            th_check_say(c, page->file, line.line, "front matter knows \"name: value\" with%s%s", front_rules[k].must,
                         front_rules[k].may + 1);
        else
            check_values(c, page, &line);
    }
    snprintf(must, sizeof must, "%s", front_rules[k].must);
    for (char *save = NULL, *name = strtok_r(must, " ", &save); name; name = strtok_r(NULL, " ", &save))
        if (!th_page_value(c->shelf, page, "en", name)[0])
            th_check_say(c, page->file, 1, "front matter has no \"%s: ..\"", name);
}

/* ---- a page ------------------------------------------------------------------------------------------------------ */

static th_err count_words(th_checker *c, const th_passage *b, th_prose *r, th_why *why)
{
    th_html prose = {0};
    const th_err err = th_plain_put(&prose, b->body, TH_PLAIN_PROSE, 0, why);
    if (!err) th_prose_add(r, prose.text, c->easy);
    th_html_free(&prose);
    return err;
}

static th_err check_block(th_checker *c, const th_page *page, const th_passage *b, th_page_facts *facts, th_why *why)
{
    if (b->kind == TH_PASSAGE_ASK) {
        facts->questions++;
        th_check_ask(c, page->file, b);
        return TH_OK;
    }
    TH_TRY(th_check_text(c, page, page->file, b->body, b->body_line, why));
    if (b->kind != TH_PASSAGE_EXPLORE) return count_words(c, b, &facts->reading, why);
    facts->explorables++;
    th_check_explore(c, page->file, b);
    return TH_OK;
}

static void check_length(th_checker *c, const th_page *page, const th_page_facts *facts)
{
    const int said = th_page_number(c->shelf, page, "minutes");
    const double grade = th_prose_grade(&facts->reading);
    const double minutes = (double)facts->reading.words / TH_READ_WORDS + facts->explorables + facts->questions;
    if (page->kind == TH_PAGE_LESSON && minutes > said + 0.5)
        th_check_say(c, page->file, 0,
                     "%d words, %d explorables and %d questions take %.1f minutes, not %d: say so, or make it shorter "
                     "(%d at most)",
                     facts->reading.words, facts->explorables, facts->questions, minutes, said, TH_READ_MINUTES);
    if (facts->reading.words >= 100 && grade > TH_READ_GRADE)
        th_check_say(c, page->file, 0,
                     "hard to read: grade %.1f, %g at most. %.1f words a sentence and %.2f syllables a word: shorter "
                     "sentences, plainer words",
                     grade, TH_READ_GRADE, (double)facts->reading.words / facts->reading.sentences,
                     (double)facts->reading.syllables / facts->reading.words);
}

static th_err check_markdown(th_checker *c, const th_page *page, th_page_facts *facts, th_why *why)
{
    th_span bytes;
    th_passages blocks;
    th_why own = {0};
    TH_TRY(th_shelf_file(c->shelf, page->file, &bytes, why));
    check_front(c, page, bytes);
    th_err err = th_passages_of_file(bytes, page->file, &blocks, &own);
    if (err) {
        const char *at = own.text + strlen(page->file); /* "FILE:LINE: what": the finding says file and line */
        const char *what = err == TH_EFORMAT ? strstr(at, ": ") : NULL;
        th_check_say(c, page->file, what ? (int)strtol(at + 1, NULL, 10) : 0, "%s", what ? what + 2 : own.text);
        th_passages_free(&blocks);
        return err == TH_ENOMEM ? err : TH_OK;
    }
    c->heading = page->kind == TH_PAGE_GLOSSARY ? 2 : 1;
    for (size_t i = 0; !err && i < blocks.n; i++) err = check_block(c, page, &blocks.block[i], facts, why);
    if (!err && !blocks.n && page->kind != TH_PAGE_GLOSSARY) th_check_say(c, page->file, 0, "this page is empty");
    th_passages_free(&blocks);
    if (!err) check_length(c, page, facts);
    return err;
}

static th_err check_glossary(th_checker *c, const th_page *page, th_why *why)
{
    json_t *terms, *term;
    size_t i;
    const char *before = "";
    TH_TRY(th_glossary_json(c->shelf, "en", &terms, why));
    json_array_foreach(terms, i, term)
    {
        const char *slug = json_string_value(json_object_get(term, "slug"));
        if (strcmp(slug, before) == 0) th_check_say(c, page->file, 0, "the term \"%.80s\" is there twice", slug);
        if (!json_string_length(json_object_get(term, "html")))
            th_check_say(c, page->file, 0, "the term \"%.80s\" has no paragraph", slug);
        before = slug;
    }
    json_decref(terms);
    return TH_OK;
}

static th_err check_lab(th_checker *c, const th_page *page, th_why *why)
{
    th_lab *lab = NULL;
    th_why own = {0};
    const th_lab_cfg cfg = {.program = c->how->program, .version = "", .lang = "en", .seed = 1};
    const th_err err = th_lab_open(c->shelf, page->id, &cfg, &lab, &own);
    if (err) th_check_say(c, page->file, 0, "its recipe: %s", own.text);
    th_lab_close(lab);
    return err == TH_ENOMEM ? th_why_set(why, err, "%s", own.text) : TH_OK;
}

/* ---- a chapter, all of it ---------------------------------------------------------------------------------------- */

typedef struct chapter_facts {
    int lessons, explorables;
    bool quiz, lab, journal;
} chapter_facts;

static th_err check_page(th_checker *c, const th_page *page, chapter_facts *chapter, th_why *why)
{
    th_page_facts facts = {0};
    if (page->kind == TH_PAGE_QUIZ || page->kind == TH_PAGE_PLACEMENT)
        TH_TRY(th_check_quiz(c, page, why));
    else
        TH_TRY(check_markdown(c, page, &facts, why));
    if (page->kind == TH_PAGE_GLOSSARY) TH_TRY(check_glossary(c, page, why));
    if (page->kind == TH_PAGE_LAB) TH_TRY(check_lab(c, page, why));
    chapter->lessons += page->kind == TH_PAGE_LESSON;
    chapter->explorables += facts.explorables;
    chapter->quiz |= page->kind == TH_PAGE_QUIZ;
    chapter->lab |= page->kind == TH_PAGE_LAB;
    chapter->journal |= page->kind == TH_PAGE_JOURNAL;
    return c->how->lang ? th_check_language(c, page, why) : TH_OK;
}

static void check_chapter(th_checker *c, const th_page *page, const chapter_facts *f)
{
    if (f->lessons < 3 || f->lessons > 5)
        th_check_say(c, page->file, 0, "a chapter has 3 to 5 lessons; this one has %d", f->lessons);
    if (!f->explorables) th_check_say(c, page->file, 0, "no lesson of this chapter has an explorable (:::explore)");
    if (!f->quiz) th_check_say(c, page->file, 0, "this chapter has no quiz.gift");
    if (!f->lab) th_check_say(c, page->file, 0, "this chapter has no lab/lab.md");
    if (!f->journal) th_check_say(c, page->file, 0, "this chapter has no journal.md");
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static bool is_page_or_translation(const th_shelf *shelf, const char *path)
{
    char made[TH_COURSE_PATH], lang[TH_LANG_BYTES];
    size_t n;
    const th_page *pages = th_shelf_pages(shelf, &n);
    const char *end = strrchr(path, '.'), *dot = end;
    while (dot && dot > path && *--dot != '.' && *dot != '/') continue;
    snprintf(lang, sizeof lang, "%.*s", end && dot && *dot == '.' ? (int)(end - dot - 1) : 0, dot ? dot + 1 : "");
    for (size_t i = 0; i < n; i++) {
        if (strcmp(pages[i].file, path) == 0) return true;
        if (!th_course_path(pages[i].file, lang, made, NULL) && strcmp(made, path) == 0) return true;
    }
    return false;
}

static bool look_at_file(void *ctx, const char *path, th_span bytes)
{
    th_checker *c = ctx;
    (void)bytes;
    const bool text = th_text_ends(path, ".md") || th_text_ends(path, ".gift");
    const char *lab = strstr(path, "/lab/");
    if (lab && strncmp(lab + 5, "lab.", 4) != 0) return true; /* what a lab has is its own */
    if (text && !is_page_or_translation(c->shelf, path))
        th_check_say(c, path, 0,
                     "this is no page: lessons are called 1-NAME.md, translations are NAME.es.md beside NAME.md "
                     "(docs/courses.md)");
    return true;
}

static bool is_wanted(const th_checker *c, const th_page *pages, const th_page *page)
{
    if (!c->how->course) return true;
    return page->course >= 0 && strcmp(pages[page->course].id, c->how->course) == 0;
}

static th_err check_all(th_checker *c, th_why *why)
{
    size_t n;
    const th_page *pages = th_shelf_pages(c->shelf, &n);
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        chapter_facts facts = {0}, none = {0};
        if (!is_wanted(c, pages, &pages[i])) continue;
        any = true;
        if (pages[i].course < 0 && pages[i].kind != TH_PAGE_GLOSSARY)
            th_check_say(c, pages[i].file, 0, "its course has no course.md");
        if (pages[i].chapter < 0 || pages[i].kind == TH_PAGE_CHAPTER) TH_TRY(check_page(c, &pages[i], &none, why));
        for (size_t k = i + 1; pages[i].kind == TH_PAGE_CHAPTER && k < n; k++)
            if (pages[k].chapter == (int)i) TH_TRY(check_page(c, &pages[k], &facts, why));
        if (pages[i].kind == TH_PAGE_CHAPTER) check_chapter(c, &pages[i], &facts);
    }
    if (any || !c->how->course) return TH_OK;
    return th_why_set(why, TH_ENOENT, "there is no course \"%.60s\": thimble course list shows them", c->how->course);
}

th_err th_course_check(const th_shelf *shelf, const th_course_checks *how, int *wrong, th_why *why)
{
    th_checker c = {.shelf = shelf, .how = how};
    TH_TRY(th_easy_words_new(shelf, &c.easy, why));
    if (!how->course) th_shelf_each(shelf, "", look_at_file, &c);
    const th_err err = check_all(&c, why);
    th_easy_words_free(c.easy);
    *wrong = c.wrong;
    return err;
}
