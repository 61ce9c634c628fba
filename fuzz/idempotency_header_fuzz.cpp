// A key that parses is visible, short, and comes back from its quoted form unchanged.
#include <cstdint>
#include <string>

#include "fuzz/fuzz_check.hpp"
#include "idempotency/keys/keyed_command.hpp"

namespace {

std::string quoted(const std::string& key) {
    std::string out = "\"";
    for (const char c : key) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string header(data, data + size);
    const auto key = postern::idempotency::parse_key(header);
    if (!key) return 0;
    FUZZ_CHECK(!key->empty() && key->size() <= 255);
    for (const char c : *key) {
        FUZZ_CHECK(c > ' ' && c <= '~');
    }
    const auto again = postern::idempotency::parse_key(quoted(*key));
    FUZZ_CHECK(again && *again == *key);
    return 0;
}
