/* serve/desk.h -- the data of the projects that are looked at, in memory, for all requests.
 *
 *   request --th_desk_enter--> the index as it is now, held alone --th_desk_leave-->
 *   request --th_desk_change(edit)--> data/lock, index as it is now, edit, thimble.db -->
 *
 * What another program writes meanwhile (a job that imports, the command line) is seen by the index's revision, which
 * is held against thimble.db each time; a change that comes too late is made again upon the new index.  One thread at a
 * time is at a project's data, so that nothing that was acknowledged is written over. */
#ifndef TH_SERVE_DESK_H
#define TH_SERVE_DESK_H

#include "data/dataset.h"

typedef struct th_desk th_desk;

TH_NODISCARD th_err th_desk_new(th_desk **d, th_why *why);
void th_desk_free(th_desk *d); /* nobody is at it any more; NULL is fine */

/* One project's data, sorted as th_dataset_load does, from th_desk_enter to th_desk_leave: keep it short. */
typedef struct th_sheet th_sheet;
TH_NODISCARD th_err th_desk_enter(th_desk *d, const th_project *p, th_sheet **sheet, const th_dataset **set,
                                  th_why *why);
void th_desk_leave(th_sheet *sheet);

#define TH_HASH_SHORT 8 /* characters that name a sample at least, as long as only one begins so */

/* The sample whose hash is this or begins so.  Errors: TH_ENOENT, TH_EUSAGE (no hash, or several begin so). */
TH_NODISCARD th_err th_desk_find(const th_dataset *set, const char *hash, size_t *i, th_why *why);

/* A copy of that sample, to read its file without holding anything: free(copy->block).
 *   set   an empty one, for th_dataset_path, th_dataset_samples, th_dataset_signal: th_dataset_free */
TH_NODISCARD th_err th_desk_sample(th_desk *d, const th_project *p, const char *hash, th_sample *copy, th_dataset **set,
                                   th_why *why);

/* Changes the set, and says in *e which samples went and which came (th_samples_change); e->in may point into the set,
 * which stays as it is until it is written.  None: nothing is written.  It may be called again, with another set. */
typedef th_err th_desk_edit(void *ctx, th_project *p, th_dataset *set, th_samples_edit *e, th_why *why);

/* p: read again, under the lock. Errors: those of edit; TH_EEXIST (another program is at the data for too long),
 * TH_EIO. */
TH_NODISCARD th_err th_desk_change(th_desk *d, th_project *p, th_desk_edit *edit, void *ctx, th_why *why);

/* Calls fn while nobody else changes the project, neither a request nor another program; of p only the dir is used.
 * Errors: those of fn; TH_EEXIST (another program is at it for too long). */
typedef th_err th_desk_fn(void *ctx, th_why *why);
TH_NODISCARD th_err th_desk_alone(th_desk *d, th_project *p, th_desk_fn *fn, void *ctx, th_why *why);

/* Takes back the last change of a sample that could be undone (th_samples_restore).  Errors: as th_desk_change. */
TH_NODISCARD th_err th_desk_restore(th_desk *d, th_project *p, const char *hash, th_why *why);

#endif
