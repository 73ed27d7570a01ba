/* Which files are pages, their ids and their order. */
#include "course/front.h"
#include "course/shelf_priv.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A path of at most four parts: "1-rule/1-coin/lab/lab.md". */
typedef struct parts {
    char text[TH_COURSE_PATH];
    char *part[5];
    int n;
} parts;

static void take_apart(const char *path, parts *p)
{
    snprintf(p->text, sizeof p->text, "%s", path);
    p->n = 0;
    for (char *save = NULL, *part = strtok_r(p->text, "/", &save); part && p->n < 5; part = strtok_r(NULL, "/", &save))
        p->part[p->n++] = part;
}

/* "1-coin" -> "coin"; NULL when no number and dash stand before it. */
static char *without_number(char *part)
{
    const size_t n = strspn(part, "0123456789");
    return n && part[n] == '-' && part[n + 1] ? part + n + 1 : NULL;
}

/* "1-what-fits.md" -> "what-fits", in place; NULL: no lesson (another name, a translation). */
static char *lesson_name(char *part)
{
    char *name = th_text_ends(part, ".md") ? without_number(part) : NULL;
    if (!name) return NULL;
    name[strlen(name) - 3] = 0;
    return name[0] && !strchr(name, '.') ? name : NULL;
}

/* Pages of a course and of a chapter, by the names of their files. */
static const struct {
    const char *file, *name;
    th_page_kind kind;
} in_course[] = {{"course.md", "", TH_PAGE_COURSE}, {"placement.gift", "/placement", TH_PAGE_PLACEMENT}},
  in_chapter[] = {{"chapter.md", "", TH_PAGE_CHAPTER},
                  {"quiz.gift", "/quiz", TH_PAGE_QUIZ},
                  {"journal.md", "/journal", TH_PAGE_JOURNAL}};

static bool id_is_fine(const char *id)
{
    const size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-/");
    return !id[n] && n < TH_PAGE_ID_BYTES - 1; /* longer ones were cut */
}

static bool page_of_course(parts *p, const char *course, th_page *page)
{
    for (size_t i = 0; i < sizeof in_course / sizeof *in_course; i++)
        if (strcmp(p->part[1], in_course[i].file) == 0) {
            page->kind = in_course[i].kind;
            snprintf(page->id, sizeof page->id, "%s%s", course, in_course[i].name);
            return true;
        }
    return false;
}

static bool page_of_chapter(parts *p, const char *course, const char *chapter, th_page *page)
{
    for (size_t i = 0; i < sizeof in_chapter / sizeof *in_chapter; i++)
        if (strcmp(p->part[2], in_chapter[i].file) == 0) {
            page->kind = in_chapter[i].kind;
            snprintf(page->id, sizeof page->id, "%s/%s%s", course, chapter, in_chapter[i].name);
            return true;
        }
    const char *lesson = lesson_name(p->part[2]);
    if (!lesson) return false;
    page->kind = TH_PAGE_LESSON;
    snprintf(page->id, sizeof page->id, "%s/%s/%s", course, chapter, lesson);
    return true;
}

/* Is the file a page?  Then *page says which, without its places. */
static bool is_page(const char *path, th_page *page)
{
    parts p = {0};
    take_apart(path, &p);
    *page = (th_page){.file = path, .course = -1, .chapter = -1};
    if (p.n == 1 && strcmp(path, "glossary.md") == 0) {
        page->kind = TH_PAGE_GLOSSARY;
        snprintf(page->id, sizeof page->id, "glossary");
        return true;
    }
    const char *course = p.n > 1 ? without_number(p.part[0]) : NULL;
    if (!course) return false;
    if (p.n == 2) return page_of_course(&p, course, page);
    const char *chapter = without_number(p.part[1]);
    if (!chapter) return false;
    if (p.n == 3) return page_of_chapter(&p, course, chapter, page);
    if (p.n != 4 || strcmp(p.part[2], "lab") != 0 || strcmp(p.part[3], "lab.md") != 0) return false;
    page->kind = TH_PAGE_LAB;
    snprintf(page->id, sizeof page->id, "%s/%s/lab", course, chapter);
    return true;
}

/* ---- order ------------------------------------------------------------------------------------------------------- */

/* Where a kind stands in its folder. */
static int rank(th_page_kind kind)
{
    static const int ranks[] = {
        [TH_PAGE_COURSE] = 0, [TH_PAGE_PLACEMENT] = 1, [TH_PAGE_CHAPTER] = 2, [TH_PAGE_LESSON] = 3,
        [TH_PAGE_QUIZ] = 4,   [TH_PAGE_LAB] = 5,       [TH_PAGE_JOURNAL] = 6, [TH_PAGE_GLOSSARY] = 7};
    return ranks[kind];
}

/* Compares the part of two paths up to the next slash: by number, then by name.  Moves both behind it. */
static int compare_part(const char **a, const char **b)
{
    const long x = strtol(*a, NULL, 10), y = strtol(*b, NULL, 10);
    if (x != y) return x < y ? -1 : 1;
    const size_t n = strcspn(*a, "/"), m = strcspn(*b, "/");
    const int c = strncmp(*a, *b, n < m ? n : m);
    if (c || n != m) return c ? c : n < m ? -1 : 1;
    *a += n + ((*a)[n] == '/');
    *b += m + ((*b)[m] == '/');
    return 0;
}

/* 0: of no course, 1: of a course itself, 2: of a chapter. */
static int level(th_page_kind kind)
{
    return kind == TH_PAGE_GLOSSARY ? 0 : kind == TH_PAGE_COURSE || kind == TH_PAGE_PLACEMENT ? 1 : 2;
}

static int in_order(const void *va, const void *vb)
{
    const th_page *p = va, *q = vb;
    const char *a = p->file, *b = q->file;
    int c;
    if (level(p->kind) == 0 || level(q->kind) == 0) return rank(p->kind) - rank(q->kind); /* the glossary: at the end */
    if ((c = compare_part(&a, &b))) return c;
    if (level(p->kind) != level(q->kind)) return level(p->kind) - level(q->kind);
    if (level(p->kind) == 2 && (c = compare_part(&a, &b))) return c;
    if (p->kind != q->kind) return rank(p->kind) - rank(q->kind);
    return compare_part(&a, &b);
}

/* Each page's course and chapter: the last ones before it whose folder it is in. */
static void find_parents(th_shelf *s)
{
    int course = -1, chapter = -1;
    for (size_t i = 0; i < s->n_pages; i++) {
        th_page *p = &s->page[i];
        if (p->kind == TH_PAGE_COURSE) course = (int)i;
        if (p->kind == TH_PAGE_CHAPTER) chapter = (int)i;
        for (int k = 0; k < 2; k++) {
            const int at = k ? chapter : course;
            const size_t n = at < 0 ? 0 : strlen(s->page[at].id);
            if (at < 0 || strncmp(p->id, s->page[at].id, n) != 0 || (p->id[n] && p->id[n] != '/')) continue;
            *(k ? &p->chapter : &p->course) = at;
        }
    }
}

static th_err check_ids(const th_shelf *s, th_why *why)
{
    for (size_t i = 0; i < s->n_pages; i++) {
        const th_page *p = &s->page[i];
        if (!id_is_fine(p->id))
            return th_why_set(why, TH_EFORMAT,
                              "%s: names of courses, chapters and lessons have small letters, digits "
                              "and dashes; rename it",
                              p->file);
        const th_page *first = th_shelf_find(s, p->id);
        if (first != p)
            return th_why_set(why, TH_EFORMAT, "%s and %s have one id, %s: rename one of them", first->file, p->file,
                              p->id);
    }
    return TH_OK;
}

th_err th_shelf_sort(th_shelf *s, th_why *why)
{
    s->page = calloc(s->n_files + 1, sizeof *s->page);
    s->front = calloc(s->n_files + 1, sizeof *s->front);
    if (!s->page || !s->front) return th_why_set(why, TH_ENOMEM, "out of memory for the courses' pages");
    for (size_t i = 0; i < s->n_files; i++)
        if (is_page(s->file[i].path, &s->page[s->n_pages])) s->n_pages++;
    if (s->n_pages) qsort(s->page, s->n_pages, sizeof *s->page, in_order);
    TH_TRY(check_ids(s, why));
    find_parents(s);
    for (size_t i = 0; i < s->n_pages; i++) TH_TRY(th_front_load(s, &s->page[i], &s->front[i], why));
    return TH_OK;
}
