#pragma once

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "vault/keeper/needles.hpp"
#include "vault/keeper/reply_view.hpp"

namespace postern::vault {

// The bytes of a reply that must not leave. Markup that a found text spans stays, so that the document stays one.
class Marks {
public:
    explicit Marks(std::string_view reply);
    void add(const Seen& seen);
    bool near_before(std::uint32_t at, std::uint32_t distance) const;  // a marked byte, no '<' in between
    bool any() const { return any_; }
    bool at(std::size_t byte) const { return marked_[byte] != 0; }

private:
    std::string_view reply_;
    std::vector<char> marked_;
    std::vector<char> kept_;  // the marks of CDATA sections
    bool any_ = false;
};

// One way to read a part of a reply.
struct Reading {
    const View& view;
    std::string_view characters;  // of the view
};

// Looks for one card number in a reading, forwards and backwards: as digits with anything between them, spelled as
// character codes, packed two in a byte, one in the low half of each byte, as base32 (three alphabets), or as the value
// that the digits make: in bytes, hex, octal or base 36.
class NumberHunt {
public:
    explicit NumberHunt(std::span<const char> digits);
    bool stands_in(std::string_view characters) const;
    // What is shorter than `spelled_least` can hold the number in its bytes alone: packed, or as the value.
    bool stands_in_bytes_of(std::string_view characters) const;
    std::size_t spelled_least() const { return std::min(spelled_.size_least(), words_.size_least()); }
    void run(const Reading& reading, Marks& marks) const;  // marks all that makes `stands_in` true

private:
    void add_spelling(wiped::Bytes spelling);
    void add_word(wiped::Bytes word);
    void add_packed(std::span<const char> digits);
    void add_value(std::span<const char> digits);
    void add_base32(std::span<const char> bytes);
    Needles spelled_;  // as a reader of digits alone meets the number
    Needles words_;    // as a reader of letters (lower case) and digits alone meets it
    Needles bytes_;
};

// Looks for a text as it is.
void hunt_text(const Reading& reading, std::span<const char> text, Marks& marks);
bool text_stands_in(std::string_view characters, std::span<const char> text);

// Looks for a security code, standing alone, behind a name for it or close behind what is already marked.
void hunt_code(const Reading& reading, std::span<const char> code, Marks& marks);
bool named_code_stands_in(std::string_view characters, std::span<const char> code);

}  // namespace postern::vault
