/* Walks a folder of recordings and recognises its layout.  At most three folders deep, so links that
 * lead in circles end. */
#include "data/source.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define LIST_BYTES   ((size_t)64 << 20)
#define MAX_PROBLEMS 200

#define LAYOUT_DIGITS "Free Spoken Digit"

/* ---- the result -------------------------------------------------------------------------- */

void th_source_free(th_found_list *list)
{
    if (!list) return;
    for (size_t i = 0; i < list->n; i++) {
        free(list->item[i].path);
        free(list->item[i].name);
        free(list->item[i].word);
        free(list->item[i].subject);
    }
    for (size_t i = 0; i < list->n_problems; i++) free(list->problem[i]);
    free(list->problem);
    free(list->item);
    free(list);
}

void th_source_problem(th_found_list *list, const char *fmt, ...)
{
    char text[768];
    va_list args;
    if (list->n_problems == MAX_PROBLEMS) return;
    if (!list->problem) list->problem = calloc(MAX_PROBLEMS, sizeof *list->problem);
    va_start(args, fmt);
    th_text_vfmt(text, sizeof text, fmt, args);
    va_end(args);
    if (list->problem && (list->problem[list->n_problems] = strdup(text))) list->n_problems++;
}

/* ---- split lists: path below the folder of the list -> split ------------------------------- */

typedef struct listed {
    char *path;
    th_split split;
} listed;

typedef struct lists {
    listed *row;
    size_t n, cap;
    bool any, test; /* a list, a list for the test was there */
} lists;

static int by_path(const void *a, const void *b)
{
    return strcmp(((const listed *)a)->path, ((const listed *)b)->path);
}

static bool lists_add(lists *l, const char *line, size_t n, th_split split)
{
    if (l->n == l->cap) {
        const size_t cap = l->cap ? l->cap * 2 : 256;
        listed *more = realloc(l->row, cap * sizeof *more);
        if (!more) return false;
        l->row = more;
        l->cap = cap;
    }
    l->row[l->n] = (listed){strndup(line, n), split};
    return l->row[l->n].path && ++l->n;
}

/* One path a line, up to a comma (CSV); none yet: nothing. */
static th_err lists_read(lists *l, const char *dir, const char *name, th_split split, th_why *why)
{
    char path[TH_PATH_BYTES];
    uint8_t *text;
    size_t n;
    TH_TRY(th_path_join(path, dir, name, why));
    if (!th_file_exists(path)) return TH_OK;
    TH_TRY(th_file_read(path, LIST_BYTES, &text, &n, why));
    bool good = true;
    const char *at = (const char *)text, *end = at + n;
    while (at < end && good) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((stop ? stop : end) - at);
        const char *comma = memchr(at, ',', len), *next = stop ? stop + 1 : end;
        if (comma) len = (size_t)(comma - at);
        while (len && (at[len - 1] == '\r' || at[len - 1] == ' ')) len--;
        if (len >= 2 && at[0] == '.' && at[1] == '/') at += 2, len -= 2;
        if (len) good = lists_add(l, at, len, split);
        at = next;
    }
    free(text);
    l->any = true;
    l->test |= split == TH_TEST;
    return good ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory reading %s", path);
}

static th_err lists_load(lists *l, const char *dir, th_why *why)
{
    static const struct {
        const char *name;
        th_split split;
    } files[] = {
        {"validation_list.txt", TH_VAL}, {"testing_list.txt", TH_TEST}, {"val.csv", TH_VAL}, {"test.csv", TH_TEST}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        TH_TRY(lists_read(l, dir, files[i].name, files[i].split, why));
    if (l->n) qsort(l->row, l->n, sizeof *l->row, by_path);
    return TH_OK;
}

static void lists_free(lists *l)
{
    for (size_t i = 0; i < l->n; i++) free(l->row[i].path);
    free(l->row);
}

/* ---- walking ------------------------------------------------------------------------------ */

typedef struct walk {
    const th_project *p;
    th_found_list *list;
    lists lists;
    const char *root;  /* SRC as given */
    const char *shown; /* its own name */
    char lists_dir[TH_PATH_BYTES];
    uint64_t seen[4][2]; /* folders on the way down: a link back to one is not followed */
    int depth;
    th_why *why;
} walk;

bool th_source_is_sound(const char *name)
{
    static const char *const known[] = {"wav",  "flac", "ogg", "oga", "opus", "mp3", "aif",
                                        "aiff", "au",   "caf", "w64", "rf64", "wave"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && dot != name && i < sizeof known / sizeof known[0]; i++)
        if (th_label_same(dot + 1, known[i])) return true;
    return false;
}

static bool is_hidden(const char *name)
{
    return name[0] == '.';
}

/* Length of the speaker's part of a file name, 0 when it is not known.
 *   a6f2fd71_nohash_3.wav -> a6f2fd71      00000001_NO_01.wav -> 00000001 */
static size_t speaker_part(const char *name)
{
    const char *mark = strstr(name, "_nohash_");
    if (mark) return (size_t)(mark - name);
    const size_t digits = strspn(name, "0123456789");
    return digits >= 4 && strncmp(name + digits, "_NO_", 4) == 0 ? digits : 0;
}

/* "7_jackson_12.wav": the speaker's place and the index; false when it is not such a name. */
static bool is_digit_name(const char *name, const char **speaker, size_t *len, int *index)
{
    const char *last = strrchr(name, '_'), *dot = strrchr(name, '.');
    if (name[0] < '0' || name[0] > '9' || name[1] != '_' || !last || last == name + 1 || !dot || dot < last)
        return false;
    const size_t n = strspn(last + 1, "0123456789");
    if (n == 0 || n > 6 || last + 1 + n != dot || memchr(name + 2, '_', (size_t)(last - name - 2))) return false;
    *speaker = name + 2;
    *len = (size_t)(last - name - 2);
    *index = (int)strtol(last + 1, NULL, 10);
    return true;
}

th_err th_source_add(th_found_list *l, const char *path, const char *name, const char *word, const char *subject,
                     th_why *why)
{
    if (l->n == l->cap) {
        const size_t cap = l->cap ? l->cap * 2 : 256;
        th_found *more = realloc(l->item, cap * sizeof *more);
        if (!more) return th_why_set(why, TH_ENOMEM, "out of memory listing recordings");
        l->item = more;
        l->cap = cap;
    }
    const th_found f = {.path = strdup(path), .name = strdup(name), .word = strdup(word), .subject = strdup(subject)};
    l->item[l->n++] = f;
    return f.path && f.name && f.word && f.subject ? TH_OK
                                                   : th_why_set(why, TH_ENOMEM, "out of memory listing recordings");
}

static th_err add(walk *w, const char *path, const char *word, const char *speaker, size_t speaker_len)
{
    char name[TH_PATH_BYTES], subject[TH_PATH_BYTES];
    const char *below = path + strlen(w->root);
    while (*below == '/') below++;
    TH_TRY(th_path_join(name, w->shown, below, w->why));
    th_text_fmt(subject, sizeof subject, "%.*s", (int)speaker_len, speaker);
    return th_source_add(w->list, path, name, word, subject, w->why);
}

static void set_listed(walk *w, const char *path)
{
    th_found *f = &w->list->item[w->list->n - 1];
    const size_t dir = strlen(w->lists_dir);
    if (!w->lists.any) return;
    const char *below = path + dir;
    while (*below == '/') below++;
    char copy[TH_PATH_BYTES];
    th_text_fmt(copy, sizeof copy, "%s", below);
    const listed want = {copy, TH_TRAIN};
    const listed *row = w->lists.n ? bsearch(&want, w->lists.row, w->lists.n, sizeof want, by_path) : NULL;
    if (!row && strcmp(f->word, TH_LABEL_SILENCE) == 0) return; /* background noise: in no list, divided later */
    f->split = row ? row->split : TH_TRAIN;
    f->has_split = true;
}

/* The folder's names; one that cannot be listed, or is a way back up, is a problem and empty. */
static bool enter(walk *w, const char *dir, th_names *names)
{
    uint64_t id[2];
    th_why inner = {0};
    *names = (th_names){0};
    if (!th_file_identity(dir, id)) return false;
    for (int i = 0; i < w->depth; i++)
        if (memcmp(w->seen[i], id, sizeof id) == 0) {
            th_source_problem(w->list, "%s: skipped, it is a link back to a folder above", dir);
            return false;
        }
    if (w->depth == 4) return false;
    if (th_dir_list(dir, names, &inner)) {
        th_source_problem(w->list, "%s", inner.text);
        return false;
    }
    memcpy(w->seen[w->depth++], id, sizeof id);
    return true;
}

static void leave(walk *w, th_names *names)
{
    w->depth--;
    th_names_free(names);
}

/* The recordings of one label. `speaker`: NULL, or the name of the folder they stand in. */
static th_err walk_label(walk *w, const char *dir, const char *word, const char *speaker)
{
    th_names names;
    char path[TH_PATH_BYTES];
    th_err err = TH_OK;
    if (!enter(w, dir, &names)) return TH_OK;
    for (size_t i = 0; i < names.n && !err; i++) {
        const char *name = names.name[i];
        if (is_hidden(name)) continue;
        err = th_path_join(path, dir, name, w->why);
        if (err) break;
        if (th_dir_exists(path)) {
            if (!speaker) err = walk_label(w, path, word, name);
        } else if (th_source_is_sound(name)) {
            const size_t part = speaker_part(name);
            err = part ? add(w, path, word, name, part)
                       : add(w, path, word, speaker ? speaker : "", speaker ? strlen(speaker) : 0);
            if (!err) set_listed(w, path);
        } else {
            w->list->n_other++;
        }
    }
    leave(w, &names);
    return err;
}

static const char *word_of_folder(const char *name)
{
    if (strcmp(name, "_background_noise_") == 0 || strcmp(name, "_silence_") == 0) return TH_LABEL_SILENCE;
    if (strcmp(name, "_unknown_") == 0) return TH_LABEL_UNKNOWN;
    return name;
}

/* A folder "Yes" holds the label "yes". */
static const char *word_of_label(const walk *w, const char *word)
{
    for (int i = 0; i < w->p->n_labels; i++)
        if (th_label_same(w->p->labels[i], word)) return w->p->labels[i];
    return word;
}

static th_err check_case(walk *w, const char *dir, const th_names *names)
{
    char a[TH_PATH_BYTES], b[TH_PATH_BYTES];
    for (size_t i = 0; i < names->n; i++)
        for (size_t k = i + 1; k < names->n; k++)
            if (th_label_same(names->name[i], names->name[k]) && th_path_join(a, dir, names->name[i], NULL) == TH_OK &&
                th_path_join(b, dir, names->name[k], NULL) == TH_OK && th_dir_exists(a) && th_dir_exists(b))
                return th_why_set(w->why, TH_EFORMAT,
                                  "%s has the folders \"%s\" and \"%s\", which differ only in upper and lower case. "
                                  "Move their files into one folder",
                                  dir, names->name[i], names->name[k]);
    return TH_OK;
}

static th_err walk_labels(walk *w, const char *dir, const th_names *names)
{
    char path[TH_PATH_BYTES];
    th_why inner = {0};
    TH_TRY(check_case(w, dir, names));
    for (size_t i = 0; i < names->n; i++) {
        TH_TRY(th_path_join(path, dir, names->name[i], w->why));
        if (is_hidden(names->name[i]) || !th_dir_exists(path)) continue;
        if (th_label_check(word_of_folder(names->name[i]), &inner)) {
            th_source_problem(w->list, "%s: skipped: %s", path, inner.text);
            inner = (th_why){0};
            continue;
        }
        TH_TRY(walk_label(w, path, word_of_label(w, word_of_folder(names->name[i])), NULL));
    }
    return TH_OK;
}

static th_err walk_digits(walk *w, const char *dir, const th_names *names)
{
    static const char *const words[] = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"};
    char path[TH_PATH_BYTES];
    for (size_t i = 0; i < names->n; i++) {
        const char *name = names->name[i], *speaker;
        size_t len;
        int index;
        if (!th_source_is_sound(name) || !is_digit_name(name, &speaker, &len, &index)) continue;
        const char digit[2] = {name[0], 0};
        const char *word = th_project_label(w->p, digit) >= 0 ? digit : words[name[0] - '0'];
        TH_TRY(th_path_join(path, dir, name, w->why));
        TH_TRY(add(w, path, word, speaker, len));
        th_found *f = &w->list->item[w->list->n - 1];
        f->has_split = true;
        f->split = index < 5 ? TH_TEST : index < 10 ? TH_VAL : TH_TRAIN;
    }
    return TH_OK;
}

/* ---- which layout? -------------------------------------------------------------------------- */

/* Folders that hold the recordings of a data set and name no word. */
static const char *const containers[] = {"recordings", "dataset", "data", "clips", "audio", "wav"};
#define N_CONTAINERS (sizeof containers / sizeof containers[0])

static bool is_container(const walk *w, const char *path)
{
    const char *name = strrchr(path, '/');
    for (size_t i = 0; name && i < N_CONTAINERS; i++)
        if (strcmp(name + 1, containers[i]) == 0) return th_project_label(w->p, name + 1) < 0;
    return false;
}

typedef struct content {
    size_t sounds, digits, folders, folders_with_sound;
    char only[TH_PATH_BYTES];       /* the last folder without sounds of its own */
    char with_sound[TH_PATH_BYTES]; /* the last folder with */
} content;

static bool holds_sound(const char *dir)
{
    th_names names;
    bool yes = false;
    if (th_dir_list(dir, &names, NULL)) return false;
    for (size_t i = 0; i < names.n && !yes; i++) yes = !is_hidden(names.name[i]) && th_source_is_sound(names.name[i]);
    th_names_free(&names);
    return yes;
}

static void look(const char *dir, const th_names *names, content *c)
{
    *c = (content){0};
    char path[TH_PATH_BYTES];
    for (size_t i = 0; i < names->n; i++) {
        const char *name = names->name[i], *speaker;
        size_t len;
        int index;
        if (is_hidden(name) || th_path_join(path, dir, name, NULL)) continue;
        if (th_dir_exists(path)) {
            c->folders++;
            const bool sound = holds_sound(path);
            c->folders_with_sound += sound;
            memcpy(sound ? c->with_sound : c->only, path, sizeof path);
        } else if (th_source_is_sound(name)) {
            c->sounds++;
            c->digits += is_digit_name(name, &speaker, &len, &index);
        }
    }
}

static th_err walk_source(walk *w, const char *dir, bool go_down);

/* A folder without sounds: the recordings stand in a folder of a known name below, in the only folder,
 * or in LABEL/SPEAKER/. */
static th_err walk_below(walk *w, const char *dir, const th_names *names, const content *c)
{
    char path[TH_PATH_BYTES];
    for (size_t i = 0; i < N_CONTAINERS; i++) {
        TH_TRY(th_path_join(path, dir, containers[i], w->why));
        if (th_dir_exists(path)) return walk_source(w, path, true);
    }
    const char *only = strrchr(c->only, '/');
    if (c->folders == 1 && only && th_project_label(w->p, only + 1) < 0) return walk_source(w, c->only, true);
    w->list->layout = "a folder per label, a folder per speaker in it";
    return walk_labels(w, dir, names);
}

static th_err walk_source(walk *w, const char *dir, bool go_down)
{
    th_names names;
    content c;
    if (!enter(w, dir, &names)) return TH_OK;
    look(dir, &names, &c);
    th_err err = TH_OK;
    if (!w->lists.any) {
        th_text_fmt(w->lists_dir, sizeof w->lists_dir, "%s", dir);
        err = lists_load(&w->lists, dir, w->why);
    }
    const char *base = strrchr(w->root, '/');
    base = base ? base + 1 : w->root;
    if (err) {
    } else if (c.digits && c.digits * 2 > c.sounds) {
        w->list->layout = LAYOUT_DIGITS;
        err = walk_digits(w, dir, &names);
    } else if (c.folders_with_sound == 1 && go_down && is_container(w, c.with_sound)) {
        err = walk_source(w, c.with_sound, true);
    } else if (c.folders_with_sound) {
        w->list->layout = w->lists.any ? "a folder per label with split lists" : "a folder per label";
        err = walk_labels(w, dir, &names);
    } else if (c.sounds && th_project_label(w->p, base) >= 0) {
        w->list->layout = "the recordings of one label";
        w->depth--; /* it is walked once more */
        err = walk_label(w, dir, base, NULL);
        w->depth++;
    } else if (c.folders && go_down) {
        err = walk_below(w, dir, &names, &c);
    }
    leave(w, &names);
    return err;
}

/* val.csv without test.csv: half of its speakers test. */
static void halve_validation(walk *w)
{
    th_found_list *l = w->list;
    char **speaker = NULL;
    size_t n = 0;
    if (!w->lists.any || w->lists.test) return;
    speaker = calloc(l->n + 1, sizeof *speaker);
    for (size_t i = 0; speaker && i < l->n; i++) {
        th_found *f = &l->item[i];
        size_t k = 0;
        if (!f->has_split || f->split != TH_VAL) continue;
        const char *who = *f->subject ? f->subject : f->name;
        while (k < n && strcmp(speaker[k], who) != 0) k++;
        if (k == n) speaker[n++] = *f->subject ? f->subject : f->name;
        if (k % 2) f->split = TH_TEST;
    }
    free(speaker);
}

/* Digits without the first five of anybody: by their numbers nothing is for testing, so they say nothing at all. */
static void free_digits(th_found_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->item[i].has_split && l->item[i].split == TH_TEST) return;
    for (size_t i = 0; i < l->n; i++) l->item[i].has_split = false;
}

th_err th_source_find(const th_project *p, const char *dir, th_found_list **list, th_why *why)
{
    char root[TH_PATH_BYTES];
    if (!th_dir_exists(dir)) return th_why_set(why, TH_ENOENT, "there is no folder %s", dir);
    TH_TRY(th_path_absolute(root, dir, why));
    *list = calloc(1, sizeof **list);
    if (!*list) return th_why_set(why, TH_ENOMEM, "out of memory");
    const char *base = strrchr(root, '/');
    walk w = {.p = p, .list = *list, .root = root, .shown = base && base[1] ? base + 1 : "recordings", .why = why};
    th_err err = th_source_edge(p, root, w.shown, *list, why);
    if (!err && (*list)->n == 0) err = walk_source(&w, root, true);
    if (!err && (*list)->n == 0)
        err = th_why_set(
            why, TH_ENOENT,
            "%s has no recordings in a layout that is known%s%s. Possible: a folder per label "
            "(LABEL/*.wav, .flac, .ogg, .mp3), "
            "Speech Commands, Free Spoken Digit (DIGIT_SPEAKER_INDEX.wav), arabic-speech-commands, Edge Impulse",
            dir, (*list)->n_problems ? "; " : "", (*list)->n_problems ? (*list)->problem[0] : "");
    if (!err && strcmp((*list)->layout, LAYOUT_DIGITS) == 0) free_digits(*list);
    if (!err) halve_validation(&w);
    (*list)->has_lists = w.lists.any;
    lists_free(&w.lists);
    if (err) {
        th_source_free(*list);
        *list = NULL;
    }
    return err;
}

/* ---- words ---------------------------------------------------------------------------------- */

typedef struct count {
    const char *word;
    size_t n;
} count;

static int by_count(const void *a, const void *b)
{
    const count *x = a, *y = b;
    if (x->n != y->n) return x->n > y->n ? -1 : 1;
    return strcmp(x->word, y->word);
}

void th_source_words(const th_found_list *list, bool with_counts, char *buf, size_t cap)
{
    count *c = calloc(list->n + 1, sizeof *c);
    size_t n = 0, used = 0;
    buf[0] = 0;
    for (size_t i = 0; c && i < list->n; i++) {
        const char *word = list->item[i].word;
        if (strcmp(word, TH_LABEL_SILENCE) == 0 || strcmp(word, TH_LABEL_UNKNOWN) == 0) continue;
        size_t k = n;
        while (k > 0 && strcmp(c[k - 1].word, word) != 0) k--; /* neighbours share their word: the last one first */
        if (k == 0)
            c[n++] = (count){word, 1};
        else
            c[k - 1].n++;
    }
    if (n) qsort(c, n, sizeof *c, by_count);
    for (size_t i = 0; i < n && used < cap; i++)
        used += with_counts ? th_text_fmt(buf + used, cap - used, "%s%s (%zu)", i ? ", " : "", c[i].word, c[i].n)
                            : th_text_fmt(buf + used, cap - used, "%s%s", i ? "," : "", c[i].word);
    free(c);
}
