/* thimble report: PROJECT/report.html, and the figures as one table. */
#include "cli/cmd.h"
#include "cli/table.h"
#include "deploy/board.h"
#include "os/run.h"
#include "report/report.h"
#include "report/table.h"

#include <stdio.h>

typedef enum unit { PLAIN, PERCENT, BYTES, COUNT, MS } unit;

/* One row of the last table: what it is, its value as text, and the command that makes it. */
typedef struct row {
    const char *name, *key; /* key: in JSON */
    double value;
    unit unit;
    const char *note;        /* behind the value */
    const char *verb, *rest; /* that make it: "emulate", "--clips" */
} row;

#define MOST_ROWS 16

static int accuracy_rows(const th_task *task, const th_figures *f, row *r)
{
    const bool clips = task->input == TH_IN_SOUND || task->input == TH_IN_PICTURE;
    r[0] = (row){"accuracy, float", "accuracy_float", f->accuracy_float, PERCENT, "", "test", ""};
    r[1] = (row){"accuracy, int8", "accuracy_int8", f->accuracy_int8, PERCENT, "", "test", ""};
    r[2] = (row){"accuracy, device",
                 "accuracy_device",
                 f->accuracy_device,
                 PERCENT,
                 "emulated",
                 clips ? "emulate" : "test",
                 clips ? "--clips" : "--on nano33ble"};
    return 3;
}

static int rows_of(const th_task *task, const th_figures *f, row r[MOST_ROWS])
{
    static const char *const emulate = "emulate";
    const bool steady = task->input == TH_IN_SOUND || task->input == TH_IN_SIGNAL; /* it listens all the time */
    int n = 0;
    if (f->rmse >= 0) r[n++] = (row){"rmse", "rmse", f->rmse, PLAIN, "", "test", ""};
    if (f->auc >= 0) r[n++] = (row){"AUC", "auc", f->auc, PLAIN, "", "test", ""};
    if (f->auc >= 0) r[n++] = (row){"F1 of alarms", "f1", f->f1, PLAIN, "", "test", ""};
    if (n == 0) n = accuracy_rows(task, f, r);
    r[n++] = (row){"flash", "flash", f->flash_bytes, BYTES, "", emulate, task->feed};
    r[n++] = (row){"RAM", "ram", f->ram_bytes, BYTES, "with arena and stack", emulate, task->feed};
    r[n++] = (row){"arena", "arena", f->arena_bytes, BYTES, "", "quantize", ""};
    r[n++] = (row){"stack", "stack", f->stack_bytes, BYTES, "", emulate, task->feed};
    r[n++] = (row){"instructions per inference", "instructions", f->instr_inference, COUNT, "", emulate, task->feed};
    if (f->instr_frame >= 0)
        r[n++] = (row){"instructions per frame",
                       "camera_instructions_per_frame",
                       f->instr_frame,
                       COUNT,
                       "of the camera",
                       emulate,
                       task->feed};
    else if (steady)
        r[n++] =
            (row){task->input == TH_IN_SOUND ? "instructions per second of audio" : "instructions per second of sensor",
                  task->input == TH_IN_SOUND ? "instructions_per_second_audio" : "instructions_per_second_sensor",
                  f->instr_second,
                  COUNT,
                  "",
                  emulate,
                  task->feed};
    if (steady || f->duty >= 0)
        r[n++] = (row){"duty cycle", "duty_cycle_estimate", f->duty, PERCENT, "estimate", emulate, task->feed};
    r[n++] =
        (row){"latency of one inference", "latency_ms_estimate", f->latency_ms, MS, "estimate", emulate, task->feed};
    return n;
}

static const char *board_title(const th_project *p, const th_figures *f)
{
    const th_board *b;
    return th_board_find(f->board ? f->board : p->board, &b, NULL) ? "the board" : b->title;
}

static void value_cell(th_table *t, const row *r)
{
    if (r->value < 0.0)
        th_table_cell(t, "-");
    else if (r->unit == PERCENT)
        th_table_cell(t, "%.1f %%", r->value * 100.0);
    else if (r->unit == PLAIN)
        th_table_cell(t, "%.3f", r->value);
    else if (r->unit == MS)
        th_table_cell(t, "%.*f ms", r->value < 1.0 ? 3 : 1, r->value);
    else
        th_table_cell(t, "%.0f%s", r->value, r->unit == BYTES ? " bytes" : "");
}

static th_err print_table(const th_project *p, const th_figures *f, th_why *why)
{
    row r[MOST_ROWS];
    const int n = rows_of(th_project_task(p), f, r);
    th_table t = th_table_make(3);
    t.last_left = true;
    th_table_cell(&t, "%s", board_title(p, f));
    th_table_cell(&t, "%s", "");
    th_table_cell(&t, "%s", "");
    for (int i = 0; i < n; i++) {
        th_table_cell(&t, "%s", r[i].name);
        value_cell(&t, &r[i]);
        if (i < 3) th_table_strong(&t);
        if (r[i].value < 0.0)
            th_table_cell(&t, "run: thimble %s %s%s%s", r[i].verb, p->dir, *r[i].rest ? " " : "", r[i].rest);
        else
            th_table_cell(&t, "%s", r[i].note);
    }
    th_table_print(&t, stdout, th_stdout_is_terminal());
    const bool failed = t.failed;
    th_table_free(&t);
    return failed ? th_why_set(why, TH_ENOMEM, "out of memory") : TH_OK;
}

static th_err print_json(const th_project *p, const th_figures *f, const char *path, th_why *why)
{
    row r[MOST_ROWS];
    const int n = rows_of(th_project_task(p), f, r);
    json_t *o = json_object();
    json_object_set_new(o, "report", json_string(path));
    json_object_set_new(o, "board", json_string(board_title(p, f)));
    for (int i = 0; i < n; i++)
        json_object_set_new(o, r[i].key, r[i].value < 0.0 ? json_null() : json_real(r[i].value));
    return th_json_print(o, why);
}

static th_err run(const th_args *a, th_why *why)
{
    static th_project p;
    static th_report r; /* large; a verb runs once */
    char path[TH_PATH_BYTES];
    TH_TRY(th_project_load(th_word(a, 0, "."), &p, why));
    th_err err = th_report_load(&p, &r, why);
    if (!err) err = th_report_write(&r, path, why);
    th_figures f;
    th_report_figures(&r, &f);
    if (!err && !th_arg_on(a, "json")) {
        fprintf(stderr, "%s is written: open it in a browser\n\n", path);
        err = print_table(&p, &f, why);
    } else if (!err) {
        err = print_json(&p, &f, path, why);
    }
    th_report_free(&r);
    return err;
}

static const th_opt opts[] = {
    {"json", NULL, NULL, "the figures as one JSON object"},
    {NULL, NULL, NULL, NULL},
};

const th_cmd th_cmd_report = {
    .name = "report",
    .words = "[PROJECT]",
    .summary = "report.html: the model in pictures, and its figures as a table",
    .detail = "  thimble report my-words\n\n"
              "The page needs nothing beside it: mail it, print it, read it on a phone. What was not made yet is named "
              "there with\n"
              "the command that makes it. Duty cycle and latency are estimates for the board.",
    .opts = opts,
    .min_words = 0,
    .max_words = 1,
    .run = run,
};
