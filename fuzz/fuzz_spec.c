/* A model description from anybody: refused with a text, or a network within the limits that th_layer_text says again.
 * The first four bytes are height, width, channels and classes ('0' stands for 0). */
#include "model/spec.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST_VALUES ((int64_t)1 << 26)

static void check_layer(const th_spec *s, int32_t i)
{
    const th_layer *l = &s->layer[i];
    if (l->n_in < 1 || l->n_in > TH_MAX_LAYER_INPUTS || l->out_h < 1 || l->out_w < 1 || l->out_c < 1) abort();
    for (int32_t k = 0; k < l->n_in; k++)
        if (l->in[k] < TH_NET_INPUT || l->in[k] >= i) abort();
    if ((int64_t)l->out_h * l->out_w * l->out_c > MOST_VALUES) abort();
    if (th_layer_parameters(l) < 0 || th_layer_parameters(l) > MOST_VALUES || th_layer_macs(l) < 0) abort();
    if (th_spec_live_values(s, i) < (int64_t)l->out_h * l->out_w * l->out_c) abort();
}

/* What the layers say of themselves is the same network. */
static void check_round(const th_spec *s)
{
    static char text[TH_MAX_LAYERS * 256];
    static th_spec again;
    th_why why = {0};
    size_t n = 0;
    for (int32_t i = 0; i < s->n_layers; i++) {
        const size_t len = th_layer_text(s, i, text + n, 254);
        if (len >= 254) abort();
        n += len;
        text[n++] = '\n';
    }
    text[n] = 0;
    if (th_spec_parse(text, s->in_h, s->in_w, s->in_c, s->n_classes, &again, &why)) abort();
    if (again.n_layers != s->n_layers || th_spec_macs(&again) != th_spec_macs(s) ||
        th_spec_parameters(&again) != th_spec_parameters(s))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static th_spec s;
    char preset[TH_PRESET_BYTES];
    th_preset p;
    th_why why = {0};
    if (size < 4) return 0;
    char *text = malloc(size - 4 + 1);
    if (!text) return 0;
    memcpy(text, data + 4, size - 4);
    text[size - 4] = 0;
    const int32_t classes = data[3] == '0' ? 0 : data[3];
    if (th_spec_parse(text, data[0], data[1], data[2], classes, &s, &why)) {
        if (!why.err || !why.text[0]) abort();
    } else {
        if (s.n_layers < 1 || s.n_layers > TH_MAX_LAYERS) abort();
        for (int32_t i = 0; i < s.n_layers; i++) check_layer(&s, i);
        check_round(&s);
    }
    why = (th_why){0};
    if (th_preset_make(text, preset, &p, &why) ? !why.text[0] : strcmp(p.name, text) != 0) abort();
    free(text);
    return 0;
}
