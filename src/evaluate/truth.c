/* The truth of a stream as text: label tracks, one interval a line. */
#include "evaluate/detections.h"

#include <stdlib.h>
#include <string.h>

#define MOST_MS INT64_C(2000000000) /* 23 days; fits int32_t */

static int by_start(const void *a, const void *b)
{
    const th_truth *x = a, *y = b;
    if (x->start_ms != y->start_ms) return x->start_ms < y->start_ms ? -1 : 1;
    if (x->end_ms != y->end_ms) return x->end_ms < y->end_ms ? -1 : 1;
    return (x->label > y->label) - (x->label < y->label);
}

/* Seconds with '.' as the point in every locale -> ms, halves up; returns the end of the number, or NULL. */
static const char *read_ms(const char *p, const char *end, int32_t *ms)
{
    int64_t v = 0;
    const char *begin = p;
    for (; p < end && *p >= '0' && *p <= '9' && v <= MOST_MS; p++) v = v * 10 + (*p - '0') * 1000;
    if (p < end && *p == '.' && p != begin) {
        static const int32_t worth[3] = {100, 10, 1};
        int n = 0;
        for (p++; p < end && *p >= '0' && *p <= '9'; p++, n++) v += n < 3 ? (*p - '0') * worth[n] : n == 3 && *p >= '5';
    }
    if (p == begin || v > MOST_MS) return NULL;
    *ms = (int32_t)v;
    return p;
}

static th_err parse_line(const char *name, int line, const char *p, const char *end, const th_pipeline *pipe,
                         th_truth *t, th_why *why)
{
    const char *q = read_ms(p, end, &t->start_ms);
    q = q && q < end && *q == '\t' ? read_ms(q + 1, end, &t->end_ms) : NULL;
    if (!q || q >= end || *q != '\t')
        return th_why_set(why, TH_EFORMAT,
                          "%s: line %d: expected \"start<TAB>end<TAB>label\" with times in seconds, "
                          "for example \"1.5<TAB>2.1<TAB>%s\"",
                          name, line, pipe->labels[0]);
    if (t->end_ms < t->start_ms)
        return th_why_set(why, TH_ERANGE, "%s: line %d: the word ends before it starts", name, line);
    char label[TH_LABEL_BYTES];
    size_t len = (size_t)(end - ++q);
    while (len && (q[len - 1] == '\r' || q[len - 1] == ' ')) len--;
    if (len >= sizeof label) len = 0; /* longer than any label: some other word */
    memcpy(label, q, len);
    label[len] = '\0';
    t->label = th_pipeline_label(pipe, label);
    if (t->label >= 0 && !(th_pipeline_detector(pipe).keyword_mask >> t->label & 1u)) t->label = -1;
    return TH_OK;
}

th_err th_truth_parse(const char *name, const char *text, size_t n_bytes, const th_pipeline *pipe, th_truth **truth,
                      size_t *n, th_why *why)
{
    const char *p = text, *end = text + n_bytes;
    size_t lines = 1;
    for (size_t i = 0; i < n_bytes; i++) lines += text[i] == '\n';
    *n = 0;
    *truth = calloc(lines, sizeof **truth);
    if (!*truth) return th_why_set(why, TH_ENOMEM, "%s: out of memory", name);
    for (int line = 1; p < end; line++) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        if (!stop) stop = end;
        const bool heading = line == 1 && stop - p >= 5 && memcmp(p, "start", 5) == 0;
        const bool blank = p == stop || *p == '\r' || *p == '#' || *p == '\\'; /* '\': Audacity's frequency lines */
        if (!blank && !heading) {
            const th_err err = parse_line(name, line, p, stop, pipe, &(*truth)[*n], why);
            if (err) {
                free(*truth);
                *truth = NULL;
                return err;
            }
            *n += (*truth)[*n].label >= 0;
        }
        p = stop < end ? stop + 1 : end;
    }
    qsort(*truth, *n, sizeof **truth, by_start);
    return TH_OK;
}
