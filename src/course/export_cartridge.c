/* A Common Cartridge 1.3:
 *
 *   imsmanifest.xml     the parts inside each other, and the files
 *   pages/NAME.html     lessons, labs, journal prompts; pictures beside them
 *   quizzes/NAME.xml    a quiz, in QTI 1.2 of the cartridge's profile (qti.h)
 *
 * Source: IMS Global, "Common Cartridge Specification 1.3". */
#include "course/export_priv.h"
#include "course/qti.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

typedef struct cartridge {
    th_export *x;
    th_html items, resources;
    bool in_chapter;
} cartridge;

static const char *page_address(const th_export *x, const char *id, char *buf, size_t cap)
{
    char flat[TH_PAGE_ID_BYTES];
    const th_page *page = th_shelf_find(x->cfg->shelf, id);
    const bool quiz = page && th_export_is_quiz(page);
    if (!th_export_has(x, id) || quiz || strlen(id) >= sizeof flat) return NULL; /* quizzes have no address there */
    th_text_fmt(buf, cap, "%s.html", th_export_flat(id, flat, sizeof flat));
    return buf;
}

static const th_export_links links = {page_address, ""};

static void put_element(th_html *out, const char *name, const char *text)
{
    th_html_fmt(out, "<%s>", name);
    th_html_text(out, text);
    th_html_fmt(out, "</%.*s>", (int)strcspn(name, " "), name);
}

/* An item of the contents that leads to a file. */
static void list_item(cartridge *c, const char *id, const char *title)
{
    th_html_put(&c->items, "<item identifier=\"i-");
    th_html_text(&c->items, id);
    th_html_put(&c->items, "\" identifierref=\"r-");
    th_html_text(&c->items, id);
    th_html_put(&c->items, "\">");
    put_element(&c->items, "title", title);
    th_html_put(&c->items, "</item>\n");
}

static void list_file(cartridge *c, const char *id, const char *type, const char *path, bool opens)
{
    th_html *out = &c->resources;
    th_html_put(out, "<resource identifier=\"r-");
    th_html_text(out, id);
    th_html_fmt(out, "\" type=\"%s\"", type);
    if (opens) {
        th_html_put(out, " href=\"");
        th_html_text(out, path);
        th_html_put(out, "\"");
    }
    th_html_put(out, "><file href=\"");
    th_html_text(out, path);
    th_html_put(out, "\"/></resource>\n");
}

static void list_picture(void *ctx, const char *name)
{
    char path[TH_COURSE_PATH + 8];
    th_text_fmt(path, sizeof path, "pages/%s", name);
    list_file(ctx, name, "webcontent", path, true);
}

/* ---- pages ---------------------------------------------------------------------------------------------------------
 */

/* A question inside a lesson: for oneself, with the answer behind it. */
static th_err put_ask(void *ctx, const th_item *item, th_html *out)
{
    const th_export *x = ((const cartridge *)ctx)->x;
    json_t *right = th_item_right(item);
    th_marked m;
    const th_err err = th_item_mark(item, right, &m, x->why);
    json_decref(right);
    TH_TRY(err);
    th_html_put(out, "<div>");
    th_err bad = th_export_text(x, item, item->stem, out);
    if (!bad) {
        th_html_put(out, "<details><summary>");
        th_html_text(out, th_export_say(x, TH_WORD_ANSWERS));
        th_html_put(out, "</summary>");
        th_export_html(x, out, m.key ? m.key : "");
        th_export_html(x, out, m.explanation ? m.explanation : "");
        th_html_put(out, "</details></div>\n");
    }
    th_marked_free(&m);
    return bad;
}

static th_err put_lesson(cartridge *c, const th_page *page, const char *flat, const char *title)
{
    char path[TH_PAGE_ID_BYTES + 16];
    th_html out = {0};
    th_html_put(&out, "<!DOCTYPE html>\n<html lang=\"");
    th_html_text(&out, c->x->cfg->lang);
    th_html_put(&out, "\"><head><meta charset=\"UTF-8\"/>");
    put_element(&out, "title", title);
    th_html_put(&out, "</head><body>\n");
    put_element(&out, "h1", title);
    const th_err err = th_export_page(c->x, page, put_ask, c, &out);
    th_html_put(&out, "</body></html>\n");
    if (err) {
        th_html_free(&out);
        return err;
    }
    th_text_fmt(path, sizeof path, "pages/%s.html", flat);
    list_file(c, flat, "webcontent", path, true);
    return th_export_add(c->x, path, &out);
}

static th_err put_quiz(cartridge *c, const th_page *page, const char *flat, const char *title)
{
    char path[TH_PAGE_ID_BYTES + 16];
    th_html out = {0};
    th_quiz quiz;
    TH_TRY(th_export_items(c->x, page, &quiz));
    const th_err err = th_qti_assessment(c->x, &quiz, flat, title, &out);
    th_quiz_free(&quiz);
    if (err) {
        th_html_free(&out);
        return err;
    }
    th_text_fmt(path, sizeof path, "quizzes/%s.xml", flat);
    list_file(c, flat, "imsqti_xmlv1p2/imscc_xmlv1p3/assessment", path, false);
    return th_export_add(c->x, path, &out);
}

static th_err put_page(cartridge *c, const th_page *page)
{
    char flat[TH_PAGE_ID_BYTES];
    const char *title = th_export_title(c->x, page);
    th_export_flat(page->id, flat, sizeof flat);
    if (page->kind == TH_PAGE_CHAPTER) { /* a part of the contents, whose first page is its story */
        if (c->in_chapter) th_html_put(&c->items, "</item>\n");
        c->in_chapter = true;
        th_html_put(&c->items, "<item identifier=\"c-");
        th_html_text(&c->items, flat);
        th_html_put(&c->items, "\">");
        put_element(&c->items, "title", title);
    }
    list_item(c, flat, title);
    return th_export_is_quiz(page) ? put_quiz(c, page, flat, title) : put_lesson(c, page, flat, title);
}

/* ---- the manifest --------------------------------------------------------------------------------------------------
 */

static void put_lom(const th_export *x, const char *name, const char *text, th_html *out)
{
    th_html_fmt(out, "<lomimscc:%s><lomimscc:string language=\"", name);
    th_html_text(out, x->cfg->lang);
    th_html_put(out, "\">");
    th_html_text(out, text);
    th_html_fmt(out, "</lomimscc:string></lomimscc:%s>", name);
}

static th_err put_manifest(cartridge *c)
{
    const th_export *x = c->x;
    th_html out = {0};
    th_html_put(&out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<manifest identifier=\"thimble-");
    th_html_text(&out, x->course->id);
    th_html_put(&out, "\" xmlns=\"http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1\" "
                      "xmlns:lomimscc=\"http://ltsc.ieee.org/xsd/imsccv1p3/LOM/manifest\" "
                      "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                      "xsi:schemaLocation=\"http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1 "
                      "http://www.imsglobal.org/profile/cc/ccv1p3/ccv1p3_imscp_v1p2_v1p0.xsd "
                      "http://ltsc.ieee.org/xsd/imsccv1p3/LOM/manifest "
                      "http://www.imsglobal.org/profile/cc/ccv1p3/LOM/ccv1p3_lommanifest_v1p0.xsd\">\n"
                      "<metadata><schema>IMS Common Cartridge</schema><schemaversion>1.3.0</schemaversion>"
                      "<lomimscc:lom><lomimscc:general>");
    put_lom(x, "title", th_export_title(x, x->course), &out);
    put_lom(x, "description", th_page_value(x->cfg->shelf, x->course, x->cfg->lang, "summary"), &out);
    th_html_put(&out,
                "</lomimscc:general></lomimscc:lom></metadata>\n<organizations>"
                "<organization identifier=\"contents\" structure=\"rooted-hierarchy\"><item identifier=\"root\">\n");
    th_html_put(&out, c->items.text ? c->items.text : "");
    th_html_put(&out, c->in_chapter ? "</item>\n" : "");
    th_html_put(&out, "</item></organization></organizations>\n<resources>\n");
    th_html_put(&out, c->resources.text ? c->resources.text : "");
    th_html_put(&out, "</resources>\n</manifest>\n");
    if (c->items.failed || c->resources.failed) out.failed = true;
    return th_export_add(x, "imsmanifest.xml", &out);
}

th_err th_export_cartridge(th_export *x)
{
    cartridge c = {.x = x};
    size_t at = 0;
    const th_page *page;
    th_err err = TH_OK;
    x->links = &links;
    while (!err && (page = th_export_next(x, &at)) != NULL) err = put_page(&c, page);
    if (!err) err = th_export_pictures(x, "pages/", list_picture, &c);
    if (!err) err = put_manifest(&c);
    th_html_free(&c.items);
    th_html_free(&c.resources);
    return err;
}
