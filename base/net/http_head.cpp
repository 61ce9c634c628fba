#include "base/net/http_head.hpp"

#include <algorithm>
#include <array>

namespace postern::net {
namespace {

constexpr std::size_t headers_max = 100;
constexpr std::string_view line_end = "\r\n";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_visible(char c) { return c > 0x20 && c < 0x7f; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_token_character(char c) {  // RFC 9110, 5.6.2
    return is_letter(c) || is_digit(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
bool is_value_character(char c) { return c == '\t' || static_cast<unsigned char>(c) >= 0x20; }
bool is_token(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_token_character); }

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool equal_ignoring_case(std::string_view left, std::string_view lower) {
    return std::ranges::equal(left, lower, [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

bool is_target(std::string_view target, std::string_view method) {
    if (target == "*") return method == "OPTIONS";
    return target.starts_with('/') && std::ranges::all_of(target, is_visible) && target.find('#') == target.npos;
}

struct StartLine {
    std::string_view fault;
    bool http_1_1 = false;
};

StartLine version_of(std::string_view version) {
    if (version == "HTTP/1.1") return {"", true};
    if (version == "HTTP/1.0") return {"", false};
    return {version.starts_with("HTTP/") ? "version_unknown" : "malformed"};
}

StartLine check_request_line(std::string_view line) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == line.npos || first == last) return {"malformed"};
    const auto method = line.substr(0, first);
    if (!is_token(method) || !is_target(line.substr(first + 1, last - first - 1), method)) return {"malformed"};
    return version_of(line.substr(last + 1));
}

StartLine check_status_line(std::string_view line) {
    const auto status = line.substr(std::min<std::size_t>(line.size(), 8));
    const bool formed = status.size() >= 4 && status[0] == ' ' && is_digit(status[1]) && is_digit(status[2]) &&
                        is_digit(status[3]) && (status.size() == 4 || status[4] == ' ');
    if (!formed || !std::ranges::all_of(line, is_value_character)) return {"malformed"};
    return version_of(line.substr(0, 8));
}

// What is counted of the fields that may stand once.
class Singles {
public:
    std::string_view take(std::string_view name, std::string_view value) {
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (!equal_ignoring_case(name, names[i])) continue;
            if (seen_[i]) return "repeated_header";
            seen_[i] = true;
            if (i == length) return is_length(value) ? "" : "malformed";
            if (i == coding) return equal_ignoring_case(value, "chunked") ? "" : "malformed";
        }
        return "";
    }
    std::string_view framing_fault(HeadKind kind, bool http_1_1) const {
        if (seen_[coding] && (seen_[length] || !http_1_1)) return "length_and_chunked";
        if (kind == HeadKind::request && http_1_1 && !seen_[host]) return "host_missing";
        return "";
    }

private:
    enum : std::size_t { host, length, coding };
    static constexpr std::array<std::string_view, 6> names = {"host",         "content-length", "transfer-encoding",
                                                              "content-type", "authorization",  "expect"};
    static bool is_length(std::string_view value) {
        return !value.empty() && value.size() <= 18 && std::ranges::all_of(value, is_digit);
    }
    std::array<bool, names.size()> seen_{};
};

}  // namespace

std::string_view head_fault(std::string_view head, HeadKind kind) {
    auto end = head.find(line_end);
    if (end == head.npos || !head.ends_with("\r\n\r\n")) return "malformed";
    const auto first = head.substr(0, end);
    const auto start = kind == HeadKind::request ? check_request_line(first) : check_status_line(first);
    if (!start.fault.empty()) return start.fault;
    Singles singles;
    std::size_t headers = 0;
    for (auto rest = head.substr(end + 2); rest != line_end; rest.remove_prefix(end + 2)) {
        end = rest.find(line_end);
        const auto line = rest.substr(0, end);
        const auto colon = line.find(':');
        if (colon == line.npos || !is_token(line.substr(0, colon))) return "malformed";
        const auto value = trimmed(line.substr(colon + 1));
        if (!std::ranges::all_of(value, is_value_character)) return "malformed";
        if (++headers > headers_max) return "too_many_headers";
        const auto fault = singles.take(line.substr(0, colon), value);
        if (!fault.empty()) return fault;
    }
    return singles.framing_fault(kind, start.http_1_1);
}

std::size_t HeadScan::find(std::string_view bytes) {
    for (; scanned < bytes.size(); ++scanned) {
        if (bytes[scanned] != '\n') continue;
        if (scanned == 0 || bytes[scanned - 1] != '\r') {
            bare_line_feed = true;
            return 0;
        }
        if (scanned >= 3 && bytes.substr(scanned - 3, 4) == "\r\n\r\n") return scanned + 1;
    }
    return 0;
}

std::string to_lower(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    return lower;
}

}  // namespace postern::net
