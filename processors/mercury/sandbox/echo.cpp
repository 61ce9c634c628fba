#include "processors/mercury/sandbox/echo.hpp"

#include <algorithm>
#include <array>
#include <boost/crc.hpp>
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

std::string references(Digits digits, std::string_view before) {
    std::string out;
    for (const char c : digits) out += std::string(before) + std::to_string(static_cast<int>(c)) + ";";
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

std::string in_radix(std::uint64_t value, std::uint64_t radix) {
    std::string out;
    for (; value > 0; value /= radix) out += "0123456789abcdefghijklmnopqrstuvwxyz"[value % radix];
    return {out.rbegin(), out.rend()};
}

std::string base32(std::string_view bytes, std::string_view alphabet) {
    std::string out;
    std::uint32_t group = 0;
    int bits = 0;
    for (const char c : bytes) {
        group = (group << 8) | static_cast<unsigned char>(c);
        for (bits += 8; bits >= 5; bits -= 5) out.push_back(alphabet[(group >> (bits - 5)) & 31]);
    }
    if (bits > 0) out.push_back(alphabet[(group << (5 - bits)) & 31]);
    return out;
}

// U+0660 to U+0669.
std::string arabic(Digits digits) {
    std::string out;
    for (const char c : digits) {
        out += '\xD9';
        out += static_cast<char>(0xA0 + (c - '0'));
    }
    return out;
}

std::string backwards(const std::string& text) { return {text.rbegin(), text.rend()}; }

void append_little_endian(std::string& out, std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

// RFC 1952 with stored blocks.
std::string gzip(std::string_view text) {
    constexpr std::size_t block_bytes_max = 0xFFFF;
    std::string out("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 10);
    boost::crc_32_type crc;
    crc.process_bytes(text.data(), text.size());
    const auto all = static_cast<std::uint32_t>(text.size());
    do {
        const auto block = text.substr(0, block_bytes_max);
        text.remove_prefix(block.size());
        out.push_back(text.empty() ? 1 : 0);
        append_little_endian(out, static_cast<std::uint32_t>(block.size()), 2);
        append_little_endian(out, ~static_cast<std::uint32_t>(block.size()), 2);
        out += block;
    } while (!text.empty());
    append_little_endian(out, crc.checksum(), 4);
    append_little_endian(out, all, 4);
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
    Form{"entities", [](Digits d) { return references(d, "&#"); }},
    Form{"hex_entities", [](Digits d) { return each(d, "&#x3", ";"); }},
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
    Form{"arabic_digits", [](Digits d) { return arabic(d); }},
    Form{"padded_entities", [](Digits d) { return references(d, "&#00000"); }},
    Form{"upper_hex_entities", [](Digits d) { return each(d, "&#X3", ";"); }},
    Form{"comments_between", [](Digits d) { return each(d, "", "<!-- 1 -->"); }},
    Form{"instructions_between", [](Digits d) { return each(d, "", "<?x 1?>"); }},
    Form{"quoted_printable", [](Digits d) { return each(d, "=3", ""); }},
    Form{"base32", [](Digits d) { return base32(d, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"); }},
    Form{"base32_crockford", [](Digits d) { return base32(d, "0123456789abcdefghjkmnpqrstvwxyz"); }},
    Form{"base64_twice", [](Digits d) { return base64(base64(d)); }},
    Form{"base64_backwards", [](Digits d) { return backwards(base64(d)); }},
    Form{"hex_backwards", [](Digits d) { return backwards(lower_hex(d)); }},
    Form{"bcd", [](Digits d) { return bcd(d); }},
    Form{"utf16le", [](Digits d) { return utf16(d, false); }},
    Form{"value_in_hex", [](Digits d) { return in_radix(std::stoull(std::string(d)), 16); }},
    Form{"value_in_base36", [](Digits d) { return in_radix(std::stoull(std::string(d)), 36); }},
};

// In the reply, not in its content.
void chunks(net::HttpResponse& reply, Digits) { reply.chunk_bytes = 1; }
void gzipped(net::HttpResponse& reply, Digits) {
    reply.headers.emplace_back("content-encoding", "gzip");
    reply.body = wiped::Text(gzip(reply.body.view()));
}
void in_utf16(net::HttpResponse& reply, Digits) { reply.body = wiped::Text(utf16(reply.body.view(), false)); }
void in_content_type(net::HttpResponse& reply, Digits digits) {
    for (auto& [name, value] : reply.headers)
        if (name == "content-type") value += "; boundary=" + std::string(digits);
}

struct ReplyForm {
    std::string_view name;
    void (*change)(net::HttpResponse& reply, Digits digits);
};
constexpr std::array of_the_reply{ReplyForm{"chunks", chunks}, ReplyForm{"gzip", gzipped},
                                  ReplyForm{"utf16_reply", in_utf16}, ReplyForm{"content_type", in_content_type}};

}  // namespace

std::vector<std::string> echo_forms() {
    std::vector<std::string> names;
    for (const Form& form : forms) names.emplace_back(form.name);
    return names;
}

std::vector<std::string> reply_forms() {
    std::vector<std::string> names;
    for (const ReplyForm& form : of_the_reply) names.emplace_back(form.name);
    return names;
}

Result<std::string> echoed(std::string_view digits, std::string_view form) {
    if (std::ranges::find(of_the_reply, form, &ReplyForm::name) != of_the_reply.end()) return std::string(digits);
    const auto found = std::ranges::find(forms, form, &Form::name);
    if (found == forms.end()) return Error{ErrorKind::invalid_request, "unknown_form"};
    return found->write(digits);
}

void change_reply(net::HttpResponse& reply, std::string_view digits, std::string_view form) {
    const auto found = std::ranges::find(of_the_reply, form, &ReplyForm::name);
    if (found != of_the_reply.end()) found->change(reply, digits);
}

}  // namespace postern::mercury::sandbox
