#pragma once

#ifndef POSTERN_VAULT_PROCESS
#error "card data types compile only into the vault process"
#endif

#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "vault/sealed/secret_chars.hpp"

namespace postern::vault::sealed {

enum class Brand { visa, mastercard, amex, discover, diners, jcb, unionpay, maestro };
std::string_view to_text(Brand brand);  // "visa", …: the `brand` of summaries

// A card number: 13 to 19 digits that pass Luhn's check and stand in the table of brands. Move-only, never formatted.
class Pan {
public:
    // `invalid_request`: "card_number_invalid" (shape, Luhn), "card_brand_unknown"; `unavailable` "arena_full".
    static Result<Pan> parse(Arena& arena, std::string_view digits);

    Brand brand() const { return brand_; }
    std::string bin6() const;   // both together are the most that PCI DSS 3.4.1 lets others see
    std::string last4() const;
    template <class Use>
    decltype(auto) lend(Use&& use) const {
        return digits_.lend(std::forward<Use>(use));
    }

private:
    Pan(SecretChars digits, Brand brand) : digits_{std::move(digits)}, brand_{brand} {}
    SecretChars digits_;
    Brand brand_;
};

// The code printed on the card: sensitive authentication data. It lives in the arena and nowhere else.
class SecurityCode {
public:
    // Three digits, four for amex; otherwise "security_code_invalid".
    static Result<SecurityCode> parse(Arena& arena, std::string_view digits, Brand brand);
    template <class Use>
    decltype(auto) lend(Use&& use) const {
        return digits_.lend(std::forward<Use>(use));
    }
    SecretChars take() && { return std::move(digits_); }

private:
    explicit SecurityCode(SecretChars digits) : digits_{std::move(digits)} {}
    SecretChars digits_;
};

// ISO/IEC 7812-1, annex B.
bool passes_luhn(std::string_view digits);

}  // namespace postern::vault::sealed
