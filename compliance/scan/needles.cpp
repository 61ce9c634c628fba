#include "compliance/scan/needles.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace postern::compliance {
namespace {

bool all_digits(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// 4-4-4-4, or 4-6-5 as American Express prints it.
std::string grouped(std::string_view digits, char separator) {
    const bool amex = digits.size() == 15;
    std::string out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const bool boundary = amex ? i == 4 || i == 10 : i != 0 && i % 4 == 0;
        if (boundary) out.push_back(separator);
        out.push_back(digits[i]);
    }
    return out;
}

std::string hex(std::string_view bytes, std::string_view alphabet) {
    std::string out;
    for (const char c : bytes) {
        out.push_back(alphabet[static_cast<unsigned char>(c) >> 4]);
        out.push_back(alphabet[static_cast<unsigned char>(c) & 15]);
    }
    return out;
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    std::uint32_t buffer = 0;
    int bits = 0;
    for (const char c : bytes) {
        buffer = (buffer << 8) | static_cast<unsigned char>(c);
        for (bits += 8; bits >= 6; bits -= 6) out.push_back(alphabet[(buffer >> (bits - 6)) & 63]);
    }
    return out;  // the characters that whole sextets decide; the tail depends on what follows
}

// The characters of base64 that only the number's own bytes decide when `before` bytes stand in front of it.
std::string base64_inner(std::string_view digits, std::size_t before) {
    const std::string all = base64(std::string(before, 'x') + std::string(digits));
    const std::size_t foreign = (before * 8 + 5) / 6;
    return all.substr(foreign);
}

// Packed decimal, high nibble first. `shift`: the number begins in a low nibble, so its first digit is left out.
std::string bcd(std::string_view digits, bool shift) {
    std::string out;
    for (std::size_t i = shift ? 1 : 0; i + 1 < digits.size(); i += 2)
        out.push_back(static_cast<char>(((digits[i] - '0') << 4) | (digits[i + 1] - '0')));
    return out;
}

std::string utf16(std::string_view digits, bool big_endian) {
    std::string out;
    for (const char c : digits) {
        if (big_endian) out.push_back('\0');
        out.push_back(c);
        if (!big_endian) out.push_back('\0');
    }
    return out;
}

std::string each(std::string_view digits, std::string_view before, bool as_hex, std::string_view after) {
    std::string out;
    for (const char c : digits) {
        out += before;
        out += as_hex ? hex({&c, 1}, "0123456789abcdef") : std::to_string(static_cast<int>(c));
        out += after;
    }
    return out;
}

struct Form {
    std::string_view name;
    std::string (*write)(std::string_view digits);
    bool of_digits_alone = false;
};
constexpr std::string_view lower = "0123456789abcdef";
constexpr std::string_view upper = "0123456789ABCDEF";
constexpr std::array forms{
    Form{"plain", [](std::string_view d) { return std::string(d); }},
    Form{"spaced", [](std::string_view d) { return grouped(d, ' '); }, true},
    Form{"dashed", [](std::string_view d) { return grouped(d, '-'); }, true},
    Form{"hex", [](std::string_view d) { return hex(d, lower); }},
    Form{"upper hex", [](std::string_view d) { return hex(d, upper); }},
    Form{"hex of spaced", [](std::string_view d) { return hex(grouped(d, ' '), lower); }, true},
    Form{"hex of base64", [](std::string_view d) { return hex(base64_inner(d, 0), lower); }},
    Form{"base64+0", [](std::string_view d) { return base64_inner(d, 0); }},
    Form{"base64+1", [](std::string_view d) { return base64_inner(d, 1); }},
    Form{"base64+2", [](std::string_view d) { return base64_inner(d, 2); }},
    Form{"bcd", [](std::string_view d) { return bcd(d, false); }, true},
    Form{"bcd shifted", [](std::string_view d) { return bcd(d, true); }, true},
    Form{"hex of utf16le", [](std::string_view d) { return hex(utf16(d, false), upper); }},
    Form{"utf16le", [](std::string_view d) { return utf16(d, false); }},
    Form{"utf16be", [](std::string_view d) { return utf16(d, true); }},
    Form{"percent", [](std::string_view d) { return each(d, "%", true, ""); }},
    Form{"entities", [](std::string_view d) { return each(d, "&#", false, ";"); }},
    Form{"hex entities", [](std::string_view d) { return each(d, "&#x", true, ";"); }},
    Form{"reversed", [](std::string_view d) { return std::string(d.rbegin(), d.rend()); }},
};

}  // namespace

std::vector<std::string> form_names() {
    std::vector<std::string> names;
    for (const Form& form : forms) names.emplace_back(form.name);
    return names;
}

Result<std::vector<Needle>> forms_of(std::string_view digits, std::size_t number) {
    if (digits.size() < 12 || digits.size() > 19 || !all_digits(digits))
        return Error{ErrorKind::invalid_request, "malformed_number"};
    std::vector<Needle> needles;
    for (const Form& form : forms) needles.push_back({form.write(digits), number, std::string(form.name)});
    return needles;
}

Result<std::vector<Needle>> code_forms_of(std::string_view digits, std::size_t number) {
    if (digits.size() < 3 || digits.size() > 4 || !all_digits(digits))
        return Error{ErrorKind::invalid_request, "malformed_code"};
    const std::string code(digits);
    return std::vector<Needle>{
        {"\"security_code\":\"" + code + "\"", number, "json field"},
        {"\"security_code\": \"" + code + "\"", number, "json field, spaced"},
        {"security_code=" + code, number, "form field"},
        {"CVVData>" + code + "<", number, "xml element"},
        {"CVVData&gt;" + code + "&lt;", number, "escaped xml element"},
    };
}

Result<std::vector<Needle>> text_forms_of(std::string_view text, std::size_t number) {
    if (text.size() < 12) return Error{ErrorKind::invalid_request, "malformed_text"};
    std::vector<Needle> needles;
    for (const Form& form : forms)
        if (!form.of_digits_alone) needles.push_back({form.write(text), number, std::string(form.name)});
    return needles;
}

std::string masked(std::string_view digits) {
    if (digits.size() < 12 || !all_digits(digits)) return std::string(digits.size(), '*');
    return std::string(digits.substr(0, 6)) + std::string(digits.size() - 10, '*') +
           std::string(digits.substr(digits.size() - 4));
}

}  // namespace postern::compliance
