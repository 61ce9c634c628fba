#pragma once

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

// Looks for one card number in a view and in whatever its base64 and hex runs hold, forwards and backwards.
class NumberHunt {
public:
    explicit NumberHunt(std::span<const char> digits);
    void run(const View& view, Marks& marks) const { look(view, marks, 0); }

private:
    void look(const View& view, Marks& marks, int depth) const;
    void look_one_way(const View& view, Marks& marks, int depth) const;
    void look_at_digits(const View& view, Marks& marks) const;
    void look_at_nibbles(const View& view, Marks& marks) const;
    wiped::Bytes digits_;                // '0'..'9'
    wiped::Bytes nibbles_;               // 0..9
    std::vector<wiped::Bytes> needles_;  // the number as a reader of digits alone meets it
};

// Looks for a text as it is in a view and in what its base64 and hex runs hold.
void hunt_text(const View& view, std::span<const char> text, Marks& marks);

// Looks for a security code, standing alone, behind a name for it or close behind what is already marked.
void hunt_code(const View& view, std::span<const char> code, Marks& marks);

}  // namespace postern::vault
