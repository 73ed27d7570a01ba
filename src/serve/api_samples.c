/* Samples: list, send, get, change, delete, take back; their files; what the page that collects them wants to know. */
#include "base/text.h"
#include "data/describe.h"
#include "data/filter.h"
#include "data/import.h"
#include "data/task_import.h"
#include "os/capture.h"
#include "os/run.h"
#include "serve/desk.h"
#include "serve/guard.h"
#include "serve/jobs.h"
#include "serve/routes.h"
#include "serve/upload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOURCE      "studio" /* what a sample that came this way says of where it came from */
#define BODY_MAX    ((size_t)16 << 20)
#define PATCH_MAX   ((size_t)64 << 10)
#define TEXT_MAX    200 /* bytes of a text about a sample */
#define NOTES_MAX   2000
#define MOST_LISTED 1000

/* ---- as JSON ----------------------------------------------------------------------------------------------------- */

/* th_sample_json with the texts that a page shows in any case, and its length in seconds. */
static json_t *sample_json(const th_sample *s)
{
    static const char *const always[] = {"label", "subject", "consent", "device", "source", "name", "notes"};
    json_t *o = th_sample_json(s);
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        if (!json_object_get(o, always[i])) json_object_set_new(o, always[i], json_string(""));
    if (s->rate_hz > 0) json_object_set_new(o, "seconds", json_real(s->n_rows / s->rate_hz));
    return o;
}

static th_err reply_sample(th_reply *out, int status, const th_sample *s, th_why *why)
{
    return th_reply_json(out, status, sample_json(s), why);
}

/* ---- list -------------------------------------------------------------------------------------------------------- */

static th_err read_filter(const th_request *r, th_filter *f, th_why *why)
{
    const char *split = th_request_query(r, "split"), *kind = th_request_query(r, "kind");
    *f = (th_filter){.label = th_request_query(r, "label"),
                     .subject = th_request_query(r, "subject"),
                     .source = th_request_query(r, "source"),
                     .name = th_request_query(r, "name"),
                     .hash = th_request_query(r, "hash"),
                     .kind = -1,
                     .split = -1};
    th_split s = TH_TRAIN;
    if (split) {
        TH_TRY(th_split_read(split, &s, why));
        f->split = (int)s;
    }
    return kind ? th_kind_read(kind, &f->kind, why) : TH_OK;
}

/* reverse: from the last one on. */
static json_t *list_json(const th_dataset *set, const th_filter *f, int64_t offset, int64_t limit, bool reverse)
{
    json_t *page = json_array();
    int64_t total = 0;
    for (size_t k = 0; k < set->n; k++) {
        const th_sample *s = &set->samples[reverse ? set->n - 1 - k : k];
        if (!th_filter_takes(f, s)) continue;
        if (total >= offset && total < offset + limit) json_array_append_new(page, sample_json(s));
        total++;
    }
    return json_pack("{s:I, s:I, s:o}", "total", (json_int_t)total, "offset", (json_int_t)offset, "samples", page);
}

static th_err list(const th_request *r, th_project *p, th_reply *out, th_why *why)
{
    th_filter f;
    int64_t offset, limit, reverse;
    th_sheet *sheet;
    const th_dataset *set;
    TH_TRY(read_filter(r, &f, why));
    TH_TRY(th_request_int(r, "offset", 0, INT32_MAX, 0, &offset, why));
    TH_TRY(th_request_int(r, "limit", 0, MOST_LISTED, 100, &limit, why));
    TH_TRY(th_request_int(r, "reverse", 0, 1, 0, &reverse, why));
    TH_TRY(th_desk_enter(r->site->desk, p, &sheet, &set, why));
    json_t *o = list_json(set, &f, offset, limit, reverse != 0);
    th_desk_leave(sheet);
    return th_reply_json(out, 200, o, why);
}

/* ---- what is wanted ---------------------------------------------------------------------------------------------- */

static const char *input_name(const th_project *p)
{
    static const char *const names[] = {[TH_IN_SOUND] = "sound",
                                        [TH_IN_SIGNAL] = "signal",
                                        [TH_IN_PICTURE] = "picture",
                                        [TH_IN_STROKE] = "stroke",
                                        [TH_IN_NUMBER] = "number"};
    return names[th_project_task(p)->input];
}

/* The row of a label in *rows, made when it is not there. */
static json_t *label_row(json_t *rows, json_t *known, const char *label)
{
    json_t *row = json_object_get(known, label);
    if (row) return row;
    row = json_pack("{s:s, s:i, s:i, s:i, s:f, s:{}}", "label", label, "train", 0, "val", 0, "test", 0, "seconds", 0.0,
                    "subjects");
    json_object_set(known, label, row);
    json_array_append_new(rows, row);
    return row;
}

static void count_in(json_t *row, const th_sample *s)
{
    json_t *n = json_object_get(row, th_split_name(s->split)), *seconds = json_object_get(row, "seconds"),
           *who = json_object_get(row, "subjects");
    json_integer_set(n, json_integer_value(n) + 1);
    if (s->rate_hz > 0) json_real_set(seconds, json_real_value(seconds) + s->n_rows / s->rate_hz);
    if (*s->subject) json_object_set_new(who, s->subject, json_true());
}

/* By label: how many, in which parts, how long, of how many people. */
static json_t *counts_json(const th_project *p, const th_dataset *set)
{
    json_t *rows = json_array(), *known = json_object();
    for (int32_t i = 0; i < p->n_labels; i++) (void)label_row(rows, known, p->labels[i]);
    for (size_t i = 0; i < set->n; i++) count_in(label_row(rows, known, set->samples[i].label), &set->samples[i]);
    json_decref(known);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        const json_int_t people = (json_int_t)json_object_size(json_object_get(row, "subjects"));
        json_object_set_new(row, "subjects", json_integer(people));
    }
    return rows;
}

/* What makes a first model work: more is better.  A label of sounds or pictures, of a sensor windows of it. */
#define WANTED_CLIPS   30
#define WANTED_SECONDS 60
#define WANTED_PEOPLE  5

static th_err wanted(const th_request *r, th_project *p, th_reply *out, th_why *why)
{
    th_sheet *sheet;
    const th_dataset *set;
    TH_TRY(th_desk_enter(r->site->desk, p, &sheet, &set, why));
    json_t *labels = counts_json(p, set);
    const char *channels = set->n ? set->samples[0].channels : "";
    json_t *o = json_pack("{s:s, s:s, s:o, s:I, s:s, s:i, s:i, s:f, s:i, s:{s:i, s:i, s:s}, s:{s:i, s:i, s:i}}", "task",
                          p->task, "input", input_name(p), "labels", labels, "samples", (json_int_t)set->n, "channels",
                          channels, "rate_hz", (int)p->rate_hz, "clip_ms", (int)p->clip_ms, "signal_hz",
                          (double)p->recipe.rate_hz, "window_ms", (int)p->recipe.window_ms, "picture", "width",
                          (int)p->picture_w, "height", (int)p->picture_h, "colour", p->colour, "enough", "clips",
                          WANTED_CLIPS, "seconds", WANTED_SECONDS, "people", WANTED_PEOPLE);
    th_desk_leave(sheet);
    return th_reply_json(out, 200, o, why);
}

/* ---- send one ---------------------------------------------------------------------------------------------------- */

/* What the query says about the sample. */
typedef struct about {
    const char *label, *word, *subject, *device, *consent, *licence, *group, *notes, *name;
    int split; /* th_split, or -1: as the rules say */
    bool new_label;
} about;

static const char *text_of(const th_request *r, const char *name)
{
    const char *text = th_request_query(r, name);
    return text ? text : "";
}

static th_err check_length(const char *key, const char *text, size_t most, th_why *why)
{
    if (strlen(text) <= most) return TH_OK;
    return th_why_set(why, TH_EUSAGE, "%s is too long: at most %zu bytes", key, most);
}

static th_err read_about(const th_request *r, about *a, th_why *why)
{
    const char *split = th_request_query(r, "split");
    int64_t new;
    th_split s = TH_TRAIN;
    *a = (about){.label = text_of(r, "label"), .split = -1};
#define X(key)                                                                                                         \
    a->key = text_of(r, #key);                                                                                         \
    TH_TRY(check_length(#key, a->key, strcmp(#key, "notes") == 0 ? NOTES_MAX : TEXT_MAX, why));
    X(word)
    X(subject)
    X(device)
    X(consent)
    X(licence)
    X(group)
    X(notes)
    X(name)
#undef X
    if (!*a->label) return th_why_set(why, TH_EUSAGE, "what is it an example of? Add ?label=NAME");
    TH_TRY(th_label_check(a->label, why));
    if (*a->word) TH_TRY(th_label_check(a->word, why));
    TH_TRY(th_request_int(r, "new", 0, 1, 0, &new, why));
    a->new_label = new != 0;
    if (split) {
        TH_TRY(th_split_read(split, &s, why));
        a->split = (int)s;
    }
    return TH_OK;
}

/* A word that is to be heard is said in thimble.ini; what a sensor learns may be named as it comes, as `data record`
 * does. */
static th_err take_label(th_project *p, const char *label, bool new_label, th_why *why)
{
    bool added;
    const bool sound = th_project_task(p)->input == TH_IN_SOUND;
    if (th_project_label(p, label) >= 0) return TH_OK;
    if (sound && !new_label)
        return th_why_set(why, TH_EUSAGE,
                          "\"%s\" is no label of this project. Add ?new=1 to make it one, or send it as "
                          "?label=unknown&word=%s",
                          label, label);
    if (!sound && !p->n_labels) return TH_OK; /* the first sample of all brings the first label */
    return th_project_add_label(p, label, &added, why);
}

typedef struct sending {
    const about *a;
    const th_upload *u;
    char name[TEXT_MAX + 128];
    bool again, there; /* the content was in the data; its sample is known */
    th_sample sample;  /* result: a copy of it, or of the first piece */
    size_t pieces;
} sending;

static th_err add_content(sending *s, th_project *p, th_dataset *set, size_t *added, th_why *why)
{
    static const th_split_cfg sounds = {.val = 0.1, .test = 0.1, .seed = 1};
    const th_task_import_cfg others = {.split = {.val = 0.15, .test = 0.15, .seed = 1}};
    const about *a = s->a;
    const th_upload *u = s->u;
    th_task_import_report report = {0};
    th_err err;
    if (u->kind == TH_SOUND) {
        const char *word = *a->word && strcmp(a->label, TH_LABEL_UNKNOWN) == 0 ? a->word : a->label;
        const th_sample known = {.word = word, .name = s->name, .subject = a->subject, .source = SOURCE};
        return th_import_recorded(p, set, &known, u->pcm, u->n, &sounds, added, why);
    }
    if (u->kind == TH_PICTURE) {
        const th_found_picture f = {.name = s->name,
                                    .label = a->label,
                                    .subject = a->subject,
                                    .w = u->width,
                                    .h = u->height,
                                    .file = u->picture};
        err = th_task_import_taken(p, set, &f, SOURCE, &others, &report, why);
    } else {
        const th_recording rec = {.name = s->name,
                                  .channels = u->channels,
                                  .label = a->label,
                                  .subject = a->subject,
                                  .device = "",
                                  .group = a->group,
                                  .rate_hz = u->rate_hz,
                                  .rows = u->rows,
                                  .n = u->n,
                                  .n_channels = u->n_channels};
        err = th_task_import_recorded(p, set, &rec, SOURCE, &others, &report, why);
    }
    *added = report.added;
    return err;
}

/* What the rules for a split do not look at. */
static th_err describe_new(const about *a, th_dataset *set, size_t first, th_why *why)
{
    for (size_t i = first; i < set->n; i++) {
#define X(key)                                                                                                         \
    if (*a->key) TH_TRY(th_dataset_set(set, i, #key, a->key, why));
        X(device)
        X(consent)
        X(licence)
        X(group)
        X(notes)
#undef X
        if (a->split >= 0) set->samples[i].split = (th_split)a->split;
    }
    return TH_OK;
}

static th_err is_there(sending *s, const th_dataset *set, th_why *why)
{
    size_t i;
    free(s->sample.block); /* of a try before this one */
    s->sample.block = NULL;
    s->again = true;
    if (th_desk_find(set, s->u->hash, &i, NULL)) return TH_OK; /* it was cut into pieces: all of them are there */
    s->there = true;
    return th_sample_copy(&set->samples[i], &s->sample, why);
}

static th_err add_sample(void *ctx, th_project *p, th_dataset *set, th_samples_edit *e, th_why *why)
{
    sending *s = ctx;
    size_t added = 0, i;
    th_why inner = {0};
    if (!th_desk_find(set, s->u->hash, &i, NULL)) return is_there(s, set, why);
    TH_TRY(take_label(p, s->a->label, s->a->new_label, why));
    const th_err err = add_content(s, p, set, &added, &inner);
    if (err == TH_EEXIST) return is_there(s, set, why);
    if (err) return th_why_set(why, err, "%s", inner.text);
    TH_TRY(describe_new(s->a, set, set->n - added, why));
    free(s->sample.block); /* of a try before this one */
    s->sample.block = NULL;
    s->pieces = added;
    e->in = &set->samples[set->n - added];
    e->n_in = added;
    return th_sample_copy(e->in, &s->sample, why);
}

static json_t *sent_json(const sending *s)
{
    json_t *warnings = json_array();
    for (int i = 0; i < s->u->n_warnings; i++)
        json_array_append_new(warnings,
                              json_pack("{s:s, s:s}", "code", s->u->warning[i].code, "text", s->u->warning[i].text));
    json_t *sample = s->sample.block ? sample_json(&s->sample) : json_null();
    return json_pack("{s:o, s:I, s:o}", "sample", sample, "pieces", (json_int_t)s->pieces, "warnings", warnings);
}

/* LABEL/DATE-HASH.suffix, unless the sender has a name for it. */
static void name_it(sending *s, const char *type)
{
    char date[TH_DATE_BYTES];
    const char *suffix = s->u->kind == TH_SOUND    ? "wav"
                         : s->u->kind == TH_SIGNAL ? "csv"
                         : strstr(type, "png")     ? "png"
                                                   : "jpg";
    th_clock_date(date);
    if (*s->a->name)
        th_text_fmt(s->name, sizeof s->name, "%s", s->a->name);
    else
        th_text_fmt(s->name, sizeof s->name, "%s/%s-%.8s.%s", s->a->label, date, s->u->hash, suffix);
}

/* To everybody who has the project open. */
static void tell(const th_request *r, const char *change, const char *hash)
{
    if (r->site->jobs)
        th_jobs_tell(r->site->jobs, r->part[0], "sample", json_pack("{s:s, s:s}", "change", change, "hash", hash));
}

static th_err send_upload(const th_request *r, th_project *p, const about *a, th_upload *u, th_reply *out, th_why *why)
{
    sending s = {.a = a, .u = u};
    name_it(&s, th_request_header(r, "Content-Type"));
    th_err err = th_desk_change(r->site->desk, p, add_sample, &s, why);
    if (!err && s.again) th_upload_warn(u, "already", "This very recording was in the data already.");
    if (!err && !s.again) err = th_guard_own(r->site->guard, r->part[0], s.sample.hash, r->user, r->role, why);
    if (!err && !s.again) tell(r, "added", s.sample.hash);
    if (!err) err = th_reply_json(out, s.again ? 200 : 201, sent_json(&s), why);
    free(s.sample.block);
    return err;
}

static th_err send_one(const th_request *r, th_project *p, th_reply *out, th_why *why)
{
    about a;
    th_upload u;
    int64_t trim;
    const char *type = th_request_header(r, "Content-Type"), *rate = th_request_query(r, "rate_hz");
    char *end = NULL;
    TH_TRY(read_about(r, &a, why));
    TH_TRY(th_request_int(r, "trim", 0, 1, 0, &trim, why));
    const th_upload_cfg cfg = {
        .type = type, .label = a.label, .trim = trim != 0, .rate_hz = rate ? strtod(rate, &end) : 0};
    if (rate && (end == rate || *end || !(cfg.rate_hz > 0 && cfg.rate_hz <= 100000)))
        return th_why_set(why, TH_EUSAGE, "rate_hz takes rows a second, from 0.00001 to 100000, not \"%s\"", rate);
    th_err err = th_upload_type(p, type, why);
    if (err == TH_EUNSUP) out->status = 415;
    if (err) return err;
    TH_TRY(th_upload_read(p, &cfg, r->body, &u, why));
    err = send_upload(r, p, &a, &u, out, why);
    th_upload_free(&u);
    return err;
}

/* ---- one of them ------------------------------------------------------------------------------------------------- */

static th_err get_one(const th_request *r, th_project *p, th_reply *out, th_why *why)
{
    th_dataset *set;
    th_sample s;
    TH_TRY(th_desk_sample(r->site->desk, p, r->part[1], &s, &set, why));
    const th_err err = reply_sample(out, 200, &s, why);
    free(s.block);
    th_dataset_free(set);
    return err;
}

static const char *type_of(const th_sample *s)
{
    return strcmp(s->suffix, "wav") == 0   ? "audio/wav"
           : strcmp(s->suffix, "png") == 0 ? "image/png"
           : strcmp(s->suffix, "csv") == 0 ? "text/csv; charset=utf-8"
                                           : "image/jpeg";
}

static th_err find_file(const th_dataset *set, const th_sample *s, th_reply *out, th_why *why)
{
    TH_TRY(th_dataset_path(set, s, out->file, why));
    if (!th_file_exists(out->file)) {
        out->file[0] = 0;
        return th_why_set(why, TH_ENOENT, "the file of %s is missing: import or record it again", s->name);
    }
    out->type = type_of(s);
    out->keep = "private, max-age=31536000, immutable"; /* another content has another name */
    th_text_fmt(out->tag, sizeof out->tag, "%s", s->hash);
    return TH_OK;
}

static th_err get_file(const th_request *r, th_project *p, th_reply *out, th_why *why)
{
    th_dataset *set;
    th_sample s;
    TH_TRY(th_desk_sample(r->site->desk, p, r->part[1], &s, &set, why));
    const th_err err = find_file(set, &s, out, why);
    free(s.block);
    th_dataset_free(set);
    return err;
}

/* ---- change one -------------------------------------------------------------------------------------------------- */

typedef struct changing {
    const char *hash;
    json_t *keys; /* NULL: it goes */
    bool new_label;
    th_sample old, now; /* copies */
} changing;

static void changing_free(changing *c)
{
    free(c->old.block);
    free(c->now.block);
    c->old.block = c->now.block = NULL;
}

/* A sample that becomes another one's goes to that one's side, so that nobody is on two. */
static void follow_subject(th_dataset *set, size_t i)
{
    th_sample *s = &set->samples[i];
    for (size_t k = 0; k < set->n && *s->subject; k++)
        if (k != i && strcmp(set->samples[k].subject, s->subject) == 0) {
            s->split = set->samples[k].split;
            return;
        }
}

static th_err change_keys(const changing *c, th_project *p, th_dataset *set, size_t i, th_why *why)
{
    const char *key;
    json_t *value;
    json_object_foreach(c->keys, key, value)
    {
        const char *text = json_string_value(value);
        if (!text || json_string_length(value) != strlen(text) || !th_text_is_utf8(text))
            return th_why_set(why, TH_EUSAGE, "\"%s\" must be a text", key);
        TH_TRY(check_length(key, text, strcmp(key, "notes") == 0 ? NOTES_MAX : TEXT_MAX, why));
        if (strcmp(key, "label") == 0) {
            TH_TRY(th_label_check(text, why));
            TH_TRY(take_label(p, text, c->new_label, why));
        }
        TH_TRY(th_describe_check(p, key, text, why));
        TH_TRY(th_describe(p, set, i, key, text, why));
    }
    if (json_object_get(c->keys, "subject") && !json_object_get(c->keys, "split")) follow_subject(set, i);
    return TH_OK;
}

static th_err change_sample(void *ctx, th_project *p, th_dataset *set, th_samples_edit *e, th_why *why)
{
    changing *c = ctx;
    char before[TH_HASH_BYTES], after[TH_HASH_BYTES];
    size_t i;
    changing_free(c); /* of a try before this one */
    TH_TRY(th_desk_find(set, c->hash, &i, why));
    TH_TRY(th_sample_copy(&set->samples[i], &c->old, why));
    if (c->keys) {
        TH_TRY(change_keys(c, p, set, i, why));
        TH_TRY(th_sample_copy(&set->samples[i], &c->now, why));
        th_sample_digest(&c->old, before);
        th_sample_digest(&c->now, after);
        if (strcmp(before, after) == 0) return TH_OK;
    } else {
        bool *gone = calloc(set->n, sizeof *gone);
        if (!gone) return th_why_set(why, TH_ENOMEM, "out of memory");
        gone[i] = true;
        th_dataset_remove(set, gone, set->n);
        free(gone);
    }
    *e = (th_samples_edit){.out = &c->old, .n_out = 1, .in = &c->now, .n_in = c->keys ? 1 : 0, .undo = true};
    return TH_OK;
}

static th_err patch_one(const th_request *r, th_project *p, th_reply *out, th_why *why)
{
    int64_t new;
    json_t *body;
    TH_TRY(th_request_int(r, "new", 0, 1, 0, &new, why));
    TH_TRY(th_request_json(r, &body, why));
    changing c = {.hash = r->part[1], .keys = body, .new_label = new != 0};
    th_err err = th_desk_change(r->site->desk, p, change_sample, &c, why);
    if (!err) tell(r, "changed", r->part[1]);
    if (!err) err = reply_sample(out, 200, &c.now, why);
    changing_free(&c);
    json_decref(body);
    return err;
}

static th_err delete_one(const th_request *r, th_project *p, th_reply *out, th_why *why)
{
    changing c = {.hash = r->part[1]};
    th_err err = th_desk_change(r->site->desk, p, change_sample, &c, why);
    if (!err) tell(r, "removed", r->part[1]);
    if (!err) err = reply_sample(out, 200, &c.old, why);
    changing_free(&c);
    return err;
}

static th_err restore_one(const th_request *r, th_project *p, th_reply *out, th_why *why)
{
    th_dataset *set;
    th_sample s;
    if (!th_hash_is_good(r->part[1]))
        return th_why_set(why, TH_EUSAGE, "\"%.80s\" is no sample: all of its hash is needed here", r->part[1]);
    TH_TRY(th_desk_restore(r->site->desk, p, r->part[1], why));
    TH_TRY(th_desk_sample(r->site->desk, p, r->part[1], &s, &set, why));
    tell(r, "restored", r->part[1]);
    const th_err err = reply_sample(out, 200, &s, why);
    free(s.block);
    th_dataset_free(set);
    return err;
}

/* ---- ports ------------------------------------------------------------------------------------------------------- */

static void port_found(void *ctx, const char *from, const char *what)
{
    json_array_append_new(ctx, json_pack("{s:s%, s:s%}", "from", from, strlen(from), "what", what, strlen(what)));
}

static th_err ports(const th_request *r, th_reply *out, th_why *why)
{
    json_t *all = json_array();
    (void)r;
    th_capture_list(port_found, all);
    return th_reply_json(out, 200, all, why);
}

#define SAMPLES "/api/v1/projects/{project}/samples"
const th_route th_routes_samples[] = {
    {"GET", "/api/v1/ports", TH_ROLE_TEACHER, 0, .handle = ports},
    {"GET", "/api/v1/projects/{project}/wanted", TH_ROLE_LEARNER, 0, .with_project = wanted},
    {"GET", SAMPLES, TH_ROLE_LEARNER, 0, .with_project = list},
    {"POST", SAMPLES, TH_ROLE_LEARNER, BODY_MAX, .with_project = send_one},
    {"GET", SAMPLES "/{sample}", TH_ROLE_LEARNER, 0, .with_project = get_one},
    {"PATCH", SAMPLES "/{sample}", TH_ROLE_TEACHER, PATCH_MAX, .with_project = patch_one},
    {"DELETE", SAMPLES "/{sample}", TH_ROLE_TEACHER, 0, .with_project = delete_one},
    {"POST", SAMPLES "/{sample}/restore", TH_ROLE_TEACHER, PATCH_MAX, .with_project = restore_one},
    {"GET", SAMPLES "/{sample}/file", TH_ROLE_LEARNER, 0, .with_project = get_file},
    {0},
};
