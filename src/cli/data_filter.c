#include "cli/data_filter.h"

#include <string.h>

th_err th_filter_read(const th_args *a, th_filter *f, th_why *why)
{
    const char *split = th_arg(a, "split"), *kind = th_arg(a, "kind");
    th_split s = TH_TRAIN;
    *f = (th_filter){.label = th_arg(a, "label"),
                     .subject = th_arg(a, "subject"),
                     .group = th_arg(a, "group"),
                     .source = th_arg(a, "source"),
                     .name = th_arg(a, "name"),
                     .hash = th_arg(a, "hash"),
                     .kind = -1,
                     .split = -1};
    f->any = !f->label && !f->subject && !f->group && !f->source && !f->name && !f->hash && !split && !kind;
    for (int i = 0; i < a->n_given && f->n_or < TH_FILTER_HASHES; i++)
        if (strcmp(a->cmd->opts[a->given[i].row].name, "hash") == 0) f->or_hash[f->n_or++] = a->given[i].value;
    if (split) {
        TH_TRY(th_split_read(split, &s, why));
        f->split = (int)s;
    }
    return kind ? th_kind_read(kind, &f->kind, why) : TH_OK;
}
