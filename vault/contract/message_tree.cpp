#include "vault/contract/message_tree.hpp"

#include <algorithm>

#include "vault/contract/vault_client.hpp"

namespace postern::vault {
namespace {

constexpr Slot all_slots[] = {
    Slot::card_number,  Slot::card_expiry_mmyy, Slot::card_security_code,  Slot::card_holder_name,
    Slot::card_address, Slot::card_postal_code, Slot::account_merchant_id, Slot::account_password,
};

bool is_card(const Leaf& leaf) {
    const auto* slot = std::get_if<Slot>(&leaf);
    return slot != nullptr && *slot != Slot::account_merchant_id && *slot != Slot::account_password;
}

template <class Named>
bool any_is_card(const std::vector<Named>& leaves) {
    return std::ranges::any_of(leaves, [](const Named& named) { return is_card(named.value); });
}

bool names_card(const XmlElement& element) {
    const bool in_attributes =
        std::ranges::any_of(element.attributes, [](const auto& attribute) { return is_card(attribute.second); });
    if (in_attributes) return true;
    if (const auto* leaf = std::get_if<Leaf>(&element.content)) return is_card(*leaf);
    const auto* children = std::get_if<std::vector<XmlElement>>(&element.content);
    const auto& below = children ? *children : std::get<EmbeddedDocument>(element.content).root;
    return std::ranges::any_of(below, [](const XmlElement& child) { return names_card(child); });
}

bool names_card(const Body& body) {
    if (const auto* xml = std::get_if<XmlBody>(&body)) return names_card(xml->root);
    const auto* form = std::get_if<FormBody>(&body);
    return form != nullptr && any_is_card(*form);
}

}  // namespace

bool names_card(const MessageTree& message) {
    const bool in_path =
        std::ranges::any_of(message.path_parameters, [](const auto& parameter) { return is_card(parameter.second); });
    return in_path || any_is_card(message.headers) || names_card(message.body);
}

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
