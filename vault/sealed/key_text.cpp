#include "vault/sealed/key_ring.hpp"

namespace postern::vault::sealed {

std::string_view to_text(KeyPurpose purpose) {
    switch (purpose) {
        case KeyPurpose::kek: return "kek";
        case KeyPurpose::card: return "card";
        case KeyPurpose::index: return "index";
        case KeyPurpose::account: return "account";
        case KeyPurpose::reply: return "reply";
    }
    __builtin_unreachable();
}

Result<KeyPurpose> parse_key_purpose(std::string_view text) {
    for (const auto purpose :
         {KeyPurpose::kek, KeyPurpose::card, KeyPurpose::index, KeyPurpose::account, KeyPurpose::reply})
        if (to_text(purpose) == text) return purpose;
    return Error{ErrorKind::internal, "key_purpose_unknown"};
}

}  // namespace postern::vault::sealed
