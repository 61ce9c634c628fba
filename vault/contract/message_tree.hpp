#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace postern::vault {

// A place that the vault fills; the gateway never sees what goes there.
enum class Slot {
    card_number, card_expiry_mmyy, card_expiry_month, card_expiry_year, card_security_code, card_holder_name,
    card_address, card_postal_code, card_track1, card_track2, card_encrypted_format, card_encrypted_source,
    card_encrypted_block, card_encrypted_key, card_processor_token, account_merchant_id, account_password, account_bearer,
};
std::string_view to_text(Slot slot);  // "card.number", "account.merchant_id", …
std::optional<Slot> parse_slot(std::string_view text);
bool is_of_card(Slot slot);  // the others are the account's
bool is_one_time(Slot slot);  // it may be in one message alone: security code, tracks, encrypted block

// A leaf: text as it is (the codec escapes it), or a slot.
using Leaf = std::variant<std::string, Slot>;

struct XmlElement;
// An XML document carried as the text of an element (Mercury's `tran`): escaped as a whole by the codec.
struct EmbeddedDocument {
    std::vector<XmlElement> root;  // exactly one
    friend bool operator==(const EmbeddedDocument&, const EmbeddedDocument&);
};
struct XmlElement {
    std::string name;  // qualified, as it is to be written
    std::vector<std::pair<std::string, Leaf>> attributes;
    std::variant<Leaf, std::vector<XmlElement>, EmbeddedDocument> content = Leaf{std::string{}};
    friend bool operator==(const XmlElement&, const XmlElement&);
};

struct FormField {
    std::string name;
    Leaf value;
    friend bool operator==(const FormField&, const FormField&) = default;
};
using FormBody = std::vector<FormField>;

struct NoBody {
    friend bool operator==(const NoBody&, const NoBody&) = default;
};
struct XmlBody {
    XmlElement root;
    friend bool operator==(const XmlBody&, const XmlBody&) = default;
};
using Body = std::variant<NoBody, XmlBody, FormBody>;

struct Header {
    std::string name;
    Leaf value;
    friend bool operator==(const Header&, const Header&) = default;
};

// A whole request to a processor, without host and without secrets: the keeper checks it against the destination's
// policy, fills the slots and writes the bytes with the codec of its body, so escaping is right by construction.
struct MessageTree {
    std::string method = "POST";
    std::string path_template;  // "/ws/ws.asmx", "/v1/payment_intents/{id}/capture"
    std::vector<std::pair<std::string, Leaf>> path_parameters;
    std::vector<Header> headers;  // host, content-length and content-type are the codec's
    Body body;
    friend bool operator==(const MessageTree&, const MessageTree&) = default;
};

// Whether any leaf is a slot of the card: such a message goes with a token, every other one without.
bool names_card(const MessageTree& message);
bool names(const MessageTree& message, Slot slot);
bool names_one_time(const MessageTree& message);
// The message without the elements, attributes, fields and headers that this slot would fill. Path parameters stay.
MessageTree without(MessageTree message, Slot slot);

inline bool operator==(const EmbeddedDocument& a, const EmbeddedDocument& b) { return a.root == b.root; }
inline bool operator==(const XmlElement& a, const XmlElement& b) {
    return a.name == b.name && a.attributes == b.attributes && a.content == b.content;
}

}  // namespace postern::vault
