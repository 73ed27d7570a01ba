/* nn/quantize.h -- QUANTIZE and DEQUANTIZE: from real numbers to quantised ones, back, and between two scales.
 *
 *   float32 to int8, int16, uint8   y = clamp( zero + round(x / scale) ), ties away from zero, division in float32;
 *                                   what is no number becomes the zero point
 *   int8, int16, uint8 to float32   y = (x - zero) * scale
 *   between integers                y = clamp( zero_out + R(x - zero_in, s_in / s_out) ), R as in nn/requant.h, in
 * double: int8 -> int16 int32, int16 -> int8 int16 int32, int32 -> int8 int16; int8 and uint8 among each other by a
 * table (nn/lookup.h)
 *
 *   in[0] x any shape   out[0] y, as many elements; may lie on x when they are of one size
 *
 * The limits are those of the output's type.  In int32 x - zero_in and the last sum wrap.
 * Source: TensorFlow Lite Micro, quantize_common.cc, reference/{quantize,requantize,dequantize}.h. */
#ifndef TH_NN_QUANTIZE_H
#define TH_NN_QUANTIZE_H

#include <stdint.h>

typedef struct th_quantize_par {
    int32_t n, zero;
    float scale;
} th_quantize_par;

typedef struct th_requantize_par {
    int32_t n, in_zero, out_zero, multiplier, shift;
} th_requantize_par;

/* th_quantize_par */
void th_quantize_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_quantize_u8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_quantize_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_dequantize_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_dequantize_u8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_dequantize_s16(const void *par, const void *const *in, void *const *out, void *scratch);

/* th_requantize_par */
void th_requantize_s8_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_requantize_s8_s32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_requantize_s16_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_requantize_s16_s16(const void *par, const void *const *in, void *const *out, void *scratch);
void th_requantize_s16_s32(const void *par, const void *const *in, void *const *out, void *scratch);
void th_requantize_s32_s8(const void *par, const void *const *in, void *const *out, void *scratch);
void th_requantize_s32_s16(const void *par, const void *const *in, void *const *out, void *scratch);

#endif
