#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

namespace postern {

// What went wrong, for whoever must decide what to do next. A decline is not an error; it is an outcome.
enum class ErrorKind {
    invalid_request,  // the caller's input; nothing happened
    not_found,
    conflict,         // the state or another request forbids it; nothing happened
    forbidden,        // the caller may not do this; nothing happened
    unavailable,      // provably nothing happened; the same request may be sent again
    outcome_unknown,  // something may have happened: look it up, never repeat blindly
    internal,         // a bug or a broken invariant
};

// True only where a repeat of the same request cannot act twice.
constexpr bool safe_to_retry(ErrorKind kind) {
    switch (kind) {  // no default label: a new kind must be decided here to compile
        case ErrorKind::unavailable: return true;
        case ErrorKind::invalid_request:
        case ErrorKind::not_found:
        case ErrorKind::conflict:
        case ErrorKind::forbidden:
        case ErrorKind::outcome_unknown:
        case ErrorKind::internal: return false;
    }
    __builtin_unreachable();
}

// An expected failure. `code` is public and stable (a string literal); `detail` is for our own logs: it never holds
// card data and never reaches a merchant; `field` is a JSON pointer into the caller's body where one is to blame.
struct Error {
    ErrorKind kind = ErrorKind::internal;
    std::string_view code = "internal";
    std::string detail = {};
    std::string field = {};
};

// Called by boost::system::result when value() is asked of an error: a bug in the caller.
[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw std::logic_error("value of a failed result: " + std::string(error.code) + " " + error.detail);
}

// A value or the reason why there is none. Dropping one is a compile error.
template <class T>
class [[nodiscard]] Result : public boost::system::result<T, Error> {
public:
    using boost::system::result<T, Error>::result;
};

using Status = Result<void>;

}  // namespace postern
