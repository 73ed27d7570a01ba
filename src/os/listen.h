/* os/listen.h -- a port of this computer that others can call. */
#ifndef TH_OS_LISTEN_H
#define TH_OS_LISTEN_H

#include "base/why.h"

#include <stdbool.h>

/* Listens on TCP.
 *   everywhere   on all addresses of this computer; else only for programs on it (127.0.0.1)
 *   port         0: the system finds a free one; else this one, *port tells which it was in the end
 *   *out         th_listen_close, or whoever takes it over
 * Errors: TH_EEXIST (another program has the port), TH_EIO. */
TH_NODISCARD th_err th_listen(bool everywhere, int *port, int *out, th_why *why);
void th_listen_close(int fd);

/* "192.168.1.7" of a struct sockaddr, "" for NULL or another kind. */
#define TH_ADDRESS_BYTES 64
struct sockaddr;
void th_address_text(const struct sockaddr *address, char text[TH_ADDRESS_BYTES]);

#endif
