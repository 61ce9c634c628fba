#include "vault/sealed/one_time_store.hpp"

#include <gtest/gtest.h>

#include "tests/support/manual_clock.hpp"

namespace postern::vault::sealed {
namespace {

using namespace std::chrono_literals;

class OneTimeStoreTest : public testing::Test {
protected:
    OneTimeData code(std::string_view digits = "123") {
        OneTimeData data;
        data.security_code.emplace(SecurityCode::parse(*arena, digits, Brand::visa).value().take());
        return data;
    }
    static std::string text_of(const OneTimeData& held) {
        return held.security_code->lend([](std::span<const char> chars) { return std::string(chars.begin(), chars.end()); });
    }
    const CardToken token = *CardToken::parse("tok_0123456789abcdefghjkmnpqrs");
    std::unique_ptr<Arena> arena = *Arena::create(8 * 1024, Arena::Mode::development);
    test::ManualClock clock;
    OneTimeStore codes{clock, 900s};
};

TEST_F(OneTimeStoreTest, ATakenCodeIsGone) {
    codes.store(token, code());
    EXPECT_TRUE(codes.has(token));
    auto taken = codes.take(token);
    ASSERT_TRUE(taken);
    EXPECT_EQ(text_of(taken->data()), "123");
    EXPECT_FALSE(codes.has(token));
    EXPECT_FALSE(codes.take(token));
    taken.reset();
    EXPECT_EQ(arena->use().small_used, 0u);
}

TEST_F(OneTimeStoreTest, GivenBackItServesAgainUntilItsFirstEnd) {
    codes.store(token, code());
    auto taken = codes.take(token);
    clock.move(899s);
    codes.give_back(std::move(*taken));
    EXPECT_TRUE(codes.has(token));
    clock.move(1s);
    EXPECT_FALSE(codes.has(token));
    EXPECT_FALSE(codes.take(token));
    EXPECT_EQ(arena->use().small_used, 0u) << "an expired code asked for is wiped";
}

TEST_F(OneTimeStoreTest, GivenBackTooLateIsWiped) {
    codes.store(token, code());
    auto taken = codes.take(token);
    clock.move(900s);
    codes.give_back(std::move(*taken));
    taken.reset();
    EXPECT_EQ(codes.size(), 0u);
    EXPECT_EQ(arena->use().small_used, 0u);
}

TEST_F(OneTimeStoreTest, ANewerCodeOutranksOneGivenBack) {
    codes.store(token, code("111"));
    auto taken = codes.take(token);
    codes.store(token, code("222"));
    codes.give_back(std::move(*taken));
    EXPECT_EQ(text_of(codes.take(token)->data()), "222");
}

TEST_F(OneTimeStoreTest, TheSweepWipesOnlyWhatExpired) {
    const auto younger = *CardToken::parse("tok_z123456789abcdefghjkmnpqrs");
    codes.store(token, code());
    clock.move(500s);
    codes.store(younger, code());
    clock.move(400s);
    EXPECT_EQ(codes.sweep(), 1u);
    EXPECT_TRUE(codes.has(younger));
    EXPECT_EQ(arena->use().small_used, 1u);
}

TEST_F(OneTimeStoreTest, TellsWhereACodeIs) {
    EXPECT_EQ(codes.state(token), OneTimeState::none);
    codes.store(token, code());
    EXPECT_EQ(codes.state(token), OneTimeState::held);
    auto taken = codes.take(token);
    EXPECT_EQ(codes.state(token), OneTimeState::out);
    clock.move(900s);
    EXPECT_EQ(codes.sweep(), 0u);
    EXPECT_EQ(codes.state(token), OneTimeState::out) << "its message is still on its way";
    codes.mark_used(*taken);
    EXPECT_EQ(codes.state(token), OneTimeState::used);
    EXPECT_EQ(text_of(taken->data()), "123") << "to be found in the reply";
    taken.reset();
    EXPECT_EQ(codes.state(token), OneTimeState::used);
    EXPECT_EQ(arena->use().small_used, 0u);
    EXPECT_EQ(codes.used(10), std::vector<CardToken>{token});
    codes.forget_used({token});
    EXPECT_EQ(codes.state(token), OneTimeState::none);
    EXPECT_TRUE(codes.used(10).empty());
}

TEST_F(OneTimeStoreTest, NeitherGivenBackNorUsedItIsLost) {
    codes.store(token, code());
    codes.take(token).reset();
    EXPECT_EQ(codes.state(token), OneTimeState::none);
    EXPECT_TRUE(codes.used(10).empty());
}

TEST_F(OneTimeStoreTest, TellsOfUsedCodesInPortions) {
    for (const auto first : {'a', 'b', 'c'}) {
        const auto one = *CardToken::parse("tok_" + std::string(1, first) + "123456789abcdefghjkmnpqrs");
        codes.store(one, code());
        auto taken = codes.take(one);
        codes.mark_used(*taken);
    }
    const auto portion = codes.used(2);
    EXPECT_EQ(portion.size(), 2u);
    codes.forget_used(portion);
    EXPECT_EQ(codes.used(2).size(), 1u);
}

TEST_F(OneTimeStoreTest, ErasedWithItsTokenItDoesNotComeBack) {
    codes.store(token, code());
    auto taken = codes.take(token);
    codes.erase(token);
    codes.give_back(std::move(*taken));
    EXPECT_EQ(codes.state(token), OneTimeState::none);
}

TEST_F(OneTimeStoreTest, ErasedWithItsToken) {
    codes.store(token, code());
    codes.erase(token);
    EXPECT_EQ(arena->use().small_used, 0u);
}

}  // namespace
}  // namespace postern::vault::sealed
