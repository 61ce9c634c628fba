// What parse_token_body accepts says the same again when it is written plainly and read once more; what it refuses
// names known fields only, so that no value of the body comes back to the caller or into a log.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/fuzz_check.hpp"
#include "vault/front/token_body.hpp"

namespace {

using postern::vault::FieldError;
using postern::vault::TokenBody;

std::string written(const TokenBody& body) {
    std::string out = "{";
    const auto begin = [&](const char* name) {
        if (!out.ends_with('{')) out += ',';
        out += "\"" + std::string(name) + "\":";
    };
    const auto add = [&](const char* name, std::string_view value) {
        if (value.empty()) return;
        begin(name);
        out += '"';
        for (const char c : value) {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
        out += '"';
    };
    if (!body.number.empty()) {
        begin("expiry_month");
        out += std::to_string(body.expiry_month);
        begin("expiry_year");
        out += std::to_string(body.expiry_year);
    }
    add("number", body.number.view());
    add("security_code", body.security_code.view());
    add("name", body.name.view());
    add("address", body.address.view());
    add("postal_code", body.postal_code.view());
    add("track1", body.track1.view());
    add("track2", body.track2.view());
    if (!body.encrypted_block.empty()) {
        begin("encrypted");
        out += '{';
        add("format", body.encrypted_format.view());
        add("source", body.encrypted_source.view());
        add("block", body.encrypted_block.view());
        add("key_serial", body.encrypted_key_serial.view());
        out += '}';
    }
    return out + "}";
}

bool is_known(const FieldError& error) {
    constexpr std::array<std::string_view, 15> fields{
        "", "/number", "/security_code", "/name", "/address", "/postal_code", "/expiry_month", "/expiry_year", "/track1",
        "/track2", "/encrypted", "/encrypted/format", "/encrypted/source", "/encrypted/block", "/encrypted/key_serial"};
    return std::ranges::find(fields, error.field) != fields.end();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto parsed = postern::vault::parse_token_body({reinterpret_cast<const char*>(data), size});
    if (const auto* errors = std::get_if<std::vector<FieldError>>(&parsed)) {
        FUZZ_CHECK(!errors->empty());
        FUZZ_CHECK(std::ranges::all_of(*errors, is_known));
        return 0;
    }
    const auto& body = std::get<TokenBody>(parsed);
    const bool is_swiped = !body.track1.empty() || !body.track2.empty();
    FUZZ_CHECK(!body.number.empty() + is_swiped + !body.encrypted_block.empty() == 1);  // one way of giving a card
    const auto text = written(body);
    const auto again = postern::vault::parse_token_body(text);
    FUZZ_CHECK(std::holds_alternative<TokenBody>(again));
    FUZZ_CHECK(written(std::get<TokenBody>(again)) == text);
    return 0;
}
