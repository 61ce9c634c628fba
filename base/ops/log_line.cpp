#include "base/ops/log_line.hpp"

#include "base/base32.hpp"
#include "base/card_shape.hpp"

namespace postern::ops {
namespace {

constexpr std::size_t digits_max = 11;  // of a card-free zone; see base/base32.hpp

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string without_long_runs(std::string_view text) {
    std::string out;
    std::size_t run = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size() && is_digit(text[i])) {
            ++run;
            continue;
        }
        if (run > digits_max) out += "[digits]";
        else out += text.substr(i - run, run);
        run = 0;
        if (i < text.size()) out += text[i];
    }
    return out;
}

std::string guarded(std::string_view text) {
    if (holds_card_number(text)) return "[card-like]";
    return longest_digit_run(text) > digits_max ? without_long_runs(text) : std::string(text);
}

// Foreign bytes become '?': a log line is ASCII JSON, whatever a peer sent.
void append_quoted(std::string_view text, std::string& out) {
    constexpr std::string_view hex = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') (out += '\\') += c;
        else if (c == '\n') out += "\\n";
        else if (byte < 0x20) ((out += "\\u00") += hex[byte >> 4]) += hex[byte & 15];
        else out += byte < 0x7f ? c : '?';
    }
    out += '"';
}

void append_member(std::string_view name, std::string_view value, std::string& out) {
    out += out.empty() ? '{' : ',';
    append_quoted(guarded(name), out);
    out += ':';
    append_quoted(guarded(value), out);
}

std::string_view name_of(Level level) {
    switch (level) {
        case Level::debug: return "debug";
        case Level::info: return "info";
        case Level::warn: return "warn";
        case Level::error: return "error";
    }
    __builtin_unreachable();
}

}  // namespace

std::string log_line(Timestamp time, Level level, std::string_view program, std::string_view message,
                     std::initializer_list<Field> fields) {
    std::string line;
    append_member("time", to_rfc3339(time), line);
    append_member("level", name_of(level), line);
    append_member("program", program, line);
    append_member("msg", message, line);
    for (const auto& [name, value] : fields) append_member(name, value, line);
    line += '}';
    return line;
}

}  // namespace postern::ops
