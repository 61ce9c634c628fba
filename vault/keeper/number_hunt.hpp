#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

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
    void run(const Reading& reading, Marks& marks) const;

private:
    void add_packed(std::span<const char> digits);
    void add_value(std::span<const char> digits);
    void add_words(std::span<const char> digits);
    void look_at_digits(const Reading& reading, Marks& marks) const;
    void look_at_packed(const Reading& reading, Marks& marks) const;
    void look_at_low_halves(const Reading& reading, Marks& marks) const;
    void look_at_words(const Reading& reading, Marks& marks) const;
    std::size_t size_;
    std::vector<wiped::Bytes> spellings_;   // as a reader of digits alone meets the number
    std::vector<wiped::Bytes> packed_;
    std::vector<wiped::Bytes> low_halves_;  // 0..9
    std::vector<wiped::Bytes> words_;       // as a reader of letters (lower case) and digits alone meets it
    std::size_t words_shortest_ = 0;
    wiped::Bytes words_from_;               // where those of a pair of first characters begin; they are sorted by it
};

// Looks for a text as it is.
void hunt_text(const Reading& reading, std::span<const char> text, Marks& marks);

// Looks for a security code, standing alone, behind a name for it or close behind what is already marked.
void hunt_code(const Reading& reading, std::span<const char> code, Marks& marks);

// Calls `use` with a view; the second also with whatever its base64 and hex runs hold, at each alignment, read forwards
// and backwards, to a small depth.
using UseReading = std::function<void(const Reading& reading)>;
void read_as_it_is(const View& view, const UseReading& use);
void read_with_what_it_holds(const View& view, const UseReading& use);

}  // namespace postern::vault
