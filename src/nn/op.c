#include "nn/op.h"

#include "nn/prepare.h"
#include "nn/rows.h"

#include <string.h>

static const th_op_row *const rows[] = {
#define X(name) &th_row_##name,
    TH_ROW_LIST(X)
#undef X
};

const th_op_row *th_op_find(int32_t code)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if ((int32_t)rows[i]->op == code) return rows[i];
    return NULL;
}

const th_op_row *const *th_op_all(size_t *n)
{
    *n = sizeof rows / sizeof *rows;
    return rows;
}

bool th_field_is_model(const th_field *field)
{
    static const char *const names[] = {"weights", "bias", "multiplier", "shift", "scales"};
    const char *name = field->name;
    for (const char *c = name; *c; c++)
        if (*c == '.') name = c + 1; /* of a struct in the struct */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (field->kind >= TH_FIELD_S8_ARRAY && th_same_name(name, names[i])) return true;
    return false;
}

size_t th_field_element_bytes(th_field_kind kind)
{
    switch (kind) {
    case TH_FIELD_S8_ARRAY:
    case TH_FIELD_U8_ARRAY: return 1;
    case TH_FIELD_S16_ARRAY:
    case TH_FIELD_U16_ARRAY: return 2;
    case TH_FIELD_I64_ARRAY: return 8;
    case TH_FIELD_I32_ARRAY:
    case TH_FIELD_U32_ARRAY:
    case TH_FIELD_F32_ARRAY:
    case TH_FIELD_I32:
    case TH_FIELD_I64:
    case TH_FIELD_F32:
    case TH_FIELD_I32_FIXED: break;
    }
    return 4;
}
