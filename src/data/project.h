/* data/project.h -- a project folder:
 *
 *   thimble.ini            task, labels, features, training, detection (libinih; commented)
 *   data/objects/ab/..     sounds, signals, pictures, called by their content (data/dataset.h)
 *   model/float.tflite, model/int8.tflite, model/checkpoint.thc, model/history.json, model/quantize.json
 *   cache/PART.kept        features as they were computed (data/kept.h); may be deleted
 *   firmware/BOARD/        built by deploy and emulate
 *   jobs/ID/               what the studio ran, its lines and files (serve/job_store.c); may be deleted
 *   thimble.db             the index of the data and its versions; what was trained, how well (store/store.h)
 *   report.html */
#ifndef TH_DATA_PROJECT_H
#define TH_DATA_PROJECT_H

#include "base/why.h"
#include "data/task.h"
#include "model/pipeline.h"
#include "os/file.h"

#define TH_FILE_INI        "thimble.ini"
#define TH_DIR_OBJECTS     "data/objects"
#define TH_DIR_MODEL       "model"
#define TH_FILE_FLOAT      "model/float.tflite"
#define TH_FILE_INT8       "model/int8.tflite"
#define TH_FILE_CHECKPOINT "model/checkpoint.thc"
#define TH_FILE_HISTORY    "model/history.json"
#define TH_FILE_QUANTIZE   "model/quantize.json"
#define TH_FILE_TEST       "model/test.json"
#define TH_FILE_EMULATE    "model/emulate.json"
#define TH_FILE_LIGHT      "model/light.json"   /* of thimble test --light */
#define TH_FILE_STREAM     "model/stream.json"  /* of thimble test --stream */
#define TH_FILE_CURVE      "model/curve.json"   /* of thimble test --curve */
#define TH_FILE_CHECK      "model/check.json"   /* of thimble data check */
#define TH_FILE_MAP        "model/map.json"     /* of thimble data map */
#define TH_FILE_VERSUS     "model/compare.json" /* of thimble compare */
#define TH_FILE_STORE      "thimble.db"
#define TH_FILE_TRAIN_LOCK "model/train.lock" /* held by the training that runs */
#define TH_FILE_DATA_LOCK  "data/lock"        /* held by what writes or deletes files of data */
#define TH_FILE_REPORT     "report.html"

#define TH_MODEL_BYTES 8192

/* A line of thimble.ini that another layer understands, as it stands there. */
typedef struct th_ini_line {
    char key[32], value[224];
    int32_t line; /* of the file, from 1 */
} th_ini_line;

#define TH_MAX_TRAIN_LINES 32

typedef struct th_project {
    char dir[TH_PATH_BYTES];
    char task[24];
    int32_t n_labels; /* in class order; of keywords "unknown" and "silence" stand last; 0: not known before the data */
    char labels[TH_MAX_LABELS][TH_LABEL_BYTES];
    int32_t rate_hz, clip_ms, window_ms, hop_ms, n_mel, n_coef; /* n_coef 0: what the preset takes */
    float low_hz, high_hz;
    int32_t feature_kind; /* th_feature_kind, -1: what the preset takes */
    char preset[32];
    char model[TH_MODEL_BYTES]; /* the lines of [model], in place of the preset's layers; "" when there are none */
    int32_t model_line;         /* number of the first of them in thimble.ini */
    int32_t epochs, batch;      /* 0: what the preset takes */
    uint64_t seed;
    float learning_rate;                   /* 0: what the preset takes */
    th_ini_line train[TH_MAX_TRAIN_LINES]; /* the other keys of [train]: train/settings.h */
    int32_t n_train;
    th_detect_settings detect;
    th_recipe recipe;              /* [signal], [features], [gesture] */
    char summary[TH_BLOCKS_BYTES]; /* [features] in place of recipe.blocks, for what takes one line of numbers; or "" */
    int32_t picture_h, picture_w;  /* [picture] */
    char colour[8], pixels[32];    /* "rgb" or "grey"; "-1..1" */
    char change[128];              /* of examples in training: "flip,shift"; of sounds "" is "usual" */
    float percentile, factor;      /* [anomaly] the alarm's threshold: factor * that percentile of normal windows */
    char threshold[12];            /* "percentile", or "cost": */
    float cost_false_alarm, cost_miss, fault_rate; /* the cheapest (th_anomaly_cheapest) */
    int32_t sine_points;                           /* [sine] */
    float sine_noise;
    char board[32]; /* default "nano33ble" */
} th_project;

/* Sets the class list: the labels in this order; of keywords then "unknown" and "silence" (skipped where they are
 * named).  None, where the task takes those of its data.  Errors: TH_EUSAGE: see th_project_defaults. */
TH_NODISCARD th_err th_project_set_labels(th_project *p, const char *const *labels, int n_labels, th_why *why);

int th_project_label(const th_project *p, const char *label); /* class number, -1 when there is none */

/* Writes p's labels into its thimble.ini and leaves every other line as it is. */
TH_NODISCARD th_err th_project_save_labels(const th_project *p, th_why *why);

/* A label that is new becomes one of p's, in thimble.ini, too, where the task learns labels.  *added: it was new.
 * Errors: TH_EUSAGE (as th_project_defaults has it), those of writing. */
TH_NODISCARD th_err th_project_add_label(th_project *p, const char *label, bool *added, th_why *why);

/* Sets lines of thimble.ini, "[section]\nkey = value\n..", leaves every other line as it is, and reads p anew. */
TH_NODISCARD th_err th_project_apply(th_project *p, const char *lines, th_why *why);

/* The row of p's task; never NULL after th_project_defaults, _parse or _load. */
const th_task *th_project_task(const th_project *p);

/* Defaults of a task; labels of keywords are those alone, "unknown" and "silence" are added.
 * Errors: TH_EUSAGE for an unknown task, two labels that differ by case only, an empty, reserved or
 * unusable label ('/', control characters, leading '.', longer than TH_LABEL_BYTES-1, not UTF-8). */
TH_NODISCARD th_err th_project_defaults(const char *task, const char *const *labels, int n_labels, th_project *p,
                                        th_why *why);

/* Makes DIR with a commented thimble.ini and data/; refuses a folder that is a project already. */
TH_NODISCARD th_err th_project_create(const th_project *p, const char *dir, th_why *why);

/* Reads DIR/thimble.ini; errors name file, line, key and the values that are possible. */
TH_NODISCARD th_err th_project_load(const char *dir, th_project *p, th_why *why);

/* The same from text (file: its name for the errors); p->dir is left empty. */
TH_NODISCARD th_err th_project_parse(th_span text, const char *file, th_project *p, th_why *why);

/* Equal but for upper and lower case (Latin, Greek, Cyrillic, Armenian). */
bool th_label_same(const char *a, const char *b);
bool th_text_is_utf8(const char *text);

/* Checks a label; also used by import. */
TH_NODISCARD th_err th_label_check(const char *label, th_why *why);

/* p->dir / name (one of TH_FILE_*). */
TH_NODISCARD th_err th_project_path(const th_project *p, const char *name, char buf[TH_PATH_BYTES], th_why *why);

#endif
