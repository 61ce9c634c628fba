#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace postern::domain {

// ISO 4217 currencies that a processor here can settle; numeric codes. The exponent comes from a table, never from
// "divide by 100".
enum class Currency : std::uint16_t { aud = 36, cad = 124, eur = 978, gbp = 826, jpy = 392, kwd = 414, usd = 840 };

Result<Currency> parse_currency(std::string_view alphabetic);  // "USD"; else "unknown_currency"
std::string_view alphabetic_code(Currency currency);
int exponent(Currency currency);  // USD 2, JPY 0, KWD 3

// An amount in minor units. Checked arithmetic; no ordering between currencies; floating point never touches it.
class Money {
public:
    static constexpr std::int64_t minor_max = 99'999'999'999;  // 11 digits: no amount reads as a card number
    static Result<Money> of_minor(std::int64_t amount_minor, Currency currency);  // |amount| <= minor_max
    static constexpr Money zero(Currency currency) { return Money{0, currency}; }

    Result<Money> plus(Money other) const;   // "amount_overflow" or "currency_mismatch"
    Result<Money> minus(Money other) const;  // may be negative

    constexpr std::int64_t amount_minor() const { return amount_minor_; }
    constexpr Currency currency() const { return currency_; }
    constexpr bool is_zero() const { return amount_minor_ == 0; }
    friend constexpr bool operator==(Money, Money) = default;

private:
    constexpr Money(std::int64_t minor, Currency currency) : amount_minor_{minor}, currency_{currency} {}
    std::int64_t amount_minor_;
    Currency currency_;
};

}  // namespace postern::domain
