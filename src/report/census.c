#include "report/census.h"

#include <stdlib.h>
#include <string.h>

typedef struct voice {
    const char *subject;
    th_split split;
} voice;

static int by_voice(const void *a, const void *b)
{
    const voice *x = a, *y = b;
    const int order = strcmp(x->subject, y->subject);
    return order ? order : (int)x->split - (int)y->split;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const th_census_item *)a)->name, ((const th_census_item *)b)->name);
}

static int by_count(const void *a, const void *b)
{
    const th_census_item *x = a, *y = b;
    if (x->n != y->n) return x->n > y->n ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Different speakers of each split, and those in training and test. */
static void count_people(th_census *t, voice *v, size_t n)
{
    qsort(v, n, sizeof *v, by_voice);
    bool in[TH_N_SPLITS] = {false};
    for (size_t i = 0; i < n; i++) {
        in[v[i].split] = true;
        if (i + 1 < n && strcmp(v[i].subject, v[i + 1].subject) == 0) continue;
        for (int s = 0; s < TH_N_SPLITS; s++) t->people[s] += in[s];
        t->people_both += in[TH_TRAIN] && in[TH_TEST];
        memset(in, 0, sizeof in);
    }
}

static void merge_sources(th_census *t, size_t n)
{
    qsort(t->source, n, sizeof *t->source, by_name);
    for (size_t i = 0; i < n; i++) {
        if (t->n_sources && strcmp(t->source[t->n_sources - 1].name, t->source[i].name) == 0)
            t->source[t->n_sources - 1].n++;
        else
            t->source[t->n_sources++] = t->source[i];
    }
    qsort(t->source, t->n_sources, sizeof *t->source, by_count);
}

th_err th_census_make(const th_project *p, const th_dataset *set, th_census *t)
{
    *t = (th_census){.n_clips = set->n, .source = malloc((set->n + 1) * sizeof *t->source)};
    voice *v = malloc((set->n + 1) * sizeof *v);
    if (!t->source || !v) {
        free(v);
        th_census_free(t);
        return TH_ENOMEM;
    }
    size_t n_voices = 0;
    for (size_t i = 0; i < set->n; i++) {
        const th_sample *c = &set->samples[i];
        for (int32_t k = 0; k < p->n_labels; k++)
            if (strcmp(p->labels[k], c->label) == 0) t->clips[k][c->split]++;
        t->split[c->split]++;
        t->synthetic += strncmp(c->source, "synthetic:", 10) == 0;
        t->no_speaker += !*c->subject;
        t->hours += c->rate_hz > 0.0 ? (double)c->n_rows / c->rate_hz / 3600.0 : 0.0;
        if (*c->subject) v[n_voices++] = (voice){c->subject, c->split};
        t->source[i] = (th_census_item){c->source, 1};
    }
    count_people(t, v, n_voices);
    merge_sources(t, set->n);
    free(v);
    return TH_OK;
}

void th_census_free(th_census *t)
{
    free(t->source);
    *t = (th_census){0};
}
