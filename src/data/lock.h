/* data/lock.h -- one program at a time for what two of them would spoil. */
#ifndef TH_DATA_LOCK_H
#define TH_DATA_LOCK_H

#include "data/project.h"
#include "os/lock.h"

/* One program at a time that writes files of data, or deletes them: th_lock_release(*lock) when done.
 * Errors: TH_EEXIST (another one is at it for longer than a second, which is more than the studio takes for a sample).
 */
TH_NODISCARD th_err th_data_lock(const th_project *p, int *lock, th_why *why);

/* The same for one training at a time: two would write over each other's checkpoint. */
TH_NODISCARD th_err th_train_lock(const th_project *p, int *lock, th_why *why);

#endif
