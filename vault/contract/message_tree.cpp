#include "vault/contract/message_tree.hpp"

#include <algorithm>

#include "vault/contract/vault_client.hpp"

namespace postern::vault {
namespace {

constexpr Slot all_slots[] = {
    Slot::card_number,        Slot::card_expiry_mmyy, Slot::card_expiry_month,  Slot::card_expiry_year,
    Slot::card_security_code, Slot::card_holder_name, Slot::card_address,       Slot::card_postal_code,
    Slot::card_track1,        Slot::card_track2,      Slot::card_encrypted_format, Slot::card_encrypted_source,
    Slot::card_encrypted_block, Slot::card_encrypted_key, Slot::card_processor_token, Slot::account_merchant_id,
    Slot::account_password,   Slot::account_bearer,
};

// Walks over all leaves; `wanted` is asked about slots alone.
template <class Wanted>
class SlotSearch {
public:
    explicit SlotSearch(Wanted wanted) : wanted_{wanted} {}

    bool finds(const MessageTree& message) const {
        const bool in_path =
            std::ranges::any_of(message.path_parameters, [&](const auto& parameter) { return is(parameter.second); });
        return in_path || any(message.headers) || finds(message.body);
    }
    bool is(const Leaf& leaf) const {
        const auto* slot = std::get_if<Slot>(&leaf);
        return slot != nullptr && wanted_(*slot);
    }

private:
    template <class Named>
    bool any(const std::vector<Named>& leaves) const {
        return std::ranges::any_of(leaves, [&](const Named& named) { return is(named.value); });
    }
    bool finds(const XmlElement& element) const {
        const bool in_attributes =
            std::ranges::any_of(element.attributes, [&](const auto& attribute) { return is(attribute.second); });
        if (in_attributes) return true;
        if (const auto* leaf = std::get_if<Leaf>(&element.content)) return is(*leaf);
        const auto* children = std::get_if<std::vector<XmlElement>>(&element.content);
        const auto& below = children ? *children : std::get<EmbeddedDocument>(element.content).root;
        return std::ranges::any_of(below, [&](const XmlElement& child) { return finds(child); });
    }
    bool finds(const Body& body) const {
        if (const auto* xml = std::get_if<XmlBody>(&body)) return finds(xml->root);
        const auto* form = std::get_if<FormBody>(&body);
        return form != nullptr && any(*form);
    }

    Wanted wanted_;
};

void remove(XmlElement& element, const Leaf& unwanted) {
    std::erase_if(element.attributes, [&](const auto& attribute) { return attribute.second == unwanted; });
    auto* children = std::get_if<std::vector<XmlElement>>(&element.content);
    auto* document = std::get_if<EmbeddedDocument>(&element.content);
    if (document) children = &document->root;
    if (!children) return;
    std::erase_if(*children, [&](const XmlElement& child) {
        const auto* leaf = std::get_if<Leaf>(&child.content);
        return leaf != nullptr && *leaf == unwanted;
    });
    for (auto& child : *children) remove(child, unwanted);
}

}  // namespace

bool names_card(const MessageTree& message) { return SlotSearch{is_of_card}.finds(message); }

bool names(const MessageTree& message, Slot slot) {
    return SlotSearch{[slot](Slot found) { return found == slot; }}.finds(message);
}

bool names_one_time(const MessageTree& message) { return SlotSearch{is_one_time}.finds(message); }

MessageTree without(MessageTree message, Slot slot) {
    const Leaf unwanted{slot};
    std::erase_if(message.headers, [&](const Header& header) { return header.value == unwanted; });
    if (auto* form = std::get_if<FormBody>(&message.body))
        std::erase_if(*form, [&](const FormField& field) { return field.value == unwanted; });
    if (auto* xml = std::get_if<XmlBody>(&message.body)) remove(xml->root, unwanted);
    return message;
}

std::string_view to_text(Slot slot) {
    switch (slot) {
        case Slot::card_number: return "card.number";
        case Slot::card_expiry_mmyy: return "card.expiry";
        case Slot::card_expiry_month: return "card.expiry_month";
        case Slot::card_expiry_year: return "card.expiry_year";
        case Slot::card_security_code: return "card.security_code";
        case Slot::card_holder_name: return "card.holder_name";
        case Slot::card_address: return "card.address";
        case Slot::card_postal_code: return "card.postal_code";
        case Slot::card_track1: return "card.track1";
        case Slot::card_track2: return "card.track2";
        case Slot::card_encrypted_format: return "card.encrypted_format";
        case Slot::card_encrypted_source: return "card.encrypted_source";
        case Slot::card_encrypted_block: return "card.encrypted_block";
        case Slot::card_encrypted_key: return "card.encrypted_key";
        case Slot::card_processor_token: return "card.processor_token";
        case Slot::account_merchant_id: return "account.merchant_id";
        case Slot::account_password: return "account.password";
        case Slot::account_bearer: return "account.bearer";
    }
    __builtin_unreachable();
}

bool is_of_card(Slot slot) {
    switch (slot) {
        case Slot::account_merchant_id:
        case Slot::account_password:
        case Slot::account_bearer: return false;
        case Slot::card_number:
        case Slot::card_expiry_mmyy:
        case Slot::card_expiry_month:
        case Slot::card_expiry_year:
        case Slot::card_security_code:
        case Slot::card_holder_name:
        case Slot::card_address:
        case Slot::card_postal_code:
        case Slot::card_track1:
        case Slot::card_track2:
        case Slot::card_encrypted_format:
        case Slot::card_encrypted_source:
        case Slot::card_encrypted_block:
        case Slot::card_encrypted_key:
        case Slot::card_processor_token: return true;
    }
    __builtin_unreachable();
}

bool is_one_time(Slot slot) {
    switch (slot) {
        case Slot::card_security_code:
        case Slot::card_track1:
        case Slot::card_track2:
        case Slot::card_encrypted_format:
        case Slot::card_encrypted_source:
        case Slot::card_encrypted_block:
        case Slot::card_encrypted_key: return true;
        case Slot::account_merchant_id:
        case Slot::account_password:
        case Slot::account_bearer:
        case Slot::card_number:
        case Slot::card_expiry_mmyy:
        case Slot::card_expiry_month:
        case Slot::card_expiry_year:
        case Slot::card_holder_name:
        case Slot::card_address:
        case Slot::card_postal_code:
        case Slot::card_processor_token: return false;
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
