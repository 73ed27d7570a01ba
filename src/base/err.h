/* base/err.h -- the one error type of the project.
 *
 * Every function that can fail returns th_err and puts its results in the last
 * parameters.  On failure outputs are unspecified and nothing is leaked.
 * TH_OK is 0 so "if (err)" reads well; errors are negative so that a device
 * can report them in one signed byte. */
#ifndef TH_BASE_ERR_H
#define TH_BASE_ERR_H

#include <stddef.h>

/* One list makes the enum and the texts, so they cannot drift apart. */
#define TH_ERR_LIST(X)                                                                                                 \
    X(TH_OK, 0, "ok")                                                                                                  \
    X(TH_ENOMEM, -1, "out of memory")                                                                                  \
    X(TH_ETRUNC, -2, "input ends too early")                                                                           \
    X(TH_EFORMAT, -3, "input is not in the expected format")                                                           \
    X(TH_EUNSUP, -4, "valid, but not supported here")                                                                  \
    X(TH_ERANGE, -5, "value or size out of range")                                                                     \
    X(TH_ESHAPE, -6, "tensor shapes do not match")                                                                     \
    X(TH_ENOENT, -7, "not found")                                                                                      \
    X(TH_EIO, -8, "device or file error")                                                                              \
    X(TH_EEXIST, -9, "exists already")                                                                                 \
    X(TH_ETOOL, -10, "a program that is needed is missing or failed")                                                  \
    X(TH_EINTR, -11, "interrupted")                                                                                    \
    X(TH_EUSAGE, -12, "wrong usage")                                                                                   \
    X(TH_EENDLESS, -13, "the model's loops (WHILE) do not come to an end")

typedef enum th_err {
#define X(name, value, text) name = value,
    TH_ERR_LIST(X)
#undef X
} th_err;

#if defined(__GNUC__)
#define TH_NODISCARD         __attribute__((warn_unused_result))
#define TH_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define TH_NODISCARD
#define TH_PRINTF(fmt, args)
#endif

/* Leave the function with the error of `expr`, if any. */
#define TH_TRY(expr)                                                                                                   \
    do {                                                                                                               \
        const th_err th_try_err = (expr);                                                                              \
        if (th_try_err) return th_try_err;                                                                             \
    } while (0)

/* English text of an error; never NULL. */
const char *th_err_text(th_err err);

/* Where and why a parser of the ring stopped.  Optional: pass NULL when not wanted. */
typedef struct th_diag {
    size_t pos;      /* byte offset in the input */
    const char *msg; /* static text, never freed */
} th_diag;

static inline th_err th_fail(th_diag *diag, th_err err, size_t pos, const char *msg)
{
    if (diag) {
        diag->pos = pos;
        diag->msg = msg;
    }
    return err;
}

#endif
