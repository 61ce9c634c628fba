#include "gateway/domain/money.hpp"

#include <algorithm>
#include <array>

namespace postern::domain {
namespace {

struct CurrencyRow {
    Currency currency;
    std::string_view alphabetic;
    int exponent;
};
constexpr std::array currencies{
    CurrencyRow{Currency::aud, "AUD", 2}, CurrencyRow{Currency::cad, "CAD", 2}, CurrencyRow{Currency::eur, "EUR", 2},
    CurrencyRow{Currency::gbp, "GBP", 2}, CurrencyRow{Currency::jpy, "JPY", 0}, CurrencyRow{Currency::kwd, "KWD", 3},
    CurrencyRow{Currency::usd, "USD", 2},
};

const CurrencyRow& row_of(Currency currency) { return *std::ranges::find(currencies, currency, &CurrencyRow::currency); }

}  // namespace

Result<Currency> parse_currency(std::string_view alphabetic) {
    const auto* row = std::ranges::find(currencies, alphabetic, &CurrencyRow::alphabetic);
    if (row == currencies.end()) return Error{ErrorKind::invalid_request, "unknown_currency"};
    return row->currency;
}

std::string_view alphabetic_code(Currency currency) { return row_of(currency).alphabetic; }

int exponent(Currency currency) { return row_of(currency).exponent; }

Result<Money> Money::of_minor(std::int64_t amount_minor, Currency currency) {
    if (amount_minor > minor_max || amount_minor < -minor_max) return Error{ErrorKind::invalid_request, "amount_overflow"};
    return Money{amount_minor, currency};
}

Result<Money> Money::plus(Money other) const {
    if (currency_ != other.currency_) return Error{ErrorKind::invalid_request, "currency_mismatch"};
    return of_minor(amount_minor_ + other.amount_minor_, currency_);  // both within minor_max: no int64 overflow
}

Result<Money> Money::minus(Money other) const {
    if (currency_ != other.currency_) return Error{ErrorKind::invalid_request, "currency_mismatch"};
    return of_minor(amount_minor_ - other.amount_minor_, currency_);
}

}  // namespace postern::domain
