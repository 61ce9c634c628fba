#include "vault/front/token_body.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "vault/front/json_text.hpp"

namespace postern::vault {
namespace {

struct TextField {
    std::string_view name;
    wiped::Text TokenBody::* member;
};
constexpr std::array text_fields{
    TextField{"number", &TokenBody::number},
    TextField{"security_code", &TokenBody::security_code},
    TextField{"name", &TokenBody::name},
    TextField{"address", &TokenBody::address},
    TextField{"postal_code", &TokenBody::postal_code},
    TextField{"track1", &TokenBody::track1},
    TextField{"track2", &TokenBody::track2},
};
constexpr std::string_view encrypted = "encrypted";  // the one field that is an object, of these
constexpr std::array encrypted_fields{
    TextField{"encrypted/format", &TokenBody::encrypted_format},
    TextField{"encrypted/source", &TokenBody::encrypted_source},
    TextField{"encrypted/block", &TokenBody::encrypted_block},
    TextField{"encrypted/key_serial", &TokenBody::encrypted_key_serial},
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
        if (!object(&TokenBodyParser::member) || !reader_.at_end())
            return std::vector<FieldError>{{"", "malformed_json"}};
        check_way();
        if (!errors_.empty()) return std::move(errors_);
        return std::move(body_);
    }

private:
    using Member = bool (TokenBodyParser::*)(std::string_view name);

    bool object(Member member) {
        if (!reader_.take('{')) return false;
        if (reader_.take('}')) return true;
        do {
            wiped::Bytes name;
            if (!reader_.string(name) || !reader_.take(':')) return false;
            if (!(this->*member)({name.data(), name.size()})) return false;
        } while (reader_.take(','));
        return reader_.take('}');
    }

    bool member(std::string_view name) {
        for (const auto& field : text_fields)
            if (field.name == name) return text(field);
        for (const auto& field : number_fields)
            if (field.name == name) return number(field);
        if (name == encrypted) return encrypted_object();
        return unknown();
    }

    bool encrypted_object() {
        note(encrypted);
        return reader_.peek() == '{' ? object(&TokenBodyParser::encrypted_member) : wrong_type(encrypted);
    }

    bool encrypted_member(std::string_view name) {
        for (const auto& field : encrypted_fields)
            if (field.name.substr(encrypted.size() + 1) == name) return text(field);
        return unknown();
    }

    bool unknown() {
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

    // No other field is an object or a list, so their insides are not looked at: the body as a whole is not one of ours.
    bool skip_value() {
        if (reader_.peek() != '"') return reader_.other_scalar();
        wiped::Bytes ignored;
        return reader_.string(ignored);
    }

    // Number, expiry and code stand on the card; a track or a block stands for all of it.
    void check_way() {
        const bool is_swiped = has("track1") || has("track2"), is_encrypted = has(encrypted);
        if (is_swiped || is_encrypted) {
            exclude({"number", "expiry_month", "expiry_year", "security_code"});
            if (is_encrypted) exclude({"track1", "track2"});
        } else {
            for (const auto name : {"number", "expiry_month", "expiry_year"}) require(name);
        }
        if (is_encrypted)
            for (const auto& field : encrypted_fields) require(field.name);
    }

    bool has(std::string_view name) const { return std::ranges::find(seen_, name) != seen_.end(); }
    void note(std::string_view name) {
        if (has(name)) fail(name, "field_repeated");
        seen_.push_back(name);
    }
    void require(std::string_view name) {
        if (!has(name)) fail(name, "field_missing");
    }
    void exclude(std::initializer_list<std::string_view> names) {
        for (const auto name : names)
            if (has(name)) fail(name, "field_excluded");
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
