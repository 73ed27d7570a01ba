#include "data/sound_change.h"

#include "base/text.h"
#include "data/change.h"

#include <stddef.h>
#include <string.h>

static const struct row {
    const char *word;
    size_t at; /* in th_augment */
    float usual, most;
} rows[] = {
    {"shift", offsetof(th_augment, shift_ms), 100.0f, 10000.0f},
    {"speed", offsetof(th_augment, speed), 0.12f, 0.49f},
    {"stretch", offsetof(th_augment, stretch), 0.15f, 0.4f},
    {"pitch", offsetof(th_augment, pitch), 0.1f, 0.4f},
    {"gain", offsetof(th_augment, gain_db), 8.0f, 60.0f},
    {"noise", offsetof(th_augment, noise_prob), 0.5f, 1.0f},
    {"room", offsetof(th_augment, room_prob), 0.15f, 1.0f},
    {"mixup", offsetof(th_augment, mixup), 0.2f, 4.0f},
};
#define N_ROWS (sizeof rows / sizeof *rows)

#define MASKS      6.0f
#define MOST_MASKS 1000.0f

typedef struct words {
    th_augment usual, *to;
} words;

static float *member(th_augment *a, const struct row *row)
{
    return (float *)(void *)((char *)a + row->at);
}

static th_err take(void *ctx, const char *word, const char *said, th_why *why)
{
    words *w = ctx;
    char list[160];
    size_t n = 0;
    if (strcmp(word, "usual") == 0) {
        *w->to = w->usual;
        return TH_OK;
    }
    if (strcmp(word, "masks") == 0) {
        float frames;
        TH_TRY(th_change_number(word, said, MASKS, MOST_MASKS, &frames, why));
        w->to->time_mask_frames = (int32_t)frames;
        w->to->freq_mask_coefs = (w->to->time_mask_frames + 2) / 3;
        return TH_OK;
    }
    for (size_t i = 0; i < N_ROWS; i++) {
        if (strcmp(rows[i].word, word) != 0) {
            n += th_text_fmt(list + n, sizeof list - n, "%s, ", rows[i].word);
            continue;
        }
        return th_change_number(word, said, rows[i].usual, rows[i].most, member(w->to, &rows[i]), why);
    }
    return th_why_set(why, TH_EUSAGE, "change: \"%s\" is none of usual, %smasks, none", word, list);
}

th_err th_sound_change_parse(const char *text, th_augment *a, th_why *why)
{
    words w = {.usual = *a, .to = a};
    if (!*text) return TH_OK;
    for (size_t i = 0; i < N_ROWS; i++) *member(a, &rows[i]) = 0.0f;
    a->time_mask_frames = a->freq_mask_coefs = 0;
    return th_change_split(text, take, &w, why);
}
