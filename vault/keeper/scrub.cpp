#include "vault/keeper/scrub.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

#include "vault/keeper/field_mask.hpp"
#include "vault/keeper/number_hunt.hpp"
#include "vault/keeper/reply_view.hpp"

namespace postern::vault {
namespace {

constexpr int layers_max = 4;
constexpr std::size_t password_least = 6;  // a shorter one stands in words by chance
constexpr std::size_t code_least = 3;

// The reply and what stands under each layer of escaping, the outermost first.
std::vector<View> layers(std::string_view reply) {
    std::vector<View> out{raw_view(reply)};
    for (int layer = 1; layer < layers_max; ++layer) {
        auto next = decoded(out.back());
        if (next.size() == out.back().size() && same_characters(next, out.back())) break;
        out.push_back(std::move(next));
    }
    return out;
}

std::vector<View> texts(const std::vector<View>& layers) {
    std::vector<View> out;
    for (const auto& layer : layers) {
        auto text = without_tags(layer);
        if (text.size() != layer.size()) out.push_back(std::move(text));
    }
    return out;
}

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

class Scrub {
public:
    Scrub(std::string_view reply, const ExchangeSecrets& secrets) : marks_(reply), secrets_(secrets), reply_(reply) {}

    void fields(const std::vector<std::string>& names) {
        for (const auto& layer : layers_) mask_fields(layer, names, marks_);
    }
    void secrets() {
        const bool code = secrets_.security_code.size() >= code_least;
        const bool password = secrets_.password.size() >= password_least;
        std::optional<NumberHunt> number;
        if (!secrets_.number.empty()) number.emplace(secrets_.number);
        for_each_view([&](const Reading& reading) {
            if (number) number->run(reading, marks_);
            if (password) hunt_text(reading, secrets_.password, marks_);
            if (code) hunt_code(reading, secrets_.security_code, marks_);
        });
        if (!code || !marks_.any()) return;
        // Once more, since a code is also known by standing beside a number that was found in another reading.
        for_each_view([&](const Reading& reading) {
            hunt_code(reading, secrets_.security_code, marks_);
        });
    }
    bool found() const { return marks_.any(); }
    std::string masked() const {
        std::string out(reply_);
        for (std::size_t i = 0; i < out.size(); ++i)
            if (marks_.at(i)) out[i] = 'X';
        return out;
    }

private:
    // A run of base64 or hex has no escape inside, so it stands in the innermost layer whatever the layers are.
    void for_each_view(const UseReading& use) const {
        for (const auto& view : layers_) read_as_it_is(view, use);
        for (const auto& view : texts_) read_as_it_is(view, use);
        read_with_what_it_holds(layers_.back(), use);
        if (!texts_.empty()) read_with_what_it_holds(texts_.back(), use);
    }
    Marks marks_;
    const ExchangeSecrets& secrets_;
    std::string_view reply_;
    std::vector<View> layers_ = layers(reply_);
    std::vector<View> texts_ = texts(layers_);
};

}  // namespace

Result<std::string> scrub(std::string_view reply, const std::vector<std::string>& masked_fields,
                          const ExchangeSecrets& secrets) {
    const auto withheld = [](std::string why) {
        return Error{ErrorKind::outcome_unknown, "reply_withheld", std::move(why), {}};
    };
    if (reply.size() > scrub_bytes_max) return withheld("reply too long");
    if (is_compressed(reply)) return withheld("reply compressed");
    Scrub first{reply, secrets};
    first.secrets();
    const bool secret_found = first.found();
    first.fields(lower_case(masked_fields));
    if (!first.found()) return std::string(reply);
    auto masked = first.masked();
    if (!secret_found) return masked;
    // What is left must hold nothing that can be found: a form that the rewriting could not reach is not shown.
    Scrub second{masked, secrets};
    second.secrets();
    if (second.found()) return withheld("a secret is left after masking");
    return masked;
}

}  // namespace postern::vault
