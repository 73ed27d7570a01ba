/* Any bytes as a formula: refused, or MathML whose elements are all closed, and a text. */
#include "course/formula.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every <x> has its </x>, in order; the alphabet of the tags is ours, so text is escaped. */
static int is_well_formed(const char *c)
{
    char open[400][16];
    int n = 0;
    while ((c = strchr(c, '<'))) {
        const size_t len = strcspn(c + 1, " />");
        const char *end = strchr(c, '>');
        if (!end || len > 14) return 0;
        if (c[1] == '/') {
            const size_t m = strcspn(c + 2, ">");
            if (n == 0 || strlen(open[n - 1]) != m || memcmp(open[n - 1], c + 2, m) != 0) return 0;
            n--;
        } else if (end[-1] != '/') {
            if (n == 400) return 0;
            memcpy(open[n], c + 1, len);
            open[n++][len] = 0;
        }
        c = end;
    }
    return n == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text;
    const th_span tex = {data, size};
    if (!th_formula_mathml(tex, size % 2, &text, NULL)) {
        if (!is_well_formed(text)) abort();
        free(text);
        if (th_formula_text(tex, &text, NULL)) abort(); /* what one reads, the other does */
        free(text);
    }
    return 0;
}
