/* All questions of a course, each quiz as a category of Moodle's: "$CATEGORY: course/chapter". */
#include "course/export_priv.h"

#include <stdlib.h>

static th_err put_quiz(const th_export *x, const th_page *page, th_html *out)
{
    th_quiz quiz;
    char *text;
    TH_TRY(th_export_items(x, page, &quiz));
    const th_err err = th_gift_write(&quiz, true, &text, x->why);
    th_quiz_free(&quiz);
    TH_TRY(err);
    th_html_put(out, "$CATEGORY: ");
    th_html_put(out, th_export_title(x, x->course));
    th_html_put(out, "/");
    th_html_put(out, th_export_chapter(x, page));
    th_html_put(out, "\n\n");
    th_html_put(out, text);
    th_html_put(out, "\n");
    free(text);
    return TH_OK;
}

th_err th_export_gift(th_export *x, th_html *out)
{
    size_t at = 0;
    const th_page *page;
    th_html_put(out, "");
    while ((page = th_export_next(x, &at)) != NULL)
        if (th_export_is_quiz(page)) TH_TRY(put_quiz(x, page, out));
    return TH_OK;
}
