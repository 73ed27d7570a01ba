/* The target of a request, and the route that it finds: what everybody who reaches the port may send. */
#include "serve/routes.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static th_target t;
    static char uri[3 * TH_TARGET_BYTES], rest[TH_TARGET_BYTES];
    static const char *const methods[] = {"GET", "POST", "PUT", "DELETE"};
    if (n < 1 || n >= sizeof uri) return 0;
    memcpy(uri, bytes + 1, n - 1); /* the first byte chooses the method */
    uri[n - 1] = 0;
    if (th_target_parse(uri, &t, NULL)) return 0;
    const char *part[TH_MAX_PARTS];
    bool known;
    (void)th_route_find(methods[bytes[0] % 4], &t, part, rest, &known);
    for (int i = 0; i < t.n_segments; i++) /* never a way up */
        if (strcmp(t.segment[i], "..") == 0 || strchr(t.segment[i], '/')) __builtin_trap();
    return 0;
}
