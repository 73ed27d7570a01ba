/* fmt/tflite_names.h -- names of everything a .tflite file may hold, to say what is not supported. */
#ifndef TH_FMT_TFLITE_NAMES_H
#define TH_FMT_TFLITE_NAMES_H

#include <stdint.h>

/* "CONV_2D"; "operator of an unknown number" when the number is none. */
const char *th_tfl_op_name(int32_t builtin_code);

/* "float16"; "a type of an unknown number" when the number is none. */
const char *th_tfl_type_name(int32_t tensor_type);

#endif
