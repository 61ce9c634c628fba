#include "processors/stripe/sandbox/catalog.hpp"

#include <algorithm>
#include <array>

namespace postern::stripe::sandbox {
namespace {

constexpr std::array numbers{
    NumberRow{"4000000000000002", "generic_decline"},  NumberRow{"4000000000009995", "insufficient_funds"},
    NumberRow{"4000000000009987", "lost_card"},        NumberRow{"4000000000009979", "stolen_card"},
    NumberRow{"4000000000000069", "expired_card"},     NumberRow{"4000000000000127", "incorrect_cvc"},
    NumberRow{"4000000000000119", "processing_error"}, NumberRow{"4000000000000341", "generic_decline"},
    NumberRow{"4000002500003155", "authentication_required"}, NumberRow{"4000002760003184", "authentication_required"},
};
constexpr std::array magics{
    MagicRow{"pm_card_visa", ""},
    MagicRow{"pm_card_chargeDeclined", "generic_decline"},
    MagicRow{"pm_card_visa_chargeDeclined", "generic_decline"},
    MagicRow{"pm_card_chargeCustomerFail", "generic_decline"},
    MagicRow{"pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"},
};
constexpr std::array amounts{
    AmountRow{4'002, "generic_decline"},  AmountRow{4'003, "insufficient_funds"}, AmountRow{4'004, "lost_card"},
    AmountRow{4'005, "expired_card"},     AmountRow{4'006, "incorrect_cvc"},      AmountRow{4'007, "processing_error"},
    AmountRow{4'008, "do_not_honor"},     AmountRow{4'009, "issuer_not_available"},
};
constexpr std::array<std::string_view, 5> error_codes{"expired_card", "incorrect_cvc", "processing_error", "incorrect_number",
                                                      "authentication_required"};
struct CurrencyRow {
    std::string_view code;
    int places;
};
constexpr std::array currencies{
    CurrencyRow{"aud", 2}, CurrencyRow{"cad", 2}, CurrencyRow{"chf", 2}, CurrencyRow{"eur", 2}, CurrencyRow{"gbp", 2},
    CurrencyRow{"usd", 2}, CurrencyRow{"clp", 0}, CurrencyRow{"jpy", 0}, CurrencyRow{"krw", 0}, CurrencyRow{"bhd", 3},
    CurrencyRow{"jod", 3}, CurrencyRow{"kwd", 3}, CurrencyRow{"omr", 3}, CurrencyRow{"tnd", 3},
};

}  // namespace

std::span<const NumberRow> number_rows() { return numbers; }
std::span<const MagicRow> magic_rows() { return magics; }
std::span<const AmountRow> amount_rows() { return amounts; }

std::string_view verdict_of_number(std::string_view number) {
    const auto* row = std::ranges::find(numbers, number, &NumberRow::number);
    return row == numbers.end() ? std::string_view{} : row->verdict;
}

std::string_view verdict_of_amount(std::int64_t amount) {
    const auto* row = std::ranges::find(amounts, amount, &AmountRow::amount);
    return row == amounts.end() ? std::string_view{} : row->verdict;
}

bool is_luhn(std::string_view digits) {
    if (digits.size() < 12 || digits.size() > 19) return false;
    int sum = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const char c = digits[digits.size() - 1 - i];
        if (c < '0' || c > '9') return false;
        const int doubled = (c - '0') * (i % 2 == 0 ? 1 : 2);
        sum += doubled > 9 ? doubled - 9 : doubled;
    }
    return sum % 10 == 0;
}

bool is_error_code(std::string_view verdict) { return std::ranges::find(error_codes, verdict) != error_codes.end(); }

std::string_view brand_of(std::string_view number) {
    if (number.starts_with('4')) return "visa";
    if (number.starts_with('5') || number.starts_with('2')) return "mastercard";
    if (number.starts_with("34") || number.starts_with("37")) return "amex";
    return number.starts_with('6') ? "discover" : "unknown";
}

std::optional<int> places_of(std::string_view currency) {
    const auto* row = std::ranges::find(currencies, currency, &CurrencyRow::code);
    return row == currencies.end() ? std::nullopt : std::optional(row->places);
}

}  // namespace postern::stripe::sandbox
