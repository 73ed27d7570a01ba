#include "data/lock.h"

#include "os/run.h"

#define PATIENCE_S 1.0

/* wait_s: who holds it for a moment only is waited for.  busy, done: what stands before and behind the project's folder
 * when another program holds it. */
static th_err take_lock(const th_project *p, const char *file, const char *busy, const char *done, double wait_s,
                        int *lock, th_why *why)
{
    char path[TH_PATH_BYTES];
    th_why inner = {0};
    *lock = -1;
    TH_TRY(th_project_path(p, file, path, why));
    const double until = th_clock_s() + wait_s;
    th_err err = th_lock_take(path, lock, &inner);
    while (err == TH_EEXIST && th_clock_s() < until) {
        th_clock_rest(0.02);
        inner = (th_why){0};
        err = th_lock_take(path, lock, &inner);
    }
    if (err == TH_EEXIST)
        return th_why_set(why, err, "%s %s %s (%s); wait for it, or stop it", busy, p->dir, done, inner.text);
    return err ? th_why_set(why, err, "%s", inner.text) : TH_OK;
}

th_err th_data_lock(const th_project *p, int *lock, th_why *why)
{
    return take_lock(p, TH_FILE_DATA_LOCK, "another program brings data into", "or cleans it", PATIENCE_S, lock, why);
}

th_err th_train_lock(const th_project *p, int *lock, th_why *why)
{
    return take_lock(p, TH_FILE_TRAIN_LOCK, "a training of", "is running already", 0, lock, why);
}
