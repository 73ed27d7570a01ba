/* A project's network: its lines, what they cost on a board as one types; and the presets and boards there are. */
#include "data/front.h"
#include "data/project_edit.h"
#include "deploy/board.h"
#include "design/design.h"
#include "design/preview.h"
#include "serve/ini.h"
#include "serve/routes.h"

#include <stdlib.h>
#include <string.h>

#define BODY_MAX      ((size_t)64 << 10)
#define MOST_MEASURED 2 /* firmwares that are built for previews at once */

/* ---- boards and presets ---- */

static th_err boards(const th_request *r, th_reply *out, th_why *why)
{
    size_t n;
    const th_board *all = th_board_all(&n);
    json_t *list = json_array();
    (void)r;
    for (size_t i = 0; i < n; i++) {
        const th_board *b = &all[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:f, s:b}", "name", b->name, "title",
                                              b->title, "chip", b->chip, "cpu", b->core->name, "ram",
                                              (json_int_t)b->ram_bytes, "flash", (json_int_t)b->flash_bytes, "mhz",
                                              b->clock_hz / 1e6, "emulated", b->emulator != NULL));
    }
    return th_reply_json(out, 200, list, why);
}

static th_err presets(const th_request *r, th_reply *out, th_why *why)
{
    json_t *list;
    const char *task = th_request_query(r, "task");
    if (task && !th_task_find(task)) return th_why_set(why, TH_EUSAGE, "there is no task \"%.40s\"", task);
    TH_TRY(th_presets_json(task, &list, why));
    return th_reply_json(out, 200, list, why);
}

/* ---- the lines ---- */

/* Own lines as they stand in the file, with their remarks; else the preset's. */
static json_t *lines_of(const th_ini *ini, const th_network *n, bool *own)
{
    size_t from, to;
    *own = th_ini_model(ini->text, ini->n, &from, &to);
    json_t *text = *own ? json_stringn(ini->text + from, to - from) : NULL;
    return text ? text : json_string(*own || !n ? "" : n->text);
}

static th_err reply_model(const th_project *p, th_reply *out, th_why *why)
{
    th_ini ini;
    th_network *n = NULL;
    th_why wrong = {0};
    bool own;
    TH_TRY(th_ini_open(p, &ini, why));
    const bool learner = th_task_learner(th_project_task(p), p->preset);
    const th_err err = th_network_open(p, NULL, NULL, &n, &wrong);
    json_t *text = lines_of(&ini, err && n && !n->text ? NULL : n, &own);
    json_t *o = json_pack("{s:s, s:o, s:b, s:b, s:s}", "preset", p->preset, "text", text, "own", own, "learner",
                          learner, "revision", ini.revision);
    th_network_free(n);
    th_ini_close(&ini);
    return th_reply_json(out, 200, o, why);
}

static th_err get_model(const th_request *r, th_project *p, th_reply *out, th_why *why)
{
    (void)r;
    return reply_model(p, out, why);
}

/* What a body asks for. */
typedef struct asked {
    json_t *body;
    const char *preset, *text; /* NULL: not said */
} asked;

static th_err read_asked(const th_request *r, asked *a, th_why *why)
{
    static const char *const names[] = {"preset", "text"};
    *a = (asked){0};
    TH_TRY(th_request_json(r, &a->body, why));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const json_t *v = json_object_get(a->body, names[i]);
        if (v && !json_is_null(v) && !json_is_string(v))
            return th_why_set(why, TH_EUSAGE, "%s must be a text", names[i]);
    }
    a->preset = json_string_value(json_object_get(a->body, "preset"));
    a->text = json_string_value(json_object_get(a->body, "text"));
    return TH_OK;
}

/* {line, text} of what is wrong with a description; line 0: none of its own. */
static int32_t complaint(const th_network *n, const th_why *wrong, const char **text)
{
    const bool lines = n && n->spec.bad_line > 0 && n->text == n->project.model;
    const int32_t line = th_ini_complaint(wrong->text, text);
    return lines ? line : 0;
}

static th_err save(void *ctx, const th_project *p, th_why *why)
{
    const asked *a = ctx;
    return th_project_save_model(p, a->preset, a->text ? a->text : a->preset ? "" : NULL, why);
}

static bool is_empty(const char *text)
{
    return text[strspn(text, " \t\r\n")] == 0;
}

/* Is it a network of this project?  A classic learner is one too. */
static th_err check(const th_project *p, const asked *a, int32_t *line, th_why *why)
{
    th_network *n = NULL;
    th_why wrong = {0};
    th_preset preset;
    char text_of[TH_PRESET_BYTES];
    const bool own = a->text && !is_empty(a->text);
    const bool learner = a->preset && th_task_learner(th_project_task(p), a->preset);
    *line = 0;
    if (a->preset && !learner) TH_TRY(th_preset_make(a->preset, text_of, &preset, why));
    if (!own && (learner || !a->preset)) return TH_OK;
    const th_err err = th_network_open(p, a->preset, own ? a->text : NULL, &n, &wrong);
    if (err) {
        const char *text;
        *line = complaint(n, &wrong, &text);
        (void)th_why_set(why, err, "%s", wrong.err ? text : th_err_text(err));
    }
    th_network_free(n);
    return err;
}

static th_err put_asked(const th_request *r, th_project *p, asked *a, th_reply *out, th_why *why)
{
    th_why wrong = {0};
    int32_t line;
    if (!a->preset && !a->text) return th_why_set(why, TH_EUSAGE, "preset or text is missing");
    const th_err bad = check(p, a, &line, &wrong);
    if (bad == TH_ENOMEM) return th_why_set(why, bad, "%s", wrong.text);
    if (bad) return th_ini_wrong(out, wrong.text, line, why);
    TH_TRY(th_ini_change(r, p, json_object_get(a->body, "revision"), save, a, why));
    th_project *now;
    th_err err = th_request_project(r, &now, why);
    if (!err) err = reply_model(now, out, why);
    free(now);
    return err;
}

static th_err put_model(const th_request *r, th_project *p, th_reply *out, th_why *why)
{
    asked a;
    th_err err = read_asked(r, &a, why);
    if (!err) err = put_asked(r, p, &a, out, why);
    json_decref(a.body);
    return err;
}

/* ---- what it costs ---- */

static json_t *preview_json(const th_network *n, const th_preview *preview, const th_board *board)
{
    json_t *o = th_preview_json(&n->spec, preview, board);
    json_object_set_new(o, "preset", json_string(n->preset.name));
    json_object_set_new(o, "text", json_string(n->text));
    json_object_set_new(o, "assumed", json_boolean(n->assumed));
    json_object_set_new(o, "exact", json_boolean(!preview->measure.estimate));
    return o;
}

/* Building takes seconds, so not for everybody at once: who comes too late gets the estimate, and may ask again. */
static th_err measure(const th_request *r, const th_network *n, const th_board *board, bool exact, th_preview *preview,
                      th_why *why)
{
    if (exact && atomic_fetch_add(&r->site->measuring, 1) >= MOST_MEASURED) {
        atomic_fetch_sub(&r->site->measuring, 1);
        exact = false;
    }
    const th_err err = th_preview_make(&n->spec, n, board, exact, preview, why);
    if (exact) atomic_fetch_sub(&r->site->measuring, 1);
    return err;
}

static th_err preview_asked(const th_request *r, const asked *a, const th_project *p, th_reply *out, th_why *why)
{
    th_network *n = NULL;
    const th_board *board;
    th_why wrong = {0};
    th_preview preview;
    const json_t *name = json_object_get(a->body, "board");
    if (name && !json_is_string(name)) return th_why_set(why, TH_EUSAGE, "board must be a text");
    TH_TRY(th_board_find(name ? json_string_value(name) : p->board, &board, why));
    th_err err = th_network_open(p, a->preset, a->text, &n, &wrong);
    if (!err) err = measure(r, n, board, json_is_true(json_object_get(a->body, "exact")), &preview, &wrong);
    json_t *o = NULL;
    if (!err) {
        o = preview_json(n, &preview, board);
    } else if (err != TH_ENOMEM) {
        const char *text = NULL;
        const int32_t line = complaint(n, &wrong, &text);
        o = json_pack("{s:{s:i, s:o}}", "error", "line", (int)line, "text",
                      th_text_json(wrong.err ? text : th_err_text(err)));
    }
    th_network_free(n);
    return o ? th_reply_json(out, 200, o, why) : th_why_set(why, TH_ENOMEM, "out of memory for a network");
}

static th_err preview(const th_request *r, th_project *p, th_reply *out, th_why *why)
{
    asked a;
    th_err err = read_asked(r, &a, why);
    if (!err) err = preview_asked(r, &a, p, out, why);
    json_decref(a.body);
    return err;
}

const th_route th_routes_model[] = {
    {"GET", "/api/v1/boards", TH_ROLE_LEARNER, 0, .handle = boards},
    {"GET", "/api/v1/presets", TH_ROLE_LEARNER, 0, .handle = presets},
    {"GET", "/api/v1/projects/{project}/model", TH_ROLE_LEARNER, 0, .with_project = get_model},
    {"PUT", "/api/v1/projects/{project}/model", TH_ROLE_TEACHER, BODY_MAX, .with_project = put_model},
    {"POST", "/api/v1/projects/{project}/model/preview", TH_ROLE_LEARNER, BODY_MAX, .with_project = preview},
    {0},
};
