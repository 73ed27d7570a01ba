/* deploy/wasm.h -- the network as WebAssembly: two modules (plain, and with vectors), a small ES module that loads the
 * one that the engine can run, and a page that needs nothing else (device/web). */
#ifndef TH_DEPLOY_WASM_H
#define TH_DEPLOY_WASM_H

#include "deploy/codegen.h"

typedef struct th_wasm_sizes {
    size_t plain, simd; /* bytes of the modules */
} th_wasm_sizes;

/* TH_OK when clang and its linker for WebAssembly are there; else TH_ETOOL with what to install. */
TH_NODISCARD th_err th_wasm_tools(th_why *why);

/* --as wasm: NAME.wasm, NAME.simd.wasm, NAME.mjs, index.html, README.md, where NAME is the folder's name.
 *   plain, simd  the model planned for TH_ISA_PLAIN and TH_ISA_SIMD128
 * Errors: those of th_wasm_tools, th_folder_begin, th_code_make; TH_ETOOL (the compiler's own words), TH_EINTR, TH_EIO.
 */
TH_NODISCARD th_err th_export_wasm(const th_plan *plain, const th_plan *simd, const th_app *app, const char *out,
                                   th_wasm_sizes *sizes, th_why *why);

#endif
