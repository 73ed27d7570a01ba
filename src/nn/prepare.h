/* nn/prepare.h -- what the operators' prepare functions share: checks, scales, windows, field lists.
 *
 * Host side (and device side where a model is loaded at run time); kernels do not need it. */
#ifndef TH_NN_PREPARE_H
#define TH_NN_PREPARE_H

#include "nn/op.h"
#include "nn/window.h"

#include <stddef.h>

/* Rows of a field list. */
#define TH_FIELD_INT(type, member)                                                                                     \
    {                                                                                                                  \
#member, TH_FIELD_I32, offsetof(type, member), 0                                                               \
    }
#define TH_FIELD_LONG(type, member)                                                                                    \
    {                                                                                                                  \
#member, TH_FIELD_I64, offsetof(type, member), 0                                                               \
    }
#define TH_FIELD_FLOAT(type, member)                                                                                   \
    {                                                                                                                  \
#member, TH_FIELD_F32, offsetof(type, member), 0                                                               \
    }
#define TH_FIELD_INTS(type, member, count)                                                                             \
    {                                                                                                                  \
#member, TH_FIELD_I32_ARRAY, offsetof(type, member), offsetof(type, count)                                     \
    }
/* int32_t member[n] inside the struct. */
#define TH_FIELD_FIXED(type, member, n)                                                                                \
    {                                                                                                                  \
#member, TH_FIELD_I32_FIXED, offsetof(type, member), (n)                                                       \
    }
/* A pointer to `count` values of another kind: S8, U8, S16, U16, U32, I64, F32. */
#define TH_FIELD_ARRAY(type, member, count, kind)                                                                      \
    {                                                                                                                  \
#member, TH_FIELD_##kind##_ARRAY, offsetof(type, member), offsetof(type, count)                                \
    }
/* The members of a th_window, whose name is `win`. */
#define TH_FIELD_WINDOW_IN(type, win)                                                                                  \
    TH_FIELD_INT(type, win.batches), TH_FIELD_INT(type, win.in_h), TH_FIELD_INT(type, win.in_w),                       \
        TH_FIELD_INT(type, win.in_c), TH_FIELD_INT(type, win.out_h), TH_FIELD_INT(type, win.out_w),                    \
        TH_FIELD_INT(type, win.out_c), TH_FIELD_INT(type, win.filter_h), TH_FIELD_INT(type, win.filter_w),             \
        TH_FIELD_INT(type, win.stride_h), TH_FIELD_INT(type, win.stride_w), TH_FIELD_INT(type, win.dilation_h),        \
        TH_FIELD_INT(type, win.dilation_w), TH_FIELD_INT(type, win.pad_top), TH_FIELD_INT(type, win.pad_left)
#define TH_FIELD_WINDOW(type) TH_FIELD_WINDOW_IN(type, win)

/* Fills what every step has: the kernel, the header that declares it, its parameter struct and fields,
 * and how many inputs and outputs the kernel looks at. */
#define TH_STEP_KERNEL(step, function, inputs, file, type, list)                                                       \
    TH_STEP_KERNEL_OUT(step, function, inputs, 1, file, type, list)
#define TH_STEP_KERNEL_OUT(step, function, inputs, outputs, file, type, list)                                          \
    ((step)->kernel = (function), (step)->kernel_name = #function, (step)->header = (file), (step)->par_type = #type,  \
     (step)->fields = (list), (step)->n_fields = sizeof(list) / sizeof *(list), (step)->n_in = (inputs),               \
     (step)->n_out = (outputs))

/* Error with a static text. */
static inline th_err th_refuse(const th_prepare *p, th_err err, const char *text)
{
    return th_fail(p->diag, err, 0, text);
}

/* Two names are the same; strcmp is not on every device. */
static inline bool th_same_name(const char *a, const char *b)
{
    while (*a && *a == *b) a++, b++;
    return *a == *b;
}

/* Tensor i of the node, or NULL when it is absent. */
const th_tensor *th_prepare_in(const th_prepare *p, int32_t i);
const th_tensor *th_prepare_out(const th_prepare *p, int32_t i);

/* `needed` inputs present, at most `most` of them, one output, all with a valid type and shape.
 * Errors: TH_EFORMAT, TH_ESHAPE. */
TH_NODISCARD th_err th_check_io(const th_prepare *p, int32_t needed, int32_t most);
/* The same with exactly n_out outputs. */
TH_NODISCARD th_err th_check_io_n(const th_prepare *p, int32_t needed, int32_t most, int32_t n_out);

bool th_shape_same(const th_shape *a, const th_shape *b);

/* A row's `infer` where output 0 has the shape of input 0. */
TH_NODISCARD th_err th_infer_same(const th_prepare *p, th_shape *out);

/* Refuses int8 or int4 weights (input 1) on a float input: "hybrid" models whose activations are quantised while
 * running. */
TH_NODISCARD th_err th_check_not_hybrid(const th_prepare *p);

/* One finite scale > 0 and a zero point that its type can hold. */
TH_NODISCARD th_err th_check_quant_tensor(const th_prepare *p, const th_tensor *t);

/* One scale or `channels` of them along `axis`, zero points 0: weights. */
TH_NODISCARD th_err th_check_quant_weights(const th_prepare *p, const th_tensor *w, int32_t axis, int32_t channels);

/* Both the same scale (within 1e-6) and zero point: operators that only move or compare numbers. */
TH_NODISCARD th_err th_check_same_quant(const th_prepare *p, const th_tensor *a, const th_tensor *b);

/* NULL is fine; else `channels` values of `type`. */
TH_NODISCARD th_err th_check_bias(const th_prepare *p, const th_tensor *bias, th_type type, int32_t channels);

/* int16 activations: one scale, zero point 0. */
TH_NODISCARD th_err th_check_quant_s16(const th_prepare *p, const th_tensor *t);

/* The bias of int16 activations: NULL, or `channels` values, int64 (*wide = 1) or int32 (*wide = 0).  Without a bias
 * the operator's option quantized_bias_type, a TensorType, decides: int32, else int64. */
TH_NODISCARD th_err th_check_bias_s16(const th_prepare *p, const th_tensor *bias, int32_t channels, int32_t bias_type,
                                      int32_t *wide);

/* Sums of n products for one output of int16 activations stay below 2^46, and every shift suits th_requant_64. */
TH_NODISCARD th_err th_check_sums_s16(const th_prepare *p, int32_t n, int32_t wide, const int32_t *shift,
                                      int32_t n_shifts);

/* factor = m * 2^(shift - 31) with 2^30 <= m < 2^31, or m = shift = 0 for a factor below 2^-32.
 * Needs no libm: the bits of the double are taken apart.  false: negative, not finite, or shift > 30.
 * Source: quantization_util.cc QuantizeMultiplier. */
bool th_quantize_multiplier(double factor, int32_t *m, int32_t *shift);

/* m[c], shift[c] of s_in * s_w[c] / s_out, in double, from the arena (par's arrays). */
TH_NODISCARD th_err th_prepare_scales(const th_prepare *p, const th_tensor *in, const th_tensor *w,
                                      const th_tensor *out, int32_t channels, const int32_t **m, const int32_t **shift);

/* m and shift of (s_in * s_w) / s_out with the product in float32: FULLY_CONNECTED with one scale, BATCH_MATMUL,
 * the gates of an LSTM.  Source: kernel_util.cc GetQuantizedConvolutionMultipler. */
TH_NODISCARD th_err th_prepare_scale_f32(const th_prepare *p, float s_in, float s_w, float s_out, int32_t *m,
                                         int32_t *shift);

/* 1 when th_scale may go the narrow way: sums of n products with |x - zero| <= 255, |w - zero| <= 255 plus the
 * (constant) bias stay below 2^30, and every shift is to the right. */
int32_t th_sums_are_narrow(const th_tensor *bias, int32_t channels, int32_t n, const int32_t *shift, int32_t n_shifts);

/* Range of an int8 or int16 output after a fused activation: zero + round(bound / scale) in float32, inside its type.
 * Source: kernel_util.cc CalculateActivationRangeQuantizedImpl. */
TH_NODISCARD th_err th_act_range(const th_prepare *p, th_act act, const th_tensor *out, int32_t *lo, int32_t *hi);
TH_NODISCARD th_err th_act_range_s8(const th_prepare *p, th_act act, const th_tensor *out, int32_t *lo, int32_t *hi);
TH_NODISCARD th_err th_act_range_f32(const th_prepare *p, th_act act, float *lo, float *hi);

/* Output size and padding of a window over `in`; sets all of *w but out_c from the attributes.
 *   SAME   out = ceil(in / stride), what is missing is padded, the odd one at the bottom and right
 *   VALID  out = ceil((in - reach + 1) / stride), reach = (filter - 1) * dilation + 1
 * Source: tensorflow/lite/kernels/padding.h. */
TH_NODISCARD th_err th_window_make(const th_prepare *p, const th_shape *in, int32_t filter_h, int32_t filter_w,
                                   th_window *w);

/* The output tensor's shape is the window's. */
TH_NODISCARD th_err th_window_check_out(const th_prepare *p, const th_window *w, const th_shape *out);
void th_window_shape(const th_window *w, th_shape *out);

#endif
