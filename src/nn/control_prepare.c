/* CALL_ONCE, IF and WHILE: operators that run another graph of the model.  They have no kernel: the runner and the
 * generated C know them by th_step.control.  What the graphs take and give is checked where they are known
 * (model/plan_link.c).  Source: tensorflow/lite/micro/kernels/{call_once,if,while}.cc. */
#include "nn/prepare.h"
#include "nn/rows.h"

static th_err prepare_once(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io_n(p, 0, 0, 0));
    step->control = TH_CONTROL_CALL_ONCE;
    return TH_OK;
}

/* in[0] is the condition, the rest goes to the graph that it chooses. */
static th_err prepare_if(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io_n(p, 1, INT32_MAX, p->node->n_out));
    const th_tensor *c = th_prepare_in(p, 0);
    if (c->type != TH_BOOL || th_shape_count(&c->shape) != 1)
        return th_refuse(p, TH_EFORMAT, "its condition is not one bool");
    step->control = TH_CONTROL_IF;
    return TH_OK;
}

/* The values that go round: into the condition, through the body, back. */
static th_err prepare_while(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io_n(p, 1, INT32_MAX, p->node->n_in));
    step->control = TH_CONTROL_WHILE;
    return TH_OK;
}

const th_op_row th_row_call_once = {TH_OP_CALL_ONCE, "CALL_ONCE", prepare_once, NULL};
const th_op_row th_row_if = {TH_OP_IF, "IF", prepare_if, NULL};
const th_op_row th_row_while = {TH_OP_WHILE, "WHILE", prepare_while, NULL};
