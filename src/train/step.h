/* train/step.h -- one step of training on a batch that is there: forward, backward, clipping, optimiser. */
#ifndef TH_TRAIN_STEP_H
#define TH_TRAIN_STEP_H

#include "train/net.h"
#include "train/optim.h"

typedef struct th_train_step {
    th_net *net;
    th_team *team;
    const th_optim_row *row;
    th_optim_step optim;           /* of this step */
    float *m, *v, *average;        /* [n_params], see th_optim_part */
    float clip;                    /* longest gradient, 0 = as long as it is */
    double square[TH_MAX_MEMBERS]; /* of each member's share of the gradient */
} th_train_step;

/* Members that pay: tiny networks are done with a batch before a second thread has woken up. */
int th_train_step_threads(const th_spec *spec, int32_t batch, int wanted);

/* Runs inside a team, on every member, when every member's own examples are in net->x and net->y. */
void th_train_step_run(th_train_step *s, int member);

/* Length of the step's gradient, squared; 0 without clipping. */
double th_train_step_square(const th_train_step *s);

#endif
