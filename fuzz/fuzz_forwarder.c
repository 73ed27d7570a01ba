/* Lines of a board from anybody, cut anywhere: the same lines however they are cut, and rows of finite numbers. */
#include "data/forwarder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct seen {
    int lines[5];
    double sum;
} seen;

static void look(const th_forwarder *f, seen *s)
{
    double v[TH_FORWARDER_MOST];
    int32_t n;
    const th_line line = th_forwarder_read(f, v, &n);
    if (n < 0 || n > TH_FORWARDER_MOST || f->n > sizeof f->line) abort();
    s->lines[line]++;
    for (int32_t i = 0; line == TH_LINE_ROW && i < n; i++) {
        if (!(fabs(v[i]) < 1e30)) abort();
        s->sum += v[i];
    }
    for (int32_t i = 0; line == TH_LINE_NAMES && i < n; i++) {
        char name[TH_FORWARDER_NAME];
        th_forwarder_name(f, i, name);
        if (!*name || strlen(name) >= sizeof name) abort();
    }
}

static seen read_all(const uint8_t *data, size_t size, size_t piece)
{
    seen s = {{0}, 0};
    th_forwarder f = {0};
    for (size_t at = 0; at < size; at += piece) {
        th_span bytes = {data + at, size - at < piece ? size - at : piece};
        while (th_forwarder_take(&f, &bytes)) look(&f, &s);
        if (bytes.n) abort();
    }
    if (th_forwarder_rest(&f)) look(&f, &s);
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    const seen whole = read_all(data, size, size), cut = read_all(data, size, (size_t)data[0] % 7 + 1);
    if (memcmp(whole.lines, cut.lines, sizeof whole.lines) != 0) abort();
    if (whole.sum < cut.sum || whole.sum > cut.sum) abort();
    return 0;
}
