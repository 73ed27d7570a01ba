/* What is heard in a long recording that is made for it: words, false alarms, delay; a part of it on the emulated
 * board. */
#include "course/lab_priv.h"

#include "base/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const settings[] = {"sealed",     "minutes", "recall", "false_per_hour", "delay_ms", "board_seconds",
                                       "false_runs", "runs",    NULL};

/* Makes FILE.wav in the sealed project, once. */
static th_err record(const th_lab_run *run, const char *dir, const char *file, double seconds, th_why *why)
{
    char path[TH_PATH_BYTES], line[256];
    TH_TRY(th_path_join(path, dir, file, why));
    if (th_file_exists(path)) return TH_OK;
    th_rng r = th_rng_make(run->lab->cfg.sealed, 3);
    snprintf(line, sizeof line, "data stream --seconds %.0f --seed %lu --out %s", seconds,
             (unsigned long)(th_rng_u32(&r) >> 1) + 1, file);
    return th_lab_do(run->lab, line, dir, why);
}

static th_err hear(th_lab_run *run, const th_lab_prop *p, const char **dir, const json_t **json, const char **complaint,
                   th_why *why)
{
    static const char *const bring[] = {"thimble.ini", "model/float.tflite", "model/int8.tflite"};
    double minutes;
    bool there = true;
    TH_TRY(th_lab_amount(p, "minutes", 10, &minutes, why));
    TH_TRY(th_lab_sealed(run, p, dir, why));
    *complaint = NULL;
    for (size_t i = 0; i < sizeof bring / sizeof bring[0]; i++) {
        TH_TRY(th_lab_bring(run, bring[i], *dir, &there, why));
        if (there) continue;
        *complaint = "thimble train makes the model, thimble quantize the int8 one";
        return TH_OK;
    }
    TH_TRY(record(run, *dir, "trace.wav", minutes * 60, why));
    return th_lab_ask_verb(run, *dir, "test . --stream trace.wav", json, complaint, why);
}

/* The same code on the board: every score is the host's, or the verb fails. */
static th_err on_board(th_lab_run *run, const th_lab_prop *p, const char *dir, th_lab_found *found, th_why *why)
{
    double seconds;
    const json_t *json;
    const char *complaint;
    TH_TRY(th_lab_amount(p, "board_seconds", 10, &seconds, why));
    if (seconds <= 0) return TH_OK;
    TH_TRY(record(run, dir, "board.wav", seconds, why));
    TH_TRY(th_lab_ask_verb(run, dir, "emulate . --feed board.wav", &json, &complaint, why));
    if (complaint && strstr(complaint, "is not installed"))
        th_lab_say(found, TH_LAB_UNSEEN, "This computer can't run the board: %s. It is no mistake of yours.",
                   complaint);
    else if (complaint)
        th_lab_say(found, TH_LAB_FAILED, "On the board it does not run: %s", complaint);
    else if (!json_is_true(json_object_get(json, "host_equal")))
        th_lab_say(found, TH_LAB_FAILED, "The board's scores are not those of this computer.");
    return TH_OK;
}

static double figure(const json_t *json, const char *pointer)
{
    return json_number_value(th_json_pointer(json, pointer));
}

static th_err judge(const th_lab_prop *p, const json_t *json, th_lab_found *found, th_why *why)
{
    double recall, alarms, delay;
    const double has_recall = figure(json, "/stream/recall"),
                 has_alarms = figure(json, "/stream/false_accepts_per_hour"),
                 has_delay = figure(json, "/stream/latency_ms/mean");
    TH_TRY(th_lab_amount(p, "recall", 0, &recall, why));
    TH_TRY(th_lab_amount(p, "false_per_hour", 1e9, &alarms, why));
    TH_TRY(th_lab_amount(p, "delay_ms", 1e9, &delay, why));
    const bool good = has_recall >= recall && has_alarms <= alarms && has_delay <= delay;
    th_lab_say(found, good ? TH_LAB_PASSED : TH_LAB_FAILED,
               "Of %.0f words it heard %.0f (%.2f; %g wanted), with %.0f false alarms, which is %.1f an hour%s%s.%s",
               figure(json, "/stream/words"), figure(json, "/stream/hits"), has_recall, recall,
               figure(json, "/stream/false_accepts"), has_alarms,
               has_alarms > alarms ? ": too many for whoever has to live with it" : "",
               has_delay > delay ? ", and it answers too late" : "",
               good                  ? ""
               : has_recall < recall ? " It misses too much: is the threshold too high?"
                                     : " Is the threshold too low?");
    return TH_OK;
}

static th_err grade(th_lab_run *run, const th_lab_prop *p, th_lab_found *found, th_why *why)
{
    const json_t *json = NULL;
    const char *dir, *complaint;
    TH_TRY(hear(run, p, &dir, &json, &complaint, why));
    if (complaint) {
        th_lab_say(found, TH_LAB_FAILED, "It can't listen yet: %s", complaint);
        return TH_OK;
    }
    TH_TRY(judge(p, json, found, why));
    return found->state == TH_LAB_PASSED ? on_board(run, p, dir, found, why) : TH_OK;
}

static th_err check(const th_lab *lab, const th_lab_prop *p, th_why *why)
{
    static const char *const amounts[] = {"recall", "false_per_hour", "delay_ms", "board_seconds"};
    double value;
    size_t at = 0;
    (void)lab;
    for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++)
        TH_TRY(th_lab_amount(p, amounts[i], 0, &value, why));
    TH_TRY(th_lab_amount(p, "minutes", 10, &value, why));
    if (!(value > 0 && value <= 600)) return th_why_set(why, TH_EFORMAT, "minutes: above 0, to 600");
    if (!th_lab_next(p, "sealed", &at)) return th_why_set(why, TH_EFORMAT, "a trace needs \"sealed\" lines");
    if (!th_lab_setting(p, "recall") && !th_lab_setting(p, "false_per_hour"))
        return th_why_set(why, TH_EFORMAT, "a trace needs \"recall\" or \"false_per_hour\"");
    return TH_OK;
}

const th_lab_kind th_lab_kind_trace = {.name = "trace", .settings = settings, .check = check, .grade = grade};
