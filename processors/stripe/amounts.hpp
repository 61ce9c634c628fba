#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "gateway/domain/money.hpp"

namespace postern::stripe {

// A currency as Stripe writes it. Amounts are whole minor units by ISO 4217's exponent (0, 2 or 3 places); of a
// three-place currency the last digit must be 0.
struct CurrencyRow {
    domain::Currency currency;
    std::string_view code;  // lower case
    std::int64_t step;      // an amount is a multiple of it
};
std::span<const CurrencyRow> currency_rows();

// Null: not taken here.
const CurrencyRow* find_currency(domain::Currency currency);

// Errors: "currency_not_supported", "amount_out_of_range", "amount_not_representable".
Status check_amount(domain::Money amount);
constexpr std::int64_t amount_minor_max = 99'999'999;  // eight digits

}  // namespace postern::stripe
