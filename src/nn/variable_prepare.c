#include "nn/prepare.h"
#include "nn/rows.h"
#include "nn/variable.h"

static const th_field fields[] = {TH_FIELD_INT(th_variable_par, n_bytes)};

/* What stands in the variable says a later READ or ASSIGN; the handle itself is known when planning. */
static th_err prepare_handle(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 0, 0));
    if (th_prepare_out(p, 0)->type != TH_RESOURCE) return th_refuse(p, TH_EFORMAT, "its output is no resource");
    step->control = TH_CONTROL_NOTHING;
    return TH_OK;
}

static th_err make_par(const th_prepare *p, const th_tensor *value, th_step *step)
{
    if (th_prepare_in(p, 0)->type != TH_RESOURCE) return th_refuse(p, TH_EFORMAT, "its first input is no resource");
    if (value->type == TH_RESOURCE) return th_refuse(p, TH_EUNSUP, "a variable cannot hold another one");
    const int64_t n_bytes = (int64_t)th_shape_count(&value->shape) * (int64_t)th_type_bytes(value->type);
    if (n_bytes > INT32_MAX) return th_refuse(p, TH_ERANGE, "the tensor is larger than 2 GiB");
    th_variable_par *par = TH_NEW(p->arena, th_variable_par, 1);
    if (!par) return th_refuse(p, TH_ENOMEM, "no memory for the parameters");
    par->n_bytes = (int32_t)n_bytes;
    step->par = par;
    return TH_OK;
}

static th_err prepare_read(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io(p, 1, 1));
    TH_TRY(make_par(p, th_prepare_out(p, 0), step));
    TH_STEP_KERNEL(step, th_variable_read, 1, "nn/variable.h", th_variable_par, fields);
    return TH_OK;
}

static th_err prepare_assign(const th_prepare *p, th_step *step)
{
    TH_TRY(th_check_io_n(p, 2, 2, 0));
    TH_TRY(make_par(p, th_prepare_in(p, 1), step));
    TH_STEP_KERNEL_OUT(step, th_variable_assign, 2, 0, "nn/variable.h", th_variable_par, fields);
    return TH_OK;
}

const th_op_row th_row_var_handle = {TH_OP_VAR_HANDLE, "VAR_HANDLE", prepare_handle, NULL};
const th_op_row th_row_read_variable = {TH_OP_READ_VARIABLE, "READ_VARIABLE", prepare_read, NULL};
const th_op_row th_row_assign_variable = {TH_OP_ASSIGN_VARIABLE, "ASSIGN_VARIABLE", prepare_assign, NULL};
