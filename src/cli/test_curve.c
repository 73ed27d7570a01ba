/* `thimble test --curve`: false alarms per hour against misses at every threshold, and the choice of one. */
#include "cli/test_curve.h"

#include "cli/curve_plot.h"
#include "cli/table.h"
#include "data/audio.h"
#include "data/stream.h"
#include "evaluate/stream.h"
#include "os/run.h"
#include "report/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE_S     600.0 /* a generated stream is made and heard in pieces of so long: constant memory */
#define CURVE_SEED  0x6375u
#define MOST_HOURS  24.0
#define FEW_SECONDS 14400.0 /* of a file, as test --stream takes it */

typedef struct curve {
    const th_curve_request *ask;
    th_score_log log;
    th_truth *truth;
    size_t n_truth;
    int64_t samples;
    size_t clips, played; /* of a generated stream: different ones, and how many it has */
    th_sweep_point point[TH_CURVE_POINTS];
    th_sweep_point tried[TH_CURVE_POINTS];
    int32_t window_ms, min_count; /* of the points: the model's, or chosen */
    size_t now, chosen;           /* points; chosen TH_CURVE_POINTS: none was asked for, or none is quiet enough */
    double hours, repeats;        /* how often each clip was heard; of a file 1 */
} curve;

/* ---- listening ------------------------------------------------------------------------------ */

static void ignore_detection(void *ctx, const th_detection *d)
{
    (void)ctx, (void)d;
}

static void on_scores(void *ctx, int32_t time_ms, const int8_t *scores)
{
    th_score_log_add(&((curve *)ctx)->log, time_ms, scores);
}

/* The truth of a piece that begins after what was heard already. */
static th_err add_truth(const th_test *t, const char *text, curve *c, th_why *why)
{
    th_truth *piece;
    size_t n;
    TH_TRY(th_truth_parse("the generated stream", text, strlen(text), &t->pipe, &piece, &n, why));
    th_truth *all = realloc(c->truth, (c->n_truth + n + 1) * sizeof *all);
    if (all) {
        c->truth = all;
        const int32_t offset = (int32_t)(c->samples * 1000 / t->pipe.frontend.rate_hz);
        for (size_t i = 0; i < n; i++)
            all[c->n_truth++] = (th_truth){piece[i].start_ms + offset, piece[i].end_ms + offset, piece[i].label};
    }
    free(piece);
    return all ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
}

static th_err hear_piece(const th_test *t, const th_dataset *set, double seconds, int piece, th_stream *stream,
                         curve *c, th_why *why)
{
    const th_stream_cfg cfg = {.seconds = seconds, .seed = CURVE_SEED + (uint64_t)piece, .split = TH_VAL};
    int16_t *pcm;
    int32_t n;
    char *text;
    size_t words;
    TH_TRY(th_stream_make(&t->project, set, &cfg, &pcm, &n, &text, &words, why));
    th_err err = add_truth(t, text, c, why);
    if (!err) err = th_stream_push(stream, pcm, n, ignore_detection, on_scores, c, why);
    c->samples += n;
    c->played += words;
    free(pcm);
    free(text);
    return err;
}

/* Hours of validation clips with gaps: never of the test, which is to judge what is chosen here. */
static th_err hear_generated(const th_test *t, th_stream *stream, curve *c, th_why *why)
{
    th_dataset *set;
    const double seconds = c->ask->hours * 3600.0;
    const int pieces = (int)ceil(seconds / PIECE_S - 1e-9);
    TH_TRY(th_dataset_load(&t->project, &set, why));
    for (size_t i = 0; i < set->n; i++) c->clips += set->samples[i].split == TH_VAL;
    th_err err = c->clips ? TH_OK
                          : th_why_set(why, TH_ENOENT,
                                       "no clips are set aside for validation, and a threshold is not chosen by those "
                                       "that test. Set some aside: thimble data split; or name a recording: --stream");
    for (int i = 0; i < pieces && !err; i++) {
        err = hear_piece(t, set, fmin(PIECE_S, fmax(5.0, seconds - i * PIECE_S)), i, stream, c, why);
        th_progress("listen", (i + 1.0) / pieces);
    }
    th_dataset_free(set);
    return err;
}

static th_err hear_file(const th_test *t, th_stream *stream, curve *c, th_why *why)
{
    int16_t *pcm;
    int32_t n;
    bool has;
    TH_TRY(th_truth_read(&t->pipe, c->ask->stream, c->ask->truth, &c->truth, &c->n_truth, &has, why));
    if (!has)
        return th_why_set(why, TH_ENOENT,
                          "the curve of %s needs to know what is said in it: --truth FILE.tsv (an empty file when no "
                          "word of the model is)",
                          c->ask->stream);
    TH_TRY(th_audio_read(c->ask->stream, t->pipe.frontend.rate_hz, FEW_SECONDS, &pcm, &n, why));
    const th_err err = th_stream_push(stream, pcm, n, ignore_detection, on_scores, c, why);
    c->samples = n;
    free(pcm);
    return err;
}

static th_err listen(const th_test *t, curve *c, th_why *why)
{
    th_plan *plan;
    th_stream *stream = NULL;
    c->log.n_classes = t->pipe.n_labels;
    TH_TRY(th_plan_make_host(&t->net[TH_NET_INT8]->graphs[0], &plan, why));
    th_err err = th_stream_new(&t->pipe, plan, &stream, why);
    if (!err) err = th_stream_start(stream, why);
    if (!err) err = c->ask->stream ? hear_file(t, stream, c, why) : hear_generated(t, stream, c, why);
    th_stream_free(stream);
    th_plan_free(plan);
    return err || !c->log.failed ? err : th_why_set(why, TH_ENOMEM, "out of memory");
}

/* ---- judging -------------------------------------------------------------------------------- */

/* All thresholds, with scores averaged over so long. */
static th_err sweep(const th_test *t, const curve *c, int32_t window_ms, int32_t min_count, th_sweep_point *point,
                    th_why *why)
{
    th_detector_cfg cfg = th_pipeline_detector(&t->pipe);
    cfg.window_ms = window_ms;
    cfg.min_count = min_count;
    for (int32_t i = 0; i < TH_CURVE_POINTS; i++) point[i].threshold = i + 1;
    const th_err err = th_sweep(&c->log, &cfg, c->truth, c->n_truth, c->samples * 1000 / t->pipe.frontend.rate_hz,
                                point, TH_CURVE_POINTS);
    return err ? th_why_set(why, err, "out of memory") : TH_OK;
}

static bool is_better(const th_sweep_point *a, const th_sweep_point *b)
{
    return a->score.misses != b->score.misses ? a->score.misses < b->score.misses
                                              : a->score.false_accepts < b->score.false_accepts;
}

/* The time over which scores are averaged is chosen with the threshold: a short one hears what is heard for a moment
 * only, and needs a higher threshold.  The scores are those of the one run. */
static th_err choose_window(const th_test *t, curve *c, th_why *why)
{
    static const int32_t windows[] = {300, 400, 500, 600, 700, 800, 1000};
    const th_detector_cfg cfg = th_pipeline_detector(&t->pipe);
    c->chosen = th_sweep_choose(c->point, TH_CURVE_POINTS, c->ask->per_hour);
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
        const int32_t results = windows[i] / cfg.stride_ms + 1; /* that stand in the window */
        const int32_t count = results < cfg.min_count ? results : cfg.min_count;
        TH_TRY(sweep(t, c, windows[i], count, c->tried, why));
        const size_t k = th_sweep_choose(c->tried, TH_CURVE_POINTS, c->ask->per_hour);
        if (k == TH_CURVE_POINTS) continue;
        if (c->chosen < TH_CURVE_POINTS && !is_better(&c->tried[k], &c->point[c->chosen])) continue;
        memcpy(c->point, c->tried, sizeof c->point);
        c->chosen = k;
        c->window_ms = windows[i];
        c->min_count = count;
    }
    return TH_OK;
}

static th_err judge(const th_test *t, curve *c, th_why *why)
{
    const th_detector_cfg cfg = th_pipeline_detector(&t->pipe);
    c->hours = (double)c->samples / t->pipe.frontend.rate_hz / 3600.0;
    c->now = (size_t)(cfg.threshold < 1 ? 0 : cfg.threshold - 1);
    c->repeats = c->clips ? fmax(1.0, (double)c->played / (double)c->clips) : 1.0;
    c->chosen = TH_CURVE_POINTS;
    c->window_ms = cfg.window_ms;
    c->min_count = cfg.min_count;
    TH_TRY(sweep(t, c, cfg.window_ms, cfg.min_count, c->point, why));
    return c->ask->per_hour > 0.0 ? choose_window(t, c, why) : TH_OK;
}

/* As thimble.ini gets it: three digits come back as the same of 256. */
static double threshold_of(const th_sweep_point *p)
{
    return round(p->threshold * 1000.0 / 256.0) / 1000.0;
}

static double missed(const th_stream_score *s)
{
    return s->n_truth ? (double)s->misses / s->n_truth : 0.0;
}

/* False accepts per hour that there are at most, with 95 % certainty, when so many were counted.  A clip that is heard
 * again says nothing new: what counts are the hours and the false accepts of different sound. */
static double at_most(const curve *c, int32_t false_accepts)
{
    return th_sweep_most((int32_t)ceil(false_accepts / c->repeats - 1e-9)) * c->repeats / c->hours;
}

static size_t marked(const curve *c)
{
    return c->chosen < TH_CURVE_POINTS ? c->chosen : c->now;
}

/* ---- what came out -------------------------------------------------------------------------- */

static json_t *point_json(const curve *c, size_t i)
{
    const th_sweep_point *p = &c->point[i];
    return json_pack("{s:f,s:i,s:i,s:i,s:f,s:f,s:f}", "threshold", threshold_of(p), "hits", (int)p->score.hits,
                     "misses", (int)p->score.misses, "false_accepts", (int)p->score.false_accepts,
                     "false_accepts_per_hour", p->score.false_accepts_per_hour, "at_most_per_hour",
                     at_most(c, p->score.false_accepts), "miss_rate", missed(&p->score));
}

static json_t *curve_json(const th_test *t, const curve *c)
{
    const th_sweep_point *m = &c->point[marked(c)];
    json_t *points = json_array(), *words = json_array();
    for (size_t i = 0; i < TH_CURVE_POINTS; i++) json_array_append_new(points, point_json(c, i));
    for (int32_t k = 0; k < t->pipe.n_labels; k++)
        if (m->word[k].said || m->word[k].false_accepts)
            json_array_append_new(words, json_pack("{s:s,s:i,s:i,s:i}", "label", t->pipe.labels[k], "said",
                                                   (int)m->word[k].said, "hits", (int)m->word[k].hits, "false_accepts",
                                                   (int)m->word[k].false_accepts));
    json_t *o = json_pack("{s:s,s:f,s:i,s:f,s:i,s:i,s:o,s:o,s:o}", "source", c->ask->stream ? c->ask->stream : "val",
                          "seconds", c->hours * 3600.0, "words", (int)c->n_truth, "threshold",
                          (double)t->pipe.detect.threshold, "window_ms", (int)c->window_ms, "min_count",
                          (int)c->min_count, "marked", point_json(c, marked(c)), "labels", words, "points", points);
    if (o) json_object_set_new(o, "repeats", json_real(c->repeats));
    if (o && c->ask->per_hour > 0.0) json_object_set_new(o, "asked_per_hour", json_real(c->ask->per_hour));
    if (o) json_object_set_new(o, "chosen", json_boolean(c->chosen < TH_CURVE_POINTS));
    return json_pack("{s:o}", "curve", o);
}

static void point_row(th_table *table, const curve *c, size_t i)
{
    const th_sweep_point *p = &c->point[i];
    th_table_cell(table, "%.3f", threshold_of(p));
    th_table_cell(table, "%d", (int)p->score.hits);
    th_table_cell(table, "%.1f %%", 100.0 * missed(&p->score));
    th_table_cell(table, "%d", (int)p->score.false_accepts);
    th_table_cell(table, "%.2f", p->score.false_accepts_per_hour);
    th_table_cell(table, "%.2f", at_most(c, p->score.false_accepts));
    th_table_cell(table, i == marked(c) ? (c->chosen < TH_CURVE_POINTS ? "chosen" : "now") : "");
    if (i == marked(c)) th_table_strong(table);
}

static th_err print_points(const curve *c, th_why *why)
{
    static const char *const heading[] = {"threshold", "heard", "missed", "false alarms", "per hour", "at most", ""};
    th_table table = th_table_make(7);
    for (int i = 0; i < 7; i++) th_table_cell(&table, "%s", heading[i]);
    for (size_t i = 0; i < TH_CURVE_POINTS; i++)
        if (c->point[i].threshold % 16 == 0 || i == marked(c)) point_row(&table, c, i);
    th_table_print(&table, stdout, th_stdout_is_terminal());
    const bool failed = table.failed;
    th_table_free(&table);
    printf("at most: fewer than that per hour with 95 %% certainty, for sound like this%s\n",
           c->repeats > 1.5 ? " (clips that are heard again say nothing new)" : "");
    return failed ? th_why_set(why, TH_ENOMEM, "out of memory") : TH_OK;
}

static th_err print_words(const th_test *t, const curve *c, th_why *why)
{
    static const char *const heading[] = {"word", "said", "heard", "missed", "false alarms", "per hour"};
    const th_sweep_point *m = &c->point[marked(c)];
    th_table table = th_table_make(6);
    for (int i = 0; i < 6; i++) th_table_cell(&table, "%s", heading[i]);
    for (int32_t k = 0; k < t->pipe.n_labels; k++) {
        const th_sweep_word *w = &m->word[k];
        if (!w->said && !w->false_accepts) continue;
        th_table_cell(&table, "%s", t->pipe.labels[k]);
        th_table_cell(&table, "%d", (int)w->said);
        th_table_cell(&table, "%d", (int)w->hits);
        th_table_cell(&table, "%.1f %%", w->said ? 100.0 * (w->said - w->hits) / w->said : 0.0);
        th_table_cell(&table, "%d", (int)w->false_accepts);
        th_table_cell(&table, "%.2f", w->false_accepts / c->hours);
    }
    printf("\nAt %.3f:\n", threshold_of(m));
    th_table_print(&table, stdout, th_stdout_is_terminal());
    const bool failed = table.failed;
    th_table_free(&table);
    return failed ? th_why_set(why, TH_ENOMEM, "out of memory") : TH_OK;
}

static th_err print_plot(const curve *c, th_why *why)
{
    double rate[TH_CURVE_POINTS], miss[TH_CURVE_POINTS];
    for (size_t i = 0; i < TH_CURVE_POINTS; i++) {
        rate[i] = c->point[i].score.false_accepts_per_hour;
        miss[i] = missed(&c->point[i].score);
    }
    char *picture = th_curve_plot(rate, miss, TH_CURVE_POINTS, marked(c), 1.0 / c->hours);
    if (!picture) return th_why_set(why, TH_ENOMEM, "out of memory");
    printf("\n%s", picture);
    free(picture);
    return TH_OK;
}

static th_err print_text(const th_test *t, const curve *c, th_why *why)
{
    if (c->ask->stream)
        printf("%s: ", c->ask->stream);
    else
        printf("%zu validation clips, each heard about %.1f times: ", c->clips, (double)c->played / (double)c->clips);
    printf("%.2f hours, %zu words to be heard; scores averaged over %d ms\n\n", c->hours, c->n_truth,
           (int)c->window_ms);
    TH_TRY(print_points(c, why));
    TH_TRY(print_plot(c, why));
    return print_words(t, c, why);
}

/* What so few hours cannot say. */
static void say_short(const curve *c)
{
    const double least = at_most(c, 0), asked = c->ask->per_hour;
    if (asked <= 0.0 || least <= asked) return;
    fprintf(stderr,
            "note: %.2f hours of different sound are too short to tell %.3g false alarms per hour: none at all in them "
            "says only, with 95 %% certainty, that there are fewer than %.2f per hour. That takes %.1f hours%s\n",
            c->hours / c->repeats, asked, least, th_sweep_most(0) / asked,
            c->repeats > 1.5
                ? ": more validation clips of other words and people, or a recording of the place (--stream)"
            : c->ask->stream ? ""
                             : " (--hours)");
}

/* ---- the choice ----------------------------------------------------------------------------- */

/* Lines of [detect] into thimble.ini, and beside the integers of the model. */
static th_err set_detect(th_test *t, const char *line, th_why *why)
{
    static th_project p; /* large */
    char dir[TH_PATH_BYTES];
    snprintf(dir, sizeof dir, "%s", t->project.dir);
    TH_TRY(th_project_load(dir, &p, why));
    TH_TRY(th_project_apply(&p, line, why));
    th_test_free(t);
    return th_test_open(dir, NULL, t, why); /* brings the int8 model up to thimble.ini */
}

static th_err choose(th_test *t, const curve *c, bool json, th_why *why)
{
    if (c->ask->per_hour <= 0.0) return TH_OK;
    if (c->chosen == TH_CURVE_POINTS)
        return th_why_set(why, TH_ERANGE,
                          "no threshold has %.3g false alarms per hour or fewer: the highest gives %.2f. thimble.ini "
                          "stays as it is. More clips of other words and of the room's noise help; then train again",
                          c->ask->per_hour, c->point[TH_CURVE_POINTS - 1].score.false_accepts_per_hour);
    if (c->n_truth && c->point[c->chosen].score.hits == 0)
        return th_why_set(why, TH_ERANGE,
                          "with %.3g false alarms per hour or fewer this network hears none of the %zu words. "
                          "thimble.ini stays as it is. Train longer, or take a larger network",
                          c->ask->per_hour, c->n_truth);
    const double threshold = threshold_of(&c->point[c->chosen]);
    char line[128];
    snprintf(line, sizeof line, "[detect]\nthreshold = %.3f\nwindow_ms = %d\nmin_count = %d\n", threshold,
             (int)c->window_ms, (int)c->min_count);
    TH_TRY(set_detect(t, line, why));
    if (!json)
        printf("\n%s/%s, [detect]: threshold = %.3f, window_ms = %d, min_count = %d; the int8 model has them, too, and "
               "its "
               "integers are as they were.\nThey were chosen by this sound; judge them by another: thimble data "
               "stream, thimble test --stream\n",
               t->project.dir, TH_FILE_INI, threshold, (int)c->window_ms, (int)c->min_count);
    return TH_OK;
}

th_err th_test_threshold(th_test *t, const th_args *a, th_why *why)
{
    double threshold;
    char line[64];
    TH_TRY(th_arg_float(a, "threshold", 0.01, 0.99, 0, &threshold, why));
    if (t->of_examples || !t->has_project || th_arg(a, "model"))
        return th_why_set(why, TH_EUSAGE, "--threshold is for a PROJECT of sounds, and its own models");
    snprintf(line, sizeof line, "[detect]\nthreshold = %.3f\n", threshold);
    TH_TRY(set_detect(t, line, why));
    if (th_arg_on(a, "json")) return th_json_print(json_pack("{s:f}", "threshold", threshold), why);
    printf("%s/%s, [detect]: threshold = %.3f; the int8 model has it, too\n", t->project.dir, TH_FILE_INI, threshold);
    return TH_OK;
}

static th_err show(th_test *t, const curve *c, bool json, th_why *why)
{
    json_t *o = curve_json(t, c);
    if (!o) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = json ? TH_OK : print_text(t, c, why);
    say_short(c);
    if (!err) err = choose(t, c, json, why);
    if (!err && t->has_project && c->ask->own) th_test_save(t, o, t->hash[TH_NET_INT8], TH_FILE_CURVE);
    if (!err && json) return th_json_print(o, why);
    json_decref(o);
    return err;
}

th_err th_test_curve(th_test *t, const th_curve_request *ask, bool json, th_why *why)
{
    if (t->of_examples)
        return th_why_set(why, TH_EUSAGE, "--curve is for models of sounds; this one takes pictures or numbers");
    if (!t->net[TH_NET_INT8])
        return th_why_set(why, TH_ENOENT,
                          "the curve is that of the int8 network, as the board runs it: thimble quantize");
    if (!t->has_project && (!ask->stream || ask->per_hour > 0.0))
        return th_why_set(why, TH_EUSAGE,
                          "a model file has no clips to make a stream of and no thimble.ini to write a threshold to: "
                          "give the PROJECT, or --stream FILE alone");
    curve *c = calloc(1, sizeof *c);
    if (!c) return th_why_set(why, TH_ENOMEM, "out of memory");
    c->ask = ask;
    th_err err = listen(t, c, why);
    if (!err) err = judge(t, c, why);
    if (!err) err = show(t, c, json, why);
    free(c->truth);
    th_score_log_free(&c->log);
    free(c);
    return err;
}

th_err th_curve_request_from(const th_args *a, th_curve_request *ask, bool *asked, th_why *why)
{
    *asked = th_arg_on(a, "curve") || th_arg(a, "choose");
    *ask = (th_curve_request){.stream = th_arg(a, "stream"), .truth = th_arg(a, "truth"), .own = !th_arg(a, "model")};
    TH_TRY(th_arg_float(a, "choose", 0.001, 10000, 0, &ask->per_hour, why));
    const double enough = ask->per_hour > 0.0 ? th_sweep_most(0) / ask->per_hour : 1.0;
    TH_TRY(th_arg_float(a, "hours", 0.01, MOST_HOURS, fmin(fmax(enough, 1.0), 12.0), &ask->hours, why));
    if (th_arg(a, "hours") && (!*asked || ask->stream))
        return th_why_set(why, TH_EUSAGE, "--hours is the length of the stream that --curve makes of validation clips");
    if (!*asked) return TH_OK;
    if (th_arg(a, "split") || th_arg(a, "data") || th_arg(a, "on") || (th_arg(a, "choose") && !ask->own))
        return th_why_set(why, TH_EUSAGE,
                          "--curve listens to a stream of the project's validation clips, or to --stream FILE: leave "
                          "out --data, --split and --on, and --model with --choose");
    return TH_OK;
}
