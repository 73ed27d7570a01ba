/* How example i of epoch e is made, when augmenting:
 *
 *   i --shuffle(e)--> place k in the epoch --> class
 *   k, variant --> clip --speed, pitch, shift--> --room--> + noise at an SNR --gain--> 16 bits --front end--> features
 *   features, e --masks--> --mixup--> x
 *
 * Sound and front end cost more than the step that learns from them, so their result is kept, and only every
 * REUSE-th epoch another variant of the sound at place k is made: each epoch a part of the places gets one.  Masks
 * and mixing are new each time.  What is kept is never needed: example i of epoch e is the same without it.
 *
 * Without augmenting, features are those of the clips as they are: th_sampler_clean has them from the project's cache.
 *
 * Speech is stored as recorded (16 bits), worked on in float, and rounded to 16 bits again before
 * the front end, so the path from there on is that of the device. */
#include "data/sampler.h"

#include "base/fmath.h"
#include "data/augment.h"
#include "data/kept.h"
#include "data/noise.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define MOST_STRETCH 0.4f
#define WIDE         3 /* > (1 + MOST_STRETCH) / (1 - MOST_STRETCH) */
#define BANK_SECONDS 12
#define MOST_KEPT    ((size_t)64 << 20)
#define REUSE        4              /* epochs that share a variant of a sound */
#define BABBLE       TH_NOISE_KINDS /* row of the bank after the generated kinds */
#define BANK_ROWS    (TH_NOISE_KINDS + 1)

typedef struct source {
    int16_t *pcm;
    int32_t n, start; /* start: first sample of the window that is used at test */
    int32_t label;
} source;

typedef struct member {          /* scratch of one thread */
    float *wave, *other, *noise; /* [clip_samples] */
    float *wide;                 /* [WIDE * clip_samples] what is played at another tempo */
    int16_t *pcm;                /* [clip_samples] */
    float *fft;
    float *made[2]; /* [n_frames][n_coef] the last two examples before mixing */
    int32_t made_label[2];
    int64_t made_key[2]; /* epoch << 32 | i; -1 for none */
} member;

struct th_sampler {
    th_pipeline pipe;
    th_frontend frontend;
    void *tables;
    bool augmenting;
    th_augment aug;
    uint64_t seed;
    th_examples *clean; /* all that there is: features that were computed before; else NULL */
    source *src;        /* [n_src]; when augmenting sorted by label and word */
    int32_t n_src;
    int32_t first[TH_MAX_LABELS + 1];  /* first source of each label */
    int32_t quota[TH_MAX_LABELS];      /* examples of each label in an epoch */
    int32_t n_epoch, unknown, silence; /* labels, -1 when there is none */
    int32_t *word_first, n_words;      /* [n_words + 1] sources of "unknown" by word */
    double *word_end;                  /* [n_words] cumulated share of each word, last 1 */
    float *bank[BANK_ROWS];            /* [bank_n] each, root mean square 1; babble may be NULL */
    int32_t bank_n;
    member *members;       /* [TH_SAMPLER_MEMBERS] */
    float *kept;           /* [n_epoch][n_frames][n_coef] newest features of each place; NULL: nothing is kept */
    int32_t *kept_label;   /* [n_epoch] */
    int32_t *kept_variant; /* [n_epoch] -1: none yet */
    atomic_bool *kept_busy;
    void *scratch;
};

th_augment th_augment_default(void)
{
    return (th_augment){.shift_ms = 100.0f,
                        .speed = 0.12f,
                        .gain_db = 8.0f,
                        .noise_prob = 0.5f,
                        .snr_lo_db = 5.0f,
                        .snr_hi_db = 30.0f,
                        .room_prob = 0.15f,
                        .silence_share = 1.0f};
}

static uint64_t mix_bits(uint64_t x) /* finaliser of SplitMix64 (Steele, Lea, Flood 2014) */
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ x >> 27) * 0x94d049bb133111ebull;
    return x ^ x >> 31;
}

/* Place of i in a shuffled order of n: four Feistel rounds over the next power of 4, repeated until
 * the result lies below n. Needs no memory, so every thread can ask for any example. */
static uint32_t shuffled(uint32_t i, uint32_t n, uint64_t key)
{
    uint32_t half = 1;
    while (half < 16 && (uint64_t)1 << 2 * half < n) half++;
    const uint32_t mask = ((uint32_t)1 << half) - 1;
    do {
        uint32_t left = i >> half, right = i & mask;
        for (uint32_t round = 0; round < 4; round++) {
            const uint32_t next = left ^ ((uint32_t)mix_bits(key + ((uint64_t)round << 32 | right)) & mask);
            left = right;
            right = next;
        }
        i = left << half | right;
    } while (i >= n);
    return i;
}

/* ---- making one example ---- */

/* A cut of clip_samples of some noise, root mean square 1 (or all 0 when the recording is). */
static void noise_cut(const th_sampler *s, th_rng *r, bool babble, float *out)
{
    const int32_t n = s->pipe.clip_samples;
    const int32_t have = s->silence < 0 ? 0 : s->first[s->silence + 1] - s->first[s->silence];
    if (have > 0 && th_rng_unit(r) < 0.4f) {
        const source *c = &s->src[s->first[s->silence] + (int32_t)th_rng_below(r, (uint32_t)have)];
        int32_t at =
            c->n > n ? (int32_t)th_rng_below(r, (uint32_t)(c->n - n)) : (int32_t)th_rng_below(r, (uint32_t)c->n);
        for (int32_t i = 0; i < n; i++) {
            out[i] = (float)c->pcm[at] * 0x1p-15f;
            if (++at == c->n) at = 0;
        }
        th_noise_level(out, n);
        return;
    }
    const int32_t rows = babble && s->bank[BABBLE] ? BANK_ROWS : BANK_ROWS - 1;
    const float *bank = s->bank[th_rng_below(r, (uint32_t)rows)];
    memcpy(out, bank + th_rng_below(r, (uint32_t)(s->bank_n - n)), (size_t)n * sizeof *out);
    th_noise_level(out, n);
}

/* One noise, or two together; `other` is scratch. */
static void noise_mix(const th_sampler *s, th_rng *r, bool babble, float *out, float *other)
{
    noise_cut(s, r, babble, out);
    if (th_rng_unit(r) >= 0.3f) return;
    noise_cut(s, r, babble, other);
    th_wave_add(out, other, s->pipe.clip_samples, (float)th_gain_of_db((double)th_rng_range(r, -20.0f, 0.0f)));
    th_noise_level(out, s->pipe.clip_samples);
}

/* Silence from digital zero to loud rooms; people record silences of every level. */
static void make_silence(const th_sampler *s, member *m, th_rng *r)
{
    const int32_t n = s->pipe.clip_samples;
    const float kind = th_rng_unit(r), db = th_rng_range(r, -85.0f, -16.0f);
    if (kind < 0.03f) {
        memset(m->pcm, 0, (size_t)n * sizeof *m->pcm);
        return;
    }
    noise_mix(s, r, false, m->wave, m->noise);
    th_wave_to_s16(m->wave, n, (float)th_gain_of_db((double)db), m->pcm);
}

static int32_t plus_minus(th_rng *r, int32_t most) /* -most .. most */
{
    return (int32_t)th_rng_below(r, 2 * (uint32_t)most + 1) - most;
}

/* In half of all cases a factor of 1 +- most.  What is never drawn leaves all that is drawn later as it is. */
static float factor(th_rng *r, float most)
{
    if (!(most > 0.0f) || th_rng_below(r, 2)) return 1.0f;
    return th_rng_range(r, 1.0f - most, 1.0f + most);
}

static void make_speech(const th_sampler *s, const source *c, member *m, th_rng *r)
{
    const th_augment *a = &s->aug;
    const int32_t n = s->pipe.clip_samples, rate = s->pipe.frontend.rate_hz;
    th_wave_way way = {.rate_hz = rate};
    way.step = TH_SPEED_STEPS + plus_minus(r, (int32_t)(a->speed * TH_SPEED_STEPS + 0.5f));
    const int32_t shift = plus_minus(r, (int32_t)(a->shift_ms * (float)rate / 1000.0f));
    float *wave = m->wave, *other = m->other;
    way.tempo = factor(r, a->stretch);
    way.pitch = factor(r, a->pitch);
    th_wave_play(c->pcm, c->n, c->start + shift + n / 2, &way, m->wide, wave, n);
    if (th_rng_unit(r) < a->room_prob) {
        th_wave_room(r, rate, wave, other, n);
        wave = m->other;
        other = m->wave;
    }
    if (th_rng_unit(r) < a->noise_prob) {
        noise_mix(s, r, true, m->noise, other);
        th_wave_mix(wave, m->noise, n, (double)th_rng_range(r, a->snr_lo_db, a->snr_hi_db));
    }
    th_wave_to_s16(wave, n, (float)th_gain_of_db((double)th_rng_range(r, -a->gain_db, a->gain_db)), m->pcm);
}

static const source *unknown_source(const th_sampler *s, int32_t k, th_rng *r)
{
    const int32_t have = s->word_first[s->n_words] - s->word_first[0], quota = s->quota[s->unknown];
    if (have <= quota) return &s->src[s->word_first[0] + k % have];
    const double u = ((double)k + (double)th_rng_unit(r)) / (double)quota;
    int32_t w = 0;
    while (w < s->n_words - 1 && u >= s->word_end[w]) w++;
    const uint32_t n = (uint32_t)(s->word_first[w + 1] - s->word_first[w]);
    return &s->src[s->word_first[w] + (int32_t)th_rng_below(r, n)];
}

/* Sound at place k to m->pcm; returns its label. */
static int32_t make_sound(const th_sampler *s, member *m, int32_t k, th_rng *r)
{
    const int32_t n = s->pipe.clip_samples;
    int32_t label = 0;
    if (!s->augmenting) {
        th_clip_window(s->src[k].pcm, s->src[k].n, 0, m->pcm, n);
        return s->src[k].label;
    }
    while (k >= s->quota[label]) k -= s->quota[label++];
    if (label == s->silence)
        make_silence(s, m, r);
    else if (label == s->unknown)
        make_speech(s, unknown_source(s, k, r), m, r);
    else
        make_speech(s, &s->src[s->first[label] + k], m, r);
    return label;
}

/* Features of a variant of the sound at place k, without masks. */
static int32_t make_variant(const th_sampler *s, member *m, int32_t variant, int32_t k, float *x)
{
    th_rng r = th_rng_make(mix_bits(s->seed + (uint64_t)variant), (uint64_t)k);
    const int32_t label = make_sound(s, m, k, &r);
    th_frontend_clip(&s->frontend, m->pcm, s->pipe.clip_samples, m->fft, x);
    return label;
}

/* A place of what is kept, for this thread alone; false: another one is there, so do without. */
static bool open_place(const th_sampler *s, int32_t k)
{
    return s->kept && !atomic_exchange_explicit(&s->kept_busy[k], true, memory_order_acquire);
}

static void close_place(const th_sampler *s, int32_t k)
{
    atomic_store_explicit(&s->kept_busy[k], false, memory_order_release);
}

/* The same from what is kept, when it is there: the values do not depend on that. */
static int32_t take_variant(const th_sampler *s, member *m, int32_t variant, int32_t k, float *x)
{
    const size_t n = (size_t)(s->pipe.n_frames * s->pipe.frontend.n_coef);
    if (open_place(s, k)) {
        const bool there = s->kept_variant[k] == variant;
        if (there) memcpy(x, s->kept + (size_t)k * n, n * sizeof *x);
        const int32_t label = s->kept_label[k];
        close_place(s, k);
        if (there) return label;
    }
    const int32_t label = make_variant(s, m, variant, k, x);
    if (open_place(s, k)) {
        if (variant > s->kept_variant[k]) { /* members may be in different epochs */
            memcpy(s->kept + (size_t)k * n, x, n * sizeof *x);
            s->kept_label[k] = label;
            s->kept_variant[k] = variant;
        }
        close_place(s, k);
    }
    return label;
}

static int32_t make_features(const th_sampler *s, member *m, int32_t epoch, int32_t i, float *x)
{
    if (!s->augmenting) return make_variant(s, m, epoch, i, x);
    const uint64_t key = mix_bits(s->seed ^ mix_bits((uint64_t)epoch + 1));
    const int32_t k = (int32_t)shuffled((uint32_t)i, (uint32_t)s->n_epoch, key);
    const int32_t label = take_variant(s, m, (epoch + k % REUSE) / REUSE, k, x);
    th_rng r = th_rng_make(mix_bits(s->seed + (uint64_t)epoch) + 1, (uint64_t)i);
    th_features_mask(&r, x, s->pipe.n_frames, s->pipe.frontend.n_coef, s->aug.time_mask_frames, s->aug.freq_mask_coefs);
    return label;
}

int32_t th_sampler_epoch_size(const th_sampler *s)
{
    return s->n_epoch;
}

int32_t th_sampler_label_size(const th_sampler *s, int32_t label)
{
    return s->augmenting ? s->quota[label] : s->first[label + 1] - s->first[label];
}

/* Slot of m->made that holds example i. */
static int made(const th_sampler *s, member *m, int32_t epoch, int32_t i)
{
    const int slot = i & 1;
    const int64_t key = (int64_t)epoch * INT64_C(4294967296) + i;
    if (m->made_key[slot] != key) {
        m->made_label[slot] = make_features(s, m, epoch, i, m->made[slot]);
        m->made_key[slot] = key;
    }
    return slot;
}

void th_sampler_example(const th_sampler *s, int32_t epoch, int32_t i, int member_number, float *x, float *y)
{
    member *m = &s->members[member_number];
    const int32_t n = s->pipe.n_frames * s->pipe.frontend.n_coef;
    memset(y, 0, (size_t)s->pipe.n_labels * sizeof *y);
    if (s->clean) {
        memcpy(x, s->clean->f32 + (size_t)i * (size_t)n, (size_t)n * sizeof *x);
        y[s->clean->label[i]] = 1.0f;
        return;
    }
    if (!s->augmenting || !(s->aug.mixup > 0.0f) || (i ^ 1) >= s->n_epoch) {
        y[make_features(s, m, epoch, i, x)] = 1.0f;
        return;
    }
    const int own = made(s, m, epoch, i), partner = made(s, m, epoch, i ^ 1);
    th_rng r = th_rng_make(mix_bits(s->seed ^ (uint64_t)epoch << 32), (uint64_t)i);
    float part = th_rng_beta(&r, s->aug.mixup);
    if (part < 0.5f) part = 1.0f - part;
    for (int32_t k = 0; k < n; k++) x[k] = part * m->made[own][k] + (1.0f - part) * m->made[partner][k];
    y[m->made_label[own]] += part;
    y[m->made_label[partner]] += 1.0f - part;
}

/* ---- setting up ---- */

static th_err no_memory(th_why *why)
{
    return th_why_set(why, TH_ENOMEM,
                      "out of memory while the recordings were loaded; fewer or shorter clips need less");
}

static th_err open_frontend(th_sampler *s, const float *mean, const float *inv_std, th_why *why)
{
    const size_t bytes = th_frontend_mem(&s->pipe.frontend) + TH_ARENA_ALIGN;
    if (!s->tables) s->tables = malloc(bytes);
    if (!s->tables) return no_memory(why);
    th_arena arena = th_arena_over(s->tables, bytes);
    const th_err err = th_frontend_init(&s->frontend, &s->pipe.frontend, mean, inv_std, &arena);
    return err ? th_why_set(why, err, "the feature settings can't be used: %s", th_err_text(err)) : TH_OK;
}

static th_err check_settings(const th_pipeline *p, const th_augment *a, th_why *why)
{
    if (!th_frontend_mem(&p->frontend) || p->n_labels < 1 || p->n_labels > TH_MAX_LABELS ||
        th_frontend_frames(&p->frontend, p->clip_samples) != p->n_frames || p->n_frames < 1)
        return th_why_set(why, TH_ERANGE,
                          "the feature settings do not fit together: look at [features] in thimble.ini");
    if (!a) return TH_OK;
    const bool ok = a->shift_ms >= 0.0f && a->shift_ms <= 10000.0f && a->speed >= 0.0f && a->speed < 0.5f &&
                    a->stretch >= 0.0f && a->stretch <= MOST_STRETCH && a->pitch >= 0.0f && a->pitch <= MOST_STRETCH &&
                    a->gain_db >= 0.0f && a->gain_db <= 60.0f && a->snr_lo_db <= a->snr_hi_db && a->mixup >= 0.0f &&
                    a->mixup <= 4.0f && a->time_mask_frames >= 0 && a->freq_mask_coefs >= 0 &&
                    a->unknown_share >= 0.0f && a->silence_share >= 0.0f;
    return ok ? TH_OK : th_why_set(why, TH_ERANGE, "an augmentation setting is out of range");
}

typedef struct entry { /* a clip to load */
    const th_sample *clip;
    int32_t label;
} entry;

static int by_label_and_word(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (x->label != y->label) return x->label < y->label ? -1 : 1;
    const int words = strcmp(x->clip->word, y->clip->word);
    return words ? words : x->clip < y->clip ? -1 : x->clip > y->clip;
}

static th_err load_clip(th_sampler *s, const th_dataset *set, const entry *e, th_why *why)
{
    source *c = &s->src[s->n_src];
    c->label = e->label;
    TH_TRY(th_dataset_samples(set, e->clip, &c->pcm, &c->n, why));
    s->n_src++; /* from here on th_sampler_free frees it */
    if (c->n < 1)
        return th_why_set(why, TH_EFORMAT, "%s has no samples. Take it out of the data set", th_sample_shown(e->clip));
    c->start = th_clip_start(c->pcm, c->n, s->pipe.clip_samples);
    return TH_OK;
}

static th_err list_clips(const th_sampler *s, const th_dataset *set, th_split split, entry *list, size_t *n,
                         th_why *why)
{
    *n = 0;
    for (size_t k = 0; k < set->n; k++) {
        const th_sample *clip = &set->samples[k];
        if (clip->split != split) continue;
        const int32_t label = th_pipeline_label(&s->pipe, clip->label);
        if (label < 0)
            return th_why_set(why, TH_ENOENT,
                              "%s has the label \"%s\", which is not one of the model's labels. "
                              "Add it to thimble.ini or take the clip out",
                              th_sample_shown(clip), clip->label);
        list[(*n)++] = (entry){clip, label};
    }
    if (*n) return TH_OK;
    return th_why_set(why, TH_ENOENT,
                      "there are no clips in the split \"%s\". Add recordings: thimble data import, or "
                      "share them out anew: thimble data split",
                      th_split_name(split));
}

static bool same_word(const entry *a, const entry *b)
{
    return a->clip && b->clip && strcmp(a->clip->word, b->clip->word) == 0;
}

/* Shares of the words of "unknown": by the root of their number of clips, so that neither the
 * commonest word nor the rarest fills the class. */
static th_err share_words(th_sampler *s, const entry *list, th_why *why)
{
    const int32_t from = s->unknown < 0 ? 0 : s->first[s->unknown], to = s->unknown < 0 ? 0 : s->first[s->unknown + 1];
    double sum = 0.0;
    s->word_first = calloc((size_t)(to - from) + 1, sizeof *s->word_first);
    s->word_end = calloc((size_t)(to - from) + 1, sizeof *s->word_end);
    if (!s->word_first || !s->word_end) return no_memory(why);
    for (int32_t k = from; k < to; k++)
        if (k == from || !same_word(&list[k], &list[k - 1])) s->word_first[s->n_words++] = k;
    s->word_first[s->n_words] = to;
    for (int32_t w = 0; w < s->n_words; w++) sum += sqrt((double)(s->word_first[w + 1] - s->word_first[w]));
    double end = 0.0;
    for (int32_t w = 0; w < s->n_words; w++)
        s->word_end[w] = end += sqrt((double)(s->word_first[w + 1] - s->word_first[w])) / sum;
    return TH_OK;
}

static int32_t clips_of(const th_sampler *s, int32_t label)
{
    return s->first[label + 1] - s->first[label];
}

/* Many other words take more examples to tell from the keywords than a few do: the root of how many times more
 * clips there are, 1.5 to 4. (4 classes of speech_commands: 91 % instead of 83 % with 1.5, tiny-conv.) */
static float share_of_unknown(const th_sampler *s, float mean)
{
    const float share = s->unknown < 0 ? 0.0f : sqrtf((float)clips_of(s, s->unknown) / mean);
    return share < 1.5f ? 1.5f : share > 4.0f ? 4.0f : share;
}

static void plan_epoch(th_sampler *s)
{
    int32_t keywords = 0, clips = 0;
    for (int32_t l = 0; l < s->pipe.n_labels; l++) {
        if (l == s->unknown || l == s->silence || !clips_of(s, l)) continue;
        keywords++;
        clips += clips_of(s, l);
    }
    const float mean = keywords ? (float)clips / (float)keywords : 100.0f;
    const float unknown = s->aug.unknown_share > 0.0f ? s->aug.unknown_share : share_of_unknown(s, mean);
    const float silence = s->aug.silence_share > 0.0f ? s->aug.silence_share : 1.0f;
    for (int32_t l = 0; l < s->pipe.n_labels; l++) {
        s->quota[l] = clips_of(s, l);
        if (l == s->unknown && clips_of(s, l)) s->quota[l] = (int32_t)(mean * unknown + 0.999f);
        if (l == s->silence) s->quota[l] = (int32_t)(mean * silence + 0.999f);
        s->n_epoch += s->quota[l];
    }
}

/* Voices of people in the background: eight layers of clips one after another. */
static void fill_babble(th_sampler *s, th_rng *r, float *out)
{
    const int32_t n = s->pipe.clip_samples;
    float *voice = s->members[0].wave;
    memset(out, 0, (size_t)s->bank_n * sizeof *out);
    for (int32_t layer = 0; layer < 8; layer++)
        for (int32_t at = 0; at + n <= s->bank_n; at += n / 2 + (int32_t)th_rng_below(r, (uint32_t)n)) {
            const source *c = &s->src[th_rng_below(r, (uint32_t)s->n_src)];
            if (c->label == s->silence) continue;
            th_wave_resample(c->pcm, c->n, c->start, TH_SPEED_STEPS + plus_minus(r, 10), voice, n);
            th_noise_level(voice, n);
            th_wave_add(out + at, voice, n, (float)th_gain_of_db((double)th_rng_range(r, -12.0f, 0.0f)));
        }
}

static th_err fill_bank(th_sampler *s, th_why *why)
{
    const int32_t rate = s->pipe.frontend.rate_hz, speech = s->n_src - (s->silence < 0 ? 0 : clips_of(s, s->silence));
    s->bank_n = BANK_SECONDS * rate > 4 * s->pipe.clip_samples ? BANK_SECONDS * rate : 4 * s->pipe.clip_samples;
    for (int32_t k = 0; k < BANK_ROWS; k++) {
        th_rng r = th_rng_make(s->seed, (uint32_t)k + UINT64_C(0x6e6f697365));
        if (k == BABBLE && speech < 4) break;
        s->bank[k] = malloc((size_t)s->bank_n * sizeof *s->bank[k]);
        if (!s->bank[k]) return no_memory(why);
        if (k == BABBLE)
            fill_babble(s, &r, s->bank[k]);
        else
            th_noise_make((th_noise_kind)k, &r, rate, s->bank[k], s->bank_n);
    }
    return TH_OK;
}

/* Memory of a member that is never used is never touched, so it costs only addresses. */
static th_err open_members(th_sampler *s, th_why *why)
{
    const size_t n = (size_t)s->pipe.clip_samples, x = (size_t)s->pipe.n_frames * (size_t)s->pipe.frontend.n_coef;
    const size_t fft = th_frontend_scratch(&s->pipe.frontend);
    const size_t floats =
        ((3 + WIDE) * n + fft + 2 * x + (n + 1) / 2 + 31) & ~(size_t)15; /* members apart by a cache line */
    s->members = calloc(TH_SAMPLER_MEMBERS, sizeof *s->members);
    s->scratch = malloc(TH_SAMPLER_MEMBERS * floats * sizeof(float));
    if (!s->members || !s->scratch) return no_memory(why);
    for (size_t k = 0; k < TH_SAMPLER_MEMBERS; k++) {
        member *m = &s->members[k];
        float *p = (float *)s->scratch + k * floats;
        m->wave = p;
        m->other = p + n;
        m->noise = p + 2 * n;
        m->wide = p + 3 * n;
        m->fft = m->wide + WIDE * n;
        m->made[0] = m->fft + fft;
        m->made[1] = m->made[0] + x;
        m->pcm = (int16_t *)(m->made[1] + x);
        m->made_key[0] = m->made_key[1] = -1;
    }
    return TH_OK;
}

/* Without memory for it all is made anew each time. */
static th_err open_kept(th_sampler *s, th_why *why)
{
    const size_t x = (size_t)s->pipe.n_frames * (size_t)s->pipe.frontend.n_coef, n = (size_t)s->n_epoch;
    if (n * x * sizeof(float) > MOST_KEPT) return TH_OK;
    s->kept = malloc((n * x + 1) * sizeof *s->kept);
    s->kept_label = malloc((n + 1) * sizeof *s->kept_label);
    s->kept_variant = malloc((n + 1) * sizeof *s->kept_variant);
    s->kept_busy = malloc((n + 1) * sizeof *s->kept_busy);
    if (!s->kept || !s->kept_label || !s->kept_variant || !s->kept_busy) return no_memory(why);
    for (size_t k = 0; k < n; k++) {
        s->kept_variant[k] = -1;
        atomic_init(&s->kept_busy[k], false);
    }
    return TH_OK;
}

static th_err load(th_sampler *s, const th_dataset *set, th_split split, entry *list, th_why *why)
{
    size_t n;
    TH_TRY(list_clips(s, set, split, list, &n, why));
    if (s->augmenting) qsort(list, n, sizeof *list, by_label_and_word);
    for (size_t k = 0; k < n; k++) TH_TRY(load_clip(s, set, &list[k], why));
    s->n_epoch = s->n_src;
    TH_TRY(open_members(s, why));
    if (!s->augmenting) return TH_OK;
    for (size_t k = 0; k < n; k++) s->first[list[k].label + 1]++;
    for (int32_t l = 0; l < s->pipe.n_labels; l++) s->first[l + 1] += s->first[l];
    TH_TRY(share_words(s, list, why));
    s->n_epoch = 0;
    plan_epoch(s);
    TH_TRY(open_kept(s, why));
    return fill_bank(s, why);
}

static th_err open_sampler(th_sampler *s, const th_dataset *set, th_split split, th_why *why)
{
    TH_TRY(check_settings(&s->pipe, s->augmenting ? &s->aug : NULL, why));
    const bool known = s->pipe.inv_std[0] > 0.0f;
    TH_TRY(open_frontend(s, known ? s->pipe.mean : NULL, known ? s->pipe.inv_std : NULL, why));
    s->unknown = th_pipeline_label(&s->pipe, TH_LABEL_UNKNOWN);
    s->silence = th_pipeline_label(&s->pipe, TH_LABEL_SILENCE);
    s->src = calloc(set->n + 1, sizeof *s->src);
    entry *list = calloc(set->n + 1, sizeof *list);
    const th_err err = s->src && list ? load(s, set, split, list, why) : no_memory(why);
    free(list);
    return err;
}

th_err th_sampler_new(const th_dataset *set, th_split split, const th_pipeline *pipe, const th_augment *augment,
                      uint64_t seed, th_sampler **out, th_why *why)
{
    th_sampler *s = calloc(1, sizeof *s);
    if (!s) return no_memory(why);
    s->pipe = *pipe;
    s->augmenting = augment != NULL;
    if (augment) s->aug = *augment;
    s->seed = seed;
    const th_err err = open_sampler(s, set, split, why);
    if (err)
        th_sampler_free(s);
    else
        *out = s;
    return err;
}

void th_sampler_free(th_sampler *s)
{
    if (!s) return;
    for (int32_t k = 0; k < s->n_src; k++) free(s->src[k].pcm);
    for (int32_t k = 0; k < BANK_ROWS; k++) free(s->bank[k]);
    th_examples_free(s->clean);
    free(s->src);
    free(s->word_first);
    free(s->word_end);
    free(s->kept);
    free(s->kept_label);
    free(s->kept_variant);
    free(s->kept_busy);
    free(s->members);
    free(s->scratch);
    free(s->tables);
    free(s);
}

/* ---- features that are kept ---- */

/* n examples of s, evenly. */
static th_err compute(const th_sampler *s, int32_t n, th_examples *e, th_why *why)
{
    const size_t size = (size_t)(e->h * e->w);
    float y[TH_MAX_LABELS];
    e->f32 = malloc((size_t)n * size * sizeof *e->f32);
    e->label = calloc((size_t)n, sizeof *e->label);
    e->file = calloc((size_t)n, sizeof *e->file);
    if (!e->f32 || !e->label || !e->file) return no_memory(why);
    for (e->n = 0; e->n < n; e->n++) {
        const int32_t i = e->n;
        th_sampler_example(s, 0, (int32_t)((int64_t)i * s->n_epoch / n), 0, e->f32 + (size_t)i * size, y);
        while (!(y[e->label[i]] > 0)) e->label[i]++;
        if (!(e->file[i] = strdup(""))) return no_memory(why);
    }
    return TH_OK;
}

static th_err compute_clean(const th_project *p, const th_dataset *set, th_split split, const th_pipeline *pipe,
                            int32_t at_most, th_examples **e, th_why *why)
{
    th_sampler *all = NULL;
    TH_TRY(th_sampler_new(set, split, pipe, NULL, p->seed, &all, why));
    *e = calloc(1, sizeof **e);
    th_err err = *e ? TH_OK : no_memory(why);
    if (!err) {
        **e = (th_examples){.h = pipe->n_frames, .w = pipe->frontend.n_coef, .c = 1, .n_labels = pipe->n_labels};
        err = compute(all, all->n_epoch < at_most ? all->n_epoch : at_most, *e, why);
    }
    th_sampler_free(all);
    return err;
}

static th_err open_clean(th_sampler *s, const th_project *p, const th_dataset *set, th_split split, int32_t at_most,
                         th_card *card, th_why *why)
{
    char key[TH_HASH_BYTES];
    TH_TRY(check_settings(&s->pipe, NULL, why));
    TH_TRY(th_kept_clips_key(set, split, &s->pipe, at_most, key, why));
    card->n_labels = s->pipe.n_labels;
    memcpy(card->labels, s->pipe.labels, (size_t)card->n_labels * sizeof card->labels[0]);
    s->clean = th_kept_load(p, split, key, card);
    if (!s->clean) {
        TH_TRY(compute_clean(p, set, split, &s->pipe, at_most, &s->clean, why));
        th_kept_save(p, split, key, card, s->clean);
    }
    s->n_epoch = s->clean->n;
    return TH_OK;
}

th_err th_sampler_clean(const th_project *p, const th_dataset *set, th_split split, const th_pipeline *pipe,
                        int32_t at_most, th_sampler **out, th_why *why)
{
    th_sampler *s = calloc(1, sizeof *s);
    th_card *card = calloc(1, sizeof *card);
    if (s) s->pipe = *pipe;
    const th_err err = s && card ? open_clean(s, p, set, split, at_most, card, why) : no_memory(why);
    free(card);
    if (err)
        th_sampler_free(s);
    else
        *out = s;
    return err;
}

th_err th_sampler_normalise(th_sampler *s, th_pipeline *pipe, th_why *why)
{
    const int32_t n_coef = s->pipe.frontend.n_coef, rows = s->pipe.n_frames;
    const int32_t wanted = s->n_epoch < 1000 ? s->n_epoch : 1000, step = s->n_epoch / wanted;
    double sum[TH_MAX_COEFS] = {0}, squares[TH_MAX_COEFS] = {0}, count = 0.0;
    member *m = &s->members[0];
    TH_TRY(open_frontend(s, NULL, NULL, why));
    for (int32_t i = 0; i < s->n_epoch; i += step) {
        (void)make_variant(s, m, -1, i, m->made[0]);
        count += (double)rows;
        for (int32_t k = 0; k < rows * n_coef; k++) {
            const double v = (double)m->made[0][k];
            sum[k % n_coef] += v;
            squares[k % n_coef] += v * v;
        }
    }
    m->made_key[0] = -1;
    for (int32_t c = 0; c < n_coef; c++) {
        const double mean = sum[c] / count, variance = squares[c] / count - mean * mean;
        /* Five decimals are enough for a network that learns with them, and short in the model file. */
        s->pipe.mean[c] = (float)(round(mean * 1e5) / 1e5);
        s->pipe.inv_std[c] = (float)(round(1e5 / sqrt(variance > 1e-6 ? variance : 1e-6)) / 1e5);
    }
    memcpy(pipe->mean, s->pipe.mean, sizeof pipe->mean);
    memcpy(pipe->inv_std, s->pipe.inv_std, sizeof pipe->inv_std);
    return open_frontend(s, s->pipe.mean, s->pipe.inv_std, why);
}
