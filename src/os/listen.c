#include "os/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static th_err fail(th_why *why, int fd, int port)
{
    const int reason = errno;
    if (fd >= 0) close(fd);
    if (reason == EADDRINUSE)
        return th_why_set(why, TH_EEXIST,
                          "port %d is taken by another program (another studio?): choose one with --port", port);
    if (reason == EACCES)
        return th_why_set(why, TH_EIO, "port %d is for the system's programs: choose one above 1023", port);
    return th_why_set(why, TH_EIO, "can't listen on port %d: %s", port, strerror(reason));
}

th_err th_listen(bool everywhere, int *port, int *out, th_why *why)
{
    const int on = 1;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
    address.sin_addr.s_addr = htonl(everywhere ? INADDR_ANY : INADDR_LOOPBACK);
    socklen_t n = sizeof address;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
        bind(fd, (const struct sockaddr *)&address, sizeof address) || listen(fd, SOMAXCONN) ||
        getsockname(fd, (struct sockaddr *)&address, &n))
        return fail(why, fd, *port);
    *port = ntohs(address.sin_port);
    *out = fd;
    return TH_OK;
}

void th_listen_close(int fd)
{
    if (fd >= 0) close(fd);
}

void th_address_text(const struct sockaddr *address, char text[TH_ADDRESS_BYTES])
{
    struct sockaddr_in in;
    text[0] = 0;
    if (!address || address->sa_family != AF_INET) return;
    memcpy(&in, address, sizeof in);
    if (!inet_ntop(AF_INET, &in.sin_addr, text, TH_ADDRESS_BYTES)) text[0] = 0;
}
