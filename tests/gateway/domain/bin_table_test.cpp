#include "gateway/domain/bin_table.hpp"

#include <gtest/gtest.h>

namespace postern::domain {
namespace {

const std::string head = "version,test-1\nfirst,last,brand,funding,country,note\n";

BinTable table_of(const std::string& rows) {
    std::vector<BinFault> faults;
    auto table = BinTable::parse(head + rows, faults);
    EXPECT_TRUE(table) << (faults.empty() ? "" : faults.front().what);
    return std::move(*table);
}
std::string told(const BinTable& table, std::string_view digits) {
    const BinFacts facts = table.look_up(digits);
    return facts.brand + "/" + std::string{to_text(facts.funding)} + "/" + facts.country;
}

TEST(BinTables, TellWhatTheRangeOfACardSays) {
    const auto table = table_of("400000,409999,visa,credit,US,\n# a comment\n\n 41111122 , 41111133 ,visa,debit,FR,a note\r\n");
    EXPECT_EQ(table.version(), "test-1");
    ASSERT_EQ(table.ranges().size(), 2U);
    EXPECT_EQ(table.ranges()[1].note, "a note");
    EXPECT_EQ(told(table, "399999"), "/unknown/");
    EXPECT_EQ(told(table, "400000"), "visa/credit/US");
    EXPECT_EQ(told(table, "40999999"), "visa/credit/US");
    EXPECT_EQ(told(table, "410000"), "/unknown/");
    EXPECT_EQ(told(table, "41111121"), "/unknown/");
    EXPECT_EQ(told(table, "41111122"), "visa/debit/FR");
    EXPECT_EQ(told(table, "41111133"), "visa/debit/FR");
    EXPECT_EQ(told(table, "41111134"), "/unknown/");
}

// Six digits are all that the gateway knows: what longer ranges say of them is told where all agree.
TEST(BinTables, TellOfAShorterBeginningOnlyWhatAllItsRangesSay) {
    const auto table = table_of(
        "42000000,42000049,visa,credit,US,\n42000050,42000099,visa,debit,US,\n"
        "42000100,42000149,visa,credit,US,\n42000150,42000199,visa,credit,CA,\n"
        "42000200,42000298,visa,credit,US,\n"                                     // one number of the block is in no range
        "42000401,42000499,visa,credit,US,\n");
    EXPECT_EQ(told(table, "420000"), "visa/unknown/US");
    EXPECT_EQ(told(table, "420001"), "visa/credit/");
    EXPECT_EQ(told(table, "420002"), "/unknown/");
    EXPECT_EQ(told(table, "420004"), "/unknown/");
    EXPECT_EQ(told(table, "4200004"), "visa/credit/US");
    EXPECT_EQ(told(table, "4200005"), "visa/debit/US");
}

TEST(BinTables, TellNothingOfWhatIsNoBeginning) {
    const auto table = table_of("400000,499999,visa,credit,US,\n");
    for (const char* digits : {"", "41111", "411111111", "41111x", "4111 1"}) EXPECT_EQ(told(table, digits), "/unknown/");
}

struct FaultCase {
    const char* name;
    std::string text;
    std::vector<std::pair<int, std::string>> faults;  // line, and how the words begin
    friend void PrintTo(const FaultCase& c, std::ostream* out) { *out << c.name; }
};
class BinTableFaults : public testing::TestWithParam<FaultCase> {};
TEST_P(BinTableFaults, AreToldByLineAndNothingIsLoaded) {
    std::vector<BinFault> faults;
    const auto table = BinTable::parse(GetParam().text, faults);
    ASSERT_FALSE(table);
    EXPECT_EQ(table.error().code, "bad_bin_table");
    ASSERT_EQ(faults.size(), GetParam().faults.size());
    for (std::size_t i = 0; i < faults.size(); ++i) {
        EXPECT_EQ(faults[i].line, GetParam().faults[i].first);
        EXPECT_TRUE(faults[i].what.starts_with(GetParam().faults[i].second)) << faults[i].what;
    }
}
const std::string good = "400000,400001,visa,credit,US,\n";
INSTANTIATE_TEST_SUITE_P(
    Table, BinTableFaults,
    testing::Values(
        FaultCase{"empty", "", {{1, "no version"}}},
        FaultCase{"no_range", head, {{2, "no range"}}},
        FaultCase{"no_version", "first,last,brand,funding,country,note\n" + good, {{1, "version,NAME"}, {2, "the heading"}}},
        FaultCase{"version_of_long_digits", "version,202611250000\nfirst,last,brand,funding,country,note\n" + good,
                  {{1, "version,NAME"}}},
        FaultCase{"heading", "version,v\nfirst,last\n" + good, {{2, "the heading"}}},
        FaultCase{"fields", head + "400000,400001,visa,credit,US\n", {{3, "six fields"}}},
        FaultCase{"short_bound", head + "40000,40001,visa,credit,US,\n", {{3, "first and last"}}},
        FaultCase{"long_bound", head + "400000000,400000001,visa,credit,US,\n", {{3, "first and last"}}},
        FaultCase{"letters", head + "40000a,400001,visa,credit,US,\n", {{3, "first and last"}}},
        FaultCase{"two_lengths", head + "400000,40000199,visa,credit,US,\n", {{3, "first and last"}}},
        FaultCase{"backwards", head + "400002,400001,visa,credit,US,\n", {{3, "first is behind"}}},
        FaultCase{"brand", head + "400000,400001,viza,credit,US,\n", {{3, "unknown brand"}}},
        FaultCase{"funding", head + "400000,400001,visa,charge,US,\n", {{3, "funding"}}},
        FaultCase{"country", head + "400000,400001,visa,credit,usa,\n", {{3, "country"}}},
        FaultCase{"card_in_note", head + "400000,400001,visa,credit,US,4111111111111111\n", {{3, "the note"}}},
        FaultCase{"overlap", head + good + "400001,400002,visa,credit,US,\n", {{4, "overlaps line 3"}}},
        FaultCase{"overlap_of_lengths", head + "40000150,40000160,visa,credit,US,\n" + good, {{4, "overlaps line 3"}}},
        FaultCase{"inside_a_wide_one", head + "400000,499999,visa,,,\n410000,410000,visa,,,\n420000,420000,visa,,,\n",
                  {{4, "overlaps line 3"}, {5, "overlaps line 3"}}},
        FaultCase{"every_line", head + "x\n" + good + "400000,400001,visa,credit,US,\n",
                  {{3, "six fields"}, {5, "overlaps line 4"}}}),
    [](const auto& test) { return std::string{test.param.name}; });

TEST(ShippedBins, ReadAndKnowTheTestCards) {
    const auto& table = *shipped_bins();
    EXPECT_EQ(table.version(), "shipped-1");
    EXPECT_EQ(told(table, "400300"), "visa/credit/US");
    EXPECT_EQ(told(table, "400005"), "visa/debit/US");
    EXPECT_EQ(told(table, "510510"), "mastercard/prepaid/US");
    EXPECT_EQ(told(table, "222100"), "mastercard/unknown/");
    EXPECT_EQ(told(table, "399999"), "diners/unknown/");
    EXPECT_EQ(told(table, "601100"), "discover/unknown/");
}

}  // namespace
}  // namespace postern::domain
