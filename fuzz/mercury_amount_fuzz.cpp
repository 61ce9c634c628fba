// Property: an amount is read only in its one spelling, digits and exactly two places; written again it is the same text
// but for white space and leading zeros, and never negative.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/fuzz_check.hpp"
#include "processors/mercury/amounts.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input{reinterpret_cast<const char*>(data), size};
    const auto minor = postern::mercury::parse_amount(input);
    if (!minor) return 0;
    FUZZ_CHECK(*minor >= 0);
    std::string_view text = postern::mercury::trimmed(input);
    FUZZ_CHECK(std::ranges::all_of(text, [](char c) { return c == '.' || (c >= '0' && c <= '9'); }));
    while (text.size() > 4 && text.front() == '0') text.remove_prefix(1);
    FUZZ_CHECK(postern::mercury::amount_text(*minor) == text);
    return 0;
}
