/* report/sections.h -- the page's sections: one file and one row of the table in report.c each. */
#ifndef TH_REPORT_SECTIONS_H
#define TH_REPORT_SECTIONS_H

#include "report/html.h"
#include "report/json.h"
#include "report/report.h"
#include "report/svg.h"

typedef struct th_section {
    const char *id, *title;            /* both plain ASCII of our own */
    const char *needs;                 /* the command that makes the input, for a section that has none yet */
    const char *what;                  /* what the section would show: ends "to see ..." */
    bool (*ready)(const th_report *r); /* NULL: always */
    void (*write)(th_html *h, const th_report *r);
    unsigned tasks; /* which it is for: bits of TH_FOR_.., 0 all */
} th_section;

/* All that are set must hold. */
enum {
    TH_FOR_SOUND = 1,
    TH_FOR_LABELS = 2,
    TH_FOR_DATA = 4,
    TH_FOR_VALUES = 8,
    TH_FOR_PICTURES = 16,
    TH_FOR_ROWS = 32
};

extern const th_section th_section_curves, th_section_confusion, th_section_clips, th_section_stream,
    th_section_quantize, th_section_memory, th_section_time, th_section_data, th_section_limits, th_section_words,
    th_section_runs, th_section_values, th_section_wake, th_section_light, th_section_versus;

extern const char *const th_report_style[]; /* style.c; ended by NULL */

/* The row of the project's task; what its data are called. */
const th_task *th_report_task(const th_report *r);

/* The headline figures above all sections. */
void th_report_headline(th_html *h, const th_report *r);

/* "What to see." and a sentence of our own. */
void th_report_see(th_html *h, const char *markup);

/* Legend: pairs of CSS class ("main", "good", ..) and text of our own. */
void th_report_key(th_html *h, const char *const (*pairs)[2], int n);

/* An operator's name for people: "DEPTHWISE_CONV_2D" as "depthwise conv 2d", so that it can wrap. */
void th_report_op(th_html *h, const char *op);

/* A speakable size: "12.3 KB" into buf; bytes below 1024 as they are. */
const char *th_report_size(double bytes, char buf[32]);

#endif
