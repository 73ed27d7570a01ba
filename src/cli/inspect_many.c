#include "cli/inspect_many.h"

#include "cli/table.h"
#include "cli/quantized.h"
#include "cli/target.h"

#include <stdio.h>

typedef struct joint {
    th_target t[TH_MAX_JOINT];
    size_t alone[TH_MAX_JOINT]; /* arena of each */
    size_t together;
} joint;

static void joint_free(joint *j)
{
    for (int i = 0; i < TH_MAX_JOINT; i++) th_target_free(&j->t[i]);
}

/* kept: every model's memory stays until the last one has run. Free with joint_free, also after an error. */
static th_err joint_make(const th_args *a, bool kept, joint *j, th_why *why)
{
    th_plan *plans[TH_MAX_JOINT];
    int32_t until[TH_MAX_JOINT];
    *j = (joint){0};
    for (int i = 0; i < a->n_words; i++) {
        TH_TRY(th_target_open(a->word[i], th_arg(a, "board"), th_arg(a, "bands"), &j->t[i], why));
        plans[i] = j->t[i].plan;
        until[i] = kept ? a->n_words - 1 : i;
        j->alone[i] = plans[i]->arena_bytes;
    }
    TH_TRY(th_plan_join(plans, until, a->n_words, why));
    j->together = plans[0]->arena_bytes;
    return TH_OK;
}

static void print_joint(const th_args *a, const joint *j, size_t kept)
{
    for (int i = 0; i < a->n_words; i++) printf("%s: arena %zu bytes\n", j->t[i].path, j->alone[i]);
    printf("in one arena, one after the other: %zu bytes\n", j->together);
    printf("in one arena, every model's outputs kept until the last has run: %zu bytes\n", kept);
    if (th_arg(a, "board"))
        printf("%s has %lu bytes of RAM; each model's static memory and the largest stack come on top\n",
               j->t[0].board->title, (unsigned long)j->t[0].board->ram_bytes);
}

static th_err print_joint_json(const th_args *a, const joint *j, size_t kept, th_why *why)
{
    json_t *list = json_array();
    for (int i = 0; i < a->n_words; i++)
        json_array_append_new(
            list, json_pack("{s:o, s:I}", "file", th_name_json(j->t[i].path), "arena_bytes", (json_int_t)j->alone[i]));
    return th_json_print(json_pack("{s:o, s:I, s:I}", "models", list, "arena_bytes", (json_int_t)j->together,
                                   "arena_bytes_kept", (json_int_t)kept),
                         why);
}

th_err th_inspect_many(const th_args *a, th_why *why)
{
    joint j;
    th_err err = joint_make(a, true, &j, why);
    const size_t kept = j.together;
    joint_free(&j);
    if (err) return err;
    err = joint_make(a, false, &j, why);
    if (!err && th_arg_on(a, "json"))
        err = print_joint_json(a, &j, kept, why);
    else if (!err)
        print_joint(a, &j, kept);
    joint_free(&j);
    return err;
}
