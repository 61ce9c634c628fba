#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include "tests/vault/keeper/spellings.hpp"
#include "vault/keeper/scrub.hpp"

namespace postern::vault {
namespace {

using namespace test;

class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    std::size_t below(std::size_t count) { return engine_() % count; }
    template <class T>
    const T& one_of(const std::vector<T>& choices) { return choices[below(choices.size())]; }

private:
    std::mt19937_64 engine_;
};

std::string random_number(Dice& dice) {
    std::string digits(1, static_cast<char>('2' + dice.below(5)));
    for (const auto size = 13 + dice.below(7); digits.size() < size;) digits += static_cast<char>('0' + dice.below(10));
    return digits;
}

enum class Kind {
    text,   // ASCII, which can stand under any escape
    bytes,  // a byte or more for each digit
    dense,  // less than that: inside base64 alone
};

// How a form came to be, for the message of a failure, and the form.
struct Form {
    std::string story, text;
    Kind kind = Kind::text;
};

Form spelled(const std::string& number, Dice& dice) {
    const std::vector<Form> forms{
        {"plain", number},
        {"grouped", grouped(number, dice.one_of<std::string>({" ", "-", ".", "\r\n", "<!-- -->", "</d><d>"}))},
        {"backwards", backwards(number)},
        {"utf16", utf16(number, dice.below(2) == 0), Kind::bytes},
        {"packed", packed(number.size() % 2 == 0 ? number : "0" + number), Kind::dense},
        {"ebcdic", each(number, [](char c) { return std::string(1, static_cast<char>(0xF0 + (c - '0'))); }),
         Kind::bytes},
        {"unpacked", each(number, [](char c) { return std::string(1, static_cast<char>(c - '0')); }), Kind::bytes},
        {"arabic", in_block(number, "\xD9\xA0"), Kind::bytes},
        {"bold", in_block(number, "\xF0\x9D\x9F\x8E"), Kind::bytes},
        {"base32", base32(number, dice.one_of<std::string_view>({base32_common, base32_hex, base32_crockford}))},
        {"value", value_bytes(number, dice.below(2) == 0), Kind::dense},
        {"value as hex", fmt::format("{:x}", std::stoull(number)), Kind::dense},
        {"codes", each(number, [](char c) { return fmt::format("{}, ", int{c}); })},
        {"octal", each(number, [](char c) { return fmt::format("\\{:03o}", int{c}); })},
        {"binary", each(number, [](char c) { return fmt::format("{:08b} ", int{c}); })}};
    return dice.one_of(forms);
}

Form wrapped(Form form, Dice& dice) {
    const auto before = std::string("abc").substr(0, dice.below(4));
    const auto behind = std::string("xyz").substr(0, dice.below(4));
    switch (dice.below(form.kind == Kind::dense ? 2 : 6)) {
        case 0:
            return {form.story + ", base64", std::string("ref").substr(dice.below(4)) + base64(before + form.text + behind)};
        case 1: return {form.story + ", base64 backwards", backwards(base64(before + form.text + behind))};
        case 2: return {form.story + ", hex", hex(form.text)};
        case 3: return {form.story + ", base64 of hex", base64(hex(form.text))};
        case 4: return {form.story + ", hex of base64", hex(base64(before + form.text + behind))};
        default: return form;
    }
}

std::string each_as(std::string_view format, std::string_view text) {
    return each(text, [&](char c) { return fmt::format(fmt::runtime(format), static_cast<unsigned char>(c)); });
}

Form under_escapes(Form form, Dice& dice) {
    if (form.kind != Kind::text) return form;
    switch (dice.below(8)) {
        case 0: return {form.story + ", decimal entities", each_as("&#{};", form.text)};
        case 1: return {form.story + ", hex entities twice", escaped(each_as("&#x{:X};", form.text))};
        case 2: return {form.story + ", percent", each_as("%{:02X}", form.text)};
        case 3: return {form.story + ", \\u", each_as("\\u{:04x}", form.text)};
        case 4: return {form.story + ", \\x", each_as("\\x{:02x}", form.text)};
        case 5: return {form.story + ", CDATA", "<![CDATA[" + form.text + "]]>"};
        case 6: return {form.story + ", escaped", escaped(form.text)};
        default: return form;
    }
}

// Where it stands: what is before and behind it. No digit comes next to it, tags left out, which could be taken for one
// of its ends.
std::pair<std::string, std::string> place(Dice& dice) {
    static const std::vector<std::pair<std::string, std::string>> places{
        {"", ""},
        {"<RStream><AcqRefData>KbMCC1234567890123456</AcqRefData><Memo>Try ",
         "</Memo><Text>OK</Text><RefNo>0042</RefNo></RStream>"},
        {"<a><b note=\"", "\"/><Text>OK</Text><ProcessData>|00|123456789012</ProcessData></a>"},
        {"<s:Body><r>&lt;RStream&gt;&lt;Memo&gt;",
         "&lt;/Memo&gt;&lt;Text&gt;OK&lt;/Text&gt;&lt;Amount&gt;1.00&lt;/Amount&gt;&lt;/RStream&gt;</r></s:Body>"},
        {"{\"message\":\"declined ", "\",\"status\":\"no\",\"code\":51}"},
        {"Card not accepted: ", "\r\n"}};
    return dice.one_of(places);
}

// What hides the number leaves at most its ends: of the characters that carried it, most are gone.
bool is_hidden(std::string_view form, std::string_view shown) {
    const auto hidden = std::ranges::count(shown, 'X') - std::ranges::count(form, 'X');
    return shown != form && hidden >= 5;
}

TEST(ScrubProperty, LeavesNoNumberInAnyFormAnywhere) {
    std::size_t withheld = 0;
    constexpr std::uint64_t seeds = 4000;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        Dice dice{seed};
        const auto number = random_number(dice);
        const auto form = under_escapes(wrapped(spelled(number, dice), dice), dice);
        const auto [before, behind] = place(dice);
        const auto reply = before + form.text + behind;
        const auto shown = scrub(reply, {}, {.number = number});
        if (!shown) {  // as safe
            ++withheld;
            continue;
        }
        ASSERT_EQ(shown->size(), reply.size());
        EXPECT_TRUE(is_hidden(form.text, shown->substr(before.size(), form.text.size()))) << seed << ": " << form.story;
        EXPECT_TRUE(shown->starts_with(before) && shown->ends_with(behind)) << seed << ": " << form.story;
        EXPECT_EQ(scrub(*shown, {}, {.number = number}).value(), *shown) << seed << ": " << form.story;
    }
    EXPECT_LT(withheld, seeds / 20);
}

}  // namespace
}  // namespace postern::vault
