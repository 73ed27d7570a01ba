/* cli/data_filter.h -- what the verbs about single samples share: which ones are meant. */
#ifndef TH_CLI_DATA_FILTER_H
#define TH_CLI_DATA_FILTER_H

#include "cli/table.h"
#include "data/filter.h"

#define TH_FILTER_OPTIONS                                                                                              \
    {"label", "L", NULL, "only samples with this label"}, {"split", "S", NULL, "only train, val or test"},             \
        {"subject", "WHO", NULL, "only of this subject (\"\": of none)"},                                              \
        {"group", "G", NULL, "only of this group (\"\": of none)"}, {"source", "SRC", NULL, "only of this source"},    \
        {"kind", "K", NULL, "only sound, signal or picture"}, {"name", "TEXT", NULL, "only names with TEXT in them"},  \
    {                                                                                                                  \
        "hash", "HEX", NULL, "only content whose hash begins so; may be given again, for several"                      \
    }

/* Errors: TH_EUSAGE (a kind or split that is none). */
TH_NODISCARD th_err th_filter_read(const th_args *a, th_filter *f, th_why *why);

#endif
