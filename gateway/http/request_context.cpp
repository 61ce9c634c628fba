#include "gateway/http/request_context.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/base32.hpp"
#include "base/id.hpp"

namespace postern::gateway {
namespace {

bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// Short, without surprises in a log line, and never 12 digits in a row: others must make an id of their own.
bool is_request_id(std::string_view text) {
    const auto fits = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
               c == '.';
    };
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, fits) && longest_digit_run(text) < 12;
}

}  // namespace

RequestContext make_context(const net::HttpRequest& request, Timestamp now, Random& random) {
    RequestContext context;
    const std::string_view given = request.header("x-request-id");
    const bool usable = request.count_headers("x-request-id") == 1 && is_request_id(given);
    context.request_id = usable ? std::string{given} : RequestId::create(now, random).text();
    if (request.count_headers("traceparent") == 1) {
        context.trace_id = parse_traceparent(request.header("traceparent")).value_or("");
    }
    return context;
}

std::optional<std::string> parse_traceparent(std::string_view header) {
    const bool shaped = header.size() == 55 && header.starts_with("00-") && header[35] == '-' && header[52] == '-';
    if (!shaped) return std::nullopt;
    const std::string_view trace = header.substr(3, 32);
    const std::string_view parent = header.substr(36, 16);
    const auto is_zero = [](std::string_view id) { return id.find_first_not_of('0') == id.npos; };
    if (!std::ranges::all_of(trace, is_lower_hex) || !std::ranges::all_of(parent, is_lower_hex) ||
        !std::ranges::all_of(header.substr(53), is_lower_hex) || is_zero(trace) || is_zero(parent)) {
        return std::nullopt;
    }
    std::array<std::uint8_t, 16> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        std::from_chars(trace.data() + 2 * i, trace.data() + 2 * i + 2, bytes[i], 16);
    }
    return base32_grouped(bytes);
}

}  // namespace postern::gateway
