#include "gateway/http/tip_rules_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace postern::gateway {
namespace {

Result<domain::TipRules> read_text(const std::string& text) {
    std::string folder = (std::filesystem::temp_directory_path() / "postern-tips-XXXXXX").string();
    if (!::mkdtemp(folder.data())) return Error{};
    std::ofstream{folder + "/tips.toml"} << text;
    auto rules = read_tip_rules(folder + "/tips.toml");
    std::filesystem::remove_all(folder);
    return rules;
}

TEST(TipRulesFile, IsReadRowByRow) {
    const auto rules = read_text(R"(
[rules.old]
valid_from = "2020-01-01"
above_percent = 0
[rules.new]
valid_from = "2026-01-01"
brands = ["visa", "amex"]
categories = ["5812"]
funding = "credit"
after_partial_approval = false
above_percent = 25
adjust = true
increment = true
)");
    ASSERT_TRUE(rules) << rules.error().detail;
    const auto* found = rules->find({"2026-01-01", "amex", "5812", domain::Funding::credit, false});
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->name, "new");
    EXPECT_EQ(found->above_percent, 25);
    EXPECT_TRUE(found->may_adjust && found->may_increment);
    for (const domain::TipQuestion& other : {domain::TipQuestion{"2025-12-31", "amex", "5812", domain::Funding::credit, false},
                                             {"2026-01-01", "jcb", "5812", domain::Funding::credit, false},
                                             {"2026-01-01", "amex", "5813", domain::Funding::credit, false},
                                             {"2026-01-01", "amex", "5812", domain::Funding::unknown, false},
                                             {"2026-01-01", "amex", "5812", domain::Funding::credit, true}}) {
        EXPECT_EQ(rules->find(other)->name, "old");
    }
    EXPECT_FALSE(rules->find({"2026-01-01", "jcb", "5812"})->may_adjust) << "what is not said is not allowed";
}

struct BadCase {
    std::string name, line, detail;
    friend void PrintTo(const BadCase& c, std::ostream* printed) { *printed << c.name; }
};
class TipRulesFileRefuses : public testing::TestWithParam<BadCase> {};
TEST_P(TipRulesFileRefuses, WithTheKeyThatIsWrong) {
    const bool has_date = GetParam().line.find("valid_from") != std::string::npos;
    const bool has_percent = GetParam().line.find("percent") != std::string::npos;
    const auto rules = read_text("[rules.r]\n" + std::string(has_date ? "" : "valid_from = \"2020-01-01\"\n") +
                                 (has_percent ? "" : "above_percent = 5\n") + GetParam().line + "\n");
    ASSERT_FALSE(rules);
    EXPECT_EQ(rules.error().code, "bad_config");
    EXPECT_NE(rules.error().detail.find(GetParam().detail), std::string::npos) << rules.error().detail;
}
INSTANTIATE_TEST_SUITE_P(
    Table, TipRulesFileRefuses,
    testing::Values(BadCase{"date", "valid_from = \"1.1.2020\"", "rules.r.valid_from"},
                    BadCase{"brand", "brands = [\"vista\"]", "rules.r.brands"},
                    BadCase{"no_brand", "brands = []", "rules.r.brands"},
                    BadCase{"category", "categories = [\"581\"]", "rules.r.categories"},
                    BadCase{"funding", "funding = \"gold\"", "rules.r.funding"},
                    BadCase{"percent", "above_percent = 101", "rules.r.above_percent"},
                    BadCase{"flag", "adjust = \"yes\"", "rules.r.adjust"},
                    BadCase{"misspelt", "ajust = true", "rules.r.ajust"}),
    [](const auto& test) { return test.param.name; });

// What is shipped can be read and says what the documents say.
TEST(TipRulesFile, ThatIsShippedIsCareful) {
    const auto rules = read_tip_rules(POSTERN_SOURCE_DIR "/deploy/config/tips.toml.in");
    ASSERT_TRUE(rules) << rules.error().detail;
    const auto above = [&](std::string_view category, domain::Funding funding, bool partial) {
        return rules->find({"2026-11-25", "visa", category, funding, partial})->above_percent;
    };
    EXPECT_EQ(above("5812", domain::Funding::unknown, false), 20);
    EXPECT_EQ(above("5812", domain::Funding::prepaid, false), 0);
    EXPECT_EQ(above("5812", domain::Funding::credit, true), 0);
    EXPECT_EQ(above("5999", domain::Funding::credit, false), 0);
}

}  // namespace
}  // namespace postern::gateway
