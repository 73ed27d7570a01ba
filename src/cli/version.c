#include "cli/version.h"

#ifndef TH_VERSION
#define TH_VERSION "unknown"
#endif
#ifndef TH_COMMIT
#define TH_COMMIT ""
#endif

const char *th_version(void)
{
    return sizeof TH_COMMIT > 1 ? TH_VERSION " " TH_COMMIT : TH_VERSION;
}
