#include "cli/pair.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ANSWERS = 10000 };

/* Another model of the pair has its own path in it, so the file is named. */
static th_err open_one(const th_args *a, const char *word, th_pair *p, int i, th_why *why)
{
    th_target *t = &p->t[i];
    TH_TRY(th_target_open(word, i ? p->t[0].board->name : th_arg(a, "board"), th_arg(a, "bands"), t, why));
    if (!t->app.sound && !t->app.sensor && !t->app.camera)
        return th_why_set(why, TH_EUSAGE,
                          "%s does not say what it listens to, watches or looks at: --with is for models of projects "
                          "(int8), other ones become a cascade: thimble deploy A B",
                          t->path);
    p->sense[i] = (th_sense){t->app.sound, t->app.sensor, t->app.camera, t->plan};
    p->part[i] = (th_code_part){t->plan, &t->app, t->path};
    return TH_OK;
}

/* States of a sensor of anomalies: normal, anomaly. */
static int32_t labels_of(const th_sense *s)
{
    if (s->sensor) return s->sensor->answer == TH_ANSWER_LABELS ? s->sensor->n_labels : 2;
    return s->sound ? s->sound->n_labels : s->camera->n_labels;
}

static th_err default_label(const th_sense *s, const char *names, int32_t *label, th_why *why)
{
    if (s->sensor && s->sensor->answer != TH_ANSWER_LABELS) {
        *label = 1;
        return TH_OK;
    }
    if (s->sound) {
        const uint32_t mask = th_pipeline_detector(s->sound).keyword_mask;
        for (*label = 0; *label < s->sound->n_labels; ++*label)
            if (mask >> *label & 1) return TH_OK;
    }
    return th_why_set(why, TH_EUSAGE, "say what wakes the second model: --wake LABEL, one of: %s", names);
}

th_err th_pair_label(const char *name, const th_sense *s, int32_t *label, th_why *why)
{
    char names[512] = "";
    size_t at = 0;
    const int32_t n = labels_of(s);
    for (int32_t i = 0; i < n && at < sizeof names; i++)
        at += th_text_fmt(names + at, sizeof names - at, "%s%s", i ? ", " : "", th_sense_label(s, i));
    if (!name) return default_label(s, names, label, why);
    for (*label = 0; *label < n; ++*label)
        if (strcmp(th_sense_label(s, *label), name) == 0) break;
    if (*label == n)
        return th_why_set(why, TH_EUSAGE, "--wake %s: the first model says nothing like it; it says: %s", name, names);
    if (s->sound && !(th_pipeline_detector(s->sound).keyword_mask >> *label & 1))
        return th_why_set(why, TH_EUSAGE, "--wake %s: that is never detected; take a keyword of: %s", name, names);
    return TH_OK;
}

/* "3": answers; "3s": as many as take three seconds. */
static th_err parse_look(const char *text, const th_pair *p, int32_t *answers, th_why *why)
{
    char *end;
    const double v = text ? strtod(text, &end) : 1.0;
    *answers = 1;
    if (text && end != text && strcmp(end, "s") == 0 && v > 0.0) {
        while (*answers < MOST_ANSWERS && th_sense_look(&p->sense[1], *answers, p->frames_hz) < v) ++*answers;
        return TH_OK;
    }
    if (text && (end == text || *end || !(v >= 1.0 && v <= MOST_ANSWERS) || v != floor(v)))
        return th_why_set(why, TH_EUSAGE, "--look takes a number from 1 to %d, or seconds (3s), not \"%s\"",
                          MOST_ANSWERS, text);
    *answers = (int32_t)v;
    return TH_OK;
}

static th_err settle(const th_args *a, th_pair *p, th_why *why)
{
    TH_TRY(th_arg_float(a, "fps", 0.001, 1000.0, 1.0, &p->frames_hz, why));
    TH_TRY(th_pair_label(th_arg(a, "wake"), &p->sense[0], &p->wake.label, why));
    TH_TRY(parse_look(th_arg(a, "look"), p, &p->wake.answers, why));
    const double rate = th_sense_rate(&p->sense[0], p->frames_hz);
    p->look_s = th_sense_look(&p->sense[1], p->wake.answers, p->frames_hz);
    if (p->look_s * rate > 1e9)
        return th_why_set(why, TH_EUSAGE, "a look of %.0f s is too long: less with --look, or more with --fps",
                          p->look_s);
    p->wake.skip = (int32_t)lround(p->look_s * rate);
    p->wake.rate = (int32_t)lround(rate * 1000.0);
    return TH_OK;
}

th_err th_pair_open(const th_args *a, th_pair *p, th_why *why)
{
    memset(p, 0, sizeof *p);
    if (a->n_words > 1)
        return th_why_set(why, TH_EUSAGE, "--with takes one model beside one other, not %d", a->n_words);
    TH_TRY(open_one(a, th_word(a, 0, "."), p, 0, why));
    TH_TRY(open_one(a, th_arg(a, "with"), p, 1, why));
    if (p->sense[1].sensor && p->sense[1].sensor->learn)
        return th_why_set(why, TH_EUSAGE,
                          "%s learns what is usual from its first windows, so it has to be always on: name it first",
                          p->t[1].path);
    return th_arg(a, "gate") ? th_pair_gate(a, p, why) : settle(a, p, why);
}

th_err th_pair_join(th_pair *p, th_why *why)
{
    th_plan *plans[2] = {p->t[0].plan, p->t[1].plan};
    const int32_t until[2] = {0, 1};
    return th_plan_join(plans, until, 2, why);
}

th_several th_pair_several(const th_pair *p)
{
    return (th_several){
        .part = p->part, .n = 2, .wake = p->gated ? NULL : &p->wake, .gate = p->gated ? &p->gate : NULL};
}

void th_pair_free(th_pair *p)
{
    for (int i = 0; i < 2; i++) th_target_free(&p->t[i]);
}
