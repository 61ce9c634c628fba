#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "gateway/cli/objects.hpp"
#include "gateway/cli/tree.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/seeded_random.hpp"

namespace postern::gateway::cli {
namespace {

struct Ran {
    int code;
    std::string out, messages;
};
Ran run_with(std::vector<std::string> words) {
    std::ostringstream out, messages;
    test::ManualClock clock;
    test::SeededRandom random{1};
    Shell shell{out, messages, clock, random};
    const int code = run(std::move(words), shell, out, messages);
    return {code, out.str(), messages.str()};
}

struct UsageCase {
    std::string name;
    std::vector<std::string> words;
    int code;
    std::string out, message;  // parts of what must be said
    friend void PrintTo(const UsageCase& c, std::ostream* printed) { *printed << c.name; }
};
class CommandLine : public testing::TestWithParam<UsageCase> {};
TEST_P(CommandLine, SaysDataOnOneStreamAndTheRestOnTheOther) {
    const auto ran = run_with(GetParam().words);
    EXPECT_EQ(ran.code, GetParam().code) << ran.messages;
    EXPECT_NE(ran.out.find(GetParam().out), std::string::npos) << ran.out;
    EXPECT_NE(ran.messages.find(GetParam().message), std::string::npos) << ran.messages;
    EXPECT_EQ(ran.out.empty(), GetParam().code != exit_ok);
}
INSTANTIATE_TEST_SUITE_P(
    Table, CommandLine,
    testing::Values(
        UsageCase{"version", {"--version"}, exit_ok, "postern 0.", ""},
        UsageCase{"help", {"--help"}, exit_ok, "Examples:", ""},
        UsageCase{"help_of_a_command", {"unknown", "decide", "--help"}, exit_ok, "postern unknown decide op_", ""},
        UsageCase{"nothing", {}, exit_usage, "", "subcommand is required"},
        UsageCase{"misspelt", {"merchnt", "list"}, exit_usage, "", "Did you mean `merchant`?"},
        UsageCase{"misspelt_inside", {"--config", "/x/merchant", "store", "lst"}, exit_usage, "", "Did you mean `list`?"},
        UsageCase{"required", {"merchant", "add"}, exit_usage, "", "--name is required"},
        UsageCase{"choice", {"unknown", "decide", "op_1", "maybe", "--reason", "x"}, exit_usage, "", "maybe"},
        UsageCase{"no_abbreviation", {"merch", "list"}, exit_usage, "", ""},
        UsageCase{"no_config", {"--config", "/nowhere.toml", "store", "list"}, exit_bad_config, "", "bad_config"},
        UsageCase{"bad_name", {"--config", "/nowhere.toml", "merchant", "add", "--name", "shop 4111111111111111"},
                  exit_refused, "", "bad_name"},
        UsageCase{"blank_name", {"--config", "/nowhere.toml", "merchant", "add", "--name", "  "}, exit_refused, "", "bad_name"},
        UsageCase{"name_of_two_lines", {"--config", "/nowhere.toml", "merchant", "add", "--name", "a\nb"}, exit_refused, "",
                  "bad_name"},
        UsageCase{"name_not_utf8", {"--config", "/nowhere.toml", "merchant", "add", "--name", "a\xff"}, exit_refused, "",
                  "bad_name"},
        UsageCase{"nothing_to_change", {"merchant", "change", "ten_1"}, exit_refused, "", "nothing_to_change"}),
    [](const auto& test) { return test.param.name; });

struct CutoffCase {
    std::string text;
    int minutes;  // -1: refused
    friend void PrintTo(const CutoffCase& c, std::ostream* printed) { *printed << c.text; }
};
class Cutoff : public testing::TestWithParam<CutoffCase> {};
TEST_P(Cutoff, IsAnHourAndAMinute) {
    const auto parsed = parse_cutoff(GetParam().text);
    EXPECT_EQ(parsed ? *parsed : -1, GetParam().minutes);
}
INSTANTIATE_TEST_SUITE_P(Table, Cutoff,
                         testing::Values(CutoffCase{"00:00", 0}, CutoffCase{"04:30", 270}, CutoffCase{"23:59", 1439},
                                         CutoffCase{"24:00", -1}, CutoffCase{"4:30", -1}, CutoffCase{"04:60", -1},
                                         CutoffCase{"04-30", -1}, CutoffCase{"", -1}));

TEST(NearestWord, IsTwoEditsAwayAtMost) {
    EXPECT_EQ(nearest_word("stor", {"store", "device"}), "store");
    EXPECT_EQ(nearest_word("devcie", {"store", "device"}), "device");
    EXPECT_EQ(nearest_word("xyz", {"store", "device"}), "");
}

TEST(ExitCodes, TellEveryKindOfFailureApart) {
    std::set<int> codes;
    for (int kind = 0; kind <= static_cast<int>(ErrorKind::internal); ++kind) {
        codes.insert(exit_code(Error{static_cast<ErrorKind>(kind)}));
    }
    EXPECT_EQ(codes.size(), 7U);
    EXPECT_FALSE(codes.contains(exit_ok) || codes.contains(exit_usage));
    EXPECT_EQ(exit_code(Error{ErrorKind::invalid_request, "bad_config"}), exit_bad_config);
}

TEST(Tables, ArePrintedForPeopleAndForPrograms) {
    const Table table{{{"name", false}, {"count", true}, {"on", true}, {"note", false}},
                      {{{"a \"b\"", false}, {"1", false}, {"true", false}, {"", true}},
                       {{"long name", false}, {"22", false}, {"false", false}, {"x", false}}}};
    std::ostringstream text, json;
    print_text(text, table);
    print_json_lines(json, table);
    EXPECT_EQ(json.str(), "{\"name\":\"a \\\"b\\\"\",\"count\":1,\"on\":true,\"note\":null}\n"
                          "{\"name\":\"long name\",\"count\":22,\"on\":false,\"note\":\"x\"}\n");
    EXPECT_EQ(text.str().substr(0, text.str().find('\n')), "name       count  on     note  ");
    EXPECT_EQ(table.text(1, "count"), "22");
    EXPECT_EQ(table.text(5, "count"), "");
}

}  // namespace
}  // namespace postern::gateway::cli
