#pragma once

#include <string_view>

#include "base/wiped/wiped.hpp"

namespace postern::vault {

// Reads JSON's small words from wiped memory into wiped memory. Every call moves `rest` behind what it read; false:
// it is not there, and `rest` is anywhere.
class JsonReader {
public:
    explicit JsonReader(std::string_view text) : rest_(text) {}
    bool take(char wanted);  // behind white space
    bool at_end();
    char peek();  // behind white space; 0 at the end
    // A string with its escapes undone, as UTF-8.
    bool string(wiped::Bytes& out);
    // -?[0-9]+ without leading zeros, fraction or exponent, at most 9 digits.
    bool integer(int& out);
    // Any scalar that is not a string or such an integer: true, false, null, 1.5, 1e3, a long number. Behind it the
    // reader goes on, so that one wrong type does not hide the other fields' errors.
    bool other_scalar();

private:
    void skip_space();
    bool escape(wiped::Bytes& out);
    bool hex4(unsigned& out);
    bool utf8(wiped::Bytes& out);
    std::string_view rest_;
};

}  // namespace postern::vault
