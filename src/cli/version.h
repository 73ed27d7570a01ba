/* cli/version.h -- which code this is. */
#ifndef TH_CLI_VERSION_H
#define TH_CLI_VERSION_H

/* "0.1.0 961a333c0ffe": the release, and the commit when it was built from a repository ("-dirty": and changed). */
const char *th_version(void);

#endif
