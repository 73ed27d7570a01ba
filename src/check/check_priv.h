/* check/check_priv.h -- what the checks share: the facts of each sample, and how they tell what they found. */
#ifndef TH_CHECK_CHECK_PRIV_H
#define TH_CHECK_CHECK_PRIV_H

#include "base/text.h"
#include "check/check.h"
#include "data/level.h"

#define TH_VIEW     196 /* numbers of a view: a sample as a point, near which its copies lie */
#define TH_FEATURES 208 /* numbers that a label is guessed from */
#define TH_THUMB    32  /* side of the small picture that is kept of a picture */

typedef enum th_file_state { TH_FILE_GOOD, TH_FILE_MISSING, TH_FILE_DAMAGED, TH_FILE_CHANGED } th_file_state;

/* A channel of a signal. */
typedef struct th_channel {
    float lo, hi, mean, rms; /* rms: around 0 */
    float at_limit;          /* part of the rows that stand at lo or hi for three rows or more; 0 when there are few */
    int32_t stuck;           /* rows of the longest stretch without any change */
    bool rises;              /* from each row to the next: a clock or a counter */
} th_channel;

typedef struct th_fact {
    th_file_state state;
    bool has_view, has_features;
    bool has_equal; /* another sample has the same content */
    union {
        struct {
            th_level level;
            int32_t file_rate_hz;
            float top_hz; /* above it there is nothing; 0: not known */
            float middle; /* of its energy, in samples */
        } sound;
        struct {
            int32_t n, n_channels;
            int32_t stuck;  /* rows of the longest stretch in which no channel changes */
            int32_t bridge; /* rows of the longest straight line that all channels are on */
            float straight; /* part of the rows that lie on a straight line between their neighbours */
        } signal;
        struct {
            int32_t h, w;
            float mean, deviation; /* of grey, 0 to 255 */
            float sharp;           /* mean square of the Laplacian by that of what is left of the mean */
            float colour;          /* mean distance of the largest and the smallest of red, green, blue */
        } picture;
    } is;
    th_channel *channel; /* [n_channels] of a signal */
    uint16_t *ways; /* [n_ways] of a sound's frames: bits 0 to 12 which bands grow more than the next, bit 15: loud */
    int32_t n_ways, hop; /* hop: samples from one to the next */
    uint8_t *thumb;      /* [TH_THUMB][TH_THUMB] of a picture */
    uint64_t *print;     /* [n_prints] winnowed hashes of runs of rows, by place */
    int32_t *place;      /* [n_prints] first row of each */
    int32_t n_prints;
} th_fact;

typedef enum th_pair_kind { TH_PAIR_SAME, TH_PAIR_ALIKE, TH_PAIR_OVERLAP } th_pair_kind;

/* Two samples that show the same; a has the smaller number. */
typedef struct th_pair {
    size_t a, b;
    th_pair_kind kind;
    float score; /* ALIKE: likeness, 1 is equal; OVERLAP: part of the shorter one that both have */
} th_pair;

typedef struct th_check {
    const th_project *p;
    const th_task *task;
    const th_dataset *set;
    const th_check_cfg *cfg;
    th_fact *fact;   /* [set->n] */
    float *view;     /* [set->n][TH_VIEW] mean 0, length 1 */
    float *features; /* [set->n][TH_FEATURES] */
    th_pair *pair;   /* [n_pairs] by a, b; of samples that are alike in several ways, the surest */
    size_t n_pairs, cap_pairs;
    double from, to; /* of the progress, the part that is under way */
    int row;         /* that is under way */
    th_finding *finding;
    th_check_item rest; /* where items go that find no memory */
    bool no_memory;     /* there was one */
} th_check;

/* ---- telling ---- */

/* A new item of the check that is under way, about sample `a` and, unless it is TH_NO_SAMPLE, `b`; the caller fills the
 * text.  Never NULL: without memory it is c->rest, and the check ends with TH_ENOMEM. */
#define TH_NO_SAMPLE ((size_t)-1)
th_check_item *th_found(th_check *c, size_t a, size_t b, double score);

/* A number with 0 to 2 digits behind the point, as text: th_text_fmt knows no floating-point numbers. */
const char *th_number(char buf[32], double value, int digits);

/* item->command: thimble data VERB --project .., and item->mend.
 *   th_fix          of all samples: split, with --KEY VALUE unless key is NULL; or words that only people can complete,
 *                   such as "import FOLDER", which are no mend
 *   th_fix_sample   of sample i: remove; set, with KEY=VALUE */
void th_fix(const th_check *c, th_check_item *item, const char *verb, const char *key, const char *value);
void th_fix_sample(const th_check *c, th_check_item *item, const char *verb, size_t i, const char *key,
                   const char *value);

/* Tells how much of the part under way is done.  Errors: TH_EINTR. */
TH_NODISCARD th_err th_check_step(const th_check *c, double part, th_why *why);

/* ---- what a file shows; thread-safe, for different i ---- */

/* Fills fact i, its view and features. Errors: TH_ENOMEM, TH_EIO. */
TH_NODISCARD th_err th_content_read(th_check *c, size_t i, th_why *why);

TH_NODISCARD th_err th_sound_look(th_check *c, size_t i, const int16_t *pcm, int32_t n, th_why *why);
TH_NODISCARD th_err th_signal_look(th_check *c, size_t i, const float *rows, int32_t n, int32_t channels, th_why *why);
TH_NODISCARD th_err th_picture_look(th_check *c, size_t i, const uint8_t *rgb, int32_t h, int32_t w, th_why *why);

/* x [n] -> mean 0 and length 1; false: it was constant. */
bool th_view_unit(float *x, size_t n);

/* Reads all files and finds the twins: what the rows of the table begin with. */
TH_NODISCARD th_err th_check_look(th_check *c, th_why *why);
void th_check_end(th_check *c);

/* ---- twins ---- */

/* How alike two samples of one kind are, from their whole content: 1 is equal, well below it something else. */
bool th_sound_maybe(const th_fact *a, const th_fact *b); /* a look at the bits first: a thousand times as fast */
TH_NODISCARD th_err th_sound_alike(const th_check *c, size_t a, size_t b, float *score, th_why *why);
TH_NODISCARD th_err th_signal_alike(const th_check *c, size_t a, size_t b, float *score, th_why *why);

/* Of families: root[i] is i, or another member that leads to the one that stands for all. */
size_t th_root_of(size_t *root, size_t i);

/* Another pair.  Errors: TH_ENOMEM. */
TH_NODISCARD th_err th_twins_add(th_check *c, size_t a, size_t b, th_pair_kind kind, float score, th_why *why);

/* Fills pair. */
TH_NODISCARD th_err th_twins_find(th_check *c, th_why *why);

/* Adds the pairs of pictures that are copies of each other; those of equal files are there already.  Errors: TH_ENOMEM,
 * TH_EINTR. */
TH_NODISCARD th_err th_looks_find(th_check *c, th_why *why);

/* Winnowing (Schleimer, Wilkerson, Aiken: "Winnowing: local algorithms for document fingerprinting", SIGMOD 2003): of
 * each `window` hashes that follow each other the smallest is kept, so that two recordings that share window + 1 of
 * them share one that is kept.  Hashes that are 0 are never kept.  Fills fact->print. */
TH_NODISCARD th_err th_winnow(th_fact *f, const uint64_t *hash, int32_t n, int32_t window, th_why *why);

/* ---- rows of the table ---- */

/* Of all samples together: calls th_found for each thing. */
typedef th_err th_check_fn(th_check *c, th_why *why);
th_check_fn th_check_empty, th_check_labels, th_check_few, th_check_not_tested, th_check_balance, th_check_no_unknown,
    th_check_no_silence, th_check_case, th_check_one_subject, th_check_one_device, th_check_subjects, th_check_shares,
    th_check_leak, th_check_few_subjects, th_check_group_leak, th_check_twin_leak, th_check_order, th_check_neighbours,
    th_check_duplicate, th_check_near, th_check_overlap, th_check_conflict, th_check_units, th_check_channels,
    th_check_blurred, th_check_colour, th_check_mislabelled;

/* Of one sample: what is wrong with it, as text, and how bad; true when something is. */
typedef bool th_check_each(const th_check *c, size_t i, char *text, size_t cap, double *score);
th_check_each th_check_missing, th_check_damaged, th_check_changed, th_check_rate, th_check_bandwidth, th_check_clipped,
    th_check_quiet, th_check_offset, th_check_short, th_check_stuck, th_check_bridged, th_check_constant,
    th_check_counter, th_check_blank, th_check_dark, th_check_tiny, th_check_stretched;

/* "#12" at the end of the name of a piece of a long recording; NULL: it is whole, or a stroke. */
const char *th_piece_mark(const th_sample *s);

/* Are labels what the task learns from? */
bool th_check_by_label(const th_check *c);

#endif
