#include "model/spec.h"

#include "dsp/frontend.h"

#include <string.h>

#define DS_BLOCK(filters) "depthwise 3x3 bn relu\nconv2d " filters " 1x1 bn relu\n"

static const th_preset presets[] = {
    {
        .name = "tiny-conv",
        .summary = "one convolution, 17 k parameters: the smallest; for two or three words",
        .text = "conv2d 8 10x8 stride 2x2 relu\n"
                "dropout 0.5\n"
                "dense classes\n",
        .feature_kind = TH_LOGMEL,
        .n_mel = 40,
        .n_coef = 40,
        .epochs = 120,
        .batch = 64,
        .learning_rate = 4e-3f,
        .weight_decay = 0.01f,
        .label_smoothing = 0.05f,
        .ema = 0.995f,
        .mixup = 0.2f,
        .time_mask_frames = 6,
        .freq_mask_coefs = 4,
    },
    {
        .name = "ds-cnn-s",
        .summary = "depthwise-separable, 48 filters, 14 k parameters: accurate and small",
        .text = "conv2d 48 10x4 stride 2x2 bn relu\n" DS_BLOCK("48") DS_BLOCK("48") DS_BLOCK("48")
            DS_BLOCK("48") "avgpool global\n"
                           "dropout 0.2\n"
                           "dense classes\n",
        .feature_kind = TH_MFCC,
        .n_mel = 40,
        .n_coef = 10,
        .epochs = 120,
        .batch = 64,
        .learning_rate = 0.01f,
        .weight_decay = 0.05f,
        .label_smoothing = 0.1f,
        .ema = 0.998f,
        .mixup = 0.2f,
        .time_mask_frames = 8,
        .freq_mask_coefs = 2,
    },
    {
        .name = "ds-cnn",
        .summary = "depthwise-separable, 64 filters, 23 k parameters: for ten words and more",
        .text = "conv2d 64 10x4 stride 2x2 bn relu\n" DS_BLOCK("64") DS_BLOCK("64") DS_BLOCK("64")
            DS_BLOCK("64") "avgpool global\n"
                           "dropout 0.2\n"
                           "dense classes\n",
        .feature_kind = TH_MFCC,
        .n_mel = 40,
        .n_coef = 10,
        .epochs = 240,
        .batch = 64,
        .learning_rate = 0.02f,
        .weight_decay = 0.1f,
        .label_smoothing = 0.1f,
        .ema = 0.998f,
        .mixup = 0.3f,
        .time_mask_frames = 8,
        .freq_mask_coefs = 2,
    },
};

const th_preset *th_preset_all(size_t *n)
{
    *n = sizeof presets / sizeof presets[0];
    return presets;
}

const th_preset *th_preset_find(const char *name)
{
    for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++)
        if (strcmp(presets[i].name, name) == 0) return &presets[i];
    return NULL;
}
