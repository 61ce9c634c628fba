#include "compliance/scan/needles.hpp"

#include <gtest/gtest.h>

namespace postern::compliance {
namespace {

constexpr std::string_view visa = "4003000123456781";

std::string form(std::string_view digits, std::string_view name) {
    const auto needles = forms_of(digits, 0);
    for (const Needle& needle : *needles)
        if (needle.form == name) return needle.bytes;
    return "no such form";
}

struct FormCase {
    std::string name, digits, form, bytes;
};
class Forms : public testing::TestWithParam<FormCase> {};

TEST_P(Forms, AreWrittenAsAProgramWould) { EXPECT_EQ(form(GetParam().digits, GetParam().form), GetParam().bytes); }

// Expected values come from coreutils: printf 4003000123456781 | base64, | xxd -p, iconv -t UTF-16LE.
INSTANTIATE_TEST_SUITE_P(
    Table, Forms,
    testing::Values(
        FormCase{"plain", "4003000123456781", "plain", "4003000123456781"},
        FormCase{"spaced", "4003000123456781", "spaced", "4003 0001 2345 6781"},
        FormCase{"dashed_amex", "373953244361001", "dashed", "3739-532443-61001"},
        FormCase{"hex", "4003000123456781", "hex", "34303033303030313233343536373831"},
        FormCase{"base64_0", "4003000123456781", "base64+0", "NDAwMzAwMDEyMzQ1Njc4M"},
        FormCase{"base64_1", "4003000123456781", "base64+1", "QwMDMwMDAxMjM0NTY3OD"},
        FormCase{"base64_2", "4003000123456781", "base64+2", "0MDAzMDAwMTIzNDU2Nzgx"},
        FormCase{"bcd", "4003000123456781", "bcd", std::string("\x40\x03\x00\x01\x23\x45\x67\x81", 8)},
        FormCase{"bcd_shifted", "4003000123456781", "bcd shifted", std::string("\x00\x30\x00\x12\x34\x56\x78", 7)},
        FormCase{"utf16le", "373953244361001", "utf16le",
                 std::string("3\0007\0003\0009\0005\0003\0002\0004\0004\0003\0006\0001\0000\0000\0001\000", 30)},
        FormCase{"percent", "373953244361001", "percent",
                 "%33%37%33%39%35%33%32%34%34%33%36%31%30%30%31"},
        FormCase{"reversed", "4003000123456781", "reversed", "1876543210003004"}),
    [](const auto& test) { return test.param.name; });

TEST(Forms, RefuseWhatIsNoNumber) {
    EXPECT_EQ(forms_of("40030001234", 0).error().code, "malformed_number");
    EXPECT_EQ(forms_of("40030001234x6781", 0).error().code, "malformed_number");
    EXPECT_EQ(code_forms_of("12", 0).error().code, "malformed_code");
    EXPECT_EQ(form_names().size(), forms_of(visa, 0)->size());
}

TEST(TextForms, AreThoseOfATrack) {
    constexpr std::string_view track = ";4003000123456781=29121015432112345678?";
    const auto needles = text_forms_of(track, 3).value();
    const auto bytes_of = [&](std::string_view name) {
        for (const Needle& needle : needles)
            if (needle.form == name) return needle.bytes;
        return std::string("no such form");
    };
    EXPECT_EQ(bytes_of("plain"), track);
    EXPECT_EQ(bytes_of("hex").substr(0, 6), "3b3430");
    EXPECT_EQ(bytes_of("upper hex").substr(0, 6), "3B3430");
    EXPECT_EQ(bytes_of("base64+0").substr(0, 8), "OzQwMDMw");
    EXPECT_EQ(bytes_of("bcd"), "no such form");
    EXPECT_EQ(needles.front().number, 3U);
    EXPECT_EQ(text_forms_of("12345678901", 0).error().code, "malformed_text");
    EXPECT_EQ(masked(track), std::string(track.size(), '*'));
}

TEST(Masked, KeepsSixAndFour) { EXPECT_EQ(masked(visa), "400300******6781"); }

}  // namespace
}  // namespace postern::compliance
