/* Memory that runs out in SQLite: memory.left more pieces are given, then none. */
#ifndef TH_TESTS_STORE_SCARCE_H
#define TH_TESTS_STORE_SCARCE_H

#include "../test.h"

#include <sqlite3.h>

static struct {
    sqlite3_mem_methods real;
    int left;
} memory; /* of the hooks, which have no context */

static void *scarce_malloc(int n)
{
    return memory.left-- > 0 ? memory.real.xMalloc(n) : NULL;
}

static void *scarce_realloc(void *p, int n)
{
    return memory.left-- > 0 ? memory.real.xRealloc(p, n) : NULL;
}

static void memory_plenty(void)
{
    memory.left = 1 << 30;
}

static void memory_metered(void)
{
    sqlite3_shutdown();
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory.real), SQLITE_OK);
    sqlite3_mem_methods scarce = memory.real;
    scarce.xMalloc = scarce_malloc;
    scarce.xRealloc = scarce_realloc;
    memory_plenty();
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &scarce), SQLITE_OK);
}

static void memory_as_before(void)
{
    sqlite3_shutdown();
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &memory.real), SQLITE_OK);
}

#endif
