/* <stdbool.h> of labs. */
#ifndef LAB_STDBOOL_H
#define LAB_STDBOOL_H
#define bool _Bool
#define true 1
#define false 0
#endif
