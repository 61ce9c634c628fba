#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/net/http_types.hpp"
#include "base/result.hpp"

namespace postern::mercury::sandbox {

// The forms in which a processor could hand a card number back inside a reply, by name: "plain", "hex", "base64+1", …
std::vector<std::string> echo_forms();
// Those that change the reply around it: "chunks" of one byte, "gzip", "utf16_reply", "content_type".
std::vector<std::string> reply_forms();

// The number in this form as XML content, plain where the form is of the reply; "unknown_form".
Result<std::string> echoed(std::string_view digits, std::string_view form);

// Changes a reply that holds the number as the form wants it; nothing for a form of the content alone.
void change_reply(net::HttpResponse& reply, std::string_view digits, std::string_view form);

}  // namespace postern::mercury::sandbox
