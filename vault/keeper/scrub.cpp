#include "vault/keeper/scrub.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "vault/keeper/field_mask.hpp"
#include "vault/keeper/number_hunt.hpp"
#include "vault/keeper/readings.hpp"
#include "vault/keeper/reply_view.hpp"

namespace postern::vault {
namespace {

constexpr std::size_t layers_max = 4;
constexpr std::size_t readings_size_usual = 4;  // for each byte of the reply
constexpr std::size_t password_least = 6;       // a shorter one stands in words by chance
constexpr std::size_t code_least = 3;

// The reply and what stands under each layer of escaping, the outermost first.
std::vector<View> layers(std::string_view reply) {
    std::vector<View> out;
    out.reserve(layers_max);
    out.push_back(raw_view(reply));
    View next;
    while (out.size() < layers_max && decode_escapes(out.back(), next)) out.push_back(std::exchange(next, {}));
    return out;
}

// What a reader of the text alone sees of each layer that has tags.
template <class AnyView>
std::vector<AnyView> texts(const std::vector<AnyView>& layers) {
    std::vector<AnyView> out;
    for (const auto& layer : layers)
        if (AnyView text; drop_tags(layer, text)) out.push_back(std::move(text));
    return out;
}

// A run of base64 or hex has no escape inside, so it stands in the innermost layer whatever the layers are.
void for_each_reading(const std::vector<View>& layers, const UseReading<View>& use) {
    const auto texts_of_layers = texts(layers);
    for (const auto* views : {&layers, &texts_of_layers})
        for (const auto& view : *views) read_as_it_is(view, use);
    read_with_what_it_holds(layers.back(), use);
    if (!texts_of_layers.empty()) read_with_what_it_holds(texts_of_layers.back(), use);
}

// The same readings, each once and by its characters alone.
void for_each_plain_reading(const std::vector<View>& layers, const UseReading<PlainView>& use) {
    std::vector<PlainView> plain(layers.size());
    std::ranges::transform(layers, plain.begin(), plain_view);
    const auto texts_of_layers = texts(plain);
    for (const auto* views : {&std::as_const(plain), &texts_of_layers})
        for (const auto& view : *views)
            &view == &views->back() ? read_with_what_it_holds(view, use) : read_as_it_is(view, use);
}

std::string_view characters_of(const PlainView& view) { return {view.data(), view.size()}; }

// Compressed bodies cannot be judged.
bool is_compressed(std::string_view reply) {
    return reply.starts_with("\x1f\x8b") || reply.starts_with("\x28\xb5\x2f\xfd") || reply.starts_with("BZh") ||
           reply.starts_with("\x78\x9c") || reply.starts_with("\x78\xda") || reply.starts_with("PK\x03\x04");
}

std::vector<std::string> lower_case(std::vector<std::string> names) {
    for (auto& name : names)
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return names;
}

// What to look for.
struct Hunt {
    explicit Hunt(const ExchangeSecrets& secrets) {
        if (!secrets.number.empty()) number.emplace(secrets.number);
        if (secrets.password.size() >= password_least) texts.push_back(secrets.password);
        for (const auto other : secrets.others)
            if (!other.empty()) texts.push_back(other);
        if (secrets.security_code.size() >= code_least) code = secrets.security_code;
    }
    bool is_empty() const { return !number && texts.empty() && code.empty(); }
    // False where `run` would mark nothing.
    bool may_find(std::string_view characters) const {
        return (number && number->stands_in(characters)) || may_find_text(characters);
    }
    // The same for readings shorter than `spelled_least`, which are many.
    std::size_t spelled_least() const { return number ? number->spelled_least() : 0; }
    bool may_find_in_short(std::string_view characters) const {
        return (number && number->stands_in_bytes_of(characters)) || may_find_text(characters);
    }
    bool may_find_text(std::string_view characters) const {
        const auto stands = [&](std::span<const char> text) { return text_stands_in(characters, text); };
        return std::ranges::any_of(texts, stands) || (!code.empty() && named_code_stands_in(characters, code));
    }
    void run(const Reading& reading, Marks& marks) const {
        if (number) number->run(reading, marks);
        for (const auto text : texts) hunt_text(reading, text, marks);
        if (!code.empty()) hunt_code(reading, code, marks);
    }
    std::optional<NumberHunt> number;
    std::vector<std::span<const char>> texts;  // the password, tracks, blocks, processor tokens
    std::span<const char> code;
};

class Scrub {
public:
    Scrub(std::string_view reply, const Hunt& hunt) : marks_(reply), hunt_(hunt), reply_(reply) {}

    void fields(const std::vector<std::string>& names) {
        for (const auto& layer : layers_) mask_fields(layer, names, marks_);
    }
    // Most replies hold no secret, and characters alone tell so for a small part of what marking costs.
    void secrets() {
        if (!hunt_.is_empty() && may_hold_a_secret()) mark_secrets();
    }
    bool found() const { return marks_.any(); }
    std::string masked() const {
        std::string out(reply_);
        for (std::size_t i = 0; i < out.size(); ++i)
            if (marks_.at(i)) out[i] = 'X';
        return out;
    }

private:
    // All readings are looked at as one text, which is many times cheaper than one by one. What is found across two of
    // them is no secret, but marking tells.
    bool may_hold_a_secret() const {
        PlainView longer, shorter;
        for (auto* text : {&longer, &shorter}) text->reserve(readings_size_usual * reply_.size());
        const auto spelled_least = hunt_.spelled_least();
        for_each_plain_reading(layers_, [&](const PlainView& view) {
            auto& text = view.size() < spelled_least ? shorter : longer;
            text.insert(text.end(), view.begin(), view.end());
            text.push_back('\n');  // no digit: a code stands alone at the end of a reading
        });
        return hunt_.may_find(characters_of(longer)) || hunt_.may_find_in_short(characters_of(shorter));
    }
    void mark_secrets() {
        for_each_reading(layers_, [&](const View& view) {
            const auto plain = plain_view(view);
            hunt_.run({view, characters_of(plain)}, marks_);
        });
        if (hunt_.code.empty() || !marks_.any()) return;
        // Once more, since a code is also known by standing beside a number that was found in another reading.
        for_each_reading(layers_, [&](const View& view) {
            const auto plain = plain_view(view);
            hunt_code({view, characters_of(plain)}, hunt_.code, marks_);
        });
    }
    Marks marks_;
    const Hunt& hunt_;
    std::string_view reply_;
    std::vector<View> layers_ = layers(reply_);
};

}  // namespace

Result<std::string> scrub(std::string_view reply, const std::vector<std::string>& masked_fields,
                          const ExchangeSecrets& secrets) {
    const auto withheld = [](std::string why) {
        return Error{ErrorKind::outcome_unknown, "reply_withheld", std::move(why), {}};
    };
    if (reply.size() > scrub_bytes_max) return withheld("reply too long");
    if (is_compressed(reply)) return withheld("reply compressed");
    const Hunt hunt{secrets};
    Scrub first{reply, hunt};
    first.secrets();
    const bool secret_found = first.found();
    first.fields(lower_case(masked_fields));
    if (!first.found()) return std::string(reply);
    auto masked = first.masked();
    if (!secret_found) return masked;
    // What is left must hold nothing that can be found: a form that the rewriting could not reach is not shown.
    Scrub second{masked, hunt};
    second.secrets();
    if (second.found()) return withheld("a secret is left after masking");
    return masked;
}

}  // namespace postern::vault
