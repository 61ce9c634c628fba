#include "vault/storage/recent_rows.hpp"

#include <gtest/gtest.h>

#include "tests/support/manual_clock.hpp"

namespace postern::vault {
namespace {

using namespace std::chrono_literals;

class RecentRowsTest : public testing::Test {
protected:
    static StoredToken token(TokenState state = TokenState::active) {
        return {*CardToken::parse("tok_00000000000000000000000001"), *TenantId::parse("ten_00000000000000000000000001"),
                state, "card", "number", "", "400300", "6781", "visa", 12, 2029};
    }
    static StoredAccount account(bool enabled = true) {
        return {*AccountId::parse("acct_00000000000000000000000001"), *TenantId::parse("ten_00000000000000000000000001"),
                "mercury", "sealed", enabled};
    }
    test::ManualClock clock;
    RecentRows rows{clock};
};

TEST_F(RecentRowsTest, ATokenServesOnce) {
    rows.keep(token(), rows.begin_reading());
    EXPECT_TRUE(rows.take(token().token));
    EXPECT_FALSE(rows.take(token().token));
}

TEST_F(RecentRowsTest, AnAccountServesUntilItIsOld) {
    rows.keep(account(), rows.begin_reading());
    clock.move(4999ms);
    EXPECT_TRUE(rows.find(account().account_id));
    EXPECT_TRUE(rows.find(account().account_id));
    clock.move(1ms);
    EXPECT_FALSE(rows.find(account().account_id));
}

TEST_F(RecentRowsTest, AnOldTokenDoesNotServe) {
    rows.keep(token(), rows.begin_reading());
    clock.move(5s);
    EXPECT_FALSE(rows.take(token().token));
}

TEST_F(RecentRowsTest, WhatChangedIsForgotten) {
    rows.keep(token(), rows.begin_reading());
    rows.keep(account(), rows.begin_reading());
    rows.forget(token().token);
    rows.forget(account().account_id);
    EXPECT_FALSE(rows.take(token().token));
    EXPECT_FALSE(rows.find(account().account_id));
}

// The read saw the row as it was before the change, and its answer comes after.
TEST_F(RecentRowsTest, WhatChangedWhileItWasReadIsNotKept) {
    const auto reading = rows.begin_reading();
    rows.forget(token().token);
    rows.keep(token(), reading);
    rows.keep(account(), reading);
    EXPECT_FALSE(rows.take(token().token));
    EXPECT_FALSE(rows.find(account().account_id));
}

}  // namespace
}  // namespace postern::vault
