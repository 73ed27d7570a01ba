/* nn/state.h -- state (a variable tensor) comes to a kernel as an input, and the kernel may write it. */
#ifndef TH_NN_STATE_H
#define TH_NN_STATE_H

/* The address without its const: the memory behind a variable tensor is never constant. */
static inline void *th_state(const void *input)
{
    union {
        const void *in;
        void *out;
    } address;
    address.in = input;
    return address.out;
}

#endif
