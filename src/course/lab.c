/* Labs: the recipe, the table of kinds, grading in order. */
#include "course/lab_priv.h"

#include "course/lab_text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const th_lab_kind *const kinds[] = {
    &th_lab_kind_number, &th_lab_kind_choice, &th_lab_kind_written, &th_lab_kind_c,
    &th_lab_kind_data,   &th_lab_kind_model,  &th_lab_kind_trace,   NULL};

static const char *const common_settings[] = {"title", "points", "why", "lesson", "after", NULL};
static const char *const lab_settings[] = {"edit", "lesson", NULL};
static const char *const start_settings[] = {"run", "fill", NULL};

static th_err no_memory(th_why *why)
{
    return th_why_set(why, TH_ENOMEM, "out of memory");
}

/* ---- settings ---- */

const char *th_lab_setting(const th_lab_prop *p, const char *name)
{
    const char *own = th_lab_get(p->own, name);
    return own ? own : th_lab_get(p->defaults, name);
}

/* "why" of "why.es" in Spanish, else "why". */
static const char *told(const char *lang, const th_lab_section *s, const char *name)
{
    char key[96];
    snprintf(key, sizeof key, "%s.%s", name, lang);
    const char *text = strcmp(lang, "en") == 0 ? NULL : th_lab_get(s, key);
    return text ? text : th_lab_get(s, name);
}

const char *th_lab_told(const th_lab *lab, const th_lab_prop *p, const char *name)
{
    const char *own = told(lab->cfg.lang, p->own, name);
    return own ? own : told(lab->cfg.lang, p->defaults, name);
}

const char *th_lab_next(const th_lab_prop *p, const char *name, size_t *at)
{
    const th_lab_section *s = th_lab_get(p->own, name) ? p->own : p->defaults;
    while (s && *at < s->n) {
        const th_lab_line *e = &s->entry[(*at)++];
        if (strcmp(e->name, name) == 0) return e->value;
    }
    return NULL;
}

th_err th_lab_amount(const th_lab_prop *p, const char *name, double def, double *value, th_why *why)
{
    const char *text = th_lab_setting(p, name);
    *value = def;
    if (!text) return TH_OK;
    if (th_lab_read_number(text, NULL, value)) return TH_OK;
    return th_why_set(why, TH_EFORMAT, "%s = %.60s is no number", name, text);
}

bool th_lab_yes(const th_lab_prop *p, const char *name)
{
    const char *text = th_lab_setting(p, name);
    return text && strcmp(text, "yes") == 0;
}

bool th_lab_part(const char **at, char sign, char *buf, size_t cap)
{
    if (!*at) return false;
    const char *end = strchr(*at, sign), *from = *at + strspn(*at, " \t");
    size_t n = end ? (size_t)(end - from) : strlen(from);
    if (end && end < from) n = 0;
    while (n && strchr(" \t", from[n - 1])) n--;
    snprintf(buf, cap, "%.*s", (int)n, from);
    *at = end ? end + 1 : NULL;
    return n > 0 || end;
}

/* ---- answers ---- */

const char *th_lab_answer(const th_lab_run *run, const char *name)
{
    const char *text = NULL;
    for (size_t i = 0; i < run->answers.n && !text; i++) text = th_lab_get(&run->answers.section[i], name);
    return text && *text ? text : NULL;
}

bool th_lab_read_number(const char *text, const char *unit, double *value)
{
    char plain[96];
    size_t n = 0;
    for (const char *c = text; *c; c++) {
        const bool space = *c == ' ' || *c == '_';
        if (n + 1 >= sizeof plain) return false;
        /* spaces between digits only: "12 000" */
        if (space && n && c[1] >= '0' && c[1] <= '9' && plain[n - 1] >= '0' && plain[n - 1] <= '9') continue;
        plain[n++] = *c == ',' ? '.' : *c;
    }
    plain[n] = 0;
    char *end;
    errno = 0;
    *value = strtod(plain, &end);
    if (end == plain || errno == ERANGE || *value != *value || *value - *value != 0) return false;
    end += strspn(end, " \t");
    return !*end || (unit && strcmp(end, unit) == 0);
}

size_t th_lab_words(const char *text)
{
    size_t n = 0;
    for (const char *at = text; *at;) {
        at += strspn(at, " \t\r\n");
        const size_t len = strcspn(at, " \t\r\n");
        /* a word has a letter or digit, or a byte of one in UTF-8 */
        for (size_t i = 0; i < len; i++) {
            const unsigned char c = (unsigned char)at[i];
            if (c >= 0x80 || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')) {
                n++;
                break;
            }
        }
        at += len;
    }
    return n;
}

void th_lab_say(th_lab_found *found, th_lab_state state, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *text = th_lab_vtext(fmt, args);
    va_end(args);
    free(found->saw);
    *found = (th_lab_found){state, text};
}

/* ---- opening ---- */

static th_err wrong_at(const th_lab *lab, int line, const char *text, th_why *why)
{
    return th_why_set(why, TH_EFORMAT, "%s, line %d: %s", lab->file, line, text);
}

/* "0.5..3 step 0.5" or "a | b | c" */
static th_err draw(const th_lab *lab, const th_lab_line *e, char text[256], th_why *why)
{
    th_why own = {0};
    if (strchr(e->value, '|')) {
        const char *at = e->value;
        size_t n = 0;
        while (th_lab_part(&at, '|', text, 256)) n++;
        size_t k = th_draw_place(n, lab->cfg.seed, lab->id, e->name);
        for (at = e->value; th_lab_part(&at, '|', text, 256) && k; k--) {
        }
        return TH_OK;
    }
    double lo, hi, step;
    if (!th_lab_range(e->value, &lo, &hi, &step))
        return wrong_at(lab, e->line, "a variable is LO..HI step S, or texts with | between them", why);
    if (th_draw_grid(lo, hi, step, lab->cfg.seed, lab->id, e->name, text, &own))
        return wrong_at(lab, e->line, own.text, why);
    return TH_OK;
}

static th_err draw_values(th_lab *lab, th_why *why)
{
    char text[256];
    snprintf(text, sizeof text, "%llu", (unsigned long long)lab->cfg.seed);
    TH_TRY(th_values_set(&lab->values, "seed", text, why));
    const th_lab_section *vars = th_lab_ini_find(&lab->ini, "vars", NULL);
    for (size_t i = 0; vars && i < vars->n; i++) {
        TH_TRY(draw(lab, &vars->entry[i], text, why));
        TH_TRY(th_values_set(&lab->values, vars->entry[i].name, text, why));
    }
    return TH_OK;
}

/* Names that are known later only. */
static th_err keep_later(th_values *v, th_why *why)
{
    static const char *const later[] = {"choice", NULL};
    for (size_t i = 0; later[i]; i++) {
        char text[32];
        snprintf(text, sizeof text, "[[%s]]", later[i]);
        TH_TRY(th_values_set(v, later[i], text, why));
    }
    return TH_OK;
}

/* The learner's values into every text of the recipe. */
static th_err fill_all(th_lab *lab, th_why *why)
{
    char sealed[32];
    th_values all = {0};
    th_err err = keep_later(&all, why);
    for (size_t i = 0; !err && i < lab->values.n; i++)
        err = th_values_set(&all, lab->values.value[i].name, lab->values.value[i].text, why);
    snprintf(sealed, sizeof sealed, "%llu", (unsigned long long)lab->cfg.sealed);
    if (!err) err = th_values_set(&all, "sealed", sealed, why);
    for (size_t i = 0; !err && i < lab->ini.n; i++) {
        th_lab_section *s = &lab->ini.section[i];
        for (size_t k = 0; !err && k < s->n && strcmp(s->kind, "vars") != 0; k++) {
            char *filled = NULL;
            th_why own = {0};
            err = th_values_fill(&all, s->entry[k].value, true, &filled, &own);
            if (err) err = wrong_at(lab, s->entry[k].line, own.text, why);
            if (!err) {
                free(s->entry[k].value);
                s->entry[k].value = filled;
            }
        }
    }
    th_values_free(&all);
    return err;
}

static bool in_list(const char *name, const char *const *list)
{
    for (; list && *list; list++)
        if (strcmp(name, *list) == 0) return true;
    return false;
}

/* Only settings that are known; "why.es" is "why". */
static th_err check_settings(const th_lab *lab, const th_lab_section *s, const char *const *a, const char *const *b,
                             th_why *why)
{
    for (size_t i = 0; i < s->n; i++) {
        char name[64], text[160];
        snprintf(name, sizeof name, "%s", s->entry[i].name);
        char *dot = strrchr(name, '.');
        if (dot && strlen(dot) == 3) *dot = 0;
        if (in_list(name, a) || in_list(name, b)) continue;
        snprintf(text, sizeof text, "[%s] has no setting \"%.60s\" (docs/labs.md)", s->kind, s->entry[i].name);
        return wrong_at(lab, s->entry[i].line, text, why);
    }
    return TH_OK;
}

static const th_lab_kind *find_kind(const char *name)
{
    for (size_t i = 0; kinds[i]; i++)
        if (strcmp(kinds[i]->name, name) == 0) return kinds[i];
    return NULL;
}

static bool is_slug(const char *name)
{
    return *name && name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == 0;
}

static const th_lab_prop *find_prop(const th_lab *lab, const char *name)
{
    for (size_t i = 0; i < lab->n_props; i++)
        if (strcmp(lab->prop[i].own->name, name) == 0) return &lab->prop[i];
    return NULL;
}

static th_err check_prop(const th_lab *lab, const th_lab_prop *p, th_why *why)
{
    th_why own = {0};
    double points;
    TH_TRY(check_settings(lab, p->own, common_settings, p->kind->settings, why));
    const char *after = th_lab_setting(p, "after");
    if (!is_slug(p->own->name))
        return wrong_at(lab, p->own->line, "a property's name is small letters, digits and -", why);
    if (find_prop(lab, p->own->name) != p)
        return wrong_at(lab, p->own->line, "a property above has this name already", why);
    const th_lab_prop *first = after ? find_prop(lab, after) : NULL;
    if (after && (!first || first >= p))
        return wrong_at(lab, p->own->line, "\"after\" must name a property that stands above", why);
    th_err err = th_lab_amount(p, "points", 1, &points, &own);
    if (!err && !(points > 0 && points <= 100)) err = th_why_set(&own, TH_EFORMAT, "points must be above 0, to 100");
    if (!err) err = p->kind->check(lab, p, &own);
    return err ? wrong_at(lab, p->own->line, own.text, why) : TH_OK;
}

/* Sections to properties. */
static th_err take_props(th_lab *lab, th_why *why)
{
    lab->prop = calloc(lab->ini.n + 1, sizeof *lab->prop);
    if (!lab->prop) return no_memory(why);
    for (size_t i = 0; i < lab->ini.n; i++) {
        const th_lab_section *s = &lab->ini.section[i];
        const th_lab_kind *kind = find_kind(s->kind);
        const bool start = strcmp(s->kind, "start") == 0, top = strcmp(s->kind, "lab") == 0;
        char text[120];
        if (i == 0) {
            if (s->n) return wrong_at(lab, s->entry[0].line, "a recipe begins with [lab]", why);
        } else if (start || top) {
            TH_TRY(check_settings(lab, s, start ? start_settings : lab_settings, NULL, why));
        } else if (!kind && strcmp(s->kind, "vars") != 0) {
            snprintf(text, sizeof text, "there is no kind [%.60s] (docs/labs.md lists them)", s->kind);
            return wrong_at(lab, s->line, text, why);
        } else if (kind && !*s->name) {
            TH_TRY(check_settings(lab, s, common_settings, kind->settings, why));
        } else if (kind) {
            const th_lab_section *defaults = th_lab_ini_find(&lab->ini, s->kind, "");
            lab->prop[lab->n_props++] = (th_lab_prop){kind, s, defaults && defaults < s ? defaults : NULL};
        }
    }
    if (!lab->n_props) return th_why_set(why, TH_EFORMAT, "%s: a lab needs a property to be graded", lab->file);
    for (size_t i = 0; i < lab->n_props; i++) TH_TRY(check_prop(lab, &lab->prop[i], why));
    return TH_OK;
}

/* "rule/nudge" and "rule/nudge/lab" are the same lab. */
static const th_page *find_page(const th_shelf *shelf, const char *id)
{
    char lab[TH_PAGE_ID_BYTES];
    const th_page *page = th_shelf_find(shelf, id);
    if (!page || page->kind != TH_PAGE_LAB) {
        snprintf(lab, sizeof lab, "%s/lab", id);
        page = th_shelf_find(shelf, lab);
    }
    return page && page->kind == TH_PAGE_LAB ? page : NULL;
}

/* Folder, recipe's path and name out of the page: ".../lab/lab.md", "rule/nudge/lab". */
static th_err name_it(th_lab *lab, const th_page *page, th_why *why)
{
    const char *slash = strrchr(page->file, '/'), *end = strrchr(page->id, '/');
    if (!slash || !end || slash - page->file > 480)
        return th_why_set(why, TH_EFORMAT, "%s is not in a folder of its own", page->file);
    snprintf(lab->folder, sizeof lab->folder, "%.*s/", (int)(slash - page->file), page->file);
    snprintf(lab->file, sizeof lab->file, "%.490slab.ini", lab->folder);
    snprintf(lab->id, sizeof lab->id, "%s", page->id);
    const char *chapter = end;
    while (chapter > page->id && chapter[-1] != '/') chapter--;
    /* two courses may have a chapter of one name */
    size_t n;
    const th_page *pages = th_shelf_pages(lab->shelf, &n);
    for (size_t i = 0; i < n; i++) {
        const size_t len = strlen(pages[i].id), tail = strlen(chapter);
        if (pages[i].kind == TH_PAGE_LAB && &pages[i] != page && len > tail && pages[i].id[len - tail - 1] == '/' &&
            strcmp(pages[i].id + len - tail, chapter) == 0)
            chapter = page->id;
    }
    snprintf(lab->name, sizeof lab->name, "%.*s", (int)(end - chapter), chapter);
    for (char *c = lab->name; *c; c++)
        if (*c == '/') *c = '-';
    return TH_OK;
}

static th_err open_lab(th_lab *lab, const th_page *page, th_why *why)
{
    th_span text;
    TH_TRY(name_it(lab, page, why));
    if (!lab->cfg.lang || !*lab->cfg.lang) lab->cfg.lang = "en";
    if (!lab->cfg.sealed) lab->cfg.sealed = th_lab_seed_of(lab->id);
    TH_TRY(th_shelf_file(lab->shelf, lab->file, &text, why));
    TH_TRY(th_lab_ini_read(text, lab->file, true, &lab->ini, why));
    TH_TRY(draw_values(lab, why));
    TH_TRY(fill_all(lab, why));
    return take_props(lab, why);
}

th_err th_lab_open(const th_shelf *shelf, const char *id, const th_lab_cfg *cfg, th_lab **lab, th_why *why)
{
    const th_page *page = find_page(shelf, id);
    *lab = NULL;
    if (!page)
        return th_why_set(why, TH_ENOENT, "there is no lab \"%.100s\". thimble course list names them (rule/coin, ..)",
                          id);
    th_lab *l = calloc(1, sizeof *l);
    if (!l) return no_memory(why);
    l->shelf = shelf;
    l->cfg = *cfg;
    const th_err err = open_lab(l, page, why);
    if (err)
        th_lab_close(l);
    else
        *lab = l;
    return err;
}

void th_lab_close(th_lab *lab)
{
    if (!lab) return;
    th_lab_ini_free(&lab->ini);
    th_values_free(&lab->values);
    free(lab->prop);
    free(lab);
}

const char *th_lab_id(const th_lab *lab)
{
    return lab->id;
}

const char *th_lab_name(const th_lab *lab)
{
    return lab->name;
}

const th_values *th_lab_values(const th_lab *lab)
{
    return &lab->values;
}

uint64_t th_lab_seed_of(const char *learner)
{
    /* 53 bits: exact as a number of JSON anywhere */
    uint64_t h = 0xcbf29ce484222325u;
    for (; *learner; learner++) h = (h ^ (unsigned char)*learner) * 0x100000001b3u;
    return (h ^ h >> 32) % 1000000007u + 1;
}

/* ---- what a page asks ---- */

bool th_lab_edits(const th_lab *lab, const char *file)
{
    char one[256];
    const char *at = th_lab_get(th_lab_ini_find(&lab->ini, "lab", NULL), "edit");
    if (strcmp(file, "answers.ini") == 0) return true;
    while (th_lab_part(&at, ',', one, sizeof one))
        if (strcmp(one, file) == 0) return true;
    return false;
}

static const char *title_of(const th_lab *lab, const th_lab_prop *p)
{
    const char *title = th_lab_told(lab, p, "title");
    return title ? title : p->own->name;
}

static double points_of(const th_lab_prop *p)
{
    double points = 1;
    return th_lab_amount(p, "points", 1, &points, NULL) ? 1 : points;
}

th_err th_lab_json(const th_lab *lab, json_t **json, th_why *why)
{
    char one[256];
    json_t *edit = json_array(), *answers = json_array(), *props = json_array(), *used = json_array();
    const char *at = th_lab_get(th_lab_ini_find(&lab->ini, "lab", NULL), "edit");
    while (th_lab_part(&at, ',', one, sizeof one)) json_array_append_new(edit, json_string(one));
    th_err err = TH_OK;
    for (size_t i = 0; i < lab->n_props && !err; i++) {
        const th_lab_prop *p = &lab->prop[i];
        json_array_append_new(props, json_pack("{s:s, s:s, s:s, s:f}", "name", p->own->name, "kind", p->kind->name,
                                               "title", title_of(lab, p), "points", points_of(p)));
        if (p->kind->ask) err = p->kind->ask(lab, p, answers, why);
        bool new = true;
        for (size_t k = 0; k < i; k++) new = new && lab->prop[k].kind != p->kind;
        if (new) json_array_append_new(used, json_string(p->kind->name));
    }
    *json = json_pack("{s:o, s:o, s:o, s:o}", "kinds", used, "edit", edit, "answers", answers, "properties", props);
    if (!*json && !err) err = no_memory(why);
    if (err) json_decref(*json);
    return err;
}

/* ---- grading ---- */

static const char *const state_names[] = {"failed", "passed", "unseen"};

static json_t *told_of(const th_lab *lab, const th_lab_prop *p, const th_lab_found *f)
{
    const char *reason = th_lab_told(lab, p, "why"), *lesson = th_lab_setting(p, "lesson");
    if (!lesson) lesson = th_lab_get(th_lab_ini_find(&lab->ini, "lab", NULL), "lesson");
    const double of = points_of(p);
    /* what a program or a learner's file says may be any bytes */
    json_t *saw = json_string(f->saw ? f->saw : "");
    if (!saw) saw = json_string("(what was seen is no text)");
    return json_pack("{s:s, s:s, s:s, s:f, s:f, s:b, s:s, s:o, s:s?, s:s?}", "name", p->own->name, "kind",
                     p->kind->name, "title", title_of(lab, p), "points", f->state == TH_LAB_PASSED ? of : 0.0, "of", of,
                     "ok", f->state == TH_LAB_PASSED, "state", state_names[f->state], "saw", saw, "why", reason,
                     "lesson", lesson);
}

static th_err look_at(th_lab_run *run, const th_lab_prop *p, const json_t *props, th_lab_found *found, th_why *why)
{
    const char *after = th_lab_setting(p, "after");
    const size_t first = after ? (size_t)(find_prop(run->lab, after) - run->lab->prop) : 0;
    if (!after || json_is_true(json_object_get(json_array_get(props, first), "ok"))) {
        th_why own = {0};
        const th_err err = p->kind->grade(run, p, found, &own);
        if (err != TH_ETOOL) return err ? th_why_set(why, err, "%s", own.text) : TH_OK;
        th_lab_say(found, TH_LAB_UNSEEN, "This computer can't look at it: %s. It is no mistake of yours.", own.text);
        return TH_OK;
    }
    th_lab_say(found, TH_LAB_FAILED, "Not looked at yet: \"%s\" comes first.",
               title_of(run->lab, &run->lab->prop[first]));
    return TH_OK;
}

/* What peers read of a property that has a rubric: {name, title, text, rubric}; NULL: nothing. */
static json_t *text_of(th_lab_run *run, const th_lab_prop *p)
{
    size_t at = 0;
    char *text = p->kind->text && th_lab_setting(p, "rubric") ? p->kind->text(run, p) : NULL;
    if (!text) return NULL;
    json_t *rubric = json_array();
    for (const char *line; (line = th_lab_next(p, "rubric", &at));) {
        const char *colon = strchr(line, ':');
        if (colon)
            json_array_append_new(rubric, json_pack("{s:s%, s:s}", "name", line, (size_t)(colon - line), "text",
                                                    colon + 1 + strspn(colon + 1, " ")));
    }
    json_t *o = json_pack("{s:s, s:s, s:s, s:o}", "name", p->own->name, "title", title_of(run->lab, p), "text", text,
                          "rubric", rubric);
    free(text);
    return o;
}

static th_err grade_all(th_lab_run *run, const char *level, json_t **result, th_why *why)
{
    const th_lab *lab = run->lab;
    double score = 0, of = 0, unseen = 0;
    json_t *props = json_array(), *texts = json_array();
    for (size_t i = 0; i < lab->n_props; i++) {
        const th_lab_prop *p = &lab->prop[i];
        th_lab_found found = {0};
        const th_err err = look_at(run, p, props, &found, why);
        json_array_append_new(props, told_of(lab, p, &found));
        of += points_of(p);
        json_t *text = found.state == TH_LAB_PASSED ? text_of(run, p) : NULL;
        if (text) json_array_append_new(texts, text);
        if (found.state == TH_LAB_PASSED) score += points_of(p);
        if (found.state == TH_LAB_UNSEEN) unseen += points_of(p);
        free(found.saw);
        if (err) {
            json_decref(props);
            json_decref(texts);
            return err;
        }
    }
    *result = json_pack("{s:s, s:s, s:s, s:I, s:f, s:f, s:f, s:o, s:o}", "lab", lab->id, "level", level, "version",
                        lab->cfg.version ? lab->cfg.version : "", "seed", (json_int_t)lab->cfg.seed, "score", score,
                        "of", of, "unseen", unseen, "properties", props, "texts", texts);
    return *result ? TH_OK : no_memory(why);
}

th_err th_lab_grade(const th_lab *lab, const char *dir, const char *level, json_t **result, th_why *why)
{
    *result = NULL;
    th_lab_run *run = calloc(1, sizeof *run);
    if (!run) return no_memory(why);
    run->lab = lab;
    th_err err = th_path_absolute(run->dir, dir, why);
    if (!err) err = th_dir_temp(run->work, why);
    if (!err) err = th_lab_answers_read(run->dir, &run->answers, why);
    if (!err) err = grade_all(run, level, result, why);
    if (run->work[0]) th_dir_remove(run->work);
    th_lab_ini_free(&run->answers);
    th_lab_said_free(run->said);
    th_lab_cases_free(run->cases);
    th_lab_sealed_free(run->sealed);
    free(run);
    return err;
}
