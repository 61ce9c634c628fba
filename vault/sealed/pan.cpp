#include "vault/sealed/pan.hpp"

#include <algorithm>
#include <optional>

namespace postern::vault::sealed {
namespace {

// Prefix ranges of the brands, compared over as many digits as the bounds have; the first row that fits decides.
struct BrandRow {
    std::string_view low, high;
    std::size_t length_min, length_max;
    Brand brand;
};
constexpr BrandRow brand_table[] = {
    {"34", "34", 15, 15, Brand::amex},
    {"37", "37", 15, 15, Brand::amex},
    {"4", "4", 13, 13, Brand::visa},
    {"4", "4", 16, 16, Brand::visa},
    {"4", "4", 19, 19, Brand::visa},
    {"51", "55", 16, 16, Brand::mastercard},
    {"2221", "2720", 16, 16, Brand::mastercard},
    {"6011", "6011", 16, 19, Brand::discover},
    {"644", "649", 16, 19, Brand::discover},
    {"65", "65", 16, 19, Brand::discover},
    {"300", "305", 14, 19, Brand::diners},
    {"36", "36", 14, 19, Brand::diners},
    {"38", "39", 14, 19, Brand::diners},
    {"3528", "3589", 16, 19, Brand::jcb},
    {"62", "62", 16, 19, Brand::unionpay},
    {"50", "50", 13, 19, Brand::maestro},
    {"56", "69", 13, 19, Brand::maestro},
};

std::optional<Brand> find_brand(std::string_view digits) {
    for (const auto& row : brand_table) {
        const auto prefix = digits.substr(0, row.low.size());
        const bool fits = prefix >= row.low && prefix <= row.high && digits.size() >= row.length_min &&
                          digits.size() <= row.length_max;
        if (fits) return row.brand;
    }
    return std::nullopt;
}

bool all_digits(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string_view to_text(Brand brand) {
    switch (brand) {
        case Brand::visa: return "visa";
        case Brand::mastercard: return "mastercard";
        case Brand::amex: return "amex";
        case Brand::discover: return "discover";
        case Brand::diners: return "diners";
        case Brand::jcb: return "jcb";
        case Brand::unionpay: return "unionpay";
        case Brand::maestro: return "maestro";
    }
    __builtin_unreachable();
}

bool passes_luhn(std::string_view digits) {
    int sum = 0;
    bool doubled = false;
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, doubled = !doubled) {
        const int value = (*digit - '0') * (doubled ? 2 : 1);
        sum += value > 9 ? value - 9 : value;
    }
    return sum % 10 == 0;
}

Result<Pan> Pan::parse(Arena& arena, std::string_view digits) {
    const bool shaped = digits.size() >= 13 && digits.size() <= 19 && all_digits(digits) && passes_luhn(digits);
    if (!shaped) return Error{ErrorKind::invalid_request, "card_number_invalid", {}, "/number"};
    const auto brand = find_brand(digits);
    if (!brand) return Error{ErrorKind::invalid_request, "card_brand_unknown", {}, "/number"};
    auto secret = SecretChars::copy_of(arena, digits);
    if (!secret) return secret.error();
    return Pan{std::move(*secret), *brand};
}

std::string Pan::bin6() const {
    return lend([](std::span<const char> digits) { return std::string(digits.begin(), digits.begin() + 6); });
}

std::string Pan::last4() const {
    return lend([](std::span<const char> digits) { return std::string(digits.end() - 4, digits.end()); });
}

Result<SecurityCode> SecurityCode::parse(Arena& arena, std::string_view digits, Brand brand) {
    const std::size_t wanted = brand == Brand::amex ? 4 : 3;
    if (digits.size() != wanted || !all_digits(digits))
        return Error{ErrorKind::invalid_request, "security_code_invalid", {}, "/security_code"};
    auto secret = SecretChars::copy_of(arena, digits);
    if (!secret) return secret.error();
    return SecurityCode{std::move(*secret)};
}

}  // namespace postern::vault::sealed
