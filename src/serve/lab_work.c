#include "serve/lab_work.h"

#include "course/lab.h"
#include "course/school.h"
#include "serve/guard.h"

#include <stdio.h>
#include <string.h>

static void add(th_lab_words *w, const char *name, const char *value)
{
    w->option[w->n].name = name;
    w->option[w->n++].value = value;
}

th_err th_lab_job_words(const th_job_place *place, const char *verb, th_lab_words *w, th_why *why)
{
    th_lab_mark mark;
    const th_site *site = place->site;
    const char *courses = site->library ? th_library_dir(site->library) : NULL;
    *w = (th_lab_words){0};
    if (th_lab_mark_read(place->dir, &mark, NULL))
        return th_why_set(why, TH_EUSAGE, "no lab was started in %s", place->project);
    snprintf(w->text[0], sizeof w->text[0], "%s", mark.id);
    snprintf(w->text[1], sizeof w->text[1], "%llu", (unsigned long long)mark.seed);
    snprintf(w->text[2], sizeof w->text[2], "%s", mark.learner);
    add(w, "seed", w->text[1]);
    if (courses) {
        /* the job runs in another folder */
        TH_TRY(th_path_absolute(w->courses, courses, why));
        add(w, "courses", w->courses);
    }
    if (strcmp(verb, TH_LAB_START) == 0) {
        add(w, "out", ".");
        add(w, "learner", w->text[2]);
        w->word = w->text[0];
        return TH_OK;
    }
    add(w, "lab", w->text[0]);
    w->word = ".";
    if (!site->lan || !site->school) return TH_OK;
    snprintf(w->text[3], sizeof w->text[3], "%llu", (unsigned long long)th_school_sealed_seed(site->school));
    add(w, "level", "class");
    add(w, "sealed-seed", w->text[3]);
    return TH_OK;
}

th_err th_lab_job_done(const th_site *site, const char *dir, const char *result, th_why *why)
{
    th_lab_mark mark;
    th_pupil who;
    TH_TRY(th_lab_mark_read(dir, &mark, why));
    json_t *o = result ? json_loads(result, 0, NULL) : NULL;
    if (!o) return th_why_set(why, TH_EIO, "grading has printed no result");
    th_err err = site->school ? th_school_enter(site->school, site->lan ? mark.learner : "", !site->lan,
                                                th_guard_now_ms(site->guard), &who, why)
                              : TH_OK;
    if (!err && site->school) err = th_school_lab_result(site->school, &who, mark.id, o, why);
    json_decref(o);
    return err;
}

bool th_lab_is_others(const th_site *site, const char *project, const char *user)
{
    th_lab_mark mark;
    char dir[TH_PATH_BYTES];
    if (!site->lan || !th_project_name_ok(project) || th_path_join(dir, site->root, project, NULL)) return false;
    const th_err err = th_lab_mark_read(dir, &mark, NULL);
    if (err) return err != TH_ENOENT; /* one that can't be read is nobody's */
    return strcmp(mark.learner, user) != 0;
}

void th_lab_folder(const th_site *site, const char *lab_name, const char *user, uint64_t seed, char name[TH_NAME_BYTES])
{
    char who[TH_NAME_BYTES];
    size_t n = 0;
    bool changed = false;
    for (; site->lan && *user && n < 48; user++) {
        const unsigned char c = (unsigned char)*user;
        const bool fine = c >= 0x80 || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
        changed = changed || !fine;
        who[n++] = (char)(fine ? c : '-');
    }
    changed = changed || (site->lan && *user);
    while (n && ((unsigned char)who[n - 1] & 0xC0) == 0x80 && *user) n--; /* not inside of a character */
    if (n && *user && (unsigned char)who[n - 1] >= 0xC0) n--;
    who[n] = 0;
    if (!site->lan)
        snprintf(name, TH_NAME_BYTES, TH_LAB_FOLDER "%.40s", lab_name);
    else if (changed)
        snprintf(name, TH_NAME_BYTES, TH_LAB_FOLDER "%.40s-%.60s-%x", lab_name, who, (unsigned)(seed & 0xffffffu));
    else
        snprintf(name, TH_NAME_BYTES, TH_LAB_FOLDER "%.40s-%.60s", lab_name, who);
}
