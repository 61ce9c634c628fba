#include "gateway/storage/array_rows.hpp"

#include <stdexcept>

#include "base/base32.hpp"

namespace postern::gateway::rows {

std::string& ArrayRows::next() {
    std::string& literal = literals_[count_++ % literals_.size()];
    literal += literal.empty() ? '{' : ',';
    return literal;
}

ArrayRows& ArrayRows::bare(std::string_view text) {
    next() += text;
    return *this;
}

ArrayRows& ArrayRows::quoted(std::string_view text) {
    std::string& literal = next();
    literal += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') literal += '\\';
        literal += c;
    }
    literal += '"';
    return *this;
}

ArrayRows& ArrayRows::text(std::string_view text) { return quoted(stored_text(text)); }
ArrayRows& ArrayRows::number(std::int64_t number) { return bare(std::to_string(number)); }
ArrayRows& ArrayRows::time(Timestamp time) { return quoted(to_rfc3339(time)); }

ArrayRows& ArrayRows::milliseconds(const std::optional<std::chrono::milliseconds>& span) {
    return span ? number(span->count()) : null();
}

std::vector<std::string> ArrayRows::take() {
    if (count_ % literals_.size() != 0) throw std::logic_error("a row with too few or too many columns");
    for (std::string& literal : literals_) literal += literal.empty() ? "{}" : "}";
    return std::move(literals_);
}

}  // namespace postern::gateway::rows
