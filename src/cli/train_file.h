/* cli/train_file.h -- thimble train NETWORK --data FOLDER: pictures or numbers, without a project. */
#ifndef TH_CLI_TRAIN_FILE_H
#define TH_CLI_TRAIN_FILE_H

#include "cli/cmd.h"

/* The options that belong to it, beside those of train/settings.h and seed, epochs, threads, resume, json. */
#define TH_TRAIN_FILE_OPTIONS                                                                                          \
    {"data", "PATH", NULL,                                                                                             \
     "examples without a project: a folder of pictures for each label, images-idx3, .csv or .bin"},                    \
        {"val", "PATH", "an eighth, at most 1000", "examples to watch the training by"},                               \
        {"out", "FILE", "NETWORK.tflite here", "with --data: where the float model goes"},                             \
        {"size", "HxWxC", "as the network or the first picture", "with --data: shape of an example"},                  \
        {"pixels", "LO..HI", "0..1", "with --data: what black and white become"},                                      \
        {"change", "LIST", "flip,shift,zoom,light",                                                                    \
         "with --data: flip, shift, zoom, light, none; signals: turn, tilt"},                                          \
        {"target", "NAME", "input for autoencoders", "with --data: what is learnt: labels or input"},                  \
        {"freeze", "LAYER", NULL, "of a .tflite: layers up to this one stay as they are"},                             \
        {"cut", "LAYER", "before the last dense", "of a .tflite: layers behind this one are replaced by the head"},    \
        {"head", "LINES", "dense classes", "of a .tflite: the new end, lines separated by ;"},                         \
    {                                                                                                                  \
        "keep", "N", "0 = off; --from: 8, 0 freezes none", "frozen layers see N variants of each example"              \
    }

TH_NODISCARD th_err th_train_file(const th_args *a, th_why *why);

#endif
