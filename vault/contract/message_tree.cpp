#include "vault/contract/message_tree.hpp"

#include "vault/contract/vault_client.hpp"

namespace postern::vault {
namespace {

constexpr Slot all_slots[] = {
    Slot::card_number,  Slot::card_expiry_mmyy, Slot::card_security_code,  Slot::card_holder_name,
    Slot::card_address, Slot::card_postal_code, Slot::account_merchant_id, Slot::account_password,
};

}  // namespace

std::string_view to_text(Slot slot) {
    switch (slot) {
        case Slot::card_number: return "card.number";
        case Slot::card_expiry_mmyy: return "card.expiry";
        case Slot::card_security_code: return "card.security_code";
        case Slot::card_holder_name: return "card.holder_name";
        case Slot::card_address: return "card.address";
        case Slot::card_postal_code: return "card.postal_code";
        case Slot::account_merchant_id: return "account.merchant_id";
        case Slot::account_password: return "account.password";
    }
    __builtin_unreachable();
}

std::optional<Slot> parse_slot(std::string_view text) {
    for (const auto slot : all_slots)
        if (to_text(slot) == text) return slot;
    return std::nullopt;
}

std::string_view to_text(AttemptKind kind) {
    switch (kind) {
        case AttemptKind::send: return "send";
        case AttemptKind::resend: return "resend";
        case AttemptKind::inquire: return "inquire";
        case AttemptKind::reverse: return "reverse";
    }
    __builtin_unreachable();
}

}  // namespace postern::vault
