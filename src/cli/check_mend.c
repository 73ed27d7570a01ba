#include "cli/check_mend.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define AT_ONCE 200 /* hashes of one step: a command takes 256 options */

/* Options that name sample i and no other; NULL: none do. */
static json_t *only_this(const th_dataset *set, size_t i)
{
    const th_sample *s = &set->samples[i];
    size_t same_hash = 0, same_name = 0, same_label = 0;
    for (size_t k = 0; k < set->n; k++) {
        const th_sample *o = &set->samples[k];
        if (strcmp(o->hash, s->hash) != 0) continue;
        same_hash++;
        if (!strstr(o->name, s->name)) continue; /* --name takes parts of names */
        same_name++;
        same_label += strcmp(o->label, s->label) == 0 && o->split == s->split && strcmp(o->source, s->source) == 0;
    }
    json_t *o = json_pack("{s:[s]}", "hash", s->hash);
    if (o && same_hash > 1) json_object_set_new(o, "name", json_string(s->name));
    if (o && same_hash > 1 && same_name > 1) {
        json_object_set_new(o, "label", json_string(s->label));
        json_object_set_new(o, "split", json_string(th_split_name(s->split)));
        json_object_set_new(o, "source", json_string(s->source));
    }
    if (*s->hash && (same_hash == 1 || same_name == 1 || same_label == 1)) return o;
    json_decref(o);
    return NULL;
}

static json_t *job(const char *verb, json_t *options)
{
    char full[32];
    th_text_fmt(full, sizeof full, "data %s", verb);
    return json_pack("{s:s,s:o}", "verb", full, "options", options);
}

json_t *th_mend_item(const th_dataset *set, const th_check_item *item)
{
    const th_mend *m = &item->mend;
    char word[sizeof m->value + 16];
    if (!m->verb) return NULL;
    if (strcmp(m->verb, "split") == 0)
        return job("split", m->key ? json_pack("{s:s}", m->key, m->value) : json_object());
    json_t *which = only_this(set, m->sample), *o = which ? job(m->verb, which) : NULL;
    if (o && m->key) {
        th_text_fmt(word, sizeof word, "%s=%s", m->key, m->value);
        json_object_set_new(o, "words", json_pack("[s]", word));
    }
    return o;
}

/* Is it data remove of nothing but one content? Then that, else NULL. */
static json_t *plain_hash(const json_t *mend)
{
    const char *verb = json_string_value(json_object_get(mend, "verb"));
    const json_t *options = json_object_get(mend, "options");
    if (!verb || strcmp(verb, "data remove") != 0 || json_object_size(options) != 1) return NULL;
    return json_array_get(json_object_get(options, "hash"), 0);
}

/* Removals are put together; what is there already is not asked for twice. */
static void add_step(json_t *steps, json_t *seen, json_t *mend)
{
    json_t *hash = plain_hash(mend), *last = json_array_get(steps, json_array_size(steps) - 1), *list;
    char *key = json_dumps(mend, JSON_COMPACT | JSON_SORT_KEYS);
    const bool again = !key || json_object_get(seen, key);
    if (key) json_object_set_new_nocheck(seen, key, json_true());
    free(key);
    if (again) {
        json_decref(mend);
        return;
    }
    list = hash && last && plain_hash(last) ? json_object_get(json_object_get(last, "options"), "hash") : NULL;
    if (list && json_array_size(list) < AT_ONCE) {
        json_array_append(list, hash);
        json_decref(mend);
    } else {
        json_array_append_new(steps, mend);
    }
}

json_t *th_mend_finding(const th_dataset *set, const th_check_row *row, const th_finding *f, size_t most)
{
    json_t *steps = json_array(), *seen = json_object();
    for (size_t i = 0; i < f->n && i < most && !row->single; i++) {
        json_t *mend = th_mend_item(set, &f->item[i]);
        if (mend) add_step(steps, seen, mend);
    }
    json_decref(seen);
    const size_t n = json_array_size(steps);
    json_t *all = n == 0 ? NULL : n == 1 ? json_incref(json_array_get(steps, 0)) : json_pack("{s:O}", "steps", steps);
    json_decref(steps);
    return all;
}

json_t *th_finding_hashes(const th_dataset *set, const th_finding *f, size_t most)
{
    json_t *all = json_array(), *seen = json_object();
    for (size_t i = 0; i < f->n; i++)
        for (int k = 0; k < f->item[i].n_samples && json_array_size(all) < most; k++) {
            const char *hash = set->samples[f->item[i].sample[k]].hash;
            if (!*hash || json_object_get(seen, hash)) continue;
            json_object_set_new(seen, hash, json_true());
            json_array_append_new(all, json_string(hash));
        }
    json_decref(seen);
    return all;
}
