#include <algorithm>
#include <cctype>

#include "vault/keeper/policy.hpp"

namespace postern::vault {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

Error refused(std::string_view code, std::string where) {
    return {ErrorKind::forbidden, code, std::move(where), {}};
}

// Control characters have no place in a message to a processor and could end a header or a line early.
bool is_plain_text(std::string_view text) {
    return text.size() <= policy_text_bytes_max &&
           std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

constexpr std::size_t depth_max = 32;

}  // namespace

// One walk over one message: every leaf is looked up by its place, and each place is used up by its first leaf.
class PolicyCheck {
public:
    PolicyCheck(const Policy& policy, const OperationPolicy& operation, bool has_token)
        : policy_(policy), operation_(operation), has_token_(has_token) {}

    Status run(const MessageTree& tree) {
        if (tree.method != operation_.method) return refused("method_differs", tree.method);
        if (tree.path_template != operation_.path) return refused("path_differs", tree.path_template);
        if (auto done = path_parameters(tree); !done) return done;
        if (auto done = headers(tree); !done) return done;
        if (auto done = body(tree.body); !done) return done;
        for (const auto& [place, value] : operation_.required)
            if (!seen_.contains(place)) return refused("place_missing", place);
        return {};
    }

private:
    // A parameter belongs to a `{name}` of the policy's path; its value stays inside its segment.
    Status path_parameters(const MessageTree& tree) {
        for (const auto& [name, value] : tree.path_parameters) {
            const bool known = operation_.path.find("{" + name + "}") != std::string::npos;
            if (!known) return refused("path_not_allowed", "path parameter " + name);
            if (auto done = leaf("{" + name + "}", value); !done) return done;
        }
        return {};
    }

    Status headers(const MessageTree& tree) {
        for (const auto& header : tree.headers) {
            const auto name = lower(header.name);
            if (!policy_.headers_.contains(name)) return refused("header_not_allowed", name);
            const auto place = "header:" + name;
            if (!seen_.insert(place).second) return refused("header_repeated", name);
            if (const auto ruled = rule(place)) {
                if (auto done = matches(*ruled, header.value, place); !done) return done;
                continue;
            }
            const auto* text = std::get_if<std::string>(&header.value);
            if (!text) return refused("slot_not_allowed", place);
            if (!is_plain_text(*text)) return refused("text_not_allowed", place);
        }
        return {};
    }

    Status body(const Body& body) {
        switch (operation_.format) {
            case BodyFormat::none:
                if (!std::holds_alternative<NoBody>(body)) return refused("body_differs", "none expected");
                return {};
            case BodyFormat::xml:
                if (const auto* xml = std::get_if<XmlBody>(&body)) return element("", xml->root, 0);
                return refused("body_differs", "xml expected");
            case BodyFormat::form:
                if (const auto* form = std::get_if<FormBody>(&body)) {
                    for (const auto& field : *form)
                        if (auto done = leaf(field.name, field.value); !done) return done;
                    return {};
                }
                return refused("body_differs", "form expected");
        }
        __builtin_unreachable();
    }

    Status element(const std::string& above, const XmlElement& node, std::size_t depth) {
        // A name with a '/' or '@' in it could spell another place.
        if (node.name.find_first_of("/@{}") != std::string::npos || depth > depth_max)
            return refused("path_not_allowed", above + "/" + node.name);
        const auto place = above.empty() ? node.name : above + "/" + node.name;
        for (const auto& [name, value] : node.attributes)
            if (auto done = leaf(place + "/@" + name, value); !done) return done;
        if (const auto* text = std::get_if<Leaf>(&node.content)) return leaf(place, *text);
        if (!operation_.parents.contains(place)) return refused("path_not_allowed", place);
        if (!seen_.insert(place).second) return refused("element_repeated", place);
        const auto* document = std::get_if<EmbeddedDocument>(&node.content);
        if ((document != nullptr) != policy_.embedded_.contains(place)) return refused("embedded_not_allowed", place);
        if (document) {
            if (document->root.size() != 1) return refused("embedded_not_allowed", place);
            return element(place, document->root.front(), depth + 1);
        }
        for (const auto& child : std::get<std::vector<XmlElement>>(node.content))
            if (auto done = element(place, child, depth + 1); !done) return done;
        return {};
    }

    Status leaf(const std::string& place, const Leaf& value) {
        const auto ruled = rule(place);
        if (!ruled && !operation_.text.contains(place)) {
            if (std::holds_alternative<Slot>(value)) return refused("slot_not_allowed", place);
            return refused("path_not_allowed", place);
        }
        if (!seen_.insert(place).second) return refused("element_repeated", place);
        if (ruled) return matches(*ruled, value, place);
        const auto* text = std::get_if<std::string>(&value);
        if (!text) return refused("slot_not_allowed", place);
        if (!is_plain_text(*text)) return refused("text_not_allowed", place);
        return {};
    }

    Status matches(const Leaf& ruled, const Leaf& value, const std::string& place) const {
        if (std::holds_alternative<std::string>(ruled)) {
            if (std::holds_alternative<Slot>(value)) return refused("slot_not_allowed", place);
            if (ruled != value) return refused("fixed_text_differs", place);
            return {};
        }
        if (std::holds_alternative<std::string>(value)) return refused("slot_required", place);
        if (ruled != value) return refused("slot_not_allowed", place);
        if (is_of_card(std::get<Slot>(value)) && !has_token_) return refused("token_required", place);
        return {};
    }

    const Leaf* rule(const std::string& place) const {
        if (const auto found = operation_.required.find(place); found != operation_.required.end())
            return &found->second;
        if (const auto found = operation_.optional.find(place); found != operation_.optional.end())
            return &found->second;
        return nullptr;
    }

    const Policy& policy_;
    const OperationPolicy& operation_;
    bool has_token_;
    std::set<std::string, std::less<>> seen_;
};

Status Policy::check(const MessageTree& tree, std::string_view operation, bool has_token) const {
    const auto* allowed = find(operation);
    if (!allowed) return refused("operation_not_allowed", std::string(operation));
    if (allowed->needs_token && !has_token) return refused("token_required", std::string(operation));
    if (!allowed->needs_token && has_token) return refused("token_not_allowed", std::string(operation));
    return PolicyCheck{*this, *allowed, has_token}.run(tree);
}

const OperationPolicy* Policy::find(std::string_view operation) const {
    const auto found = operations_.find(operation);
    return found == operations_.end() ? nullptr : &found->second;
}

}  // namespace postern::vault
