#include "base/card_shape.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string.h>

namespace postern {
namespace {

constexpr std::size_t digits_least = 13;
constexpr std::size_t digits_most = 19;

struct Brand {
    std::uint32_t least, most;  // the first four digits, both ends included
    std::size_t lengths_least, lengths_most;
};
// Public issuer ranges (ISO/IEC 7812). Visa comes in 13, 16 and 19 digits and is narrowed below.
constexpr Brand brands[] = {
    {4000, 4999, 13, 19},  // Visa
    {5100, 5599, 16, 16},  // Mastercard
    {2221, 2720, 16, 16},
    {3400, 3499, 15, 15},  // American Express
    {3700, 3799, 15, 15},
    {6011, 6011, 16, 19},  // Discover
    {6440, 6599, 16, 19},
    {3528, 3589, 16, 19},  // JCB
    {3000, 3059, 14, 14},  // Diners Club
    {3600, 3699, 14, 14},
    {3800, 3899, 14, 14},
    {6200, 6299, 16, 19},  // UnionPay
    {6050, 6050, 19, 19},  // gift cards of the processor's public test set
};

bool has_brand(std::uint32_t first_four, std::size_t length) {
    for (const auto& brand : brands) {
        if (first_four < brand.least || first_four > brand.most) continue;
        if (length < brand.lengths_least || length > brand.lengths_most) continue;
        const bool visa = brand.least == 4000;
        if (!visa || length == 13 || length == 16 || length == 19) return true;
    }
    return false;
}

bool passes_luhn(std::span<const std::uint8_t> digits) {
    unsigned sum = 0;
    bool doubled = false;
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, doubled = !doubled) {
        const unsigned value = doubled ? *digit * 2U : *digit;
        sum += value > 9 ? value - 9 : value;
    }
    return sum % 10 == 0;
}

bool run_holds_card(std::span<const std::uint8_t> run) {
    for (std::size_t begin = 0; begin + digits_least <= run.size(); ++begin) {
        const auto rest = run.subspan(begin);
        const auto first_four = rest[0] * 1000U + rest[1] * 100U + rest[2] * 10U + rest[3];
        for (std::size_t length = digits_least; length <= digits_most && length <= rest.size(); ++length) {
            if (has_brand(first_four, length) && passes_luhn(rest.first(length))) return true;
        }
    }
    return false;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_separator(char c) { return c == ' ' || c == '-' || c == '.'; }

// The digits of one run, a window at a time; overwritten in the end, since they may be a card's.
class Window {
public:
    Window() = default;
    Window(const Window&) = delete;
    ~Window() { explicit_bzero(digits_.data(), digits_.size()); }

    bool full() const { return size_ == digits_.size(); }
    void add(char digit) { digits_[size_++] = static_cast<std::uint8_t>(digit - '0'); }
    bool holds_card() const { return size_ >= digits_least && run_holds_card({digits_.data(), size_}); }
    void clear() { size_ = 0; }
    // Keeps what a number that reaches into the next window could begin with.
    void slide() {
        constexpr std::size_t kept = digits_most - 1;
        std::copy(digits_.end() - kept, digits_.end(), digits_.begin());
        size_ = kept;
    }

private:
    std::array<std::uint8_t, 64> digits_{};
    std::size_t size_ = 0;
};

bool is_whole_card(std::span<const std::uint8_t> digits) {
    if (digits.size() < digits_least || digits.size() > digits_most) return false;
    const auto first_four = digits[0] * 1000U + digits[1] * 100U + digits[2] * 10U + digits[3];
    return has_brand(first_four, digits.size()) && passes_luhn(digits);
}

// One run as it grows, too long to be a card beyond `digits_most`; overwritten in the end.
class WholeRun {
public:
    WholeRun() = default;
    WholeRun(const WholeRun&) = delete;
    ~WholeRun() { explicit_bzero(digits_.data(), digits_.size()); }

    void add(char digit) {
        if (size_ < digits_.size()) digits_[size_] = static_cast<std::uint8_t>(digit - '0');
        ++size_;
    }
    void clear() { size_ = 0; }
    bool is_card() const { return size_ <= digits_.size() && is_whole_card({digits_.data(), size_}); }
    bool is_card_backwards() {
        constexpr std::size_t least = digits_least + 1;  // no card of 13 digits is issued any more
        if (size_ < least || size_ > digits_.size()) return false;
        std::reverse(digits_.begin(), digits_.begin() + static_cast<std::ptrdiff_t>(size_));
        return is_whole_card({digits_.data(), size_});
    }

private:
    std::array<std::uint8_t, digits_most> digits_{};
    std::size_t size_ = 0;
};

bool is_printed_shape(std::span<const std::string_view> groups) {
    const auto sizes = [&](std::initializer_list<std::size_t> wanted) {
        return std::ranges::equal(groups, wanted, {}, &std::string_view::size);
    };
    return sizes({4, 4, 4, 4}) || sizes({4, 4, 4, 4, 1}) || sizes({4, 4, 4, 4, 2}) || sizes({4, 4, 4, 4, 3}) ||
           sizes({4, 6, 5}) || sizes({4, 6, 4});
}

}  // namespace

bool is_grouped_card_number(std::span<const std::string_view> groups) {
    if (!is_printed_shape(groups)) return false;
    WholeRun run;
    for (const auto group : groups)
        for (const char digit : group) run.add(digit);
    return run.is_card();
}

bool holds_reversed_card_number(std::string_view text) {
    WholeRun run;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_digit(text[i])) {
            run.add(text[i]);
            continue;
        }
        const bool joins = is_separator(text[i]) && i > 0 && is_digit(text[i - 1]);
        if (joins && i + 1 < text.size() && is_digit(text[i + 1])) continue;
        if (run.is_card_backwards()) return true;
        run.clear();
    }
    return run.is_card_backwards();
}

bool holds_card_number(std::string_view text) {
    if (text.size() < digits_least) return false;
    Window window;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_digit(text[i])) {
            window.add(text[i]);
            if (!window.full()) continue;
            if (window.holds_card()) return true;
            window.slide();
        } else {
            const bool joins = is_separator(text[i]) && i > 0 && is_digit(text[i - 1]);
            if (joins && i + 1 < text.size() && is_digit(text[i + 1])) continue;
            if (window.holds_card()) return true;
            window.clear();
        }
    }
    return window.holds_card();
}

}  // namespace postern
