// The secret parts that the keeper parses: whatever is accepted encodes to the very bytes it came from, and what it
// views lies inside them.
#include <cstdint>
#include <span>

#include "fuzz/fuzz_check.hpp"
#include "vault/sealed/card_frame.hpp"

using namespace postern;
using namespace postern::vault::sealed;

namespace {

bool same_bytes(const wiped::Bytes& encoded, std::span<const char> input) {
    return std::string_view{encoded.data(), encoded.size()} == std::string_view{input.data(), input.size()};
}

bool lies_inside(std::string_view view, std::span<const char> input) {
    return view.empty() || (view.data() >= input.data() && view.data() + view.size() <= input.data() + input.size());
}

void check_card_frame(std::span<const char> input) {
    const auto fields = parse_card_frame(input);
    if (!fields) return;
    wiped::Bytes again;
    FUZZ_CHECK(encode_card_frame(*fields, again));
    FUZZ_CHECK(same_bytes(again, input));
    for (const auto view : {fields->number, fields->security_code, fields->name, fields->address, fields->postal_code,
                            fields->track1, fields->track2, fields->encrypted.format, fields->encrypted.source,
                            fields->encrypted.block, fields->encrypted.key_serial})
        FUZZ_CHECK(lies_inside(view, input));
}

void check_details(std::span<const char> input) {
    const auto fields = parse_details(input);
    if (!fields) return;
    wiped::Bytes again;
    FUZZ_CHECK(encode_details(*fields, again));
    FUZZ_CHECK(same_bytes(again, input));
}

void check_credentials(std::span<const char> input) {
    const auto credentials = parse_credentials(input);
    if (!credentials) return;
    wiped::Bytes again;
    FUZZ_CHECK(encode_credentials(*credentials, again));
    FUZZ_CHECK(same_bytes(again, input));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const char> input{reinterpret_cast<const char*>(data), size};
    check_card_frame(input);
    check_details(input);
    check_credentials(input);
    return 0;
}
