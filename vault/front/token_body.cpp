#include "vault/front/token_body.hpp"

#include <algorithm>
#include <array>

#include "vault/front/json_text.hpp"

namespace postern::vault {
namespace {

struct TextField {
    std::string_view name;
    wiped::Text TokenBody::* member;
    bool required;
};
constexpr std::array text_fields{
    TextField{"number", &TokenBody::number, true},
    TextField{"security_code", &TokenBody::security_code, false},
    TextField{"name", &TokenBody::name, false},
    TextField{"address", &TokenBody::address, false},
    TextField{"postal_code", &TokenBody::postal_code, false},
};
struct NumberField {
    std::string_view name;
    int TokenBody::* member;
};
constexpr std::array number_fields{
    NumberField{"expiry_month", &TokenBody::expiry_month},
    NumberField{"expiry_year", &TokenBody::expiry_year},
};

class TokenBodyParser {
public:
    explicit TokenBodyParser(std::string_view json) : reader_(json) {}

    std::variant<TokenBody, std::vector<FieldError>> run() {
        if (!object()) return std::vector<FieldError>{{"", "malformed_json"}};
        for (const auto& field : text_fields)
            if (field.required) require(field.name);
        for (const auto& field : number_fields) require(field.name);
        if (!errors_.empty()) return std::move(errors_);
        return std::move(body_);
    }

private:
    bool object() {
        if (!reader_.take('{')) return false;
        if (!reader_.take('}')) {
            do {
                if (!member()) return false;
            } while (reader_.take(','));
            if (!reader_.take('}')) return false;
        }
        return reader_.at_end();
    }

    bool member() {
        wiped::Bytes name;
        if (!reader_.string(name) || !reader_.take(':')) return false;
        const std::string_view view{name.data(), name.size()};
        for (const auto& field : text_fields)
            if (field.name == view) return text(field);
        for (const auto& field : number_fields)
            if (field.name == view) return number(field);
        fail("", "unknown_field");
        return skip_value();
    }

    bool text(const TextField& field) {
        note(field.name);
        if (reader_.peek() != '"') return wrong_type(field.name);
        wiped::Bytes value;
        if (!reader_.string(value)) return false;
        // A line break or a zero byte has no place on a card, nor in any processor's message.
        const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
        if (value.empty() || std::ranges::any_of(value, is_control)) fail(field.name, "text_not_allowed");
        body_.*field.member = wiped::Text{std::move(value)};
        return true;
    }

    bool number(const NumberField& field) {
        note(field.name);
        return reader_.integer(body_.*field.member) || wrong_type(field.name);
    }

    bool wrong_type(std::string_view name) {
        fail(name, "wrong_type");
        return skip_value();
    }

    // No field is an object or a list, so their insides are not looked at: the body as a whole is not one of ours.
    bool skip_value() {
        if (reader_.peek() != '"') return reader_.other_scalar();
        wiped::Bytes ignored;
        return reader_.string(ignored);
    }

    void note(std::string_view name) {
        if (std::ranges::find(seen_, name) != seen_.end()) fail(name, "field_repeated");
        seen_.push_back(name);
    }
    void require(std::string_view name) {
        if (std::ranges::find(seen_, name) == seen_.end()) fail(name, "field_missing");
    }
    void fail(std::string_view name, std::string_view code) {
        FieldError error{name.empty() ? std::string() : "/" + std::string(name), code};
        if (std::ranges::find(errors_, error) == errors_.end()) errors_.push_back(std::move(error));
    }

    JsonReader reader_;
    TokenBody body_;
    std::vector<std::string_view> seen_;
    std::vector<FieldError> errors_;
};

}  // namespace

std::variant<TokenBody, std::vector<FieldError>> parse_token_body(std::string_view json) {
    return TokenBodyParser{json}.run();
}

}  // namespace postern::vault
