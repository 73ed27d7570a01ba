#define _DEFAULT_SOURCE /* IFF_UP, gethostname */
#include "os/net.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The address as text; false when no browser on another computer could use it. */
static bool text_of(const struct sockaddr *a, char text[TH_NET_ADDRESS_BYTES])
{
    struct sockaddr_in four;
    if (a->sa_family != AF_INET) return false;
    memcpy(&four, a, sizeof four);
    const uint32_t ip = ntohl(four.sin_addr.s_addr);
    if (ip >> 24 == 127 || ip >> 16 == 0xa9fe) return false; /* loopback; without a router */
    return inet_ntop(AF_INET, &four.sin_addr, text, TH_NET_ADDRESS_BYTES) != NULL;
}

static void add(th_net *net, const char *text)
{
    for (size_t i = 0; i < net->n; i++)
        if (!strcmp(net->address[i], text)) return;
    if (net->n < TH_NET_MAX) memcpy(net->address[net->n++], text, strlen(text) + 1);
}

/* Which address would packets to the internet have?  A datagram socket that is connected sends none. */
static void add_outward(th_net *net)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)}, from;
    socklen_t n = sizeof from;
    char text[TH_NET_ADDRESS_BYTES];
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    to.sin_addr.s_addr = htonl(0xc6336401); /* 198.51.100.1: for examples, RFC 5737 */
    if (!connect(fd, (const struct sockaddr *)&to, sizeof to) && !getsockname(fd, (struct sockaddr *)&from, &n) &&
        text_of((const struct sockaddr *)&from, text))
        add(net, text);
    close(fd);
}

static void add_interfaces(th_net *net, const struct ifaddrs *list)
{
    char text[TH_NET_ADDRESS_BYTES];
    for (const struct ifaddrs *i = list; i; i = i->ifa_next)
        if ((i->ifa_flags & IFF_UP) && i->ifa_addr && text_of(i->ifa_addr, text)) add(net, text);
}

static void host_name(char name[TH_NET_NAME_BYTES])
{
    char full[256] = "";
    if (gethostname(full, sizeof full - 1)) full[0] = 0;
    const size_t n = strcspn(full, ".");
    name[0] = 0;
    if (!n || n >= TH_NET_NAME_BYTES || full[0] == '-') return;
    for (size_t i = 0; i < n; i++) {
        const char c = (char)(full[i] >= 'A' && full[i] <= 'Z' ? full[i] - 'A' + 'a' : full[i]);
        const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        name[i] = good ? c : 0;
        if (!good) { /* an underscore, a letter of another alphabet: certificates can't have it */
            name[0] = 0;
            return;
        }
    }
    name[n] = 0;
}

th_err th_net_here(th_net *net, th_why *why)
{
    struct ifaddrs *list;
    *net = (th_net){.n = 0};
    if (getifaddrs(&list)) return th_why_set(why, TH_EIO, "cannot find this computer's addresses: %s", strerror(errno));
    add_outward(net);
    add_interfaces(net, list);
    freeifaddrs(list);
    host_name(net->name);
    return TH_OK;
}

size_t th_net_parse(const char *text, unsigned char ip[16])
{
    if (inet_pton(AF_INET, text, ip) == 1) return 4;
    return inet_pton(AF_INET6, text, ip) == 1 ? 16 : 0;
}

void th_net_text(const unsigned char *ip, size_t n, char text[TH_NET_ADDRESS_BYTES])
{
    if (!inet_ntop(n == 4 ? AF_INET : AF_INET6, ip, text, TH_NET_ADDRESS_BYTES)) text[0] = 0;
}

void th_net_in_url(const char *address, char *text, size_t cap)
{
    const bool six = strchr(address, ':') != NULL;
    (void)th_text_fmt(text, cap, "%s%s%s", six ? "[" : "", address, six ? "]" : "");
}
