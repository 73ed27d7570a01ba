/* thimble data record: from a microphone, a board or another program straight into the project. */
#include "cli/record.h"

#include "base/text.h"
#include "os/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_S 30.0 /* for another program that is at the data */

/* ---- into the project ---- */

void th_recorder_name(const th_recorder *r, const char *suffix, char name[200])
{
    th_text_fmt(name, 200, "%s/%s-%d.%s", r->label, r->date, (int)r->n_started, suffix);
}

void th_recorder_begin(th_recorder *r, const th_capture_info *info)
{
    th_text_fmt(r->source, sizeof r->source, "%s", info->source);
    th_text_fmt(r->own_device, sizeof r->own_device, "%s", info->device);
}

void th_recorder_where(const size_t before[TH_N_SPLITS], const th_recorder *r, char text[40])
{
    size_t n = 0;
    text[0] = 0;
    for (int k = 0; k < TH_N_SPLITS; k++)
        if (r->split[k] > before[k])
            n += th_text_fmt(text + n, 40 - n, "%s%s", n ? ", " : "", th_split_name((th_split)k));
}

static th_err describe(const th_recorder *r, th_dataset *set, size_t added, th_why *why)
{
    static const char *const keys[] = {"consent", "licence", "group", "notes"};
    for (size_t i = set->n - added; i < set->n; i++) {
        const char *device = r->device ? r->device : r->own_device;
        if (*device) TH_TRY(th_dataset_set(set, i, "device", device, why));
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
            const char *value = th_arg(r->args, keys[k]);
            if (value) TH_TRY(th_dataset_set(set, i, keys[k], value, why));
        }
    }
    return TH_OK;
}

static void count(th_recorder *r, const th_dataset *set, size_t added)
{
    for (size_t i = set->n - added; i < set->n; i++) {
        const th_sample *s = &set->samples[i];
        r->split[s->split]++;
        if (s->rate_hz > 0) r->seconds_kept += s->n_rows / s->rate_hz;
    }
    r->n_samples += added;
}

static th_err put_once(th_recorder *r, th_recorder_add *add, void *ctx, bool *again, th_why *why)
{
    th_dataset *set = NULL;
    int lock;
    size_t added = 0;
    *again = true;
    TH_TRY(th_data_lock(&r->project, &lock, why));
    th_err err = th_dataset_load(&r->project, &set, why);
    if (!err) {
        *again = false;
        err = add(ctx, r, set, &added, why);
    }
    if (!err) err = describe(r, set, added, why);
    if (!err) {
        *again = true;
        err = th_dataset_save(&r->project, set, why);
    }
    if (!err) count(r, set, added);
    th_dataset_free(set);
    th_lock_release(lock);
    return err;
}

th_err th_recorder_put(th_recorder *r, th_recorder_add *add, void *ctx, th_why *why)
{
    const double start = th_clock_s();
    for (;;) {
        th_why inner = {0};
        bool again;
        const th_err err = put_once(r, add, ctx, &again, &inner);
        if (!err) return TH_OK;
        if (err != TH_EEXIST || !again || th_clock_s() - start > PATIENCE_S)
            return th_why_set(why, err, "%s", inner.text);
        th_clock_rest(0.1);
    }
}

/* ---- what is asked for ---- */

static void show_device(void *ctx, const char *from, const char *what)
{
    int *n = ctx;
    printf("%s%-34s %s\n", (*n)++ ? "" : "--from ..\n", from, what);
}

static th_err list_devices(void)
{
    int n = 0;
    th_capture_list(show_device, &n);
    if (!n) puts("no microphone and no board's serial port is here");
    return TH_OK;
}

/* A label of its own kind: for sounds any word; others get it into thimble.ini. */
static th_err check_label(th_recorder *r, th_why *why)
{
    const th_project *p = &r->project;
    if (!r->label)
        return th_why_set(why, TH_EUSAGE, "what is it an example of? --label NAME%s%s", p->n_labels ? ", like " : "",
                          p->n_labels ? p->labels[0] : "");
    TH_TRY(th_label_check(r->label, why));
    if (th_project_task(p)->input != TH_IN_SOUND || th_project_label(p, r->label) >= 0) return TH_OK;
    fprintf(stderr, "note: \"%s\" is no label of this project (%s/%s): it is kept as \"%s\"\n", r->label, p->dir,
            TH_FILE_INI, TH_LABEL_UNKNOWN);
    return TH_OK;
}

static th_err check_task(const th_project *p, th_why *why)
{
    const th_task *t = th_project_task(p);
    if (t->input == TH_IN_SOUND || t->input == TH_IN_SIGNAL) return TH_OK;
    return th_why_set(
        why, TH_EUSAGE,
        "%s has task = %s: what is recorded is sound (keyword) or rows of a sensor (activity, anomaly). %s", p->dir,
        p->task, t->input == TH_IN_NUMBER ? "It needs no data" : "Bring files: thimble data import FOLDER");
}

static th_err read_options(const th_args *a, th_recorder *r, th_why *why)
{
    int64_t baud;
    r->args = a;
    r->label = th_arg(a, "label");
    r->from = th_arg(a, "from");
    r->subject = th_arg(a, "subject") ? th_arg(a, "subject") : "";
    r->group = th_arg(a, "group") ? th_arg(a, "group") : "";
    r->device = th_arg(a, "device");
    r->json = th_arg_on(a, "json");
    r->terminal = th_stderr_is_terminal();
    th_clock_date(r->date);
    TH_TRY(th_arg_float(a, "seconds", 0.1, 86400, 0, &r->seconds, why));
    TH_TRY(th_arg_int(a, "count", 1, 1000000, 0, &r->count, why));
    TH_TRY(th_arg_float(a, "countdown", 0, 60, -1, &r->countdown_s, why));
    TH_TRY(th_arg_float(a, "timeout", 0.1, 86400, 10, &r->capture.timeout_s, why));
    TH_TRY(th_arg_int(a, "baud", 1, 4000000, 0, &baud, why));
    r->capture.baud = (int32_t)baud;
    return TH_OK;
}

static th_err open_project(const th_args *a, th_recorder *r, th_why *why)
{
    if (a->n_words && th_arg(a, "project"))
        return th_why_set(why, TH_EUSAGE, "the project is named twice: %s, and --project %s", a->word[0],
                          th_arg(a, "project"));
    TH_TRY(a->n_words ? th_project_load(a->word[0], &r->project, why) : th_arg_project(a, &r->project, why));
    TH_TRY(check_task(&r->project, why));
    return check_label(r, why);
}

/* ---- what came out ---- */

static json_t *fill_report(const th_recorder *r, json_t *o)
{
    json_object_update_new(o, json_pack("{s:s,s:s,s:s,s:I,s:I,s:f,s:I,s:I,s:I}", "label", r->label, "source", r->source,
                                        "device", r->device ? r->device : r->own_device, "recordings",
                                        (json_int_t)r->kept, "samples", (json_int_t)r->n_samples, "seconds",
                                        r->seconds_kept, "train", (json_int_t)r->split[TH_TRAIN], "val",
                                        (json_int_t)r->split[TH_VAL], "test", (json_int_t)r->split[TH_TEST]));
    return o;
}

static th_err record(th_recorder *r, th_why *why)
{
    const bool sound = th_project_task(&r->project)->input == TH_IN_SOUND;
    json_t *report = json_object();
    th_why inner = {0};
    if (!report) return th_why_set(why, TH_ENOMEM, "out of memory");
    th_err err = sound ? th_record_sound(r, report, &inner) : th_record_rows(r, report, &inner);
    if (r->kept) {
        printf("%zu recorded of %s: %zu to train, %zu for val, %zu to test; %.1f s in all\n", r->kept, r->label,
               r->split[TH_TRAIN], r->split[TH_VAL], r->split[TH_TEST], r->seconds_kept);
        if (r->json)
            TH_TRY(th_json_print(fill_report(r, report), why));
        else
            json_decref(report);
        if (err == TH_EINTR) return TH_OK; /* that is how somebody stops it */
        return err ? th_why_set(why, err, "%s. What was recorded before is kept", inner.text) : TH_OK;
    }
    json_decref(report);
    if (err == TH_EINTR) return th_why_set(why, err, "interrupted; nothing was recorded");
    return err ? th_why_set(why, err, "%s", inner.text) : TH_OK;
}

static th_err run(const th_args *a, th_why *why)
{
    static th_recorder r; /* large; a verb runs once */
    if (th_arg_on(a, "list")) return list_devices();
    TH_TRY(read_options(a, &r, why));
    TH_TRY(open_project(a, &r, why));
    th_interrupt_catch();
    return record(&r, why);
}

static const th_opt opts[] = {
    {"project", "DIR", ".", "the project (it may also stand without --project)"},
    {"label", "L", NULL, "what is said or done; \"silence\" for the noise of the room"},
    {"from", "SOURCE", "microphone", "microphone, a name of --list, serial:PORT, fifo:PATH, or - (standard input)"},
    {"seconds", "S", NULL, "how long each recording is (default: words two clips, rows 10 s; of a pipe all rows)"},
    {"count", "N", NULL, "so many, one after the other (default 1; sound of a pipe: until it ends)"},
    {"whole", NULL, NULL, "of words: keep all of it, not only the loudest part of a clip's length"},
    {"rate", "HZ", NULL, "of rows: not measured; of samples in a pipe without a WAV header: their rate"},
    {"channels", "A,B,..", NULL, "names of the numbers in a line; time_ms as the first: its time"},
    {"baud", "N", "115200", "speed of the serial port"},
    {"subject", "WHO", NULL, "who speaks or moves: recordings of one stay on one side of train and test"},
    {"device", "NAME", NULL, "what recorded it (default: what it calls itself)"},
    {"consent", "TEXT", NULL, "what the subject agreed to: yes, \"research only\""},
    {"licence", "TEXT", NULL, "under which it may be used"},
    {"group", "G", NULL, "a machine, a session: what must stay on one side"},
    {"notes", "TEXT", NULL, "anything else"},
    {"countdown", "S", NULL, "before the first recording of a device (default: 3 on a terminal, else 0)"},
    {"timeout", "S", "10", "a source that gives nothing for so long has failed"},
    {"list", NULL, NULL, "show the microphones and serial ports that are here"},
    {"json", NULL, NULL, "end with one line of JSON"},
    {0},
};

const th_cmd th_cmd_data_record = {
    .name = "data record",
    .words = "[PROJECT]",
    .summary = "record from a microphone, a board's serial port or another program",
    .detail =
        "Words: speak once in each recording; its loudest part of a clip's length is kept, at the project's rate.\n"
        "Rows of a sensor: a board prints a line of numbers for each reading (Edge Impulse's data forwarder does); "
        "their\n"
        "rate is measured, lines that are broken are left out and counted. docs/data.md has a sketch for an Arduino.\n"
        "Ctrl-C, a pulled plug or kill -9: what was finished before is in the project.\n\n"
        "  thimble data record --label yes --count 20 --subject anna --consent yes\n"
        "  thimble data record --label silence --seconds 30\n"
        "  thimble data record steps --label walking --from serial:/dev/ttyACM0 --seconds 60\n"
        "  ssh pi arecord -f S16_LE -r 16000 -d 60 | thimble data record --label no --from -",
    .opts = opts,
    .max_words = 1,
    .run = run,
};
