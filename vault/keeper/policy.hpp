#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "vault/contract/message_tree.hpp"

namespace postern::vault {

enum class BodyFormat { none, xml, form };

// What one operation's message may be and hold, by place. A place is the names from the root joined by '/'; an attribute's
// last part begins with '@'; an embedded document's root is a child of its carrier; a form field is its name.
struct OperationPolicy {
    std::string method, path;
    BodyFormat format = BodyFormat::none;
    bool needs_token = false;
    bool takes_security_code = false;  // `security_code = "take"`
    std::string processor_token;       // the reply's field that the vault keeps as the card's token there; empty: none
    std::map<std::string, Leaf, std::less<>> required;  // exactly this text or slot, exactly once
    std::map<std::string, Leaf, std::less<>> optional;  // exactly this, at most once
    std::set<std::string, std::less<>> text;            // any text, never a slot, at most once
    std::set<std::string, std::less<>> parents;         // derived: what stands above a listed place
};

// What may be sent to one destination: the adapter's data, loaded by the vault. It is the one thing that stands between
// a hijacked gateway and the card, so it lists what is allowed and refuses all else, by exact name and exact place.
class Policy {
public:
    static Result<Policy> load(const std::string& file);         // "bad_policy"
    static Result<Policy> parse(std::string_view toml, std::string_view source);

    // An error of kind `forbidden` names the first thing that is off: "slot_not_allowed", "slot_required",
    // "fixed_text_differs", "place_missing", "path_not_allowed", "element_repeated", "embedded_not_allowed",
    // "header_not_allowed", "header_repeated", "method_differs", "path_differs", "body_differs",
    // "operation_not_allowed", "token_required", "token_not_allowed", "text_not_allowed".
    Status check(const MessageTree& tree, std::string_view operation, bool has_token) const;

    const std::string& destination() const { return destination_; }
    const std::string& content_type() const { return content_type_; }
    const std::vector<std::string>& masked_reply_fields() const { return masked_reply_fields_; }
    std::chrono::days processor_token_life() const { return processor_token_life_; }  // from its last renewal
    const OperationPolicy* find(std::string_view operation) const;

private:
    friend class PolicyFile;
    friend class PolicyCheck;
    std::string destination_, content_type_;
    std::set<std::string, std::less<>> headers_;   // lower case
    std::set<std::string, std::less<>> embedded_;  // places whose text is a document
    std::vector<std::string> masked_reply_fields_;
    std::chrono::days processor_token_life_{0};
    std::map<std::string, OperationPolicy, std::less<>> operations_;
};

// A text leaf longer than this is refused: nothing that a processor asks of us is.
constexpr std::size_t policy_text_bytes_max = 512;

}  // namespace postern::vault
