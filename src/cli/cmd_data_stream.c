/* thimble data stream: a long recording of clips, with the truth beside it. */
#include "cli/table.h"
#include "cli/test.h"
#include "data/audio.h"
#include "data/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* FILE.wav -> FILE.tsv */
static th_err truth_path(const char *wav, char path[TH_PATH_BYTES], th_why *why)
{
    const size_t n = strlen(wav), stem = n > 4 && strcmp(wav + n - 4, ".wav") == 0 ? n - 4 : n;
    if (snprintf(path, TH_PATH_BYTES, "%.*s.tsv", (int)stem, wav) < TH_PATH_BYTES) return TH_OK;
    return th_why_set(why, TH_ERANGE, "the path %s is too long", wav);
}

static th_err stream_of(const th_args *a, const th_project *p, const th_dataset *set, th_why *why)
{
    const char *out = th_arg(a, "out");
    char truth_file[TH_PATH_BYTES], *truth;
    double seconds;
    int64_t seed;
    int16_t *pcm;
    int32_t n;
    size_t words;
    if (!out) return th_why_set(why, TH_EUSAGE, "where to? thimble data stream --out FILE.wav");
    TH_TRY(th_arg_float(a, "seconds", 5, 36000, 60, &seconds, why));
    TH_TRY(th_arg_int(a, "seed", 0, INT64_MAX, 1, &seed, why));
    th_split split;
    TH_TRY(th_test_split(th_arg(a, "split"), &split, why));
    TH_TRY(truth_path(out, truth_file, why));
    const th_stream_cfg cfg = {.seconds = seconds, .seed = (uint64_t)seed, .split = split};
    TH_TRY(th_stream_make(p, set, &cfg, &pcm, &n, &truth, &words, why));
    th_err err = th_audio_write(out, p->rate_hz, pcm, n, why);
    if (!err) err = th_file_write(truth_file, (th_span){(const uint8_t *)truth, strlen(truth)}, why);
    free(pcm);
    free(truth);
    if (err) return err;
    printf("%s: %d s with %zu clips that %s; what is said when: %s\n", out, n / p->rate_hz, words,
           split == TH_TRAIN ? "the network has learnt from" : "training has not seen", truth_file);
    return th_arg_on(a, "json")
               ? th_json_print(json_pack("{s:s,s:s,s:I,s:f}", "file", out, "truth", truth_file, "clips",
                                         (json_int_t)words, "seconds", (double)n / p->rate_hz),
                               why)
               : TH_OK;
}

static th_err run(const th_args *a, th_why *why)
{
    static th_project p;
    th_dataset *set;
    TH_TRY(th_arg_project(a, &p, why));
    TH_TRY(th_dataset_load(&p, &set, why));
    const th_err err = stream_of(a, &p, set, why);
    th_dataset_free(set);
    return err;
}

static const th_opt opts[] = {
    {"project", "DIR", ".", "the project"},
    {"out", "FILE.wav", NULL, "where to; FILE.tsv beside it says what is said when"},
    {"seconds", "S", "60", "length"},
    {"split", "NAME", "test", "of which clips: test, val or train"},
    {"seed", "N", "1", "another number, another order"},
    {"json", NULL, NULL, "end with one line of JSON"},
    {0},
};

const th_cmd th_cmd_data_stream = {
    .name = "data stream",
    .words = "",
    .summary = "make one long recording of test clips, to try detection",
    .detail =
        "FILE.tsv has a line \"start<TAB>end<TAB>label\" per clip, in seconds; Audacity shows it as a label track.\n\n"
        "Example:\n  thimble data stream --out stream.wav && thimble emulate --feed stream.wav",
    .opts = opts,
    .run = run,
};
