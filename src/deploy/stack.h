/* deploy/stack.h -- how deep a stack can get: the longest way through the call graph that gcc
 * writes with -fcallgraph-info=su (one .ci file for each source file).
 *
 *   node: { title: "main.c:push" label: "push\nmain.c:120:13\n40 bytes (static)\n..." }
 *   edge: { sourcename: "main.c:push" targetname: "th_listener_push" label: "main.c:124:5" }
 *
 * Calls through pointers are edges to "__indirect_call": they may reach any function of the list
 * that the caller gives.  Source: GCC 12 manual, "Developer Options", -fcallgraph-info. */
#ifndef TH_DEPLOY_STACK_H
#define TH_DEPLOY_STACK_H

#include "base/span.h"
#include "base/why.h"

typedef struct th_calls th_calls;

TH_NODISCARD th_err th_calls_new(th_calls **calls, th_why *why);
void th_calls_free(th_calls *calls);

/* Adds the text of one .ci file.  Lines that are neither node nor edge are skipped. */
TH_NODISCARD th_err th_calls_add(th_calls *calls, th_span text, th_why *why);

typedef struct th_stack_bound {
    uint32_t bytes;
    int32_t exact;    /* 0: recursion, a frame of unknown size, or a function without a node */
    const char *weak; /* the function that made it inexact, or NULL; belongs to `calls` */
} th_stack_bound;

/* Largest sum of frames on a way from `root`.
 *
 *   indirect   [n] names that a call through a pointer may reach
 *   unknown    bytes that are taken for a function without a node (a library's) */
TH_NODISCARD th_err th_calls_bound(th_calls *calls, const char *root, const char *const *indirect, size_t n,
                                   uint32_t unknown, th_stack_bound *bound, th_why *why);

#endif
