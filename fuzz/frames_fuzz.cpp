// Property: whatever parses as a frame is, encoded again, the very bytes that were read; nothing parses from fewer.
#include <algorithm>
#include <cstdint>

#include "base/net/frames.hpp"
#include "fuzz/fuzz_check.hpp"

using namespace postern;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::span<const char> rest{reinterpret_cast<const char*>(data), size};
    while (true) {
        const auto parse = net::parse_frame(rest);
        if (parse.kind != net::FrameParse::Kind::frame) return 0;
        FUZZ_CHECK(parse.consumed >= 16 && parse.consumed <= rest.size());
        wiped::Bytes again;
        net::encode_frame(parse.frame, again);
        FUZZ_CHECK(std::ranges::equal(again, rest.first(parse.consumed)));
        FUZZ_CHECK(net::encoded_bytes(parse.frame) == parse.consumed);
        const auto cut = net::parse_frame(rest.first(parse.consumed - 1));
        FUZZ_CHECK(cut.kind == net::FrameParse::Kind::need_more);
        rest = rest.subspan(parse.consumed);
    }
}
