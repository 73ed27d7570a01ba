/* Whom and what the network was not tested on: sentences that follow from the data. */
#include "report/sections.h"

#include "report/census.h"

#include <math.h>
#include <stdio.h>

/* Half the width of the range in which the true accuracy lies in 95 of 100 cases.
 * Source: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927. */
static double wilson_half(double p, double n)
{
    const double z = 1.96;
    return z / (1.0 + z * z / n) * sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n));
}

static void write_luck(th_html *h, const th_report *r)
{
    th_figures f;
    th_report_figures(r, &f);
    const double p = f.accuracy_int8 >= 0.0 ? f.accuracy_int8 : f.accuracy_float;
    if (p < 0.0 || f.test_clips < 1.0) {
        th_html_put(h, "<li><b>It was not tested at all yet.</b> Run <code>thimble test</code>.</li>\n");
        return;
    }
    th_html_fmt(h,
                "<li><b>Luck.</b> The test has %.0f %s. With others of the same kind the accuracy could be "
                "some %.1f points higher or lower.</li>\n",
                f.test_clips, th_report_task(r)->noun, 100.0 * wilson_half(p, f.test_clips));
}

static void write_people(th_html *h, const th_census *t)
{
    if (t->synthetic == t->n_clips)
        th_html_put(h, "<li><b>The real thing.</b> All of the data is synthetic. How well the network does with real "
                       "voices, movements, machines or pictures is not known: record some, import them, and test "
                       "again.</li>\n");
    else if (t->synthetic * 2 > t->n_clips)
        th_html_put(h, "<li><b>The real thing.</b> Most of the data is synthetic. What is real varies more.</li>\n");
    if (t->people_both)
        th_html_fmt(h,
                    "<li><b>New people.</b> %zu speakers are in both training and test, so the test flatters the "
                    "network. <code>thimble data split</code> puts that right.</li>\n",
                    t->people_both);
    if (t->people[TH_TEST] && t->synthetic < t->n_clips)
        th_html_fmt(h,
                    "<li><b>Other people.</b> Only %zu people speak in the test. Thimble does not know their age, "
                    "accent or first language: "
                    "people who are different from them may be recognised less well. Ask such people to try it.</li>\n",
                    t->people[TH_TEST]);
    else if (t->no_speaker == t->n_clips && t->synthetic < t->n_clips)
        th_html_put(h, "<li><b>New people.</b> The recordings do not say who it was, so the same person may be in "
                       "training and test. "
                       "Then the test flatters the network.</li>\n");
}

static void write_few(th_html *h, const th_report *r, const th_census *t)
{
    int n = 0;
    for (int32_t k = 0; k < r->project->n_labels; k++) {
        if (t->clips[k][TH_TEST] >= 20) continue;
        th_html_put(h, n++ ? ", " : "<li><b>Rare labels.</b> Fewer than 20 to test with: ");
        th_html_name(h, r->project->labels[k]);
    }
    if (n) th_html_put(h, ". Their figures mean little.</li>\n");
}

static void write(th_html *h, const th_report *r)
{
    th_report_see(
        h, "A network is only known to work for what it was tested on. This list says what is <b>not</b> known.");
    th_html_put(h, "<ul>\n");
    write_luck(h, r);
    th_census t;
    if (r->data && r->data->n) {
        if (th_census_make(r->project, r->data, &t))
            h->failed = true;
        else {
            write_people(h, &t);
            write_few(h, r, &t);
            th_census_free(&t);
        }
    }
    th_html_put(h, th_report_task(r)->input == TH_IN_SOUND
                       ? "<li><b>Other places.</b> Streets, kitchens, cars, music, several people at once, other "
                         "microphones and greater distance are tested only as far as the clips contain them.</li>\n"
                       : "<li><b>Other places.</b> Another sensor, another way to hold it, another light or another "
                         "place are tested only as far as the recordings contain them.</li>\n");
    th_html_put(h, "<li><b>The real board.</b> Flash, RAM and instructions come from the real firmware in an emulator. "
                   "Time, and with it "
                   "battery life, is an estimate until it is measured on hardware.</li>\n</ul>\n"
                   "<p>Do not use it where a wrong answer can hurt somebody.</p>\n");
}

const th_section th_section_limits = {"limits", "What nobody has tested", "", "", NULL, write, TH_FOR_LABELS};
