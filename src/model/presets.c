/* Each preset: settings, and a function that writes its lines.  A name can go on with parameters: mobilenet-v1-0.5-128.
 */
#include "model/spec.h"

#include "base/text.h"
#include "dsp/frontend.h"
#include "model/near.h"

#include <string.h>

typedef struct writer {
    char *text;
    size_t n;
    th_preset *p;
} writer;

static void TH_PRINTF(2, 3) put(writer *w, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    if (w->n < TH_PRESET_BYTES) w->n += th_text_vfmt(w->text + w->n, TH_PRESET_BYTES - w->n, fmt, args);
    va_end(args);
}

/* ---- values and tables ---- */

static void write_sine(writer *w, const int32_t *param)
{
    (void)param;
    put(w, "dense 16 relu\ndense 16 relu\ndense 1\n");
}

static void write_mlp(writer *w, const int32_t *param)
{
    (void)param;
    put(w, "dense 64 relu\ndropout 0.1\ndense 32 relu\ndropout 0.1\ndense classes\n");
}

/* MLPerf Tiny, anomaly detection: eight layers of 128, and 8 values in the middle. */
static void write_autoencoder(writer *w, const int32_t *param)
{
    w->p->in_c = param[0];
    for (int32_t i = 0; i < 9; i++) put(w, "dense %d bn relu\n", i == 4 ? 8 : 128);
    put(w, "dense %d\n", (int)param[0]);
}

static void write_neck(writer *w, const int32_t *param)
{
    const int32_t n = param[0] < 8 ? 1 + param[0] / 2 : param[0] > 32 ? 8 : param[0] / 4;
    w->p->in_c = param[0];
    put(w, "dense %d\ndense %d\n", (int)n, (int)param[0]);
}

static void write_conv_autoencoder(writer *w, const int32_t *param)
{
    w->p->in_h = w->p->in_w = param[0];
    w->p->in_c = param[1];
    put(w,
        "conv2d 16 3x3 stride 2x2 bn relu\nconv2d 8 3x3 stride 2x2 bn relu\n"
        "transpose 8 3x3 stride 2x2 bn relu\ntranspose 16 3x3 stride 2x2 bn relu\nconv2d %d 3x3\n",
        (int)param[1]);
}

/* ---- sound and signals ---- */

static void write_single_fc(writer *w, const int32_t *param)
{
    (void)param;
    put(w, "dense classes\n");
}

static void write_tiny_conv(writer *w, const int32_t *param)
{
    (void)param;
    put(w, "conv2d 8 10x8 stride 2x2 relu\ndropout 0.5\ndense classes\n");
}

/* TensorFlow's speech_commands, low_latency_svdf; the memory is as long as the clip. */
static void write_svdf(writer *w, const int32_t *param)
{
    (void)param;
    put(w, "svdf 1280 rank 2 relu\ndropout 0.5\ndense 256\ndropout 0.5\ndense 256\ndropout 0.5\ndense classes\n");
}

/* "Hello Edge", 2017: a convolution over time and pitch, then pairs of depthwise and 1x1. */
static void put_ds_cnn(writer *w, int32_t filters, int32_t stride_w, int32_t first_stride, int32_t blocks,
                       const char *drop_first, const char *drop_last)
{
    put(w, "conv2d %d 10x4 stride 2x%d bn relu\n%s", (int)filters, (int)stride_w, drop_first);
    for (int32_t i = 0; i < blocks; i++) {
        const int32_t stride = i ? 1 : first_stride;
        put(w, "depthwise 3x3");
        if (stride > 1) put(w, " stride %dx%d", (int)stride, (int)stride);
        put(w, " bn relu\nconv2d %d 1x1 bn relu\n", (int)filters);
    }
    put(w, "%s", drop_last);
}

#define POOLED_DROPOUT "avgpool global\ndropout 0.2\ndense classes\n"

static void write_ds_cnn_s(writer *w, const int32_t *param)
{
    (void)param;
    put_ds_cnn(w, 48, 2, 1, 4, "", POOLED_DROPOUT);
}

static void write_ds_cnn(writer *w, const int32_t *param)
{
    (void)param;
    put_ds_cnn(w, 64, 2, 1, 4, "", POOLED_DROPOUT);
}

/* As MLPerf Tiny trains it: the same net but for where dropout is. */
static void write_ds_cnn_mlperf(writer *w, const int32_t *param)
{
    (void)param;
    put_ds_cnn(w, 64, 2, 1, 4, "dropout 0.2\n", "dropout 0.4\navgpool global\ndense classes\n");
}

static void write_ds_cnn_m(writer *w, const int32_t *param)
{
    (void)param;
    put_ds_cnn(w, 172, 1, 2, 4, "", POOLED_DROPOUT);
}

static void write_ds_cnn_l(writer *w, const int32_t *param)
{
    (void)param;
    put_ds_cnn(w, 276, 1, 2, 5, "", POOLED_DROPOUT);
}

static void write_lstm(writer *w, const int32_t *param)
{
    put(w, "lstm %d\ndropout 0.2\ndense classes\n", (int)param[0]);
}

static void write_gru(writer *w, const int32_t *param)
{
    put(w, "gru %d\ndropout 0.2\ndense classes\n", (int)param[0]);
}

static void write_gesture(writer *w, const int32_t *param)
{
    w->p->in_h = param[0];
    put(w, "conv1d 8 4 relu\nmaxpool 3x1 valid\ndropout 0.1\nconv1d 16 4 relu\nmaxpool 3x1 valid\ndropout 0.1\n"
           "dense 16 relu\ndropout 0.1\ndense classes\n");
}

/* A second of six axes, 50 rows. */
static void write_activity(writer *w, const int32_t *param)
{
    (void)param;
    put(w, "conv1d 32 5 bn relu\ndropout 0.1\nmaxpool 2x1\nconv1d 32 5 bn relu\ndropout 0.1\nmaxpool 2x1\n"
           "conv1d 48 3 bn relu\ndropout 0.2\navgpool global\ndense classes\n");
}

/* The points of a stroke, as x and y. */
static void write_strokes(writer *w, const int32_t *param)
{
    (void)param;
    put(w, "conv1d 16 5 bn relu\nmaxpool 2x1\nconv1d 24 5 bn relu\nmaxpool 4x1\ndropout 0.2\ndense 32 relu\n"
           "dropout 0.2\ndense classes\n");
}

/* ---- pictures ---- */

/* Howard et al. 2017; param: width in hundredths, side of the picture.  Keras rounds down the same way. */
static void write_mobilenet_v1(writer *w, const int32_t *param)
{
    static const int32_t block[][2] = {{64, 1},  {128, 2}, {128, 1}, {256, 2}, {256, 1},  {512, 2}, {512, 1},
                                       {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1}};
    w->p->in_h = w->p->in_w = param[1];
    put(w, "conv2d %d 3x3 stride 2x2 bn relu\n", (int)(32 * param[0] / 100));
    for (size_t i = 0; i < sizeof block / sizeof block[0]; i++)
        put(w, "depthwise 3x3%s bn relu\nconv2d %d 1x1 bn relu\n", block[i][1] == 2 ? " stride 2x2" : "",
            (int)(block[i][0] * param[0] / 100));
    put(w, "avgpool global\ndense classes\n");
}

/* For pictures so small that blocks of depthwise layers see too little of them. */
static void write_picture_conv(writer *w, const int32_t *param)
{
    (void)param;
    put(w,
        "conv2d 32 3x3 bn relu\nmaxpool 2x2\nconv2d 48 3x3 bn relu\nmaxpool 2x2\ndropout 0.1\nconv2d 64 3x3 bn relu\n"
        "dropout 0.1\nconv2d 96 3x3 bn relu\ndropout 0.2\navgpool global\ndense classes\n");
}

static void write_raster(writer *w, const int32_t *param)
{
    (void)param;
    put(w, "conv2d 12 3x3 bn relu\nmaxpool 2x2\nconv2d 24 3x3 bn relu\nmaxpool 2x2\nconv2d 40 3x3 bn relu\n"
           "maxpool 2x2\nflatten\ndropout 0.4\ndense classes\n");
}

/* To the nearest 8, but not by more than a tenth down: _make_divisible of the paper's code. */
static int32_t by_eight(int32_t filters, int32_t width)
{
    const int32_t exact = filters * width; /* hundredths */
    int32_t n = (exact + 400) / 800 * 8;
    if (n < 8) n = 8;
    if (n * 1000 < exact * 9) n += 8;
    return n;
}

/* Sandler et al. 2018: narrow - wide - narrow, and the narrow ends are added up. */
static void write_mobilenet_v2(writer *w, const int32_t *param)
{
    static const int32_t stage[][4] = {/* times wider, filters, blocks, stride of the first */
                                       {1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                                       {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
    int32_t c = by_eight(32, param[0]), n = 0;
    w->p->in_h = w->p->in_w = param[1];
    put(w, "conv2d %d 3x3 stride 2x2 bn relu6\n", (int)c);
    for (size_t i = 0; i < sizeof stage / sizeof stage[0]; i++)
        for (int32_t k = 0; k < stage[i][2]; k++, n++) {
            const int32_t out = by_eight(stage[i][1], param[0]), wide = c * stage[i][0];
            const bool residual = k > 0, is_read = k + 1 < stage[i][2];
            if (stage[i][0] > 1) put(w, "conv2d %d 1x1 bn relu6\n", (int)wide);
            put(w, "depthwise 3x3%s bn relu6\nconv2d %d 1x1 bn", stage[i][3] == 2 && k == 0 ? " stride 2x2" : "",
                (int)out);
            if (residual) put(w, "\nadd b%d", (int)n - 1);
            if (is_read) put(w, " as b%d", (int)n);
            put(w, "\n");
            c = out;
        }
    put(w, "conv2d %d 1x1 bn relu6\navgpool global\ndense classes\n",
        (int)(param[0] > 100 ? by_eight(1280, param[0]) : 1280));
}

/* MLPerf Tiny, image classification. */
static void write_resnet_8(writer *w, const int32_t *param)
{
    (void)param;
    put(w, "conv2d 16 3x3 bn relu as a\nconv2d 16 3x3 bn relu\nconv2d 16 3x3 bn\nadd a relu as b\n"
           "conv2d 32 3x3 stride 2x2 bn relu\nconv2d 32 3x3 bn as c\nconv2d 32 1x1 stride 2x2 from b\nadd c relu as d\n"
           "conv2d 64 3x3 stride 2x2 bn relu\nconv2d 64 3x3 bn as e\nconv2d 64 1x1 stride 2x2 from d\nadd e relu\n"
           "avgpool global\ndense classes\n");
}

/* ---- the table ---- */

typedef struct parameter {
    const char *what; /* NULL: there is none */
    int32_t lo, hi, step, def;
    bool hundredths; /* written as 0.25 */
} parameter;

typedef struct preset_row {
    th_preset p;
    void (*write)(writer *w, const int32_t *param);
    parameter param[2];
} preset_row;

#define WIDTH                                                                                                          \
    {                                                                                                                  \
        "WIDTH", 5, 200, 1, 25, true                                                                                   \
    }
#define SIDE(def)                                                                                                      \
    {                                                                                                                  \
        "SIZE", 16, 512, 1, def, false                                                                                 \
    }

/* Settings that the audio tasks of docs/benchmarks.md were trained with. */
#define TRAIN_TINY                                                                                                     \
    .epochs = 120, .batch = 64, .learning_rate = 4e-3f, .weight_decay = 0.01f, .label_smoothing = 0.05f,               \
    .ema = 0.995f, .mixup = 0.2f, .time_mask_frames = 6, .freq_mask_coefs = 4
#define TRAIN_DS_CNN_S                                                                                                 \
    .epochs = 120, .batch = 64, .learning_rate = 0.01f, .weight_decay = 0.05f, .label_smoothing = 0.1f, .ema = 0.998f, \
    .mixup = 0.2f, .time_mask_frames = 8, .freq_mask_coefs = 2
#define TRAIN_DS_CNN                                                                                                   \
    .epochs = 240, .batch = 64, .learning_rate = 0.02f, .weight_decay = 0.1f, .label_smoothing = 0.1f, .ema = 0.998f,  \
    .mixup = 0.3f, .time_mask_frames = 8, .freq_mask_coefs = 2
/* A start for others: nothing that a task could not bear. */
/* The sine: 0.06 off with the next line, 0.02 with this one. */
#define TRAIN_SINE  .epochs = 60, .batch = 32, .learning_rate = 2e-2f, .weight_decay = 1e-4f
#define TRAIN_PLAIN .epochs = 60, .batch = 32, .learning_rate = 1e-3f, .weight_decay = 1e-4f
/* Large tables are known by heart soon: adult 84.7 % (int8, five folds of its training part) with the above, 85.4 %. */
#define TRAIN_TABLE .epochs = 60, .batch = 32, .learning_rate = 1e-3f, .weight_decay = 0.1f, .ema = 0.99f
/* horses_or_humans from nothing: 84 % with the above, 95 % (int8) with these. */
#define TRAIN_PICTURES .epochs = 60, .batch = 32, .learning_rate = 4e-3f, .weight_decay = 1e-4f, .ema = 0.98f

#define LOGMEL .feature_kind = TH_LOGMEL, .n_mel = 40, .n_coef = 40
#define MFCC   .feature_kind = TH_MFCC, .n_mel = 40, .n_coef = 10

static const preset_row rows[] = {
    {.p = {.name = "sine",
           .summary = "two small dense layers that learn y = sin x: the first network of a course",
           .good_at = "Learns the curve of the sine in a second: the best first network there is.",
           .tasks = "sine",
           .in_h = 1,
           .in_w = 1,
           .in_c = 1,
           LOGMEL,
           TRAIN_SINE},
     .write = write_sine},
    {.p = {.name = "mlp",
           .summary = "two dense layers for tables and for features that were computed before",
           .good_at = "For a few numbers that say it all: a table, or statistics of a window.",
           .tasks = "activity",
           .in_h = 1,
           .in_w = 1,
           .in_c = 32,
           .n_classes = 2,
           LOGMEL,
           TRAIN_TABLE},
     .write = write_mlp},
    {.p = {.name = "single-fc",
           .summary = "one dense layer: the least that can hear a word, to compare with",
           .good_at = "Takes the least of everything, but hears badly: good to see what the others bring.",
           .tasks = "keyword",
           .in_h = 49,
           .in_w = 40,
           .in_c = 1,
           .n_classes = 4,
           LOGMEL,
           TRAIN_TINY},
     .write = write_single_fc},
    {.p = {.name = "tiny-conv",
           .summary = "one convolution: the smallest that hears well; for two or three words",
           .good_at = "Small and quick: two or three words, when there is little flash.",
           .tasks = "keyword",
           .in_h = 49,
           .in_w = 40,
           .in_c = 1,
           .n_classes = 4,
           LOGMEL,
           TRAIN_TINY},
     .write = write_tiny_conv},
    {.p = {.name = "ds-cnn-s",
           .summary = "depthwise-separable, 48 filters: accurate and small",
           .good_at = "Accurate and small: the best start for words.",
           .tasks = "keyword",
           .in_h = 49,
           .in_w = 10,
           .in_c = 1,
           .n_classes = 12,
           MFCC,
           TRAIN_DS_CNN_S},
     .write = write_ds_cnn_s},
    {.p = {.name = "ds-cnn",
           .summary = "depthwise-separable, 64 filters: for ten words and more; MLPerf Tiny's, and \"S\" of Hello Edge",
           .good_at = "A little larger: for ten words and more.",
           .tasks = "keyword",
           .in_h = 49,
           .in_w = 10,
           .in_c = 1,
           .n_classes = 12,
           MFCC,
           TRAIN_DS_CNN},
     .write = write_ds_cnn},
    {.p = {.name = "ds-cnn-m",
           .summary = "depthwise-separable, 172 filters: \"M\" of Hello Edge",
           .good_at = "Hears better in noise, and takes six times the flash of the small one.",
           .tasks = "keyword",
           .in_h = 49,
           .in_w = 10,
           .in_c = 1,
           .n_classes = 12,
           MFCC,
           TRAIN_DS_CNN},
     .write = write_ds_cnn_m},
    {.p = {.name = "ds-cnn-l",
           .summary = "depthwise-separable, 276 filters: \"L\" of Hello Edge, the most accurate for words",
           .good_at = "Hears best, where the board has half a megabyte of flash to spare.",
           .tasks = "keyword",
           .in_h = 49,
           .in_w = 10,
           .in_c = 1,
           .n_classes = 12,
           MFCC,
           TRAIN_DS_CNN},
     .write = write_ds_cnn_l},
    {.p = {.name = "low-latency-svdf",
           .summary = "SVDF and three dense layers, TensorFlow's low_latency_svdf: little work for each new frame",
           .good_at = "Little work for each new moment of sound, but many weights.",
           .tasks = "keyword",
           .in_h = 49,
           .in_w = 40,
           .in_c = 1,
           .n_classes = 4,
           LOGMEL,
           TRAIN_TINY},
     .write = write_svdf},
    {.p = {.name = "lstm",
           .summary = "an LSTM over the rows of its input, one row after the other",
           .good_at = "Remembers what came before: for sounds and movements whose order counts.",
           .tasks = "keyword activity",
           .in_h = 49,
           .in_w = 10,
           .in_c = 1,
           .n_classes = 12,
           MFCC,
           TRAIN_TINY},
     .write = write_lstm,
     .param = {{"UNITS", 1, 1024, 1, 64, false}}},
    {.p = {.name = "gru",
           .summary = "a GRU over the rows of its input: an LSTM with a quarter less to learn",
           .good_at = "Remembers as an LSTM does, with a quarter less to learn.",
           .tasks = "keyword activity",
           .in_h = 49,
           .in_w = 10,
           .in_c = 1,
           .n_classes = 12,
           MFCC,
           TRAIN_TINY},
     .write = write_gru,
     .param = {{"UNITS", 1, 1024, 1, 64, false}}},
    {.p = {.name = "gesture-conv1d",
           .summary = "two convolutions along time, for the three axes of an accelerometer",
           .good_at = "Very small: for a few clear movements of a wrist or a wand.",
           .tasks = "activity",
           .in_w = 1,
           .in_c = 3,
           .n_classes = 4,
           LOGMEL,
           TRAIN_PLAIN},
     .write = write_gesture,
     .param = {{"STEPS", 9, 4096, 1, 128, false}}},
    {.p = {.name = "activity-conv1d",
           .summary = "three convolutions along time, for what a body does in a second",
           .good_at = "The best start for what a body or a machine does, second by second.",
           .tasks = "activity",
           .in_h = 50,
           .in_w = 1,
           .in_c = 6,
           .n_classes = 5,
           LOGMEL,
           .epochs = 20,
           .batch = 32,
           .learning_rate = 3e-3f,
           .weight_decay = 1e-4f},
     .write = write_activity},
    {.p = {.name = "gesture-strokes",
           .summary = "two convolutions along the points of a stroke",
           .good_at = "Knows signs drawn in the air or on glass by the way of the hand.",
           .tasks = "gesture",
           .in_h = 64,
           .in_w = 1,
           .in_c = 2,
           .n_classes = 10,
           LOGMEL,
           TRAIN_PLAIN},
     .write = write_strokes},
    {.p = {.name = "gesture-raster",
           .summary = "three convolutions that look at a stroke as a picture",
           .good_at = "Looks at a sign as at a picture: needs strokes = raster in the settings.",
           .tasks = "gesture",
           .in_h = 32,
           .in_w = 32,
           .in_c = 3,
           .n_classes = 10,
           LOGMEL,
           .epochs = 60,
           .batch = 32,
           .learning_rate = 3e-3f,
           .label_smoothing = 0.1f,
           .ema = 0.99f},
     .write = write_raster},
    {.p = {.name = "mobilenet-v1",
           .summary = "depthwise-separable, for pictures; MLPerf Tiny's person detector at 0.25-96",
           .good_at = "The best start for pictures: small and quick.",
           .tasks = "image",
           .in_c = 3,
           .n_classes = 2,
           LOGMEL,
           TRAIN_PICTURES},
     .write = write_mobilenet_v1,
     .param = {WIDTH, SIDE(96)}},
    {.p = {.name = "mobilenet-v2",
           .summary = "inverted residuals, for pictures: more accurate and slower than v1 of the same width",
           .good_at = "Sees more than v1 in hard pictures, and is slower.",
           .tasks = "image",
           .in_c = 3,
           .n_classes = 2,
           LOGMEL,
           TRAIN_PICTURES},
     .write = write_mobilenet_v2,
     .param = {{"WIDTH", 5, 200, 1, 35, true}, SIDE(96)}},
    {.p = {.name = "resnet-8",
           .summary = "three residual blocks, for small pictures: MLPerf Tiny's image classifier",
           .good_at = "For small colour pictures of 32 by 32 points with many classes.",
           .tasks = "image",
           .in_h = 32,
           .in_w = 32,
           .in_c = 3,
           .n_classes = 10,
           LOGMEL,
           TRAIN_PICTURES},
     .write = write_resnet_8},
    {.p = {.name = "picture-conv",
           .summary = "four convolutions, for small pictures: digits, clothes",
           .good_at = "For digits, clothes and other small grey pictures.",
           .tasks = "image",
           .in_h = 28,
           .in_w = 28,
           .in_c = 1,
           .n_classes = 10,
           LOGMEL,
           .epochs = 20,
           .batch = 64,
           .learning_rate = 4e-3f,
           .weight_decay = 0.05f,
           .label_smoothing = 0.1f,
           .ema = 0.998f},
     .write = write_picture_conv},
    {.p = {.name = "autoencoder",
           .summary = "dense layers through a neck of 8 values: MLPerf Tiny's anomaly detector",
           .good_at = "Learns what is usual in many values at once: sounds of machines.",
           .tasks = "anomaly",
           .in_h = 1,
           .in_w = 1,
           LOGMEL,
           TRAIN_PLAIN},
     .write = write_autoencoder,
     .param = {{"VALUES", 1, 4096, 1, 640, false}}},
    {.p = {.name = "neck",
           .summary = "two dense layers with few values between them: what a plane through the data gives back",
           .good_at = "Learns what is usual with very little: the best start for machines.",
           .tasks = "anomaly",
           .in_h = 1,
           .in_w = 1,
           LOGMEL,
           .epochs = 150,
           .batch = 32,
           .learning_rate = 5e-3f,
           .weight_decay = 1e-4f},
     .write = write_neck,
     .param = {{"VALUES", 1, 4096, 1, 16, false}}},
    {.p = {.name = "conv-autoencoder",
           .summary = "convolutions down to a sixteenth and back: anomalies in pictures",
           .good_at = "Learns what a usual picture looks like, and marks what is not.",
           .tasks = "",
           LOGMEL,
           TRAIN_PLAIN},
     .write = write_conv_autoencoder,
     .param = {{"SIZE", 16, 512, 4, 32, false}, {"CHANNELS", 1, 16, 1, 1, false}}},
};
#define N_ROWS (sizeof rows / sizeof rows[0])

/* ---- names ---- */

const char *th_preset_name(size_t i)
{
    return i < N_ROWS ? rows[i].p.name : NULL;
}

size_t th_preset_parameters(size_t i, char *buf, size_t cap)
{
    size_t n = 0;
    if (cap) buf[0] = 0;
    for (size_t k = 0; i < N_ROWS && k < 2 && rows[i].param[k].what; k++)
        n += th_text_fmt(buf + (n < cap ? n : cap), n < cap ? cap - n : 0, "-%s", rows[i].param[k].what);
    return n;
}

bool th_preset_suits(const th_preset *p, const char *task)
{
    const size_t n = strlen(task);
    for (const char *at = p->tasks; *at; at += strcspn(at, " "), at += *at == ' ')
        if (strcspn(at, " ") == n && memcmp(at, task, n) == 0) return true;
    return false;
}

/* The row with the longest name that `name` is, or goes on from with a dash. */
static const preset_row *find_row(const char *name)
{
    const preset_row *best = NULL;
    for (size_t i = 0; i < N_ROWS; i++) {
        const size_t n = strlen(rows[i].p.name);
        if (strncmp(name, rows[i].p.name, n) != 0 || (name[n] && (name[n] != '-' || !rows[i].param[0].what))) continue;
        if (!best || n > strlen(best->p.name)) best = &rows[i];
    }
    return best;
}

static th_err no_such_preset(const char *name, th_why *why)
{
    char list[384] = "", meant[80] = "";
    const char *near = NULL;
    int32_t distance = 0;
    size_t n = 0;
    for (size_t i = 0; i < N_ROWS && n < sizeof list; i++) {
        n += th_text_fmt(list + n, sizeof list - n, "%s%s", i ? ", " : "", rows[i].p.name);
        th_word_nearer(name, rows[i].p.name, &near, &distance);
    }
    if (near) th_text_fmt(meant, sizeof meant, " Did you mean %s?", near);
    return th_why_set(why, TH_EUSAGE, "there is no preset \"%.*s\".%s The presets are: %s", 40, name, meant, list);
}

/* "0.25" (hundredths) or "96" in *c, which is moved behind it. */
static bool read_parameter(const char **c, const parameter *a, int32_t *v)
{
    int32_t unit = a->hundredths ? 100 : 1, n = 0;
    const char *start = *c;
    for (; **c >= '0' && **c <= '9' && n < 100000; ++*c) n = n * 10 + (**c - '0');
    bool good = *c > start;
    n *= unit;
    if (a->hundredths && **c == '.')
        for (++*c; **c >= '0' && **c <= '9'; ++*c) {
            unit /= 10;
            n += unit * (**c - '0');
            good = good && unit > 0;
        }
    *v = n;
    return good && n >= a->lo && n <= a->hi && n % a->step == 0;
}

static th_err bad_parameter(const preset_row *r, const char *name, const parameter *a, th_why *why)
{
    char takes[32], range[64];
    (void)th_preset_parameters((size_t)(r - rows), takes, sizeof takes);
    if (!a) return th_why_set(why, TH_EUSAGE, "preset \"%.*s\": it is written %s%s", 40, name, r->p.name, takes);
    if (a->hundredths)
        th_text_fmt(range, sizeof range, "%d.%02d to %d.%02d, such as %d.%02d", (int)a->lo / 100, (int)a->lo % 100,
                    (int)a->hi / 100, (int)a->hi % 100, (int)a->def / 100, (int)a->def % 100);
    else
        th_text_fmt(range, sizeof range, "%d to %d%s, such as %d", (int)a->lo, (int)a->hi,
                    a->step > 1 ? " in steps of 4" : "", (int)a->def);
    return th_why_set(why, TH_EUSAGE, "preset \"%.*s\": it is written %s%s, and %s is a number from %s", 40, name,
                      r->p.name, takes, a->what, range);
}

/* name NULL: parameters as they are by themselves. */
static th_err make(const preset_row *r, const char *name, char text[TH_PRESET_BYTES], th_preset *p, th_why *why)
{
    int32_t param[2] = {r->param[0].def, r->param[1].def};
    const char *c = name + strlen(r->p.name);
    *p = r->p;
    p->text = text;
    for (size_t k = 0; *c; k++) {
        if (k == 2 || !r->param[k].what || *c != '-') return bad_parameter(r, name, NULL, why);
        c++;
        if (!read_parameter(&c, &r->param[k], &param[k]) || (*c && *c != '-'))
            return bad_parameter(r, name, &r->param[k], why);
    }
    if (strlen(name) >= sizeof p->name) return bad_parameter(r, name, NULL, why);
    memcpy(p->name, name, strlen(name) + 1);
    writer w = {.text = text, .p = p};
    r->write(&w, param);
    return w.n < TH_PRESET_BYTES ? TH_OK : th_why_set(why, TH_ERANGE, "preset %s is too long", name);
}

th_err th_preset_make(const char *name, char text[TH_PRESET_BYTES], th_preset *p, th_why *why)
{
    const preset_row *r = find_row(name);
    return r ? make(r, name, text, p, why) : no_such_preset(name, why);
}

th_err th_preset_bench(const char *name, char text[TH_PRESET_BYTES], th_preset *p, th_why *why)
{
    static const struct {
        const char *name, *preset;
    } nets[] = {{"tiny-conv", "tiny-conv"},
                {"ds-cnn", "ds-cnn"},
                {"mobilenet-v1-0.25-96", "mobilenet-v1-0.25-96"},
                {"resnet-8", "resnet-8"},
                {"autoencoder", "autoencoder"},
                {"gesture", "gesture-conv1d"},
                {"sine", "sine"}};
    char list[160] = "";
    size_t n = 0;
    for (size_t i = 0; i < sizeof nets / sizeof nets[0]; i++) {
        n += th_text_fmt(list + n, n < sizeof list ? sizeof list - n : 0, "%s%s", i ? ", " : "", nets[i].name);
        if (strcmp(nets[i].name, name) != 0) continue;
        TH_TRY(th_preset_make(nets[i].preset, text, p, why));
        writer w = {.text = text, .p = p};
        if (strcmp(name, "ds-cnn") == 0) write_ds_cnn_mlperf(&w, NULL);
        return TH_OK;
    }
    return th_why_set(why, TH_EUSAGE, "there is no net \"%.*s\" to measure. The nets are: %s", 40, name, list);
}
