// Property: a form that is read gives a tree that the vault's serializer writes, and what it writes reads as the same
// tree; the text of a leaf is what a plain decoder of that one field finds, so that no value moves under another name.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/fuzz_check.hpp"
#include "processors/wire/form_tree.hpp"
#include "processors/wire/serialize.hpp"

namespace {

using namespace postern;

std::string body_of(const vault::FormBody& form) {
    vault::MessageTree message;
    message.path_template = "/";
    message.body = form;
    const auto bytes = processors::wire::serialize_http(message, "h", "t", [](vault::Slot, wiped::Bytes&) { return Status{}; });
    FUZZ_CHECK(bytes);
    const std::string_view request{bytes->data(), bytes->size()};
    return std::string(request.substr(request.find("\r\n\r\n") + 4));
}

// What stands behind the '=' of the field of this name, decoded one character at a time.
std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escaped = text[i] == '%';
        out.push_back(escaped ? static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16))
                              : text[i] == '+' ? ' ' : text[i]);
        if (escaped) i += 2;
    }
    return out;
}
std::string plain_value(std::string_view form, std::string_view name) {
    while (!form.empty()) {
        const std::string_view pair = form.substr(0, form.find('&'));
        form.remove_prefix(std::min(pair.size() + 1, form.size()));
        const std::size_t equals = pair.find('=');
        if (decoded(pair.substr(0, equals)) == name) return decoded(pair.substr(equals + 1));
    }
    const bool has_the_field = false;
    FUZZ_CHECK(has_the_field);
    return {};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto tree = processors::wire::read_form(text);
    if (!tree) return 0;
    const auto form = processors::wire::flatten(*tree);
    FUZZ_CHECK(form);
    for (const auto& field : *form) FUZZ_CHECK(std::get<std::string>(field.value) == plain_value(text, field.name));
    const auto again = processors::wire::read_form(body_of(*form), {.bytes_max = 1024 * 1024});  // escapes take more room
    FUZZ_CHECK(again && *again == *tree);
    return 0;
}
