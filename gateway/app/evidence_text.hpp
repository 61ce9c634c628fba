#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "vault/contract/vault_client.hpp"

namespace postern::gateway {

// A verdict as the evidence row keeps it, so that the resolver reads it back without asking the vault again: one head
// line (`sent 200 text/xml`, `not_sent CODE`, `maybe_sent CODE`), then the scrubbed reply as it came.
std::string encode_verdict_text(const vault::Verdict& verdict);
std::optional<vault::Verdict> decode_verdict_text(std::string_view text);

}  // namespace postern::gateway
