#include "course/lab_text.h"

#include <stdio.h>
#include <stdlib.h>

char *th_lab_vtext(const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, fmt, args);
    char *text = n < 0 ? NULL : malloc((size_t)n + 1);
    if (text) (void)vsnprintf(text, (size_t)n + 1, fmt, again);
    va_end(again);
    return text;
}

char *th_lab_text(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *text = th_lab_vtext(fmt, args);
    va_end(args);
    return text;
}
