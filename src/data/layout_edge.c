/* Edge Impulse: a file per recording in its acquisition format (data/acquisition.h), JSON or CBOR.  The label stands in
 * info.labels or structured_labels.labels (data/side_labels.h), or in the file's name up to the first dot; the folders
 * training and testing divide. */
#include "data/acquisition.h"
#include "data/layout.h"
#include "data/side_labels.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static bool fits(const char *path, th_span head)
{
    return th_acquisition_fits(path, head);
}

static th_err check_labels(const th_recording *r, th_why *why)
{
    th_why inner = {0};
    const char *bad = *r->label && th_label_check(r->label, &inner) ? r->label : NULL;
    for (int32_t i = 0; i < r->n_parts && !bad; i++) {
        if (th_label_check(r->parts[i].label, &inner)) bad = r->parts[i].label;
        if (r->parts[i].to > r->n)
            return th_why_set(why, TH_EFORMAT, "%s: a segment ends at row %d, but it has %d rows", r->name,
                              (int)r->parts[i].to - 1, (int)r->n);
    }
    return bad ? th_why_set(why, TH_EFORMAT, "%s: \"%s\" is no label: %s", r->name, bad, inner.text) : TH_OK;
}

static th_err give(const th_acquisition *a, const char *name, const th_side_row *told, th_recording_take *take,
                   void *ctx, th_why *why)
{
    char label[TH_LABEL_BYTES] = "";
    const size_t n = told ? told->n_segments : 0;
    if (told && *told->label && th_text_fmt(label, sizeof label, "%s", told->label) >= sizeof label)
        return th_why_set(why, TH_EFORMAT, "%s: its label is too long", name);
    if (!*label && !n && !(told && told->unlabelled) && !th_side_name_label(name, label, sizeof label))
        return th_why_set(why, TH_EFORMAT, "%s has no label: neither info.labels nor its name has one", name);
    th_part *part = calloc(n + 1, sizeof *part);
    if (!part) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t i = 0; i < n; i++)
        part[i] = (th_part){told->segments[i].from, told->segments[i].to, told->segments[i].label};
    th_recording r = {.name = name,
                      .channels = a->channels,
                      .label = label,
                      .labels = told ? told->labels : "",
                      .subject = told ? told->subject : "",
                      .device = a->device,
                      .group = told ? told->group : "",
                      .rate_hz = a->interval_ms > 0 ? 1000 / a->interval_ms : 0,
                      .rows = a->rows,
                      .n = a->n,
                      .n_channels = a->n_channels,
                      .parts = part,
                      .n_parts = (int32_t)n};
    r.has_split = told && told->has_split;
    if (r.has_split)
        r.split = told->split;
    else
        r.has_split = th_side_name_split(name, &r.split);
    th_err err = check_labels(&r, why);
    if (!err) err = take(ctx, &r, why);
    free(part);
    return err;
}

static th_err parse(th_span text, const char *name, const th_layout_cfg *cfg, th_recording_take *take, void *ctx,
                    th_why *why)
{
    th_acquisition a;
    TH_TRY(th_acquisition_parse(text, name, cfg->hmac_key, &a, why));
    th_err err = TH_OK;
    if (a.sound)
        err = th_why_set(why, TH_EFORMAT, "%s is sound (units wav): import it into a project of task keyword", name);
    else if (!cfg->device || !*cfg->device || strcmp(cfg->device, a.device) == 0)
        err = give(&a, name, th_side_labels_find(cfg->labels, name), take, ctx, why);
    th_acquisition_free(&a);
    return err;
}

const th_layout th_layout_edge = {.name = "Edge Impulse",
                                  .what = "*.json or *.cbor with protected, signature and payload",
                                  .input = TH_IN_SIGNAL,
                                  .fits = fits,
                                  .parse = parse,
                                  .side_labels = true};
