#include "processors/stripe/amounts.hpp"

#include <algorithm>
#include <array>

namespace postern::stripe {
namespace {

using domain::Currency;

constexpr std::array rows{
    CurrencyRow{Currency::aud, "aud", 1}, CurrencyRow{Currency::cad, "cad", 1}, CurrencyRow{Currency::eur, "eur", 1},
    CurrencyRow{Currency::gbp, "gbp", 1}, CurrencyRow{Currency::jpy, "jpy", 1}, CurrencyRow{Currency::kwd, "kwd", 10},
    CurrencyRow{Currency::usd, "usd", 1},
};

}  // namespace

std::span<const CurrencyRow> currency_rows() { return rows; }

const CurrencyRow* find_currency(Currency currency) {
    const auto* row = std::ranges::find(rows, currency, &CurrencyRow::currency);
    return row == rows.end() ? nullptr : row;
}

Status check_amount(domain::Money amount) {
    const auto refused = [](std::string_view code) { return Error{ErrorKind::invalid_request, code}; };
    const CurrencyRow* row = find_currency(amount.currency());
    if (!row) return refused("currency_not_supported");
    if (amount.amount_minor() <= 0 || amount.amount_minor() > amount_minor_max) return refused("amount_out_of_range");
    if (amount.amount_minor() % row->step != 0) return refused("amount_not_representable");
    return {};
}

}  // namespace postern::stripe
