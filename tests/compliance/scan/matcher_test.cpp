#include "compliance/scan/matcher.hpp"

#include <gtest/gtest.h>

namespace postern::compliance {
namespace {

std::vector<std::string> found_in(const Matcher& matcher, const std::vector<std::string>& pieces) {
    std::vector<std::string> found;
    Matcher::Cursor cursor;
    for (const std::string& piece : pieces)
        matcher.feed(cursor, {piece.data(), piece.size()}, [&](const Needle& needle, std::uint64_t offset) {
            found.push_back(needle.form + "@" + std::to_string(offset));
        });
    return found;
}

TEST(Matcher, FindsNeedlesThatOverlapAndEndInEachOther) {
    const Matcher matcher({{"abcd", 0, "long"}, {"bc", 0, "inner"}, {"cd", 0, "tail"}, {"aa", 0, "twice"}});
    EXPECT_EQ(found_in(matcher, {"xabcdaaa"}),
              (std::vector<std::string>{"inner@3", "long@4", "tail@4", "twice@6", "twice@7"}));
}

TEST(Matcher, FindsANeedleAcrossPiecesAtEveryCut) {
    const std::string text = "..4003000123456781..";
    const Matcher matcher({{"4003000123456781", 0, "plain"}});
    for (std::size_t cut = 0; cut <= text.size(); ++cut)
        EXPECT_EQ(found_in(matcher, {text.substr(0, cut), text.substr(cut)}), std::vector<std::string>{"plain@17"})
            << "cut at " << cut;
}

TEST(Matcher, FallsBackToAShorterStartAfterAMismatch) {
    const Matcher matcher({{"aabaac", 0, "needle"}});
    EXPECT_EQ(found_in(matcher, {"aabaabaac"}), std::vector<std::string>{"needle@8"});
}

}  // namespace
}  // namespace postern::compliance
