#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/wiped/wiped.hpp"

namespace postern::vault {

// One character of a reply as some reader may see it, and the bytes of the reply that it came from. Masking works on
// those bytes, so that what was found under any number of layers is rewritten where it stands.
struct Seen {
    char character = 0;
    std::uint32_t begin = 0, end = 0;
};
using View = std::vector<Seen, wiped::Allocator<Seen>>;

View raw_view(std::string_view reply);

// One layer off: XML entities, CDATA marks, percent escapes, \u and \x escapes, digits of other scripts, zero bytes
// (UTF-16 and UTF-32). Gives the same characters back where there is no layer.
View decoded(const View& view);

// Without markup: what a reader of the text alone sees, so that a number split over elements is whole.
View without_tags(const View& view);

// What a run of base64 characters (line breaks inside allowed, both alphabets) or of hex digits holds.
View base64_decoded(const View& view, std::size_t first, std::size_t last);
View hex_decoded(const View& view, std::size_t first, std::size_t last);

// Runs of such characters that are at least `least` long, separators that such encodings allow not counted.
struct Run {
    std::size_t first = 0, last = 0;  // [first, last)
};
std::vector<Run> base64_runs(const View& view, std::size_t least);
std::vector<Run> hex_runs(const View& view, std::size_t least);

View reversed(const View& view);
bool same_characters(const View& a, const View& b);

}  // namespace postern::vault
