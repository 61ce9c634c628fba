#include "base/net/http_head.hpp"

#include <gtest/gtest.h>

namespace postern::net {
namespace {

struct HeadCase {
    std::string name;
    std::string head;
    std::string fault;
};
class RequestHead : public testing::TestWithParam<HeadCase> {};
TEST_P(RequestHead, Fault) { EXPECT_EQ(head_fault(GetParam().head, HeadKind::request), GetParam().fault); }

std::string with(const std::string& fields) { return "POST /v1/x HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"; }
std::string started(const std::string& line) { return line + "\r\nHost: a\r\n\r\n"; }
std::string many(int count) {
    std::string fields;
    for (int i = 0; i < count; ++i) fields += "X-" + std::to_string(i) + ": y\r\n";
    return fields;
}

INSTANTIATE_TEST_SUITE_P(Table, RequestHead, testing::Values(
    HeadCase{"plain",                   with("Content-Length: 5\r\nAccept: */*\r\n"), ""},
    HeadCase{"chunked",                 with("Transfer-Encoding: Chunked\r\n"), ""},
    HeadCase{"empty_value",             with("X-Empty:\r\n"), ""},
    HeadCase{"latin_value",             with("X-Name: caf\xe9\r\n"), ""},
    HeadCase{"repeated_other",          with("X-A: 1\r\nX-A: 2\r\n"), ""},
    HeadCase{"http_1_0_without_host",   "GET / HTTP/1.0\r\n\r\n", ""},
    HeadCase{"options_star",            started("OPTIONS * HTTP/1.1"), ""},
    HeadCase{"two_equal_lengths",       with("Content-Length: 5\r\nContent-Length: 5\r\n"), "repeated_header"},
    HeadCase{"two_lengths",             with("Content-Length: 5\r\ncontent-length: 6\r\n"), "repeated_header"},
    HeadCase{"length_list",             with("Content-Length: 5, 5\r\n"), "malformed"},
    HeadCase{"signed_length",           with("Content-Length: +5\r\n"), "malformed"},
    HeadCase{"negative_length",         with("Content-Length: -1\r\n"), "malformed"},
    HeadCase{"hex_length",              with("Content-Length: 0x5\r\n"), "malformed"},
    HeadCase{"empty_length",            with("Content-Length: \r\n"), "malformed"},
    HeadCase{"length_past_64_bits",     with("Content-Length: 18446744073709551621\r\n"), "malformed"},
    HeadCase{"length_and_chunked",      with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), "length_and_chunked"},
    HeadCase{"chunked_and_length",      with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), "length_and_chunked"},
    HeadCase{"chunked_twice",           with("Transfer-Encoding: chunked, chunked\r\n"), "malformed"},
    HeadCase{"two_codings",             with("Transfer-Encoding: gzip, chunked\r\n"), "malformed"},
    HeadCase{"coding_identity",         with("Transfer-Encoding: identity\r\n"), "malformed"},
    HeadCase{"coding_in_two_fields",    with("Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n"), "repeated_header"},
    HeadCase{"coding_with_vertical_tab", with("Transfer-Encoding: \x0b" "chunked\r\n"), "malformed"},
    HeadCase{"space_before_colon",      with("Transfer-Encoding : chunked\r\n"), "malformed"},
    HeadCase{"space_before_name",       with(" X-A: 1\r\n"), "malformed"},
    HeadCase{"folded",                  with("X-A: 1\r\n\t2\r\n"), "malformed"},
    HeadCase{"no_colon",                with("X-A\r\n"), "malformed"},
    HeadCase{"no_name",                 with(": 1\r\n"), "malformed"},
    HeadCase{"bare_line_feed",          with("X-A: 1\nTransfer-Encoding: chunked\r\n"), "malformed"},
    HeadCase{"bare_return",             with("X-A: 1\rContent-Length: 5\r\n"), "malformed"},
    HeadCase{"nul_in_value",            with(std::string("X-A: 1\0\r\n", 9)), "malformed"},
    HeadCase{"two_hosts",               with("Host: b\r\n"), "repeated_header"},
    HeadCase{"no_host",                 "GET / HTTP/1.1\r\n\r\n", "host_missing"},
    HeadCase{"chunked_in_1_0",          "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "length_and_chunked"},
    HeadCase{"two_authorizations",      with("Authorization: a\r\nAuthorization: b\r\n"), "repeated_header"},
    HeadCase{"version_2",               started("GET / HTTP/2.0"), "version_unknown"},
    HeadCase{"no_version",              started("GET /"), "malformed"},
    HeadCase{"two_spaces",              started("GET  / HTTP/1.1"), "malformed"},
    HeadCase{"space_in_target",         started("GET /a b HTTP/1.1"), "malformed"},
    HeadCase{"absolute_target",         started("GET http://b/ HTTP/1.1"), "malformed"},
    HeadCase{"star_for_get",            started("GET * HTTP/1.1"), "malformed"},
    HeadCase{"fragment",                started("GET /a#b HTTP/1.1"), "malformed"},
    HeadCase{"empty_line_first",        "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "malformed"},
    HeadCase{"hundred_headers",         with(many(99)), ""},
    HeadCase{"one_more",                with(many(100)), "too_many_headers"}),
    [](const auto& test) { return test.param.name; });

class ResponseHead : public testing::TestWithParam<HeadCase> {};
TEST_P(ResponseHead, Fault) { EXPECT_EQ(head_fault(GetParam().head, HeadKind::response), GetParam().fault); }
INSTANTIATE_TEST_SUITE_P(Table, ResponseHead, testing::Values(
    HeadCase{"plain",              "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", ""},
    HeadCase{"no_reason",          "HTTP/1.1 200\r\n\r\n", ""},
    HeadCase{"two_lengths",        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", "repeated_header"},
    HeadCase{"length_and_chunked", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
             "length_and_chunked"},
    HeadCase{"short_status",       "HTTP/1.1 20 OK\r\n\r\n", "malformed"},
    HeadCase{"version_2",          "HTTP/2.0 200 OK\r\n\r\n", "version_unknown"}),
    [](const auto& test) { return test.param.name; });

TEST(HeadScan, FindsTheEndByteByByte) {
    const std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n\r\nbody";
    HeadScan scan;
    for (std::size_t size = 0; size < bytes.size() - 4; ++size) {
        EXPECT_EQ(scan.find(std::string_view(bytes).substr(0, size)), 0U);
    }
    EXPECT_EQ(scan.find(bytes), bytes.size() - 4);
    HeadScan bare;
    EXPECT_EQ(bare.find("GET / HTTP/1.1\nHost"), 0U);
    EXPECT_TRUE(bare.bare_line_feed);
}

}  // namespace
}  // namespace postern::net
