#include "vault/contract/browser_origin.hpp"

#include <algorithm>

#include "base/base32.hpp"

namespace postern::vault {
namespace {

constexpr std::size_t bytes_max = 200;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_host(std::string_view host) {
    return !host.empty() && host.front() != '.' && host.back() != '.' && std::ranges::all_of(host, [](char c) {
        return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '.';
    });
}

bool is_port(std::string_view port) {
    return !port.empty() && port.size() <= 5 && port.front() != '0' && std::ranges::all_of(port, is_digit);
}

// Removes what stands in front; false where it does not.
bool take(std::string_view& text, std::string_view front) {
    if (!text.starts_with(front)) return false;
    text.remove_prefix(front.size());
    return true;
}

}  // namespace

bool is_browser_origin(std::string_view text) {
    if (text.size() > bytes_max || longest_digit_run(text) >= 12) return false;
    const bool is_safe = take(text, "https://");
    if (!is_safe && !take(text, "http://")) return false;
    const auto colon = text.find(':');
    const auto host = text.substr(0, colon);
    if (colon != text.npos && !is_port(text.substr(colon + 1))) return false;
    if (colon != text.npos && text.substr(colon + 1) == (is_safe ? "443" : "80")) return false;
    return is_host(host) && (is_safe || host == "localhost" || host == "127.0.0.1");
}

}  // namespace postern::vault
