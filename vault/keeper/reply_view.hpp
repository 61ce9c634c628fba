#pragma once

#include <cstdint>
#include <span>
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

// The characters of a view alone: enough to ask whether something stands there, and several times cheaper to make.
using PlainView = wiped::Bytes;

// What follows reads either of them. An `out` is another view than the one that is read, and what it held is lost: one
// buffer serves for many readings and is wiped when it ends.

View raw_view(std::string_view reply);
PlainView plain_view(const View& view);

// One layer off: XML entities, CDATA marks, percent escapes, \u and \x escapes, digits of other scripts, zero bytes
// (UTF-16 and UTF-32). False where there is no layer: `out` is left alone.
template <class AnyView>
bool decode_escapes(const AnyView& view, AnyView& out);

// Without markup: what a reader of the text alone sees, so that a number split over elements is whole. False where
// there is none: `out` is left alone.
template <class AnyView>
bool drop_tags(const AnyView& view, AnyView& out);

// Runs of base64 characters (line breaks inside allowed, both alphabets) or of hex digits that are at least `least`
// long, separators that such encodings allow not counted.
struct Run {
    std::size_t first = 0, last = 0;  // [first, last)
};
template <class AnyView>
std::vector<Run> base64_runs(const AnyView& view, std::size_t least);
template <class AnyView>
std::vector<Run> hex_runs(const AnyView& view, std::size_t least);

// What such a run holds.
template <class AnyView>
using Part = std::span<const typename AnyView::value_type>;
template <class AnyView>
void decode_base64(Part<AnyView> run, AnyView& out);
template <class AnyView>
void decode_hex(Part<AnyView> run, AnyView& out);

}  // namespace postern::vault
