#include <algorithm>
#include <charconv>

#include "base/crypto/digest.hpp"
#include "idempotency/keys/keyed_command.hpp"

namespace postern::idempotency {
namespace {

// Raised when the fields or normal forms of a command change: keys of before then differ and run no second time.
constexpr std::string_view version = "1";

// `length:text`, so that no value can be read as another field.
void append_counted(std::string& out, std::string_view text) {
    out += std::to_string(text.size());
    out += ':';
    out += text;
}

// The next counted text, taken off the front; false where there is none.
bool take_counted(std::string_view& rest, std::string& text) {
    std::size_t length = 0;
    const auto [end, failure] = std::from_chars(rest.data(), rest.data() + rest.size(), length);
    const auto digits = static_cast<std::size_t>(end - rest.data());
    if (failure != std::errc{} || digits >= rest.size() || *end != ':') return false;
    rest.remove_prefix(digits + 1);
    if (length > rest.size()) return false;
    text = rest.substr(0, length);
    rest.remove_prefix(length);
    return true;
}

const std::string* find_value(const Meaning& meaning, std::string_view pointer) {
    const auto found = std::ranges::find(meaning, pointer, &Meaning::value_type::first);
    return found == meaning.end() ? nullptr : &found->second;
}

}  // namespace

std::string encode_meaning(const Meaning& meaning) {
    std::string out;
    for (const auto& [pointer, value] : meaning) {
        append_counted(out, pointer);
        append_counted(out, value);
    }
    return out;
}

// What is malformed ends the list: the fields before it still name a difference.
Meaning decode_meaning(std::string_view text) {
    Meaning meaning;
    std::pair<std::string, std::string> field;
    while (take_counted(text, field.first) && take_counted(text, field.second)) meaning.push_back(field);
    return meaning;
}

std::string first_difference(const Meaning& a, const Meaning& b) {
    for (const auto& [pointer, value] : a) {
        const std::string* other = find_value(b, pointer);
        if (!other || *other != value) return pointer;
    }
    const auto only_in_b = std::ranges::find_if(b, [&](const auto& field) { return !find_value(a, field.first); });
    return only_in_b == b.end() ? "" : only_in_b->first;
}

KeyedCommand make_keyed_command(TenantId tenant, std::string key, std::string path, Meaning meaning) {
    std::string bytes;
    append_counted(bytes, version);
    append_counted(bytes, path);
    append_counted(bytes, encode_meaning(meaning));
    return KeyedCommand{std::move(tenant), std::move(key), std::move(path), crypto::sha256_text(bytes),
                        std::move(meaning)};
}

}  // namespace postern::idempotency
