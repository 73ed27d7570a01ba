/* train/activation.h -- what a stage does to a*z + b before others read it, and the slope of that. */
#ifndef TH_TRAIN_ACTIVATION_H
#define TH_TRAIN_ACTIVATION_H

#include "model/spec.h"

#include <math.h>

static inline float th_act_value(th_layer_act act, float leak, float t)
{
    switch (act) {
    case TH_LAYER_ACT_NONE: break;
    case TH_LAYER_ACT_RELU: return t > 0 ? t : 0;
    case TH_LAYER_ACT_RELU6: return t < 0 ? 0 : t > 6 ? 6 : t;
    case TH_LAYER_ACT_LEAKY_RELU: return t > 0 ? t : leak * t;
    case TH_LAYER_ACT_HARD_SWISH: return t <= -3 ? 0 : t >= 3 ? t : t * (t + 3) / 6;
    case TH_LAYER_ACT_SIGMOID: return 1 / (1 + expf(-t));
    case TH_LAYER_ACT_TANH: return tanhf(t);
    }
    return t;
}

/* d value / d t; at a corner the slope on the left. */
static inline float th_act_slope(th_layer_act act, float leak, float t)
{
    switch (act) {
    case TH_LAYER_ACT_NONE: break;
    case TH_LAYER_ACT_RELU: return t > 0 ? 1 : 0;
    case TH_LAYER_ACT_RELU6: return t > 0 && t <= 6 ? 1 : 0;
    case TH_LAYER_ACT_LEAKY_RELU: return t > 0 ? 1 : leak;
    case TH_LAYER_ACT_HARD_SWISH: return t <= -3 ? 0 : t > 3 ? 1 : (2 * t + 3) / 6;
    case TH_LAYER_ACT_SIGMOID: {
        const float y = 1 / (1 + expf(-t));
        return y * (1 - y);
    }
    case TH_LAYER_ACT_TANH: {
        const float y = tanhf(t);
        return 1 - y * y;
    }
    }
    return 1;
}

#endif
