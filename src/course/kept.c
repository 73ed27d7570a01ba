/* What was made of a page once. */
#include "course/shelf_priv.h"

#include <stdio.h>

/* The language in which there is something of the page: a translation's, or English. */
static th_err known_language(const th_shelf *s, const th_page *page, const char **lang, th_why *why)
{
    char path[TH_COURSE_PATH];
    th_span bytes;
    TH_TRY(th_course_path(page->file, *lang, path, why));
    if (th_shelf_file(s, path, &bytes, NULL)) *lang = "en";
    return TH_OK;
}

th_err th_kept_json(const th_shelf *s, const th_page *page, const char *what, const char *lang, th_page_make *make,
                    json_t **copy, th_why *why)
{
    char key[TH_PAGE_ID_BYTES + 40];
    TH_TRY(known_language(s, page, &lang, why));
    snprintf(key, sizeof key, "%s %s %s", what, lang, page->id);
    th_mutex_lock(&s->kept->lock);
    json_t *made = json_object_get(s->kept->made, key);
    th_err err = TH_OK;
    if (!made) {
        err = make(s, page, lang, &made, why);
        if (!err && json_object_set_new(s->kept->made, key, made))
            err = th_why_set(why, TH_ENOMEM, "out of memory for %s", page->id);
    }
    *copy = err ? NULL : json_deep_copy(made);
    th_mutex_unlock(&s->kept->lock);
    return err || *copy ? err : th_why_set(why, TH_ENOMEM, "out of memory for %s", page->id);
}
