#pragma once

#include <string_view>
#include <vector>

#include "vault/contract/message_tree.hpp"

namespace postern::mercury {

// The words that every message of ours says of itself; the policy holds the same.
inline constexpr std::string_view memo = "Postern 0.1";

vault::XmlElement text(std::string_view name, std::string_view value);
vault::XmlElement slot(std::string_view name, vault::Slot value);
vault::XmlElement group(std::string_view name, std::vector<vault::XmlElement> children);

// A call of one of the service's operations (SOAP 1.1, document/literal).
vault::MessageTree soap(std::string_view operation, std::vector<vault::XmlElement> parameters);
// One that carries a TStream with this Transaction, as text within the envelope, and the account's password.
vault::MessageTree transaction_call(std::string_view operation, std::vector<vault::XmlElement> transaction);

}  // namespace postern::mercury
