#pragma once

#include <string>
#include <string_view>

namespace postern::vault {

// The text form of a PostgreSQL array, one element at a time: `{"a","b"}`. Binary values go as hexadecimal text, which
// the statement decodes.
class ArrayText {
public:
    void add(std::string_view text);
    void add(int number) { add(std::to_string(number)); }
    void add_flag(bool is_true) { add(is_true ? "true" : "false"); }
    void add_binary(std::string_view bytes);
    std::string take() { return (text_.empty() ? std::string("{") : std::move(text_)) + "}"; }

private:
    std::string text_;
};

std::string to_hex(std::string_view bytes);

}  // namespace postern::vault
