#include "base/sql/migrations.hpp"

#include <gtest/gtest.h>

#include "tests/support/postgres.hpp"

namespace postern::sql {
namespace {

using File = std::pair<std::string_view, std::string_view>;
const File first{"0001_a.sql", "CREATE TABLE a (x integer);"};
const File second{"0002_b.sql", "CREATE TABLE b (x integer); INSERT INTO b VALUES (1);"};

struct MigrationsTest : testing::Test {
    Result<std::vector<std::string>> run(std::vector<File> files) {
        return migrate(database.as("postern_admin"), files);
    }
    std::string_view refusal(std::vector<File> files) {
        const auto applied = run(std::move(files));
        return applied ? "" : applied.error().code;
    }
    support::TestDatabase database{"postern_admin", {}};
};

TEST_F(MigrationsTest, AppliesWhatIsMissingOnce) {
    EXPECT_EQ(*run({first}), std::vector<std::string>{"0001_a.sql"});
    EXPECT_EQ(*run({first, second}), std::vector<std::string>{"0002_b.sql"});
    EXPECT_TRUE(run({first, second})->empty());
    EXPECT_EQ(database.value("SELECT count(*) FROM b"), "1");
    EXPECT_TRUE(run({first})->empty()) << "an older program meets a newer schema";
}

TEST_F(MigrationsTest, RefusesAnAppliedFileThatChanged) {
    ASSERT_TRUE(run({first}));
    EXPECT_EQ(refusal({{"0001_a.sql", "CREATE TABLE a (x bigint);"}}), "migration_changed");
}

TEST_F(MigrationsTest, RefusesAMissingNumber) {
    EXPECT_EQ(refusal({second}), "migration_gap");
    EXPECT_EQ(refusal({first, {"0003_c.sql", "SELECT 1"}}), "migration_gap");
}

TEST_F(MigrationsTest, AFailingFileLeavesNothing) {
    EXPECT_EQ(refusal({{"0001_a.sql", "CREATE TABLE a (x integer); SELECT 1/0;"}}), "migration_failed");
    EXPECT_EQ(*run({first}), std::vector<std::string>{"0001_a.sql"});
}

}  // namespace
}  // namespace postern::sql
