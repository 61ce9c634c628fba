#include "gateway/http/guard.hpp"

#include <algorithm>

#include "gateway/http/card_digits.hpp"
#include "gateway/http/decodings.hpp"
#include "gateway/http/request_context.hpp"

namespace postern::gateway {
namespace {

// As sent, and with what proxies, clients and hiders put around it taken off, several times.
bool holds_in_any_form(std::string_view text, int decodings_left) {
    if (holds_card_digits(text)) return true;
    if (decodings_left == 0) return false;
    const int left = decodings_left - 1;
    if (text.find('%') != text.npos && holds_in_any_form(percent_decoded(text).view(), left)) return true;
    if (text.find("\\u") != text.npos && holds_in_any_form(without_json_escapes(text).view(), left)) return true;
    return any_number_in_base64(text, [&](std::string_view word) { return holds_in_any_form(word, std::min(left, 1)); });
}
bool holds_in_any_decoding(std::string_view text) {
    constexpr int decodings_max = 3;
    return holds_in_any_form(text, decodings_max);
}

// A trace id may look like a card number by chance; what is no trace id is searched like any header.
bool is_traceparent(std::string_view name, std::string_view value) {
    return name == "traceparent" && parse_traceparent(value).has_value();
}

void wipe_text(wiped::Text& text) {
    wiped::wipe(text.bytes().data(), text.bytes().size());
    text.bytes().clear();
}

}  // namespace

bool holds_card_number(const net::HttpRequest& request) {
    if (holds_in_any_decoding(request.target.view())) return true;
    for (const auto& [name, value] : request.headers) {
        if (is_traceparent(name, value.view())) continue;
        if (holds_card_digits(name) || holds_in_any_decoding(value.view())) return true;
    }
    return holds_in_any_decoding(request.body.view());
}

bool holds_card_number(const JsonNode& json) {
    if (holds_in_any_decoding(json.view())) return true;
    for (std::size_t i = 0; i < json.names.size(); ++i) {
        if (holds_in_any_decoding(json.name(i))) return true;
    }
    return std::ranges::any_of(json.children, [](const JsonNode& child) { return holds_card_number(child); });
}

bool pointer_holds_card_number(std::string_view pointer) {
    wiped::Bytes names;
    for (std::size_t i = 0; i < pointer.size(); ++i) {
        const bool escape = pointer[i] == '~' && i + 1 < pointer.size();
        names.push_back(escape ? (pointer[++i] == '1' ? '/' : '~') : pointer[i]);
    }
    return holds_in_any_decoding(wiped::Text{std::move(names)}.view());
}

void wipe_request(net::HttpRequest& request) {
    wipe_text(request.target);
    wipe_text(request.body);
    for (auto& [name, value] : request.headers) {
        wiped::wipe(name.data(), name.size());
        wipe_text(value);
    }
    request.headers.clear();
}

}  // namespace postern::gateway
