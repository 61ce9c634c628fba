#include "vault/sealed/card_frame.hpp"

#include <cstdint>

namespace postern::vault::sealed {
namespace {

constexpr char frame_version = 2;

void put_number16(std::size_t value, wiped::Bytes& out) {
    out.push_back(static_cast<char>(value >> 8));
    out.push_back(static_cast<char>(value & 0xff));
}

void put_text(std::string_view text, wiped::Bytes& out) {
    put_number16(text.size(), out);
    out.insert(out.end(), text.begin(), text.end());
}

// Reads forward; once something does not fit, all that follows is empty and `whole` is false.
class Reader {
public:
    explicit Reader(std::span<const char> bytes) : rest_{bytes.data(), bytes.size()} {}
    std::size_t number8() { return static_cast<unsigned char>(take(1).empty() ? 0 : taken_[0]); }
    std::size_t number16() {
        const auto high = number8();
        return (high << 8) | number8();
    }
    std::string_view text(std::size_t bytes_max) {
        const auto size = number16();
        if (size > bytes_max) failed_ = true;
        return take(size);
    }
    bool whole() const { return !failed_ && rest_.empty(); }

private:
    std::string_view take(std::size_t bytes) {
        failed_ = failed_ || bytes > rest_.size();
        taken_ = failed_ ? std::string_view{} : rest_.substr(0, bytes);
        rest_.remove_prefix(taken_.size());
        return taken_;
    }
    std::string_view rest_, taken_;
    bool failed_ = false;
};

bool is_month(int month) { return month >= 1 && month <= 12; }
bool is_year(int year) { return year >= 2000 && year <= 2099; }

Status refuse_other_expiry(const CardFields& fields) {
    if (!fields.is_keyed() && fields.expiry_month == 0 && fields.expiry_year == 0) return {};
    if (!is_month(fields.expiry_month)) return Error{ErrorKind::invalid_request, "field_out_of_range", {}, "/expiry_month"};
    if (!is_year(fields.expiry_year)) return Error{ErrorKind::invalid_request, "field_out_of_range", {}, "/expiry_year"};
    return {};
}

Status refuse_longer(std::string_view text, std::size_t bytes_max, std::string_view field) {
    if (text.size() <= bytes_max) return {};
    return Error{ErrorKind::invalid_request, "field_too_long", {}, std::string(field)};
}

Status refuse_long_readings(const CardFields& fields) {
    const auto& [format, source, block, key_serial] = fields.encrypted;
    if (auto fits = refuse_longer(fields.track1, track_characters_max, "/track1"); !fits) return fits;
    if (auto fits = refuse_longer(fields.track2, track_characters_max, "/track2"); !fits) return fits;
    if (auto fits = refuse_longer(format, encrypted_word_characters_max, "/encrypted/format"); !fits) return fits;
    if (auto fits = refuse_longer(source, encrypted_word_characters_max, "/encrypted/source"); !fits) return fits;
    if (auto fits = refuse_longer(key_serial, encrypted_word_characters_max, "/encrypted/key_serial"); !fits) return fits;
    return refuse_longer(block, encrypted_block_characters_max, "/encrypted/block");
}

Status refuse_long_details(const CardFields& fields) {
    if (auto fits = refuse_longer(fields.name, name_bytes_max, "/name"); !fits) return fits;
    if (auto fits = refuse_longer(fields.address, address_bytes_max, "/address"); !fits) return fits;
    return refuse_longer(fields.postal_code, postal_code_bytes_max, "/postal_code");
}

void put_readings(const CardFields& fields, wiped::Bytes& out) {
    const auto& [format, source, block, key_serial] = fields.encrypted;
    for (const auto text : {fields.track1, fields.track2, format, source, block, key_serial}) put_text(text, out);
}

void read_readings(Reader& reader, CardFields& fields) {
    fields.track1 = reader.text(track_characters_max);
    fields.track2 = reader.text(track_characters_max);
    fields.encrypted.format = reader.text(encrypted_word_characters_max);
    fields.encrypted.source = reader.text(encrypted_word_characters_max);
    fields.encrypted.block = reader.text(encrypted_block_characters_max);
    fields.encrypted.key_serial = reader.text(encrypted_word_characters_max);
}

void put_details(const CardFields& fields, wiped::Bytes& out) {
    put_text(fields.name, out);
    put_text(fields.address, out);
    put_text(fields.postal_code, out);
}

void read_details(Reader& reader, CardFields& fields) {
    fields.name = reader.text(name_bytes_max);
    fields.address = reader.text(address_bytes_max);
    fields.postal_code = reader.text(postal_code_bytes_max);
}

}  // namespace

Status encode_card_frame(const CardFields& fields, wiped::Bytes& out) {
    if (auto in_range = refuse_other_expiry(fields); !in_range) return in_range;
    if (auto fits = refuse_longer(fields.number, number_characters_max, "/number"); !fits) return fits;
    if (auto fits = refuse_longer(fields.security_code, security_code_characters_max, "/security_code"); !fits)
        return fits;
    if (auto fits = refuse_long_details(fields); !fits) return fits;
    if (auto fits = refuse_long_readings(fields); !fits) return fits;
    // All at once: a vector that grows leaves copies behind (wiped, but needless).
    out.reserve(out.size() + 26 + fields.number.size() + fields.security_code.size() + fields.name.size() +
                fields.address.size() + fields.postal_code.size() + fields.track1.size() + fields.track2.size() +
                fields.encrypted.format.size() + fields.encrypted.source.size() + fields.encrypted.block.size() +
                fields.encrypted.key_serial.size());
    out.push_back(frame_version);
    out.push_back(static_cast<char>(fields.expiry_month));
    put_number16(static_cast<std::size_t>(fields.expiry_year), out);
    put_text(fields.number, out);
    put_text(fields.security_code, out);
    put_details(fields, out);
    put_readings(fields, out);
    return {};
}

Result<CardFields> parse_card_frame(std::span<const char> secret) {
    Reader reader{secret};
    CardFields fields;
    const bool version_known = reader.number8() == static_cast<std::size_t>(frame_version);
    fields.expiry_month = static_cast<int>(reader.number8());
    fields.expiry_year = static_cast<int>(reader.number16());
    fields.number = reader.text(number_characters_max);
    fields.security_code = reader.text(security_code_characters_max);
    read_details(reader, fields);
    read_readings(reader, fields);
    const bool sound = version_known && reader.whole() && refuse_other_expiry(fields).has_value();
    if (!sound) return Error{ErrorKind::invalid_request, "malformed_card_frame"};
    return fields;
}

Status encode_details(const CardFields& fields, wiped::Bytes& out) {
    if (auto fits = refuse_long_details(fields); !fits) return fits;
    if (fields.name.empty() && fields.address.empty() && fields.postal_code.empty()) return {};
    put_details(fields, out);
    return {};
}

Result<CardFields> parse_details(std::span<const char> details) {
    CardFields fields;
    if (details.empty()) return fields;
    Reader reader{details};
    read_details(reader, fields);
    const bool some = !fields.name.empty() || !fields.address.empty() || !fields.postal_code.empty();
    if (!reader.whole() || !some) return Error{ErrorKind::invalid_request, "malformed_card_frame"};
    return fields;
}

Status encode_credentials(const Credentials& credentials, wiped::Bytes& out) {
    if (auto fits = refuse_longer(credentials.merchant_id, credential_bytes_max, "/merchant_id"); !fits) return fits;
    if (auto fits = refuse_longer(credentials.password, credential_bytes_max, "/password"); !fits) return fits;
    put_text(credentials.merchant_id, out);
    put_text(credentials.password, out);
    return {};
}

Result<Credentials> parse_credentials(std::span<const char> bytes) {
    Reader reader{bytes};
    Credentials credentials;
    credentials.merchant_id = reader.text(credential_bytes_max);
    credentials.password = reader.text(credential_bytes_max);
    if (!reader.whole()) return Error{ErrorKind::invalid_request, "malformed_credentials"};
    return credentials;
}

}  // namespace postern::vault::sealed
