#include "deploy/stack.h"

#include <stdlib.h>
#include <string.h>

#define INDIRECT "__indirect_call"

enum { NEW, OPEN, DONE };

typedef struct node {
    char *name; /* "main", or "main.c:push" for a static function */
    uint32_t frame, deep;
    int32_t known; /* 1: a node line with a size was seen */
    int32_t dynamic, state, exact;
    const char *weak;
} node;

typedef struct edge {
    size_t from, to;
} edge;

struct th_calls {
    node *node;
    size_t n_nodes, cap_nodes;
    edge *edge;
    size_t n_edges, cap_edges;
};

th_err th_calls_new(th_calls **calls, th_why *why)
{
    *calls = calloc(1, sizeof **calls);
    return *calls ? TH_OK : th_why_set(why, TH_ENOMEM, "out of memory");
}

void th_calls_free(th_calls *c)
{
    if (!c) return;
    for (size_t i = 0; i < c->n_nodes; i++) free(c->node[i].name);
    free(c->node);
    free(c->edge);
    free(c);
}

/* Index of the node with this name, made when it is new; SIZE_MAX without memory. */
static size_t node_of(th_calls *c, const char *name, size_t len)
{
    for (size_t i = 0; i < c->n_nodes; i++)
        if (strlen(c->node[i].name) == len && memcmp(c->node[i].name, name, len) == 0) return i;
    if (c->n_nodes == c->cap_nodes) {
        const size_t cap = c->cap_nodes ? c->cap_nodes * 2 : 64;
        node *more = realloc(c->node, cap * sizeof *more);
        if (!more) return SIZE_MAX;
        c->node = more;
        c->cap_nodes = cap;
    }
    char *copy = malloc(len + 1);
    if (!copy) return SIZE_MAX;
    memcpy(copy, name, len);
    copy[len] = '\0';
    c->node[c->n_nodes] = (node){.name = copy};
    return c->n_nodes++;
}

static int edge_add(th_calls *c, size_t from, size_t to)
{
    if (c->n_edges == c->cap_edges) {
        const size_t cap = c->cap_edges ? c->cap_edges * 2 : 128;
        edge *more = realloc(c->edge, cap * sizeof *more);
        if (!more) return 0;
        c->edge = more;
        c->cap_edges = cap;
    }
    c->edge[c->n_edges++] = (edge){from, to};
    return 1;
}

/* The text between the quotes behind `key` inside [line, end); len 0 when there is none. */
static const char *quoted(const char *line, const char *end, const char *key, size_t *len)
{
    const size_t n = strlen(key);
    *len = 0;
    for (const char *c = line; c + n < end; c++) {
        if (memcmp(c, key, n) != 0) continue;
        const char *from = c + n, *to = memchr(from, '"', (size_t)(end - from));
        if (to) *len = (size_t)(to - from);
        return from;
    }
    return line;
}

/* "...\n40 bytes (static)\n...": the number before " bytes (". */
static void read_frame(node *n, const char *label, size_t len)
{
    for (size_t i = 1; i + 8 < len; i++) {
        if (memcmp(label + i, " bytes (", 8) != 0) continue;
        size_t d = i;
        uint32_t v = 0;
        while (d > 0 && label[d - 1] >= '0' && label[d - 1] <= '9') d--;
        for (; d < i; d++) v = v * 10 + (uint32_t)(label[d] - '0');
        n->frame = v;
        n->known = 1;
        n->dynamic = len - i >= 16 && memcmp(label + i + 8, "dynamic)", 8) == 0; /* "dynamic,bounded)" is a bound */
        return;
    }
}

static int add_line(th_calls *c, const char *line, const char *end)
{
    size_t a_len, b_len;
    if (end - line > 5 && memcmp(line, "node:", 5) == 0) {
        const char *title = quoted(line, end, "title: \"", &a_len);
        const char *label = quoted(line, end, "label: \"", &b_len);
        const size_t i = a_len ? node_of(c, title, a_len) : 0;
        if (i == SIZE_MAX) return 0;
        if (a_len) read_frame(&c->node[i], label, b_len);
    } else if (end - line > 5 && memcmp(line, "edge:", 5) == 0) {
        const char *from = quoted(line, end, "sourcename: \"", &a_len);
        const char *to = quoted(line, end, "targetname: \"", &b_len);
        if (!a_len || !b_len) return 1;
        const size_t i = node_of(c, from, a_len), k = node_of(c, to, b_len);
        return i != SIZE_MAX && k != SIZE_MAX && edge_add(c, i, k);
    }
    return 1;
}

th_err th_calls_add(th_calls *c, th_span text, th_why *why)
{
    const char *line = (const char *)text.p, *const end = line + text.n;
    while (line < end) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        if (!stop) stop = end;
        if (!add_line(c, line, stop)) return th_why_set(why, TH_ENOMEM, "out of memory");
        line = stop + 1;
    }
    return TH_OK;
}

static void weaken(node *n, const char *name)
{
    if (n->exact) n->weak = name;
    n->exact = 0;
}

typedef struct walk {
    th_calls *calls;
    uint32_t unknown;
} walk;

/* Deepest way below node i.  Frames of the graph are few, so this recursion is shallow. */
static void visit(const walk *w, size_t i)
{
    node *n = &w->calls->node[i];
    const int pointer = strcmp(n->name, INDIRECT) == 0;
    uint32_t below = 0;
    n->state = OPEN;
    n->exact = 1;
    if (!n->known && !pointer) weaken(n, n->name);
    if (n->dynamic) weaken(n, n->name);
    for (size_t e = 0; e < w->calls->n_edges; e++) {
        if (w->calls->edge[e].from != i) continue;
        node *to = &w->calls->node[w->calls->edge[e].to];
        if (to->state == NEW) visit(w, w->calls->edge[e].to);
        if (to->state == OPEN) {
            weaken(n, to->name); /* recursion */
            continue;
        }
        if (to->deep > below) below = to->deep;
        if (!to->exact) weaken(n, to->weak);
    }
    n->deep = below + (n->known || pointer ? n->frame : w->unknown);
    n->state = DONE;
}

/* A name with or without the "file.c:" of a static function. */
static int same_function(const char *name, const char *wanted)
{
    const char *colon = strrchr(name, ':');
    return strcmp(name, wanted) == 0 || (colon && strcmp(colon + 1, wanted) == 0);
}

th_err th_calls_bound(th_calls *c, const char *root, const char *const *indirect, size_t n, uint32_t unknown,
                      th_stack_bound *bound, th_why *why)
{
    const size_t pointer = node_of(c, INDIRECT, sizeof INDIRECT - 1);
    if (pointer == SIZE_MAX) return th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < c->n_nodes; i++)
            if (i != pointer && same_function(c->node[i].name, indirect[k]) && !edge_add(c, pointer, i))
                return th_why_set(why, TH_ENOMEM, "out of memory");
    for (size_t i = 0; i < c->n_nodes; i++) c->node[i].state = NEW;
    for (size_t i = 0; i < c->n_nodes; i++) {
        if (!same_function(c->node[i].name, root)) continue;
        const walk w = {c, unknown};
        visit(&w, i);
        *bound = (th_stack_bound){c->node[i].deep, c->node[i].exact, c->node[i].weak};
        return TH_OK;
    }
    return th_why_set(why, TH_ENOENT, "the call graph has no function \"%s\"", root);
}
