/* cli/test.h -- the parts of `thimble test`: what is tested, on what, and what came out. */
#ifndef TH_CLI_TEST_H
#define TH_CLI_TEST_H

#include "cli/cmd.h"
#include "cli/example_set.h"
#include "data/dataset.h"
#include "deploy/board.h"
#include "evaluate/anomaly.h"
#include "evaluate/classify.h"
#include "evaluate/detections.h"
#include "evaluate/metrics.h"
#include "evaluate/timely.h"

#include <jansson.h>

/* The columns of a test: the networks on this computer (TH_MAX_NETS), and one of them on an emulated board. */
enum { TH_NET_FLOAT = 0, TH_NET_INT8 = 1, TH_NET_DEVICE = 2, TH_TEST_NETS = 3 };

typedef struct th_test {
    th_project project; /* of the folder, or made from a model's description; labels are the model's */
    bool has_project;
    th_model *net[TH_MAX_NETS]; /* float and int8; NULL: there is none */
    th_pipeline pipe;
    uint64_t hash[TH_MAX_NETS]; /* FNV-1a of their files; 0 for none */

    bool of_examples; /* the model takes pictures or numbers (data/examples.h), and not recordings */
    bool has_card;
    th_card card;       /* of such a model; pipe has its labels, and nothing else */
    th_examples *shown; /* what it is tested on */
    const char *normal; /* label of what is normal, for a model that gives a score; NULL: as the card says */

    th_dataset *set;
    size_t *clip;        /* [n] clips of the set that are tested */
    int32_t *truth;      /* [n] class, -1: no class of this network */
    th_verdict *verdict; /* [n] */
    size_t n;
    struct th_long_file *long_file; /* recordings that are tested piece by piece, read once */
    size_t n_long;
    char what[256]; /* "test clips of speech" */

    /* networks whose outputs are numbers and no classes */
    float *out[TH_TEST_NETS]; /* [n][n_out] */
    int32_t n_out;
    double rmse[TH_TEST_NETS];      /* of numbers */
    double auc[TH_TEST_NETS];       /* of anomalies, or of the second of two labels; -1: one of the two is missing */
    th_alarms alarms[TH_TEST_NETS]; /* when the card has a limit */
    th_timely timely[TH_TEST_NETS]; /* the same, where recordings have both kinds; windows 0: none has */
    double error[TH_TEST_NETS][2];  /* mean score of the normal ones, of the anomalies; -1: there are none */

    th_confusion confusion[TH_TEST_NETS];
    size_t tested, unreadable, no_class, agree;
    char first_problem[768]; /* of the unreadable ones */

    const th_board *board;   /* of the device's column; NULL: there is none */
    size_t on_board, differ; /* examples that ran on it; those whose outputs are other bytes than this computer's */
} th_test;

/* Is there that column, and what is it called: "float", "int8", "device" (for people: the board's name). */
bool th_test_has(const th_test *t, int k);
const char *th_test_net(int k);
const char *th_test_heading(const th_test *t, int k);

/* Truth of a recording: of the file `name`, or (NULL) of NAME.tsv beside NAME.wav where there is one; *has says so.
 * truth [n]: fresh memory.  Errors: those of th_truth_parse. */
TH_NODISCARD th_err th_truth_read(const th_pipeline *pipe, const char *wav, const char *name, th_truth **truth,
                                  size_t *n, bool *has, th_why *why);

/* Loads the networks: of a project folder (int8 is made first when it is missing or older than float),
 * of a MODEL.tflite file, or `model` for the project.
 * Errors: TH_ENOENT with the command that makes what is missing. */
TH_NODISCARD th_err th_test_open(const char *word, const char *model, th_test *t, th_why *why);
void th_test_free(th_test *t); /* also after an error */

/* The clips: of a split of the project (NULL: test), or of the folder `dir` (not NULL; of it what it says is for
 * testing, or that part: data/split.h). */
TH_NODISCARD th_err th_test_choose(th_test *t, const char *dir, const char *split, th_why *why);

/* Examples instead of clips, of the file or folder `data` (NULL: of the project), split as above; asks the networks,
 * counts.
 *   device  of data that several recorded: "phone"; NULL: the one that the model learned from
 *   pixels  of a model without a card, whose classes are in the order of the labels' names: "0..1"; or NULL */
TH_NODISCARD th_err th_test_examples(th_test *t, const char *data, const char *pixels, const char *split,
                                     const char *device, th_why *why);

/* The networks' answers to the examples as they are now: classes into the verdicts, numbers into t->out. */
TH_NODISCARD th_err th_test_ask(th_test *t, th_why *why);

/* The pictures of th_test_examples once more, each in other light (data/light.h): the part that is right, of both
 * networks and of int8 behind a camera's frames (evaluate/look.h); printed, and kept for the report when they are the
 * project's `own`.  With a board some frames of each light go through the firmware of the model at `path`: t->differ.
 * Errors: TH_EUSAGE (no pictures, no labels), those of the networks and of the board. */
TH_NODISCARD th_err th_test_light(th_test *t, const char *path, const char *board, bool own, bool json, th_why *why);

/* What the networks are for: classes unless the card says more. */
th_task_output th_test_output(const th_test *t);

/* Outputs that are numbers -> rmse, or auc and alarms; and what was found, for people and as JSON. */
TH_NODISCARD th_err th_test_values(th_test *t, th_why *why);
TH_NODISCARD th_err th_test_values_of(th_test *t, int k, th_why *why); /* of one column */
TH_NODISCARD th_err th_test_values_print(const th_test *t, th_why *why);
json_t *th_test_values_json(const th_test *t);

/* A part of a project: "train", "val", "test"; NULL: test. */
TH_NODISCARD th_err th_test_split(const char *name, th_split *split, th_why *why);

/* Counts the verdicts. */
void th_test_count(th_test *t);

/* th_clip_fill_fn and th_values_fill_fn; ctx is the test: what example i gives the networks. */
TH_NODISCARD th_err th_test_clip(void *ctx, size_t i, int16_t *pcm);
void th_test_input(void *ctx, size_t i, float *x);

/* All that was tested, on an emulated board: the firmware with the model in the file `path` (or of that project) gets
 * the samples of each clip, or the tensor of each example, in one run, and its outputs become the column TH_NET_DEVICE.
 * This computer computes the same with the device's loop; t->differ counts what is not equal byte for byte.
 * After th_test_classify or th_test_examples.  Errors: those of th_target_open and th_emulator_run. */
TH_NODISCARD th_err th_test_device(th_test *t, const char *path, const char *board, th_why *why);

/* Asks the networks, counts. */
TH_NODISCARD th_err th_test_classify(th_test *t, th_why *why);

/* Tables on stdout. */
TH_NODISCARD th_err th_test_print(const th_test *t, th_why *why);

/* What --json prints and model/test.json keeps; a new reference, NULL without memory. */
json_t *th_test_json(const th_test *t);

/* Every clip or example that was tested, and what is right of each person, into that object: "each", "subjects"
 * (docs/formats.md). */
void th_test_add_each(const th_test *t, json_t *object);

/* Writes `object` compact into PROJECT/name, with the hash of the model as "model", so that the report sees
 * when it is outdated; a folder that cannot be written is a warning, not an error: the figures have been printed. */
void th_test_save(const th_test *t, json_t *object, uint64_t model, const char *name);

/* A long recording through the int8 network, as on the board; prints or returns its figures. */
TH_NODISCARD th_err th_test_stream(th_test *t, const char *wav, const char *truth, bool json, th_why *why);

/* The same of a stream of the project's test clips, made while it is heard (evaluate/day.h): in memory that does not
 * grow, and at the end the first hour once more, which must be heard as the first time.  Errors: TH_EIO when not. */
TH_NODISCARD th_err th_test_soak(const th_test *t, double n_hours, uint64_t seed, bool json, th_why *why);

#endif
