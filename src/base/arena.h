/* base/arena.h -- bump allocation from memory the caller gives.
 *
 * An arena never calls malloc and frees nothing singly: take a mark, use
 * memory, go back to the mark.  `peak` says how much a run really needed. */
#ifndef TH_BASE_ARENA_H
#define TH_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

typedef struct th_arena {
    uint8_t *base; /* aligned to TH_ARENA_ALIGN; NULL when size is 0 */
    size_t size, used, peak;
} th_arena;

#define TH_ARENA_ALIGN 16u

/* An arena over mem[0..size).  The caller keeps owning `mem`. */
th_arena th_arena_over(void *mem, size_t size);

/* n zeroed objects of `size` bytes, or NULL when they do not fit. */
void *th_arena_get(th_arena *a, size_t n, size_t size);

#define TH_NEW(a, type, n) ((type *)th_arena_get((a), (n), sizeof(type)))

static inline size_t th_arena_mark(const th_arena *a)
{
    return a->used;
}

static inline void th_arena_reset(th_arena *a, size_t mark)
{
    a->used = mark;
}

#endif
