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
#define TH_FIELD_FLOAT(type, member)                                                                                   \
    {                                                                                                                  \
#member, TH_FIELD_F32, offsetof(type, member), 0                                                               \
    }
#define TH_FIELD_INTS(type, member, count)                                                                             \
    {                                                                                                                  \
#member, TH_FIELD_I32_ARRAY, offsetof(type, member), offsetof(type, count)                                     \
    }
/* The members of a th_window named `win`. */
#define TH_FIELD_WINDOW(type)                                                                                          \
    TH_FIELD_INT(type, win.batches), TH_FIELD_INT(type, win.in_h), TH_FIELD_INT(type, win.in_w),                       \
        TH_FIELD_INT(type, win.in_c), TH_FIELD_INT(type, win.out_h), TH_FIELD_INT(type, win.out_w),                    \
        TH_FIELD_INT(type, win.out_c), TH_FIELD_INT(type, win.filter_h), TH_FIELD_INT(type, win.filter_w),             \
        TH_FIELD_INT(type, win.stride_h), TH_FIELD_INT(type, win.stride_w), TH_FIELD_INT(type, win.dilation_h),        \
        TH_FIELD_INT(type, win.dilation_w), TH_FIELD_INT(type, win.pad_top), TH_FIELD_INT(type, win.pad_left)

/* Fills what every step has: the kernel, the header that declares it, its parameter struct and fields,
 * and how many inputs the kernel looks at.  One output. */
#define TH_STEP_KERNEL(step, function, inputs, file, type, list)                                                       \
    ((step)->kernel = (function), (step)->kernel_name = #function, (step)->header = (file), (step)->par_type = #type,  \
     (step)->fields = (list), (step)->n_fields = sizeof(list) / sizeof *(list), (step)->n_in = (inputs),               \
     (step)->n_out = 1)

/* Error with a static text. */
static inline th_err th_refuse(const th_prepare *p, th_err err, const char *text)
{
    return th_fail(p->diag, err, 0, text);
}

/* Tensor i of the node, or NULL when it is absent. */
const th_tensor *th_prepare_in(const th_prepare *p, int32_t i);
const th_tensor *th_prepare_out(const th_prepare *p, int32_t i);

/* `needed` inputs present, at most `most` of them, one output, all with a valid type and shape.
 * Errors: TH_EFORMAT, TH_ESHAPE. */
TH_NODISCARD th_err th_check_io(const th_prepare *p, int32_t needed, int32_t most);

/* One finite scale > 0 and a zero point that its type can hold. */
TH_NODISCARD th_err th_check_quant_tensor(const th_prepare *p, const th_tensor *t);

/* One scale or `channels` of them along `axis`, zero points 0: weights. */
TH_NODISCARD th_err th_check_quant_weights(const th_prepare *p, const th_tensor *w, int32_t axis, int32_t channels);

/* Both the same scale (within 1e-6) and zero point: operators that only move or compare numbers. */
TH_NODISCARD th_err th_check_same_quant(const th_prepare *p, const th_tensor *a, const th_tensor *b);

/* NULL is fine; else `channels` values of `type`. */
TH_NODISCARD th_err th_check_bias(const th_prepare *p, const th_tensor *bias, th_type type, int32_t channels);

/* factor = m * 2^(shift - 31) with 2^30 <= m < 2^31, or m = shift = 0 for a factor below 2^-32.
 * Needs no libm: the bits of the double are taken apart.  false: negative, not finite, or shift > 30.
 * Source: quantization_util.cc QuantizeMultiplier. */
bool th_quantize_multiplier(double factor, int32_t *m, int32_t *shift);

/* m[c], shift[c] of s_in * s_w[c] / s_out, in double, from the arena (par's arrays). */
TH_NODISCARD th_err th_prepare_scales(const th_prepare *p, const th_tensor *in, const th_tensor *w,
                                      const th_tensor *out, int32_t channels, const int32_t **m, const int32_t **shift);

/* 1 when th_scale may go the narrow way: sums of n products with |x - zero| <= 255, |w - zero| <= 255 plus the
 * (constant) bias stay below 2^30, and every shift is to the right. */
int32_t th_sums_are_narrow(const th_tensor *bias, int32_t channels, int32_t n, const int32_t *shift, int32_t n_shifts);

/* Range of an int8 output after a fused activation: zero + round(bound / scale) in float32, inside -128..127.
 * Source: kernel_util.cc CalculateActivationRangeQuantizedImpl. */
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
