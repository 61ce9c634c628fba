#include <gtest/gtest.h>

#include "base/net/frames.hpp"

namespace postern::net {
namespace {

wiped::Bytes to_bytes(std::string_view text) { return {text.begin(), text.end()}; }

wiped::Bytes encoded(std::uint64_t correlation, std::string control, std::string_view secret) {
    wiped::Bytes out;
    encode_frame(Frame{correlation, std::move(control), to_bytes(secret)}, out);
    return out;
}

TEST(FrameCodec, RoundTrip) {
    auto bytes = encoded(0x0102030405060708, "control", "secret");
    const auto first = bytes.size();
    encode_frame(Frame{9, "", {}}, bytes);
    const auto parse = parse_frame(bytes);
    ASSERT_EQ(parse.kind, FrameParse::Kind::frame);
    EXPECT_EQ(parse.consumed, first);
    EXPECT_EQ(parse.frame.correlation, 0x0102030405060708U);
    EXPECT_EQ(parse.frame.control, "control");
    EXPECT_EQ(parse.frame.secret, to_bytes("secret"));
    const auto second = parse_frame(std::span<const char>(bytes).subspan(first));
    ASSERT_EQ(second.kind, FrameParse::Kind::frame);
    EXPECT_EQ(second.frame.correlation, 9U);
}

TEST(FrameCodec, EveryPrefixNeedsMore) {
    const auto bytes = encoded(1, "control", "secret");
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_EQ(parse_frame(std::span<const char>(bytes).first(size)).kind, FrameParse::Kind::need_more) << size;
    }
}

struct BadFrame {
    std::string name;
    std::string bytes;
    FrameParse::Kind kind;
};
class FrameCodecTable : public testing::TestWithParam<BadFrame> {};
TEST_P(FrameCodecTable, Refuses) { EXPECT_EQ(parse_frame(GetParam().bytes).kind, GetParam().kind); }
std::string of_hex(std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    }
    return out;
}
INSTANTIATE_TEST_SUITE_P(Table, FrameCodecTable, testing::Values(
    BadFrame{"shorter_than_its_header", of_hex("0000000b"), FrameParse::Kind::malformed},
    BadFrame{"least_length",            of_hex("0000000c"), FrameParse::Kind::need_more},
    BadFrame{"empty_frame",             of_hex("0000000c000000000000000100000000"), FrameParse::Kind::frame},
    BadFrame{"control_past_the_end",    of_hex("0000000c000000000000000100000001"), FrameParse::Kind::malformed},
    BadFrame{"control_told_early",      of_hex("0000000d0000000000000001ffffffff"), FrameParse::Kind::malformed},
    BadFrame{"largest",                 of_hex("003ffffc"), FrameParse::Kind::need_more},
    BadFrame{"one_past_largest",        of_hex("003ffffd"), FrameParse::Kind::malformed}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace postern::net
