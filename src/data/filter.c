#include "data/filter.h"

#include <string.h>

th_err th_split_read(const char *text, th_split *split, th_why *why)
{
    for (int i = 0; i < TH_N_SPLITS; i++)
        if (strcmp(text, th_split_name((th_split)i)) == 0) {
            *split = (th_split)i;
            return TH_OK;
        }
    return th_why_set(why, TH_EUSAGE, "a split is train, val or test, not \"%s\"", text);
}

th_err th_kind_read(const char *text, int *kind, th_why *why)
{
    for (*kind = 0; *kind < TH_N_SAMPLE_KINDS; ++*kind)
        if (strcmp(text, th_sample_kind_name((th_sample_kind)*kind)) == 0) return TH_OK;
    return th_why_set(why, TH_EUSAGE, "a kind is sound, signal or picture, not \"%s\"", text);
}

/* Its label, or one of its further ones. */
static bool has_label(const th_sample *s, const char *label)
{
    const size_t n = strlen(label);
    if (strcmp(s->label, label) == 0) return true;
    for (const char *at = s->labels; *at;) {
        const size_t len = strcspn(at, ",");
        if (len == n && memcmp(at, label, n) == 0) return true;
        at += len + (at[len] == ',');
    }
    return false;
}

static bool same(const char *wanted, const char *text)
{
    return !wanted || strcmp(wanted, text) == 0;
}

static bool begins(const char *hash, const char *with)
{
    return strncmp(hash, with, strlen(with)) == 0;
}

static bool has_hash(const th_filter *f, const char *hash)
{
    for (int i = 0; i < f->n_or; i++)
        if (begins(hash, f->or_hash[i])) return true;
    return !f->hash || begins(hash, f->hash);
}

bool th_filter_takes(const th_filter *f, const th_sample *s)
{
    return (!f->label || has_label(s, f->label)) && same(f->subject, s->subject) && same(f->group, s->group) &&
           same(f->source, s->source) && (!f->name || strstr(s->name, f->name)) && has_hash(f, s->hash) &&
           (f->kind < 0 || f->kind == (int)s->kind) && (f->split < 0 || f->split == (int)s->split);
}
