#pragma once

#include <functional>
#include <string_view>

#include "base/result.hpp"
#include "base/wiped/wiped.hpp"
#include "vault/contract/message_tree.hpp"

namespace postern::processors::wire {

// Appends the slot's characters, unescaped; the codec escapes them like any other text. An error stops the message.
using FillSlot = std::function<Status(vault::Slot slot, wiped::Bytes& out)>;

// The whole HTTP/1.1 request of a tree: request line, Host, Content-Type, Content-Length, the tree's headers, body.
// Path parameters are percent-encoded; a header value or name with a control character is refused
// ("malformed_header"), as is an XML name that is none ("malformed_name") and a character that XML cannot carry
// ("malformed_text"). A method that is no word, a path that does not fit its parameters, a parameter that would climb
// ("..") are "malformed_request_line"; an embedded document without exactly one root, or a tree deeper than
// tree_depth_max, is "malformed_tree". With the same tree and slots the bytes are the same.
Result<wiped::Bytes> serialize_http(const vault::MessageTree& tree, std::string_view host,
                                    std::string_view content_type, const FillSlot& fill);

constexpr std::size_t tree_depth_max = 32;

}  // namespace postern::processors::wire
