#include "processors/mercury/sandbox/fields.hpp"

#include <algorithm>
#include <array>

namespace postern::mercury::sandbox {
namespace {

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool passes_luhn(std::string_view digits) {
    int sum = 0;
    bool doubled = false;
    for (auto it = digits.rbegin(); it != digits.rend(); ++it, doubled = !doubled) {
        const int digit = *it - '0';
        sum += doubled ? digit * 2 - (digit > 4 ? 9 : 0) : digit;
    }
    return sum % 10 == 0;
}

bool is_expiry(std::string_view text) {
    const bool shaped = text.size() == 4 && all_digits(text);
    return shaped && text.substr(0, 2) >= "01" && text.substr(0, 2) <= "12";
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> choices) {
    return std::ranges::find(choices, text) != choices.end();
}

FieldFault check_card(const Transaction& t) {
    const bool is_read = !t.account_number.empty();
    if (!is_read && !t.encrypted_format.empty() && t.encrypted_format != "MagneSafe") return {"004010", "Unknown Format"};
    if (!is_read && !t.encrypted_block.empty()) return {"004011", "Decrypt Error"};
    if (!is_read && (!t.track1.empty() || !t.track2.empty())) return {"100212", "Invalid Field - Magstripe"};
    const bool shaped = all_digits(t.account_number) && t.account_number.size() >= 12 && t.account_number.size() <= 19;
    if (!shaped) return {"100204", "Invalid Field - Account Number"};
    if (!passes_luhn(t.account_number)) return {"004017", "Invalid Check Digit"};
    if (!is_expiry(t.expiry)) return {"100205", "Invalid Field - Expiration Date"};
    return {};
}

FieldFault check_verb_fields(const Transaction& t, std::string_view code) {
    const bool holds = code == "PreAuth" || code == "PreAuthCapture";
    if (holds && !parse_minor(t.authorize)) return {"100208", "Invalid Field - Authorize"};
    const bool continues = is_one_of(code, {"PreAuthCapture", "VoidSale", "VoidReturn", "Adjust", "VoiceAuth"});
    if (continues && t.auth_code.empty()) return {"100206", "Invalid Field - AuthCode"};
    const bool names_item = is_one_of(code, {"VoidSale", "VoidReturn", "Adjust"});
    if (names_item && !all_digits(t.ref_no)) return {"100207", "Invalid Field - RefNo"};
    return {};
}

// A card is checked for nothing: a ZeroAuth may leave the amount out.
FieldFault check_amounts(const Transaction& t, std::string_view code) {
    const auto purchase = parse_minor(t.purchase);
    const bool is_zero = code == "ZeroAuth" && (t.purchase.empty() || purchase == 0);
    if (!is_zero && (!purchase || *purchase <= 0 || code == "ZeroAuth")) return {"100211", "Invalid Field - Purchase"};
    if (!t.gratuity.empty() && !parse_minor(t.gratuity)) return {"100210", "Invalid Field - Gratuity"};
    return {};
}

constexpr std::string_view by_record = "ByRecordNo";

}  // namespace

bool is_by_record(const Transaction& t) { return t.tran_code.ends_with(by_record); }
bool asks_for_record(const Transaction& t) { return t.record_no == "RecordNumberRequested"; }
std::string base_code(const Transaction& t) {
    if (t.tran_type == "CardLookup") return t.tran_type;
    return t.tran_code.substr(0, t.tran_code.size() - (is_by_record(t) ? by_record.size() : 0));
}

FieldFault check_fields(const Transaction& t) {
    constexpr FieldFault record{"100231", "Invalid Field - Record Number"};
    if (!t.readable) return {"003050", "XML Parse Error"};
    if (t.merchant.empty()) return {"004018", "Merchant ID Missing"};
    if (t.tran_type == "CardLookup") return asks_for_record(t) ? check_card(t) : record;
    if (t.tran_type != "Credit") return {"100201", "Invalid Field - TranType"};
    const std::string code = base_code(t);
    if (!is_one_of(code, {"PreAuth", "PreAuthCapture", "Sale", "VoidSale", "Return", "VoidReturn", "Adjust",
                          "VoiceAuth", "ZeroAuth"}))
        return {"100219", "Invalid Field - TranCode"};
    if (t.invoice.empty() || t.invoice.size() > 16 || t.ref_no.empty()) return {"001004", "Insufficient Fields"};
    if (const FieldFault fault = check_amounts(t, code); !fault.code.empty()) return fault;
    if (is_by_record(t) && (t.record_no.empty() || asks_for_record(t))) return record;
    const FieldFault fault = is_by_record(t) ? FieldFault{} : check_card(t);
    return fault.code.empty() ? check_verb_fields(t, code) : fault;
}

std::optional<std::int64_t> parse_minor(std::string_view text) {
    const bool shaped = text.size() >= 4 && text.size() <= 8 && text[text.size() - 3] == '.';
    if (!shaped) return std::nullopt;
    std::string digits(text.substr(0, text.size() - 3));
    digits += text.substr(text.size() - 2);
    if (!all_digits(digits)) return std::nullopt;
    return std::stoll(digits);
}

std::string batch_number_text(std::int64_t number) {
    const std::string digits = std::to_string(number);
    return digits.size() < 4 ? std::string(4 - digits.size(), '0') + digits : digits;
}

std::string minor_text(std::int64_t minor) {
    if (minor < 0) return "-" + minor_text(-minor);
    const std::string digits = std::to_string(minor);
    const std::string padded = digits.size() < 3 ? std::string(3 - digits.size(), '0') + digits : digits;
    return padded.substr(0, padded.size() - 2) + "." + padded.substr(padded.size() - 2);
}

std::optional<Timestamp> parse_day(std::string_view text) {
    if (text.size() != 10) return std::nullopt;
    const bool year_first = text[4] == '-' && text[7] == '-';
    if (!year_first && (text[2] != '/' || text[5] != '/')) return std::nullopt;
    const std::string_view year = year_first ? text.substr(0, 4) : text.substr(6);
    const std::string_view month = year_first ? text.substr(5, 2) : text.substr(0, 2);
    const std::string_view day = year_first ? text.substr(8) : text.substr(3, 2);
    if (!all_digits(year) || !all_digits(month) || !all_digits(day)) return std::nullopt;
    const auto number = [](std::string_view digits) { return std::stoi(std::string(digits)); };
    const std::chrono::year_month_day date{std::chrono::year(number(year)),
                                           std::chrono::month(static_cast<unsigned>(number(month))),
                                           std::chrono::day(static_cast<unsigned>(number(day)))};
    return date.ok() ? std::optional<Timestamp>(std::chrono::sys_days(date)) : std::nullopt;
}

std::string masked_number(std::string_view number) {
    if (number.size() < 12) return std::string(number.size(), 'X');
    return std::string(number.substr(0, 6)) + std::string(number.size() - 10, 'X') +
           std::string(number.substr(number.size() - 4));
}

std::string_view card_type(std::string_view number) {
    const std::string_view two = number.substr(0, 2);
    if (number.starts_with('4')) return "VISA";
    if (is_one_of(two, {"34", "37"})) return "AMEX";
    if (is_one_of(two, {"60", "64", "65"})) return "DCVR";
    if (two == "35") return "JCB";
    if (is_one_of(two, {"30", "36", "38"})) return "DCLB";
    return "M/C";
}

bool is_test_card(std::string_view number) {
    return is_one_of(number, {"4003000123456781", "4895281000000006", "5499990123456781", "5439750001500248",
                              "5413330089010608", "373953244361001", "373953192351004", "6011000997235373",
                              "4005550000000480", "6011900212345677"});
}

}  // namespace postern::mercury::sandbox
