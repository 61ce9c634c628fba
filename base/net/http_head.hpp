#pragma once

#include <string>
#include <string_view>

namespace postern::net {

// What makes two parsers read one message as two, found before Beast reads it. Pure.
enum class HeadKind { request, response };

// The first fault of a message head (all bytes up to and with its empty line), or "" where there is none:
//   "malformed"           a bare CR or LF, a control character, a folded line, white space around a name, no name,
//                         a start line out of form, a length that is no number, a coding other than chunked
//   "repeated_header"     Host, Content-Length, Transfer-Encoding, Content-Type, Authorization or Expect twice
//   "length_and_chunked"  both framings at once, or chunked in HTTP/1.0
//   "host_missing"        HTTP/1.1 without Host
//   "version_unknown"     neither HTTP/1.0 nor HTTP/1.1
//   "too_many_headers"
std::string_view head_fault(std::string_view head, HeadKind kind);

// Length of the head at the begin of `bytes`, 0 while its end is not there. Looks from `scanned` on and moves it.
struct HeadScan {
    std::size_t scanned = 0;
    bool bare_line_feed = false;  // never becomes a head: refuse now instead of waiting for more
    std::size_t find(std::string_view bytes);
};

std::string to_lower(std::string_view text);

}  // namespace postern::net
