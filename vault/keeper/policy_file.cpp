#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <toml++/toml.h>

#include "vault/keeper/policy.hpp"

namespace postern::vault {
namespace {

// Thrown and caught in this file only: what is wrong, for whoever edits the policy.
struct BadPolicy {
    std::string why;
};

std::string text_of(const toml::node* node, std::string_view key) {
    if (node)
        if (const auto text = node->value<std::string>()) return *text;
    throw BadPolicy{std::string(key) + ": a text is wanted"};
}

std::vector<std::string> texts_of(const toml::table& table, std::string_view key) {
    std::vector<std::string> out;
    const auto* node = table.get(key);
    if (!node) return out;
    const auto* array = node->as_array();
    if (!array) throw BadPolicy{std::string(key) + ": a list is wanted"};
    for (const auto& item : *array) out.push_back(text_of(&item, key));
    return out;
}

void refuse_other_keys(const toml::table& table, std::initializer_list<std::string_view> known) {
    for (const auto& [key, value] : table)
        if (std::ranges::find(known, key.str()) == known.end()) throw BadPolicy{"unknown key " + std::string(key.str())};
}

// "{card.number}" is a slot, everything else is itself.
Leaf leaf_of(const std::string& text) {
    if (!text.starts_with('{') || !text.ends_with('}')) return text;
    const auto slot = parse_slot(std::string_view(text).substr(1, text.size() - 2));
    if (!slot) throw BadPolicy{"unknown slot " + text};
    return *slot;
}

std::string place_of(std::string_view key) {
    std::string place(key);
    if (place.starts_with("header:"))
        std::ranges::transform(place, place.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return place;
}

std::map<std::string, Leaf, std::less<>> leaves_of(const toml::table& table, std::string_view key) {
    std::map<std::string, Leaf, std::less<>> out;
    const auto* node = table.get(key);
    if (!node) return out;
    const auto* inner = node->as_table();
    if (!inner) throw BadPolicy{std::string(key) + ": a table is wanted"};
    for (const auto& [place, value] : *inner) out.emplace(place_of(place.str()), leaf_of(text_of(&value, place.str())));
    return out;
}

void add_parents(OperationPolicy& operation, std::string_view place) {
    for (auto slash = place.rfind('/'); slash != place.npos; slash = place.rfind('/')) {
        place = place.substr(0, slash);
        operation.parents.emplace(place);
    }
}

BodyFormat format_of(std::string_view text) {
    if (text == "xml") return BodyFormat::xml;
    if (text == "form") return BodyFormat::form;
    if (text == "none") return BodyFormat::none;
    throw BadPolicy{"format: xml, form or none"};
}

// The operation's own word, else the file's.
std::string own_or_common(const toml::table& own, const toml::table& common, std::string_view key) {
    return text_of(own.contains(key) ? own.get(key) : common.get(key), key);
}

using Operations = std::map<std::string, OperationPolicy, std::less<>>;

// A place with two rules would be judged by one of them: which one must not depend on our code.
void refuse_two_rules(const toml::table& table) {
    std::set<std::string, std::less<>> seen;
    const auto note = [&](const std::string& place) {
        if (!seen.insert(place).second) throw BadPolicy{"two rules for " + place};
    };
    for (const auto& text : texts_of(table, "text")) note(place_of(text));
    for (const auto key : {"fixed", "optional"})
        for (const auto& [place, leaf] : leaves_of(table, key)) note(place);
}

// An operation that is `like` another begins with its rules: those at a place of `without` go, and a rule of its own
// stands for the one at that place.
OperationPolicy begin_like(const toml::table& table, const Operations& others) {
    if (!table.contains("like")) {
        if (table.contains("without")) throw BadPolicy{"without: only with like"};
        return {};
    }
    const auto name = text_of(table.get("like"), "like");
    const auto other = others.find(name);
    if (other == others.end()) throw BadPolicy{"like: no such operation before it: " + name};
    OperationPolicy out = other->second;
    out.parents.clear();
    for (const auto& text : texts_of(table, "without")) {
        const auto place = place_of(text);
        if (out.required.erase(place) + out.optional.erase(place) + out.text.erase(place) == 0)
            throw BadPolicy{"without: " + name + " has no rule for " + place};
    }
    return out;
}

void add_own(std::map<std::string, Leaf, std::less<>> own, OperationPolicy& out,
             std::map<std::string, Leaf, std::less<>> OperationPolicy::* kind) {
    for (auto& [place, leaf] : own) {
        out.required.erase(place);
        out.optional.erase(place);
        out.text.erase(place);
        (out.*kind).insert_or_assign(place, std::move(leaf));
    }
}

OperationPolicy operation_of(const toml::table& table, const toml::table& common, const Operations& others) {
    refuse_other_keys(table, {"like", "without", "method", "path", "format", "needs_token", "security_code",
                              "processor_token", "fixed", "optional", "text"});
    OperationPolicy out = begin_like(table, others);
    refuse_two_rules(table);
    if (!table.contains("like") || table.contains("method")) out.method = own_or_common(table, common, "method");
    if (!table.contains("like") || table.contains("path")) out.path = own_or_common(table, common, "path");
    if (!table.contains("like") || table.contains("format")) out.format = format_of(own_or_common(table, common, "format"));
    out.needs_token = table["needs_token"].value_or(out.needs_token);
    const auto code = table["security_code"].value_or(std::string{});
    if (!code.empty() && code != "take") throw BadPolicy{"security_code: only \"take\" is known"};
    out.takes_security_code = out.takes_security_code || code == "take";
    out.processor_token = table["processor_token"].value_or(out.processor_token);
    add_own(leaves_of(table, "fixed"), out, &OperationPolicy::required);
    add_own(leaves_of(table, "optional"), out, &OperationPolicy::optional);
    for (const auto& text : texts_of(table, "text")) {
        const auto place = place_of(text);
        out.required.erase(place);
        out.optional.erase(place);
        out.text.insert(place);
    }
    for (const auto& [place, leaf] : out.required) add_parents(out, place);
    for (const auto& [place, leaf] : out.optional) add_parents(out, place);
    for (const auto& place : out.text) add_parents(out, place);
    return out;
}

// TOML keeps no order of tables: first come those that stand alone, then those that are like one of them.
void read_operations(const toml::table& operations, const toml::table& common, bool those_alike, Operations& out) {
    const Operations alone = out;
    for (const auto& [name, value] : operations) {
        const auto* operation = value.as_table();
        if (!operation) throw BadPolicy{"operations." + std::string(name.str()) + ": a table is wanted"};
        if (operation->contains("like") == those_alike)
            out.emplace(std::string(name.str()), operation_of(*operation, common, alone));
    }
}

}  // namespace

class PolicyFile {
    // What the vault keeps for itself, the gateway must not see, and what is kept must end.
    static void check_processor_token(const OperationPolicy& operation, const Policy& policy) {
        const auto& field = operation.processor_token;
        if (field.empty()) return;
        if (!operation.needs_token) throw BadPolicy{"processor_token: only with needs_token"};
        if (std::ranges::find(policy.masked_reply_fields_, field) == policy.masked_reply_fields_.end())
            throw BadPolicy{"processor_token: " + field + " is no masked reply field"};
        if (policy.processor_token_life_.count() < 1) throw BadPolicy{"processor_token_days: at least 1 is wanted"};
    }

public:
    static Policy read(const toml::table& table) {
        refuse_other_keys(table, {"destination", "format", "method", "path", "content_type", "headers", "embedded",
                                  "masked_reply_fields", "processor_token_days", "operations"});
        Policy policy;
        policy.destination_ = text_of(table.get("destination"), "destination");
        policy.content_type_ = table["content_type"].value_or(std::string{});
        for (const auto& name : texts_of(table, "headers"))
            policy.headers_.insert(place_of("header:" + name).substr(std::string_view("header:").size()));
        for (auto& place : texts_of(table, "embedded")) policy.embedded_.insert(std::move(place));
        policy.masked_reply_fields_ = texts_of(table, "masked_reply_fields");
        policy.processor_token_life_ = std::chrono::days{table["processor_token_days"].value_or(0)};
        const auto* operations = table["operations"].as_table();
        if (!operations || operations->empty()) throw BadPolicy{"operations: none"};
        read_operations(*operations, table, false, policy.operations_);
        read_operations(*operations, table, true, policy.operations_);
        for (const auto& [name, operation] : policy.operations_) check_processor_token(operation, policy);
        return policy;
    }
};

Result<Policy> Policy::parse(std::string_view text, std::string_view source) {
    const auto bad = [&](std::string why) {
        return Error{ErrorKind::invalid_request, "bad_policy", std::string(source) + ": " + std::move(why), {}};
    };
    try {
        return PolicyFile::read(toml::parse(text, source));
    } catch (const toml::parse_error& error) {
        return bad(std::string(error.description()));
    } catch (const BadPolicy& error) {
        return bad(error.why);
    }
}

Result<Policy> Policy::load(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return Error{ErrorKind::invalid_request, "bad_policy", file + ": cannot be read", {}};
    return parse(std::string{std::istreambuf_iterator<char>(in), {}}, file);
}

}  // namespace postern::vault
