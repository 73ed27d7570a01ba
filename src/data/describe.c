#include "data/describe.h"

#include "data/filter.h"

#include <string.h>

/* ---- as JSON ------------------------------------------------------------------------------- */

static void put_text(json_t *o, const char *key, const char *text)
{
    if (*text) json_object_set_new(o, key, json_stringn_nocheck(text, strlen(text)));
}

static json_t *segments_json(const th_sample *s)
{
    json_t *all = json_array();
    for (size_t i = 0; i < s->n_segments; i++)
        json_array_append_new(all, json_pack("{s:i,s:i,s:s%}", "from", (int)s->segments[i].from, "to",
                                             (int)s->segments[i].to, "label", s->segments[i].label,
                                             strlen(s->segments[i].label)));
    return all;
}

static json_t *boxes_json(const th_sample *s)
{
    json_t *all = json_array();
    for (size_t i = 0; i < s->n_boxes; i++) {
        const th_box *b = &s->boxes[i];
        json_array_append_new(all, json_pack("{s:f,s:f,s:f,s:f,s:s%}", "x", (double)b->x, "y", (double)b->y, "w",
                                             (double)b->w, "h", (double)b->h, "label", b->label, strlen(b->label)));
    }
    return all;
}

json_t *th_sample_json(const th_sample *s)
{
    json_t *o = json_object();
#define X(member, what) put_text(o, #member, s->member);
    TH_SAMPLE_TEXTS(X)
#undef X
    put_text(o, "kind", th_sample_kind_name(s->kind));
    put_text(o, "split", th_split_name(s->split));
    if (s->rate_hz > 0) json_object_set_new(o, "rate_hz", json_real(s->rate_hz));
#define X(member)                                                                                                      \
    if (s->member) json_object_set_new(o, #member, json_integer(s->member));
    TH_SAMPLE_COUNTS(X)
#undef X
    if (s->n_segments) json_object_set_new(o, "segments", segments_json(s));
    if (s->n_boxes) json_object_set_new(o, "boxes", boxes_json(s));
    return o;
}

/* ---- changed ------------------------------------------------------------------------------- */

/* Of labels joined by commas: each can be a folder's name. */
static th_err check_labels(const char *labels, th_why *why)
{
    char one[TH_LABEL_BYTES + 1];
    for (size_t n; *labels; labels += n + (labels[n] == ',')) {
        n = strcspn(labels, ",");
        const size_t kept = n < sizeof one ? n : sizeof one - 1;
        memcpy(one, labels, kept);
        one[kept] = 0;
        TH_TRY(th_label_check(one, why));
    }
    return TH_OK;
}

static th_err check_label(const th_project *p, const char *label, th_why *why)
{
    TH_TRY(th_label_check(label, why));
    if (th_project_task(p)->input != TH_IN_SOUND || th_project_label(p, label) >= 0) return TH_OK;
    return th_why_set(why, TH_EUSAGE,
                      "\"%s\" is no label of this project (thimble.ini). To keep what was said: word=%s, which is "
                      "\"unknown\" until it becomes a label",
                      label, label);
}

th_err th_describe_check(const th_project *p, const char *key, const char *value, th_why *why)
{
    th_split split;
    if (strcmp(key, "split") == 0) return th_split_read(value, &split, why);
    if (strcmp(key, "label") == 0) return check_label(p, value, why);
    if (strcmp(key, "labels") == 0) return check_labels(value, why);
    const bool fixed = strcmp(key, "hash") == 0 || strcmp(key, "suffix") == 0 || strcmp(key, "channels") == 0;
    const th_sample known = {
#define X(member, what) .member = "",
        TH_SAMPLE_TEXTS(X)
#undef X
    };
    if (!fixed && th_sample_text(&known, key)) return TH_OK;
    return th_why_set(why, TH_EUSAGE, "%s: there is no such key, or it comes from the file; the keys are %s", key,
                      TH_DESCRIBE_KEYS);
}

th_err th_describe(const th_project *p, th_dataset *set, size_t i, const char *key, const char *value, th_why *why)
{
    th_split split;
    if (strcmp(key, "split") == 0) {
        TH_TRY(th_split_read(value, &split, why));
        set->samples[i].split = split;
        return TH_OK;
    }
    TH_TRY(th_dataset_set(set, i, key, value, why));
    if (strcmp(key, "label") == 0 && set->samples[i].kind == TH_SOUND && th_project_task(p)->input == TH_IN_SOUND)
        return th_dataset_set(set, i, "word", value, why);
    return TH_OK;
}
