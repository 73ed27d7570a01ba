#include "learn/settings.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct setting {
    const char *name;
    size_t offset;
    double lo, hi, def;
    bool whole;
} setting;

static const setting settings[] = {
#define X(member, name, arg, lo, hi, def, text, help)                                                                  \
    {name, offsetof(th_learn_cfg, member), lo, hi, def, (arg)[0] != 'X'},
    TH_LEARN_SETTING_LIST(X)
#undef X
};

static double *member(th_learn_cfg *cfg, const setting *s)
{
    return (double *)(void *)((char *)cfg + s->offset);
}

th_learn_cfg th_learn_default(void)
{
    th_learn_cfg cfg = {.seed = 1, .n_threads = 1};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) *member(&cfg, &settings[i]) = settings[i].def;
    return cfg;
}

th_err th_learn_set(th_learn_cfg *cfg, const char *name, const char *value, th_why *why)
{
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        const setting *s = &settings[i];
        char *end, range[64];
        if (strcmp(s->name, name) != 0) continue;
        const double v = strtod(value, &end);
        if (end == value || *end || !(v >= s->lo && v <= s->hi) || (s->whole && v > floor(v))) {
            snprintf(range, sizeof range, "%g to %g", s->lo, s->hi);
            return th_why_set(why, TH_EUSAGE, "--%s takes a%s number from %s, not \"%s\"", name,
                              s->whole ? " whole" : "", range, value);
        }
        *member(cfg, s) = v;
        return TH_OK;
    }
    return th_why_set(why, TH_EUSAGE, "there is no setting %s", name);
}
