/* The words of this page, explained. */
#include "report/sections.h"

static const char *const words[][2] = {
    {"Accuracy", "The part of all test clips that were heard right."},
    {"Arena", "The working memory in which the network keeps its intermediate results."},
    {"Balanced accuracy", "Accuracy with every label counted equally, however many clips it has."},
    {"Confusion matrix", "A table of what was said against what was heard."},
    {"Duty cycle", "The part of the time in which the processor has to work."},
    {"Epoch", "One walk through all training clips."},
    {"Float and int8", "Two ways to write numbers: 32 bits with a moving point, or 8 bits (256 steps). Small boards "
                       "like int8: a quarter of the memory, and faster."},
    {"Flash and RAM", "Flash keeps program and weights without power. RAM holds what changes while the program runs."},
    {"Recall and precision", "Recall: how many of the clips of a label were found. Precision: how often the network is "
                             "right when it says this label."},
    {"Silence and unknown",
     "Two labels of their own: no speech at all, and any other word. They teach the network when to keep quiet."},
    {"Training, validation, test clips", "The first are learned from, the second choose the best epoch, the third are "
                                         "kept aside for an honest test at the end."},
    {"Weights", "The numbers that the network learned."},
};

static void write(th_html *h, const th_report *r)
{
    (void)r;
    th_html_details(h, "Explain the words of this page");
    th_html_put(h, "<dl>\n");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        th_html_fmt(h, "<dt>%s</dt><dd>%s</dd>\n", words[i][0], words[i][1]);
    th_html_put(h, "</dl>\n");
    th_html_details_end(h);
}

const th_section th_section_words = {"words", "Words used here", "", "", NULL, write, TH_FOR_SOUND};
