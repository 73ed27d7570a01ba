/* Recordings of a few people, dealt to training and test: one by one, or person by person. */
#include "explore/explore.h"

#include "base/rng.h"
#include "base/text.h"
#include "data/split.h"
#include "nn/nearest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VALUES   8 /* of a recording */
#define WORDS    2
#define STRANGER 40 /* people who come later */

struct th_people {
    int32_t people, each, n;
    double habit;
    uint32_t seed;
    float *x;      /* [n][VALUES] */
    uint8_t *word; /* [n] */
    th_split_item *item;
    char (*text)[2][16]; /* [n] key, person */
};

/* Recording i of a person: what all say alike, what she alone does, and what is different each time. */
static void record(const struct th_people *p, int32_t person, int32_t i, float *x, uint8_t *word)
{
    th_rng common = th_rng_make(p->seed, (uint64_t)(100 + i % WORDS));
    th_rng own = th_rng_make(p->seed, (uint64_t)(1000 + person * WORDS + i % WORDS));
    th_rng now = th_rng_make(p->seed, (uint64_t)(100000 + person * 1000 + i));
    const float habit = (float)p->habit;
    *word = (uint8_t)(i % WORDS);
    for (int32_t k = 0; k < VALUES; k++)
        x[k] =
            (1.4f - habit) * th_rng_normal(&common) + 1.6f * habit * th_rng_normal(&own) + 0.35f * th_rng_normal(&now);
}

th_people *th_explore_split(int32_t people, int32_t each, double habit, uint32_t seed)
{
    th_people *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    *p = (th_people){.people = people, .each = each, .n = people * each, .habit = habit, .seed = seed};
    const size_t n = (size_t)p->n;
    p->x = calloc(n * VALUES, sizeof *p->x);
    p->word = calloc(n, 1);
    p->item = calloc(n, sizeof *p->item);
    p->text = calloc(n, sizeof *p->text);
    if (!p->x || !p->word || !p->item || !p->text) {
        th_explore_split_free(p);
        return NULL;
    }
    for (int32_t i = 0; i < p->n; i++) {
        record(p, i / each, i % each, p->x + (size_t)i * VALUES, p->word + i);
        (void)th_text_fmt(p->text[i][0], sizeof p->text[i][0], "p%d/%d", (int)(i / each), (int)(i % each));
        (void)th_text_fmt(p->text[i][1], sizeof p->text[i][1], "p%d", (int)(i / each));
    }
    return p;
}

void th_explore_split_free(th_people *p)
{
    if (!p) return;
    free(p->x);
    free(p->word);
    free(p->item);
    free(p->text);
    free(p);
}

int32_t th_explore_split_deal(th_people *p, int32_t by_person, double test, float *tested)
{
    static const char *const words[] = {"no", "yes"};
    const th_split_cfg cfg = {.test = test, .seed = p->seed, .min_subjects = 2};
    for (int32_t i = 0; i < p->n; i++)
        p->item[i] = (th_split_item){
            .label = words[p->word[i]], .subject = by_person ? p->text[i][1] : "", .key = p->text[i][0]};
    bool whole = false;
    if (th_split_choose(p->item, (size_t)p->n, &cfg, &whole, NULL)) return 0;
    int32_t n = 0;
    for (int32_t i = 0; i < p->n; i++) {
        tested[i] = p->item[i].split == TH_TEST;
        n += tested[i] > 0;
    }
    return n;
}

/* The word of the nearest recording that was trained with: said [n] for x [n]. */
static bool nearest(const th_people *p, const float *x, int32_t n, uint8_t *said)
{
    float *point = calloc((size_t)p->n * VALUES, sizeof *point), *vote = calloc((size_t)n * WORDS, sizeof *vote);
    uint8_t *label = calloc((size_t)p->n, 1), scratch[TH_NEAREST_BYTES] __attribute__((aligned(16)));
    int32_t trained = 0;
    for (int32_t i = 0; point && label && i < p->n; i++) {
        if (p->item[i].split != TH_TRAIN) continue;
        memcpy(point + (size_t)trained * VALUES, p->x + (size_t)i * VALUES, VALUES * sizeof *point);
        label[trained++] = p->word[i];
    }
    const th_nearest_f32_par par = {.rows = n, .depth = VALUES, .points = trained, .neighbours = 1, .classes = WORDS};
    const bool can = point && vote && label && trained;
    if (can) th_nearest_vote_f32(&par, (const void *[]){x, point, label}, (void *[]){vote}, scratch);
    for (int32_t i = 0; can && i < n; i++) said[i] = vote[(size_t)i * WORDS + 1] > vote[(size_t)i * WORDS];
    free(point);
    free(vote);
    free(label);
    return can;
}

double th_explore_split_judge(const th_people *p, float *wrong)
{
    uint8_t *said = calloc((size_t)p->n, 1);
    int32_t tested = 0, right = 0;
    if (said && nearest(p, p->x, p->n, said))
        for (int32_t i = 0; i < p->n; i++) {
            wrong[i] = p->item[i].split == TH_TEST && said[i] != p->word[i];
            tested += p->item[i].split == TH_TEST;
            right += p->item[i].split == TH_TEST && said[i] == p->word[i];
        }
    free(said);
    return tested ? (double)right / tested : 0;
}

double th_explore_split_later(const th_people *p)
{
    const int32_t n = STRANGER * p->each;
    float *x = calloc((size_t)n * VALUES, sizeof *x);
    uint8_t *word = calloc((size_t)n, 1), *said = calloc((size_t)n, 1);
    int32_t right = 0;
    for (int32_t i = 0; x && word && said && i < n; i++)
        record(p, p->people + i / p->each, i % p->each, x + (size_t)i * VALUES, word + i);
    if (x && word && said && nearest(p, x, n, said))
        for (int32_t i = 0; i < n; i++) right += said[i] == word[i];
    free(x);
    free(word);
    free(said);
    return (double)right / n;
}
