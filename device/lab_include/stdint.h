/* <stdint.h> of labs: the compiler's own types. */
#ifndef LAB_STDINT_H
#define LAB_STDINT_H
typedef __INT8_TYPE__ int8_t;
typedef __INT16_TYPE__ int16_t;
typedef __INT32_TYPE__ int32_t;
typedef __INT64_TYPE__ int64_t;
typedef __UINT8_TYPE__ uint8_t;
typedef __UINT16_TYPE__ uint16_t;
typedef __UINT32_TYPE__ uint32_t;
typedef __UINT64_TYPE__ uint64_t;
typedef __INTPTR_TYPE__ intptr_t;
typedef __UINTPTR_TYPE__ uintptr_t;
#define INT8_MAX    127
#define INT8_MIN    (-128)
#define UINT8_MAX   255
#define INT16_MAX   32767
#define INT16_MIN   (-32768)
#define UINT16_MAX  65535
#define INT32_MAX   __INT32_MAX__
#define INT32_MIN   (-__INT32_MAX__ - 1)
#define UINT32_MAX  __UINT32_MAX__
#define INT64_MAX   __INT64_MAX__
#define INT64_MIN   (-__INT64_MAX__ - 1)
#define UINT64_MAX  __UINT64_MAX__
#define SIZE_MAX    __SIZE_MAX__
#define INT32_C(c)  __INT32_C(c)
#define UINT32_C(c) __UINT32_C(c)
#define INT64_C(c)  __INT64_C(c)
#define UINT64_C(c) __UINT64_C(c)
#endif
