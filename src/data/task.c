#include "data/task.h"

#include "base/text.h"

#include <string.h>

#define NEXT_TRAIN       "  thimble train %s\n"
#define NEXT_SYNTH(what) "  thimble data synth --project %s            or " what ", to try things out\n"

static const th_task rows[] = {
    {.name = "keyword",
     .what = "hears words",
     .input = TH_IN_SOUND,
     .labels = "yes,no",
     .preset = "ds-cnn-s",
     .noun = "clips",
     .feed = "--feed FILE.wav",
     .sections = "",
     .next = "  thimble data record %s --label WORD --count 40   your own voice, by the microphone\n"
             "  thimble data import FOLDER --project %s    recordings of your own, a folder per word\n" NEXT_SYNTH(
                 "synthetic voices") NEXT_TRAIN},
    {.name = "image",
     .what = "sees what is in a picture",
     .input = TH_IN_PICTURE,
     .labels = "",
     .preset = "mobilenet-v1-0.25-96",
     .noun = "pictures",
     .feed = "--feed PICTURES",
     .sections = "[picture]\n# Every picture is brought to this size, height x width; of one with other proportions "
                 "the middle.\nsize = 96x96\n"
                 "# rgb or grey\ncolour = rgb\n# What black and white become.\npixels = 0..1\n"
                 "# How pictures are changed each time they are shown: flip, shift, zoom, light; or none.\n"
                 "change = flip,shift,zoom,light\n\n",
     .next = "  thimble data import FOLDER --project %s    pictures, a folder per label\n" NEXT_SYNTH(
         "drawn persons, and no persons") NEXT_TRAIN},
    {.name = "activity",
     .what = "tells movements apart",
     .input = TH_IN_SIGNAL,
     .labels = "",
     .preset = "activity-conv1d",
     .noun = "windows",
     .feed = "--feed FILE.csv",
     .sections = "[signal]\n# The sensor's rows are brought to rate_hz and cut into windows of window_ms, one every "
                 "hop_ms.\nrate_hz = 50\nwindow_ms = 1000\nhop_ms = 240\n"
                 "# A longer pause ends a recording.\npause_ms = 500\n\n"
                 "[features]\n# What the network sees of a window: raw rows, or blocks with ; between them "
                 "(docs/features.md).\n# aligned: what does not depend on how the sensor is held, beside the rows "
                 "themselves.\nblocks = raw\n"
                 "# What is seen instead by those that take one line of numbers for a window: mlp and the classic "
                 "learners (forest ..).\n"
                 "summary = stats mean sd min max step; spectral 8 bands\n"
                 "# In training the sensor is turned: tilt, by up to 30 degrees (a watch); turn, any way (a phone in a "
                 "pocket);\n# or none.\nchange = none\n\n",
     .next = "  thimble data record %s --label WHAT --from serial:/dev/ttyACM0   by a board (docs/data.md, Live)\n"
             "  thimble data import FOLDER --project %s    recordings of a sensor (docs/tasks.md has the "
             "layouts)\n" NEXT_SYNTH("computed people who walk, run, stand, turn") NEXT_TRAIN},
    {.name = "gesture",
     .what = "knows movements of a hand",
     .input = TH_IN_STROKE,
     .labels = "",
     .preset = "gesture-strokes",
     .noun = "strokes",
     .feed = "--in FILE",
     .sections = "[gesture]\n# points: so many, evenly spaced along the way of the hand; or raster: a picture of "
                 "32 x 32 pixels,\n# for preset = gesture-raster.\nstrokes = points\npoints = 64\n"
                 "# How strokes are changed each time they are shown: rotate (degrees; a 6 that turns too far is a 9), "
                 "stretch,\n# warp; of pictures also shift and zoom; or none.\nchange = rotate 15, stretch 0.15\n\n",
     .next = "  thimble data import FOLDER --project %s    strokes, a JSON file per label\n" NEXT_SYNTH(
         "digits of a computed hand") NEXT_TRAIN},
    {.name = "anomaly",
     .what = "notices what is not as usual",
     .input = TH_IN_SIGNAL,
     .output = TH_OUT_INPUT,
     .labels = "normal,anomaly",
     .preset = "neck",
     .noun = "windows",
     .feed = "--feed FILE.csv",
     .sections =
         "[signal]\n# The sensor's rows are brought to rate_hz and cut into windows of window_ms, one every hop_ms.\n"
         "rate_hz = 50\nwindow_ms = 2560\nhop_ms = 640\npause_ms = 500\n\n"
         "[features]\n# What the network sees of a window: raw rows, or blocks with ; between them (docs/features.md)."
         "\nblocks = raw\n\n"
         "[anomaly]\n# The alarm is set off above factor times the score that percentile of the normal windows stay "
         "below.\npercentile = 99\nfactor = 1.5\n"
         "# threshold = cost takes the cheapest one: what an alarm for nothing and a window of a fault that goes\n"
         "# unnoticed cost, and which part of all windows shows a fault (docs/tasks.md).\n"
         "# trim leaves that many per cent of what is learnt from out, the strangest: for recordings that may hold "
         "faults.\n"
         "trim = 0\nthreshold = percentile\ncost_false_alarm = 1\ncost_miss = 10\nfault_rate = 0.01\n\n",
     .next = "  thimble data record %s --label normal --from serial:/dev/ttyACM0   by a board (docs/data.md, Live)\n"
             "  thimble data import FOLDER --project %s    recordings of a machine (docs/tasks.md has the "
             "layouts)\n" NEXT_SYNTH("a computed machine and its faults") NEXT_TRAIN},
    {.name = "sine",
     .what = "computes the sine of a number: the first network of a course",
     .input = TH_IN_NUMBER,
     .output = TH_OUT_VALUES,
     .labels = "",
     .preset = "sine",
     .noun = "points",
     .feed = "--in FILE",
     .sections = "[sine]\n# Points to learn from, and how far they lie beside the curve (standard deviation).\n"
                 "points = 1000\nnoise = 0.1\n\n",
     .next = NEXT_TRAIN "  thimble test %s                              how far it is from the sine\n"},
};
#define N_ROWS (sizeof rows / sizeof *rows)

const th_task *th_task_row(size_t i)
{
    return i < N_ROWS ? &rows[i] : NULL;
}

const th_task *th_task_find(const char *name)
{
    for (size_t i = 0; i < N_ROWS; i++)
        if (strcmp(rows[i].name, name) == 0) return &rows[i];
    return NULL;
}

bool th_task_learner(const th_task *task, const char *preset)
{
    static const char *const names[] = {"knn", "kmeans", "mixture", "pca", "logistic", "tree", "forest", "boost"};
    if (task->input == TH_IN_SOUND || task->output == TH_OUT_VALUES) return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], preset) == 0) return true;
    return false;
}

size_t th_task_list(char *buf, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < N_ROWS; i++)
        n += th_text_fmt(buf + (n < cap ? n : cap), n < cap ? cap - n : 0, "%s%s (%s)", i ? ", " : "", rows[i].name,
                         rows[i].what);
    return n;
}
