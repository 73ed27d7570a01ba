/* This computer's addresses, and addresses as text and bytes. */
#include "../test.h"

#include "os/net.h"

static void here(void **state)
{
    (void)state;
    th_net net;
    unsigned char ip[16];
    th_why why = {0};
    assert_int_equal(th_net_here(&net, &why), TH_OK);
    assert_in_range(net.n, 0, TH_NET_MAX);
    for (size_t i = 0; i < net.n; i++) {
        assert_int_equal(th_net_parse(net.address[i], ip), 4);
        assert_int_not_equal(ip[0], 127);
        for (size_t k = 0; k < i; k++) assert_string_not_equal(net.address[i], net.address[k]);
    }
    assert_int_equal(strspn(net.name, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(net.name));
}

static void there_and_back(void **state)
{
    (void)state;
    static const char *const good[] = {"192.168.1.5", "0.0.0.0", "2001:db8::5", "::", "::ffff:192.168.1.5"};
    static const char *const bad[] = {"",          "192.168.1", "192.168.1.256", "1.2.3.4 ",
                                      "localhost", ":::",       "[::1]",         "fe80::1%eth0"};
    unsigned char ip[16];
    char text[TH_NET_ADDRESS_BYTES];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        const size_t n = th_net_parse(good[i], ip);
        assert_int_equal(n, strchr(good[i], ':') ? 16 : 4);
        th_net_text(ip, n, text);
        assert_string_equal(text, good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_int_equal(th_net_parse(bad[i], ip), 0);
    th_net_in_url("::1", text, sizeof text);
    assert_string_equal(text, "[::1]");
    th_net_in_url("10.0.0.1", text, sizeof text);
    assert_string_equal(text, "10.0.0.1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(here),
        cmocka_unit_test(there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
