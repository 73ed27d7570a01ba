/* Learning curves from model/history.json. */
#include "report/sections.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static bool ready(const th_report *r)
{
    return th_json_len(r->file[TH_R_HISTORY], "epochs") > 0;
}

/* Column `key` of the epochs, fresh memory; missing values repeat the one before. */
static double *column(const json_t *epochs, size_t n, const char *key)
{
    double *v = malloc(n * sizeof *v), last = 0.0;
    for (size_t i = 0; v && i < n; i++) v[i] = last = th_json_num(json_array_get(epochs, i), key, last);
    return v;
}

static void write_chart(th_html *h, const json_t *epochs, size_t n, const char *what, int32_t best, bool percent)
{
    char key[40], alt[200];
    snprintf(key, sizeof key, "val_%s", what);
    double *x = column(epochs, n, "epoch"), *val = column(epochs, n, key);
    snprintf(key, sizeof key, "train_%s", what);
    double *train = column(epochs, n, key);
    if (!x || !val || !train) {
        h->failed = true;
    } else {
        double most = 0.0, least = 1.0;
        for (size_t i = 0; i < n; i++) {
            most = fmax(most, fmax(val[i], train[i]));
            least = fmin(least, fmin(val[i], train[i]));
        }
        snprintf(alt, sizeof alt,
                 "Line chart of the %s over %zu epochs. In validation it goes from %.3g to %.3g, in training "
                 "from %.3g to %.3g.",
                 what, n, val[0], val[n - 1], train[0], train[n - 1]);
        const double step = th_svg_tick(most, 4);
        const th_chart c = {.alt = alt,
                            .y_low = percent ? fmax(0.0, floor(least * 5.0 - 1e-9) / 5.0) : 0.0,
                            .y_high = percent ? 1.0 : ceil(most / step) * step,
                            .percent = percent,
                            .x = x,
                            .n = (int32_t)n,
                            .mark = best,
                            .mark_text = "kept",
                            .x_text = "epoch"};
        const th_series s[2] = {{"main", val}, {"other", train}};
        th_html_fmt(h, "<figure><figcaption>%s</figcaption>\n",
                    percent ? "Accuracy: how much of it was right. Up is better."
                            : "Loss: how wrong it was. Down is better.");
        th_svg_chart(h, &c, s, 2);
        th_html_put(h, "</figure>\n");
    }
    free(x);
    free(val);
    free(train);
}

static void write_table(th_html *h, const json_t *epochs, size_t n)
{
    static const char *const headings[] = {
        "Epoch",        "Loss in training", "Loss in validation", "Accuracy in training", "Accuracy in validation",
        "Learning rate"};
    th_html_details(h, "The curves as a table");
    th_html_table(h, "Loss and accuracy after each epoch", headings, 6);
    for (size_t i = 0; i < n; i++) {
        const json_t *e = json_array_get(epochs, i);
        th_html_fmt(h, "<tr><td>%.0f</td><td>%.3f</td><td>%.3f</td><td>", th_json_num(e, "epoch", 0),
                    th_json_num(e, "train_loss", 0), th_json_num(e, "val_loss", 0));
        th_html_percent(h, th_json_num(e, "train_accuracy", -1));
        th_html_put(h, "</td><td>");
        th_html_percent(h, th_json_num(e, "val_accuracy", -1));
        th_html_fmt(h, "</td><td>%.2g</td></tr>\n", th_json_num(e, "learning_rate", 0));
    }
    th_html_table_end(h);
    th_html_details_end(h);
}

static void write(th_html *h, const th_report *r)
{
    const json_t *history = r->file[TH_R_HISTORY], *epochs = th_json_at(history, "epochs");
    const size_t n = json_array_size(epochs);
    int32_t best = -1;
    double seconds = 0.0;
    for (size_t i = 0; i < n; i++) {
        const json_t *e = json_array_get(epochs, i);
        if (th_json_num(e, "epoch", -1) == th_json_num(history, "best_epoch", -2)) best = (int32_t)i;
        seconds += th_json_num(e, "seconds", 0);
    }
    const char *noun = th_report_task(r)->noun;
    const bool rated = th_report_task(r)->output == TH_OUT_LABELS;
    char see[300];
    snprintf(see, sizeof see,
             "The solid line shows %s that the network never learned from. It should %s and then level out. If only "
             "the dashed line gets better, the network learns its %s by heart instead of what they have in common.",
             noun, rated ? "climb (on the right: fall)" : "fall", noun);
    th_report_see(h, see);
    th_html_put(h, "<p>The network <b>");
    th_html_text(h, th_json_str(history, "preset", "?"));
    th_html_put(h, "</b> has ");
    th_html_count(h, (int64_t)th_json_num(history, "parameters", 0));
    th_html_put(h, " weights and multiplies ");
    th_html_count(h, (int64_t)th_json_num(history, "macs", 0));
    th_html_fmt(h, " times for each answer. It went through all %s %zu times (epochs) in %.*f seconds", noun, n,
                seconds < 10.0 ? 1 : 0, seconds);
    if (best >= 0)
        th_html_fmt(h, "; the weights after epoch %.0f were the best and were kept",
                    th_json_num(history, "best_epoch", 0));
    th_html_put(h, ".</p>\n");
    const json_t *last = json_array_get(epochs, n - 1);
    if (th_json_num(last, "train_accuracy", 1.0) < th_json_num(last, "val_accuracy", 0.0))
        th_html_fmt(h,
                    "<p class=\"soft\">The dashed line may stay lower: in training the %s are made harder on "
                    "purpose.</p>\n",
                    noun);
    static const char *const key[2][2] = {{"main", "validation"}, {"other", "training"}};
    th_report_key(h, key, 2);
    th_html_put(h, "<div class=\"pair\">\n");
    if (rated) write_chart(h, epochs, n, "accuracy", best, true);
    write_chart(h, epochs, n, "loss", best, false);
    th_html_put(h, "</div>\n");
    write_table(h, epochs, n);
}

const th_section th_section_curves = {
    "learning", "How it learned", "thimble train", "how the network got better, epoch by epoch", ready, write, 0};
