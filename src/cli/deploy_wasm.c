/* thimble deploy --as wasm. */
#include "cli/deploy.h"
#include "deploy/wasm.h"

#include <stdio.h>

/* The model once more, planned for another family. */
static th_err plan_for(const th_target *t, th_isa isa, th_plan **plan, th_why *why)
{
    const th_graph *g = &t->model->graphs[0];
    return t->banded ? th_plan_make_banded(g, isa, plan, why) : th_plan_make_for(g, isa, plan, why);
}

th_err th_deploy_wasm(const th_args *a, const th_target *t, const char *out, th_why *why)
{
    th_plan *plain = NULL, *simd = NULL;
    th_wasm_sizes sizes = {0};
    if (th_arg(a, "isa"))
        return th_why_set(why, TH_EUSAGE, "--as wasm writes both, plain and with vectors: leave --isa away");
    TH_TRY(th_wasm_tools(why));
    th_err err = plan_for(t, TH_ISA_PLAIN, &plain, why);
    if (!err) err = plan_for(t, TH_ISA_SIMD128, &simd, why);
    if (!err) err = th_export_wasm(plain, simd, &t->app, out, &sizes, why);
    if (!err && th_arg_on(a, "json"))
        printf("{\"plain_bytes\":%zu,\"simd_bytes\":%zu,\"arena_bytes\":%zu}\n", sizes.plain, sizes.simd,
               plain->arena_bytes);
    else if (!err)
        printf("%s: WebAssembly of %zu bytes, with vectors %zu bytes. Open %s/index.html in a browser\n", out,
               sizes.plain, sizes.simd, out);
    th_plan_free(plain);
    th_plan_free(simd);
    return err;
}
