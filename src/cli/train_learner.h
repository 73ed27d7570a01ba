/* cli/train_learner.h -- thimble train LEARNER --data FILE: classic learners (learn/learn.h). */
#ifndef TH_CLI_TRAIN_LEARNER_H
#define TH_CLI_TRAIN_LEARNER_H

#include "cli/cmd.h"
#include "cli/example_set.h"
#include "learn/settings.h"

#define TH_TRAIN_LEARNER_OPTION(member, name, arg, lo, hi, def, text, help) {name, arg, text, help},

/* The options that belong to it, beside data, val, out, size, pixels, seed, threads and json. */
#define TH_TRAIN_LEARNER_OPTIONS                                                                                       \
    {"normal", "LABEL", NULL, "learn what rows with this label are like: a score of how strange a row is"},            \
        TH_LEARN_SETTING_LIST(TH_TRAIN_LEARNER_OPTION)

TH_NODISCARD th_err th_train_learner(const th_args *a, th_why *why);

/* The same for a project whose preset is the learner of that name: from the examples of the set, whose card then says
 * what the model gives.  *summary: what the training tells, lines for people. */
TH_NODISCARD th_err th_project_learn(const th_args *a, const char *name, th_example_set *set, const th_project *p,
                                     th_model **model, char summary[1024], th_why *why);

#endif
