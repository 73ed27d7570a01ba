/* The shelf: opening, finding, closing. */
#include "course/shelf_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void kept_free(th_shelf_kept *k)
{
    if (!k) return;
    th_search_free(k->index);
    json_decref(k->made);
    th_mutex_free(&k->search_lock);
    th_mutex_free(&k->lock);
    free(k);
}

static th_err kept_new(th_shelf_kept **kept, th_why *why)
{
    th_shelf_kept *k = calloc(1, sizeof *k);
    if (!k) return th_why_set(why, TH_ENOMEM, "out of memory for the courses");
    th_err err = th_mutex_init(&k->lock, why);
    if (err) {
        free(k);
        return err;
    }
    err = th_mutex_init(&k->search_lock, why);
    if (err) {
        th_mutex_free(&k->lock);
        free(k);
        return err;
    }
    *kept = k;
    k->made = json_object();
    return k->made ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory for the courses");
}

th_err th_shelf_open(const char *dir, th_shelf **shelf, th_why *why)
{
    th_shelf *s = calloc(1, sizeof *s);
    if (!s) return th_why_set(why, TH_ENOMEM, "out of memory for the courses");
    th_err err = kept_new(&s->kept, why);
    if (!err) err = th_shelf_load(s, dir, why);
    if (!err) err = th_shelf_sort(s, why);
    *shelf = err ? NULL : s;
    if (err) th_shelf_close(s);
    return err;
}

void th_shelf_close(th_shelf *s)
{
    if (!s) return;
    for (size_t i = 0; i < s->n_files; i++) {
        free(s->file[i].path);
        free(s->file[i].own);
    }
    for (size_t i = 0; s->front && i < s->n_pages; i++) {
        for (size_t k = 0; k < s->front[i].n; k++) {
            free(s->front[i].value[k].name);
            free(s->front[i].value[k].value);
        }
        free(s->front[i].value);
    }
    kept_free(s->kept);
    free(s->file);
    free(s->page);
    free(s->front);
    free(s);
}

const th_page *th_shelf_pages(const th_shelf *s, size_t *n)
{
    *n = s->n_pages;
    return s->page;
}

const th_page *th_shelf_find(const th_shelf *s, const char *id)
{
    for (size_t i = 0; i < s->n_pages; i++)
        if (strcmp(s->page[i].id, id) == 0) return &s->page[i];
    return NULL;
}

static int by_path(const void *path, const void *file)
{
    return strcmp(path, ((const th_course_file *)file)->path);
}

th_err th_shelf_file(const th_shelf *s, const char *path, th_span *bytes, th_why *why)
{
    const th_course_file *f = s->n_files ? bsearch(path, s->file, s->n_files, sizeof *s->file, by_path) : NULL;
    if (!f) return th_why_set(why, TH_ENOENT, "there is no file %.200s in the courses", path);
    *bytes = f->bytes;
    return TH_OK;
}

void th_shelf_each(const th_shelf *s, const char *prefix, bool (*each)(void *ctx, const char *path, th_span bytes),
                   void *ctx)
{
    const size_t n = strlen(prefix);
    for (size_t i = 0; i < s->n_files; i++)
        if (strncmp(s->file[i].path, prefix, n) == 0 && !each(ctx, s->file[i].path, s->file[i].bytes)) return;
}

static const char *value_of(const th_front *f, const char *lang, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (strcmp(f->value[i].lang, lang) == 0 && strcmp(f->value[i].name, name) == 0) return f->value[i].value;
    return NULL;
}

const char *th_page_value(const th_shelf *s, const th_page *page, const char *lang, const char *name)
{
    const int up = page->kind == TH_PAGE_QUIZ ? page->chapter : page->kind == TH_PAGE_PLACEMENT ? page->course : -1;
    if (up >= 0) page = &s->page[up];
    const th_front *f = &s->front[page - s->page];
    const char *value = value_of(f, lang, name);
    if (!value) value = value_of(f, "en", name);
    return value ? value : "";
}

int th_page_number(const th_shelf *s, const th_page *page, const char *name)
{
    const long v = strtol(th_page_value(s, page, "en", name), NULL, 10);
    return v > 0 && v < 100000 ? (int)v : 0;
}

static bool is_language(const char *lang)
{
    const size_t n = strspn(lang, "abcdefghijklmnopqrstuvwxyz");
    return !lang[n] && (n == 2 || n == 3);
}

th_err th_course_path(const char *file, const char *lang, char path[TH_COURSE_PATH], th_why *why)
{
    if (!is_language(lang))
        return th_why_set(why, TH_EUSAGE, "\"%.20s\" is no language: two or three small letters, \"es\"", lang);
    const char *dot = strrchr(file, '.');
    const int stem = dot ? (int)(dot - file) : (int)strlen(file);
    const bool english = strcmp(lang, "en") == 0;
    const int n = english ? snprintf(path, TH_COURSE_PATH, "%s", file)
                          : snprintf(path, TH_COURSE_PATH, "%.*s.%s%s", stem, file, lang, dot ? dot : "");
    return n < TH_COURSE_PATH ? TH_OK : th_why_set(why, TH_ERANGE, "the name %.200s is too long", file);
}
