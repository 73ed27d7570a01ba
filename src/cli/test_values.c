/* `thimble test` of networks whose outputs are numbers: how far they are from the right ones; and of those that give
 * back what goes in, so that what they cannot give back is an anomaly. */
#include "base/text.h"
#include "cli/test.h"
#include "report/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CURVE 200 /* points that are kept for the report */

static int shown_net(const th_test *t) /* the one that a board runs, when it is there */
{
    return t->net[TH_NET_INT8] ? TH_NET_INT8 : TH_NET_FLOAT;
}

static th_err find_rmse(th_test *t, int k, th_why *why)
{
    const th_examples *e = t->shown;
    const size_t each = (size_t)t->n_out;
    double sum = 0;
    if (!e->target || e->n_targets != t->n_out)
        return th_why_set(why, TH_ESHAPE, "the examples have %d right values each, but the network gives %d",
                          (int)e->n_targets, (int)t->n_out);
    for (size_t i = 0; i < t->n * each; i++) sum += pow((double)t->out[k][i] - (double)e->target[i], 2);
    t->rmse[k] = sqrt(sum / (double)(t->n * each));
    return TH_OK;
}

/* The network gives the score itself, and not what went in. */
static bool says_score(const th_test *t)
{
    return t->card.scores && t->n_out == 1;
}

/* Scores of all examples; a row of -1 in the truth is neither normal nor abnormal and left out. */
static size_t scores(const th_test *t, int k, th_scored *s)
{
    const th_examples_scale scale = th_card_scale(&t->card);
    const size_t each = (size_t)t->n_out;
    size_t n = 0;
    float *x = malloc((size_t)(t->shown->h * t->shown->w * t->shown->c) * sizeof *x);
    for (size_t i = 0; x && i < t->n; i++) {
        if (t->truth[i] < 0) continue;
        const float *out = t->out[k] + i * each;
        th_examples_get(t->shown, &scale, (int32_t)i, x);
        s[n++] = (th_scored){says_score(t) ? *out : th_card_score(x, out, (int32_t)each), t->truth[i] != 0};
    }
    free(x);
    return n;
}

/* Mean score of those that are, or are not, anomalies. */
static double mean_score(const th_scored *s, size_t n, bool abnormal)
{
    double sum = 0;
    size_t of = 0;
    for (size_t i = 0; i < n; i++)
        if (s[i].abnormal == abnormal) sum += (double)s[i].score, of++;
    return of ? sum / (double)of : -1;
}

static const char *name_of(const th_examples *e, size_t i)
{
    return e->file && e->file[i] ? e->file[i] : "";
}

/* Bytes of the name of the recording that example i is a window of. */
static size_t recording_of(const th_examples *e, size_t i)
{
    const char *name = name_of(e, i), *row = strstr(name, ", row ");
    return row ? (size_t)(row - name) : strlen(name);
}

/* The scores in the order of the examples, as time goes. */
static th_err find_timely(th_test *t, int k, const th_scored *s, th_why *why)
{
    const th_examples *e = t->shown;
    th_timely_point *p = malloc((t->n + 1) * sizeof *p);
    size_t n = 0;
    if (!p) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t i = 0, last = 0; i < t->n && e->file; i++) {
        if (t->truth[i] < 0) continue;
        const size_t len = recording_of(e, i);
        const bool same = n && len == recording_of(e, last) && strncmp(name_of(e, i), name_of(e, last), len) == 0;
        p[n] = (th_timely_point){s[n].score, s[n].abnormal, n ? p[n - 1].recording + !same : 0};
        last = i;
        n++;
    }
    const th_err err = th_timely_score(p, n, t->card.limit, &t->timely[k], why);
    free(p);
    return err;
}

static th_err find_alarms(th_test *t, int k, th_why *why)
{
    if (!says_score(t) && t->n_out != t->shown->h * t->shown->w * t->shown->c)
        return th_why_set(why, TH_ESHAPE, "the network gives back %d values, but the examples have %d", (int)t->n_out,
                          (int)(t->shown->h * t->shown->w * t->shown->c));
    th_scored *s = malloc((t->n + 1) * sizeof *s);
    if (!s) return th_why_set(why, TH_ENOMEM, "out of memory");
    t->tested = scores(t, k, s);
    t->no_class = t->n - t->tested;
    t->alarms[k] = th_anomaly_alarms(s, t->tested, t->card.limit);
    const th_err err = find_timely(t, k, s, why);
    if (err) {
        free(s);
        return err;
    }
    t->auc[k] = th_anomaly_auc(s, t->tested);
    for (int of = 0; of < 2; of++) t->error[k][of] = mean_score(s, t->tested, of);
    free(s);
    return t->tested ? TH_OK : th_why_set(why, TH_EFORMAT, "there is nothing to test in %zu examples", t->n);
}

th_err th_test_values_of(th_test *t, int k, th_why *why)
{
    return th_test_output(t) == TH_OUT_VALUES ? find_rmse(t, k, why) : find_alarms(t, k, why);
}

th_err th_test_values(th_test *t, th_why *why)
{
    t->tested = t->n;
    for (int k = 0; k < TH_MAX_NETS; k++)
        if (t->net[k]) TH_TRY(th_test_values_of(t, k, why));
    return TH_OK;
}

/* ---- JSON ---- */

/* What went in, what is right and what came out, spread over the examples. */
static json_t *curve_json(const th_test *t)
{
    const int k = shown_net(t);
    json_t *points = json_array();
    const size_t n = t->n < CURVE ? t->n : CURVE;
    for (size_t i = 0; i < n; i++) {
        const size_t at = i * t->n / n;
        json_array_append_new(points, json_pack("[f,f,f]", (double)t->shown->f32[at], (double)t->shown->target[at],
                                                (double)t->out[k][at]));
    }
    return points;
}

static json_t *roc_json(const th_test *t)
{
    double rate[CURVE], recall[CURVE];
    th_scored *s = malloc((t->n + 1) * sizeof *s);
    json_t *points = json_array();
    if (!s) return points;
    const size_t n = scores(t, shown_net(t), s);
    const bool both = th_anomaly_auc(s, n) >= 0;
    const size_t m = both ? th_anomaly_roc(s, n, rate, recall, CURVE) : 0;
    for (size_t i = 0; i < m; i++) json_array_append_new(points, json_pack("[f,f]", rate[i], recall[i]));
    free(s);
    return points;
}

static json_t *part_json(double part)
{
    return part < 0 ? json_null() : json_real(part);
}

static json_t *alarms_json(const th_test *t, int k)
{
    const th_alarms *a = &t->alarms[k];
    json_t *o = json_pack("{s:o,s:o,s:o}", "auc", part_json(t->auc[k]), "score_normal", part_json(t->error[k][0]),
                          "score_anomaly", part_json(t->error[k][1]));
    if (o && t->card.limit > 0)
        json_object_update_new(o,
                               json_pack("{s:f,s:I,s:o,s:o}", "f1", a->f1, "false_alarms", (json_int_t)a->false_alarms,
                                         "false_rate", part_json(a->false_rate), "recall", part_json(a->recall)));
    if (o && t->timely[k].windows && t->card.limit > 0)
        json_object_update_new(o, json_pack("{s:f,s:f,s:I,s:I}", "nab_score", t->timely[k].score, "nab_best",
                                            t->timely[k].best, "anomaly_windows", (json_int_t)t->timely[k].windows,
                                            "windows_found", (json_int_t)t->timely[k].found));
    return o;
}

json_t *th_test_values_json(const th_test *t)
{
    json_t *o = json_object();
    const bool values = th_test_output(t) == TH_OUT_VALUES;
    for (int k = 0; k < TH_TEST_NETS; k++)
        if (th_test_has(t, k))
            json_object_set_new(o, th_test_net(k), values ? json_pack("{s:f}", "rmse", t->rmse[k]) : alarms_json(t, k));
    json_object_set_new(o, "examples", json_integer((json_int_t)t->tested));
    json_object_set_new(o, "unreadable", json_integer((json_int_t)t->shown->n_skipped));
    if (values && t->shown->f32 && t->n_out == 1 && t->shown->c == 1)
        json_object_set_new(o, "curve", curve_json(t));
    else if (!values)
        json_object_set_new(o, "roc", roc_json(t));
    if (!values) json_object_set_new(o, "limit", json_real((double)t->card.limit));
    return o;
}

/* ---- tables ---- */

static void part_cell(th_table *table, double part)
{
    if (part < 0)
        th_table_cell(table, "-");
    else
        th_table_cell(table, "%.3f", part);
}

static void rows(const th_test *t, th_table *table)
{
    static const char *const of_alarms[] = {"AUC", "score of the normal",        "score of the anomalies",
                                            "F1",  "alarms among the anomalies", "alarms among the normal"};
    const int n_rows = t->card.limit > 0 ? 6 : 3, n_nets = th_test_has(t, TH_NET_DEVICE) ? TH_TEST_NETS : TH_MAX_NETS;
    const bool values = th_test_output(t) == TH_OUT_VALUES;
    th_table_cell(table, "%s", "");
    for (int k = 0; k < n_nets; k++) th_table_cell(table, "%s", th_test_heading(t, k));
    for (int row = 0; row < (values ? 1 : n_rows); row++) {
        th_table_cell(table, "%s", values ? "rmse" : of_alarms[row]);
        for (int k = 0; k < n_nets; k++) {
            const th_alarms *a = &t->alarms[k];
            const double part[] = {t->auc[k], t->error[k][0], t->error[k][1], a->f1, a->recall, a->false_rate};
            part_cell(table, !th_test_has(t, k) ? -1 : values ? t->rmse[k] : part[row]);
            if (row == 0) th_table_strong(table);
        }
    }
}

static void print_timely(const th_test *t)
{
    for (int k = 0; k < TH_TEST_NETS; k++) {
        const th_timely *w = &t->timely[k];
        if (!th_test_has(t, k) || !w->windows || !(t->card.limit > 0)) continue;
        printf(
            "%s: %zu of %zu stretches of anomaly were noticed; NAB's score, early is better: %.1f (with the best limit "
            "%.1f)\n",
            th_test_heading(t, k), w->found, w->windows, w->score, w->best);
    }
}

th_err th_test_values_print(const th_test *t, th_why *why)
{
    th_table table = th_table_make(th_test_has(t, TH_NET_DEVICE) ? 4 : 3);
    printf("%zu %s\n\n", t->tested, t->what);
    rows(t, &table);
    th_table_print(&table, stdout, false);
    const bool failed = table.failed;
    th_table_free(&table);
    if (failed) return th_why_set(why, TH_ENOMEM, "out of memory");
    if (th_test_output(t) == TH_OUT_VALUES)
        puts("\nrmse: how far the answers are from the right ones, the root of the mean square.");
    else
        puts(
            "\nAUC: how often an anomaly has a higher score than a normal example. The score of an autoencoder is its\n"
            "error: the mean square of what comes out less what goes in, as the network sees it.");
    if (th_test_output(t) == TH_OUT_INPUT && t->card.limit > 0)
        printf("An alarm is a score above %.4g.\n", (double)t->card.limit);
    print_timely(t);
    return TH_OK;
}
