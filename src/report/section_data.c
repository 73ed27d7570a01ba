/* What the network learned from: clips by label and split, people, sources. */
#include "report/sections.h"

#include "report/census.h"

static bool ready(const th_report *r)
{
    return r->data && r->data->n > 0;
}

static void write_labels(th_html *h, const th_report *r, const th_census *t)
{
    static const char *const headings[] = {"Label", "To learn (train)", "To choose (val)", "To test (test)"};
    th_html_table(h, "Clips of each label, by what they are used for", headings, 4);
    for (int32_t k = 0; k < r->project->n_labels; k++) {
        th_html_put(h, "<tr><td>");
        th_html_name(h, r->project->labels[k]);
        for (int s = 0; s < TH_N_SPLITS; s++) th_html_fmt(h, "</td><td>%zu", t->clips[k][s]);
        th_html_put(h, "</td></tr>\n");
    }
    th_html_put(h, "<tr><td><b>all</b>");
    for (int s = 0; s < TH_N_SPLITS; s++) th_html_fmt(h, "</td><td><b>%zu</b>", t->split[s]);
    th_html_put(h, t->synthetic ? "</td></tr>\n<tr><td>voices" : "</td></tr>\n<tr><td>people");
    for (int s = 0; s < TH_N_SPLITS; s++) th_html_fmt(h, "</td><td>%zu", t->people[s]);
    th_html_put(h, "</td></tr>\n");
    th_html_table_end(h);
}

static void write_sources(th_html *h, const th_census *t)
{
    static const char *const headings[] = {"Source", "Clips"};
    th_html_details(h, "Where the clips came from");
    th_html_table(h, "Sources", headings, 2);
    for (size_t i = 0; i < t->n_sources && i < 50; i++) {
        th_html_put(h, "<tr><td>");
        th_html_name(h, *t->source[i].name ? t->source[i].name : "not recorded");
        th_html_fmt(h, "</td><td>%zu</td></tr>\n", t->source[i].n);
    }
    th_html_table_end(h);
    if (t->n_sources > 50) th_html_fmt(h, "<p class=\"soft\">And %zu more.</p>\n", t->n_sources - 50);
    if (t->synthetic == t->n_clips) {
        th_html_details_end(h);
        return;
    }
    th_html_put(h, "<p>Thimble does not know the licences of these recordings. Before you pass on the model or this "
                   "page, look them up "
                   "where the recordings came from, and name their makers if the licence asks for it.</p>\n");
    th_html_details_end(h);
}

static void write_amount(th_html *h, const th_report *r, const th_census *t)
{
    static const char *const nouns[] = {[TH_IN_SOUND] = "clips",
                                        [TH_IN_SIGNAL] = "recordings",
                                        [TH_IN_PICTURE] = "pictures",
                                        [TH_IN_STROKE] = "strokes",
                                        [TH_IN_NUMBER] = "points"};
    const th_task_input input = th_report_task(r)->input;
    th_html_fmt(h, "<p>%zu %s", t->n_clips, nouns[input]);
    if (t->hours > 0.0) th_html_fmt(h, ", %.1f hours%s", t->hours, input == TH_IN_SOUND ? " of sound" : "");
    th_html_put(h, ".");
    if (t->synthetic)
        th_html_fmt(h, " <b>%.0f %%</b> of them are synthetic: %s, not by people or a sensor.",
                    100.0 * (double)t->synthetic / (double)t->n_clips,
                    input == TH_IN_SOUND ? "spoken by a computer" : "computed");
}

static void write(th_html *h, const th_report *r)
{
    th_census t;
    if (th_census_make(r->project, r->data, &t)) {
        h->failed = true;
        return;
    }
    th_report_see(h,
                  "Each label should have about as many examples as the others, and the people who test should not be "
                  "the people it learned from.");
    write_amount(h, r, &t);
    th_html_put(h, "</p>\n");
    write_labels(h, r, &t);
    write_sources(h, &t);
    th_census_free(&t);
}

const th_section th_section_data = {"data",
                                    "What it learned from",
                                    "thimble data import FOLDER",
                                    "how many examples of which label by how many people",
                                    ready,
                                    write,
                                    TH_FOR_DATA};
