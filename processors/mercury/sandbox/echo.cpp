#include "processors/mercury/sandbox/echo.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace postern::mercury::sandbox {
namespace {

using Digits = std::string_view;

std::string hex(std::string_view bytes, std::string_view alphabet) {
    std::string out;
    for (const char c : bytes) {
        out.push_back(alphabet[static_cast<unsigned char>(c) >> 4]);
        out.push_back(alphabet[static_cast<unsigned char>(c) & 15]);
    }
    return out;
}
std::string lower_hex(std::string_view bytes) { return hex(bytes, "0123456789abcdef"); }

std::string base64(std::string_view bytes) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        for (std::size_t j = 0; j < 3; ++j)
            group = (group << 8) | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0u);
        for (std::size_t j = 0; j < 4; ++j) out.push_back(j <= count ? alphabet[(group >> (18 - 6 * j)) & 63] : '=');
    }
    return out;
}

std::string grouped(Digits digits, char separator) {
    std::string out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i != 0 && i % 4 == 0) out.push_back(separator);
        out.push_back(digits[i]);
    }
    return out;
}

std::string each(Digits digits, std::string_view before, std::string_view after) {
    std::string out;
    for (const char c : digits) {
        out += before;
        out += c;
        out += after;
    }
    return out;
}

std::string references(Digits digits, bool as_hex) {
    std::string out;
    for (const char c : digits)
        out += as_hex ? "&#x" + lower_hex({&c, 1}) + ";" : "&#" + std::to_string(static_cast<int>(c)) + ";";
    return out;
}

std::string utf16(Digits digits, bool big_endian) {
    std::string out;
    for (const char c : digits) {
        if (big_endian) out.push_back('\0');
        out.push_back(c);
        if (!big_endian) out.push_back('\0');
    }
    return out;
}

std::string bcd(Digits digits) {
    std::string out;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        out.push_back(static_cast<char>(((digits[i] - '0') << 4) | (digits[i + 1] - '0')));
    return out;
}

std::string halves(Digits digits, std::string_view between) {
    return std::string(digits.substr(0, digits.size() / 2)) + std::string(between) +
           std::string(digits.substr(digits.size() / 2));
}

// U+FF10 to U+FF19.
std::string full_width(Digits digits) {
    std::string out;
    for (const char c : digits) {
        out += "\xEF\xBC";
        out += static_cast<char>(0x90 + (c - '0'));
    }
    return out;
}

struct Form {
    std::string_view name;
    std::string (*write)(Digits digits);
};
constexpr std::array forms{
    Form{"plain", [](Digits d) { return std::string(d); }},
    Form{"spaced", [](Digits d) { return grouped(d, ' '); }},
    Form{"dashed", [](Digits d) { return grouped(d, '-'); }},
    Form{"dotted", [](Digits d) { return grouped(d, '.'); }},
    Form{"entities", [](Digits d) { return references(d, false); }},
    Form{"hex_entities", [](Digits d) { return references(d, true); }},
    Form{"double_entities", [](Digits d) { return each(d, "&amp;#x3", ";"); }},
    Form{"cdata_split", [](Digits d) { return each(d, "<![CDATA[", "]]>"); }},
    Form{"comment_split", [](Digits d) { return halves(d, "<!-- -->"); }},
    Form{"element_split", [](Digits d) { return each(d, "<D>", "</D>"); }},
    Form{"two_elements", [](Digits d) { return "<A>" + halves(d, "</A><B>") + "</B>"; }},
    Form{"attribute", [](Digits d) { return "<A b=\"" + std::string(d) + "\"/>"; }},
    Form{"base64+0", [](Digits d) { return base64(d); }},
    Form{"base64+1", [](Digits d) { return base64("x" + std::string(d)); }},
    Form{"base64+2", [](Digits d) { return base64("xy" + std::string(d)); }},
    Form{"hex", [](Digits d) { return lower_hex(d); }},
    Form{"hex_upper_of_spaced", [](Digits d) { return hex(grouped(d, ' '), "0123456789ABCDEF"); }},
    Form{"utf16le_hex", [](Digits d) { return lower_hex(utf16(d, false)); }},
    Form{"utf16be_base64", [](Digits d) { return base64(utf16(d, true)); }},
    Form{"bcd_base64", [](Digits d) { return base64(bcd(d)); }},
    Form{"reversed", [](Digits d) { return std::string(d.rbegin(), d.rend()); }},
    Form{"percent", [](Digits d) { return each(d, "%3", ""); }},
    Form{"json_escapes", [](Digits d) { return each(d, "\\u003", ""); }},
    Form{"full_width", [](Digits d) { return full_width(d); }},
};

}  // namespace

std::vector<std::string> echo_forms() {
    std::vector<std::string> names;
    for (const Form& form : forms) names.emplace_back(form.name);
    return names;
}

Result<std::string> echoed(std::string_view digits, std::string_view form) {
    const auto found = std::ranges::find(forms, form, &Form::name);
    if (found == forms.end()) return Error{ErrorKind::invalid_request, "unknown_form"};
    return found->write(digits);
}

}  // namespace postern::mercury::sandbox
