/* Sound pictures of test clips: right answers and the worst mistakes, to see and to hear. */
#include "report/sections.h"

#include "report/picture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_CLIPS 6    /* of each kind */
#define RANGE_LN   9.0f /* natural logarithm from the loudest to the darkest shade: about 40 dB */

static bool ready(const th_report *r)
{
    return r->model && r->data &&
           th_json_len(r->file[TH_R_TEST], "worst") + th_json_len(r->file[TH_R_TEST], "right") > 0;
}

/* A sound picture: one column per frame, low tones at the bottom. */
typedef struct sound {
    int16_t *pcm; /* [n] the clip as the network gets it */
    int32_t n, n_frames, n_mel;
    float *grid; /* [n_mel][n_frames] 0 to 1 */
    int32_t loud_frame, loud_band;
} sound;

static void sound_free(sound *s)
{
    free(s->pcm);
    free(s->grid);
}

/* Log-mel frames turned on their side and scaled to 0..1 below the loudest point. */
static void make_grid(sound *s, const float *frames)
{
    float top = frames[0];
    for (int32_t i = 0; i < s->n_frames * s->n_mel; i++)
        if (frames[i] > top) {
            top = frames[i];
            s->loud_frame = i / s->n_mel;
            s->loud_band = i % s->n_mel;
        }
    for (int32_t f = 0; f < s->n_frames; f++)
        for (int32_t b = 0; b < s->n_mel; b++) {
            const float v = 1.0f + (frames[f * s->n_mel + b] - top) / RANGE_LN;
            s->grid[(s->n_mel - 1 - b) * s->n_frames + f] = v > 0.0f ? v : 0.0f;
        }
}

/* The bands before the cosine transform: what the coefficients of the network are made from. */
static bool analyse(const th_pipeline *p, sound *s)
{
    th_frontend_cfg cfg = p->frontend;
    cfg.kind = TH_LOGMEL;
    cfg.n_coef = cfg.n_mel;
    s->n_mel = cfg.n_mel;
    s->n_frames = th_frontend_frames(&cfg, s->n);
    const size_t bytes = th_frontend_mem(&cfg), n = (size_t)s->n_frames * (size_t)s->n_mel;
    if (!bytes || !n) return false;
    void *memory = malloc(bytes + TH_ARENA_ALIGN);
    float *frames = malloc(n * sizeof *frames), *scratch = malloc((th_frontend_scratch(&cfg) + 1) * sizeof *scratch);
    s->grid = malloc(n * sizeof *s->grid);
    bool ok = memory && frames && scratch && s->grid;
    if (ok) {
        th_arena arena = th_arena_over(memory, bytes + TH_ARENA_ALIGN);
        th_frontend frontend;
        ok = !th_frontend_init(&frontend, &cfg, NULL, NULL, &arena);
        if (ok) th_frontend_clip(&frontend, s->pcm, s->n, scratch, frames);
        if (ok) make_grid(s, frames);
    }
    free(memory);
    free(frames);
    free(scratch);
    return ok;
}

static bool load(const th_report *r, const char *file, sound *s)
{
    *s = (sound){0};
    const th_sample clip = {.file = file, .label = "", .word = "", .subject = "", .source = ""};
    int16_t *pcm;
    int32_t n;
    if (r->pipe.clip_samples < 1 || th_dataset_samples(r->data, &clip, &pcm, &n, NULL)) return false;
    s->n = r->pipe.clip_samples;
    s->pcm = malloc((size_t)s->n * sizeof *s->pcm);
    if (s->pcm) th_clip_window(pcm, n, 0, s->pcm, s->n);
    free(pcm);
    if (s->pcm && analyse(&r->pipe, s)) return true;
    sound_free(s);
    return false;
}

static const char *pitch(const sound *s)
{
    const double part = (s->loud_band + 0.5) / s->n_mel;
    return part < 0.34 ? "low" : part < 0.67 ? "middle" : "high";
}

static bool write_clip(th_html *h, const th_report *r, const json_t *item)
{
    const char *truth = th_json_str(item, "truth", "?"), *said = th_json_str(item, "said", "?");
    const double score = th_json_num(item, "score", 0.0);
    sound s;
    if (!load(r, th_json_str(item, "file", ""), &s)) return false;
    char alt[400];
    snprintf(alt, sizeof alt, "Sound picture of a clip of %s. It is loudest after %.2f seconds, in the %s tones.",
             truth, s.n_frames ? (double)s.loud_frame / s.n_frames * s.n / r->pipe.frontend.rate_hz : 0.0, pitch(&s));
    th_html_put(h, "<figure>");
    th_picture_grid(h, s.grid, s.n_frames, s.n_mel, alt);
    th_html_put(h, "<figcaption>");
    if (strcmp(truth, said) == 0) {
        const char *word = th_json_str(item, "word", truth);
        th_html_put(h, "<b>");
        th_html_name(h, *word ? word : truth);
        th_html_put(h, "</b>, heard right");
        if (*word && strcmp(word, truth) != 0) {
            th_html_put(h, " as \xe2\x80\x9c");
            th_html_name(h, truth);
            th_html_put(h, "\xe2\x80\x9d");
        }
    } else {
        th_html_put(h, "<b>");
        th_html_name(h, th_json_str(item, "word", truth));
        th_html_put(h, "</b> heard as <b class=\"warn\">");
        th_html_name(h, said);
        th_html_put(h, "</b>");
    }
    th_html_fmt(h, "<br/><span class=\"soft\">%.0f %% sure</span></figcaption>", score * 100.0);
    th_picture_audio(h, s.pcm, s.n, r->pipe.frontend.rate_hz, truth);
    th_html_put(h, "</figure>\n");
    sound_free(&s);
    return true;
}

static int write_group(th_html *h, const th_report *r, const char *key, const char *title)
{
    const json_t *list = th_json_at(r->file[TH_R_TEST], key);
    int shown = 0;
    if (!json_array_size(list)) return 0;
    th_html_fmt(h, "<h3>%s</h3>\n<div class=\"clips\">\n", title);
    for (size_t i = 0; i < json_array_size(list) && shown < MOST_CLIPS; i++)
        shown += write_clip(h, r, json_array_get(list, i));
    th_html_put(h, "</div>\n");
    if (!shown)
        th_html_put(
            h, "<p class=\"soft\">The clips are no longer in data/clips. Run <code>thimble test</code> again.</p>\n");
    return shown;
}

static void write_table(th_html *h, const th_report *r)
{
    static const char *const headings[] = {"What was said", "What was heard", "How sure", "File"};
    const json_t *list = th_json_at(r->file[TH_R_TEST], "worst");
    if (!json_array_size(list)) return;
    th_html_details(h, "The mistakes it was most sure of, as a table");
    th_html_table(h, "The worst mistakes", headings, 4);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        th_html_put(h, "<tr class=\"words\"><td>");
        th_html_name(h, th_json_str(item, "word", th_json_str(item, "truth", "?")));
        th_html_put(h, "</td><td>");
        th_html_name(h, th_json_str(item, "said", "?"));
        th_html_put(h, "</td><td>");
        th_html_percent(h, th_json_num(item, "score", -1.0));
        th_html_put(h, "</td><td>");
        th_html_name(h, th_json_str(item, "file", "?"));
        th_html_put(h, "</td></tr>\n");
    }
    th_html_table_end(h);
    th_html_details_end(h);
}

static void write(th_html *h, const th_report *r)
{
    th_report_see(h, "Each picture is one second of sound. Time runs to the right, low tones are at the bottom, bright "
                     "is loud. A word has "
                     "its own shape; the network learns these shapes. Listen, and look for what misled it.");
    if (r->pipe.frontend.kind == TH_MFCC)
        th_html_fmt(h,
                    "<p>The network gets each column of a picture packed into %d numbers (MFCC), %d columns for %.1f s "
                    "of sound.</p>\n",
                    (int)r->pipe.frontend.n_coef, (int)r->pipe.n_frames,
                    (double)r->pipe.clip_samples / r->pipe.frontend.rate_hz);
    else
        th_html_fmt(h, "<p>The network gets just this picture: %d columns of %d numbers for %.1f s of sound.</p>\n",
                    (int)r->pipe.n_frames, (int)r->pipe.frontend.n_coef,
                    (double)r->pipe.clip_samples / r->pipe.frontend.rate_hz);
    write_group(h, r, "right", "Heard right");
    write_group(h, r, "worst", "Heard wrong, and sure of it");
    write_table(h, r);
}

const th_section th_section_clips = {
    "hears",     "What the network hears", "thimble test", "sound pictures of right and wrong clips", ready, write,
    TH_FOR_SOUND};
