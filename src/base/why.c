#include "base/why.h"

#include "base/text.h"

th_err(th_why_set)(th_why *why, th_err err, const char *fmt, ...)
{
    if (!why || why->err) return err;
    va_list args;
    va_start(args, fmt);
    th_text_vfmt(why->text, sizeof why->text, fmt, args);
    va_end(args);
    why->err = err;
    return err;
}
