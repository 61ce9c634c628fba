#include "gateway/http/guard.hpp"

#include <algorithm>

#include "base/card_shape.hpp"

namespace postern::gateway {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// As sent, decoded, and decoded again: proxies and clients encode twice by mistake.
bool holds_in_any_decoding(std::string_view text) {
    if (postern::holds_card_number(text)) return true;
    if (text.find_first_of("%+") == text.npos) return false;
    const wiped::Text once = percent_decoded(text);
    if (postern::holds_card_number(once.view())) return true;
    return postern::holds_card_number(percent_decoded(once.view()).view());
}

void wipe_text(wiped::Text& text) {
    wiped::wipe(text.bytes().data(), text.bytes().size());
    text.bytes().clear();
}

}  // namespace

bool holds_card_number(const net::HttpRequest& request) {
    if (holds_in_any_decoding(request.target.view())) return true;
    for (const auto& [name, value] : request.headers) {
        if (name == "traceparent") continue;
        if (postern::holds_card_number(name) || holds_in_any_decoding(value.view())) return true;
    }
    return postern::holds_card_number(request.body.view());
}

bool holds_card_number(const JsonNode& json) {
    if (postern::holds_card_number(json.view())) return true;
    for (std::size_t i = 0; i < json.names.size(); ++i) {
        if (postern::holds_card_number(json.name(i))) return true;
    }
    return std::ranges::any_of(json.children, [](const JsonNode& child) { return holds_card_number(child); });
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

wiped::Text percent_decoded(std::string_view text) {
    wiped::Bytes out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                            hex_value(text[i + 2]) >= 0;
        if (escape) {
            out.push_back(static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2])));
            i += 2;
        } else {
            out.push_back(text[i] == '+' ? ' ' : text[i]);
        }
    }
    return wiped::Text{std::move(out)};
}

}  // namespace postern::gateway
