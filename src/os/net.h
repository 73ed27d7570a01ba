/* os/net.h -- how other computers reach this one. */
#ifndef TH_OS_NET_H
#define TH_OS_NET_H

#include "base/why.h"

#include <stdbool.h>
#include <stddef.h>

#define TH_NET_MAX           32
#define TH_NET_ADDRESS_BYTES 46 /* of an IPv6 address as text, with its NUL */
#define TH_NET_NAME_BYTES    64

typedef struct th_net {
    /* IPv4, as th_listen: of interfaces that are up, without loopback and 169.254.x.x; first the one that leads to the
     * internet, the others in the system's order. (IPv6 addresses change by the day, for privacy.) */
    char address[TH_NET_MAX][TH_NET_ADDRESS_BYTES];
    size_t n;
    char name[TH_NET_NAME_BYTES]; /* the host's, without its domain, in lower case; "" when it is no name for DNS */
} th_net;

/* Nothing is sent.  Errors: TH_EIO. */
TH_NODISCARD th_err th_net_here(th_net *net, th_why *why);

/* The bytes of an address: 4, 16, or 0 when the text is none. */
size_t th_net_parse(const char *text, unsigned char ip[16]);
/* And back, of 4 or 16 bytes. */
void th_net_text(const unsigned char *ip, size_t n, char text[TH_NET_ADDRESS_BYTES]);

/* "[::1]" for an IPv6 address, else the address: as it stands in a URL. */
void th_net_in_url(const char *address, char *text, size_t cap);

#endif
