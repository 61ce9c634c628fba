#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "base/base32.hpp"
#include "processors/mercury/adapter.hpp"

namespace postern::mercury {
namespace {

constexpr std::uint64_t epoch_max = (std::uint64_t{1} << 40) - 1, counter_max = (std::uint64_t{1} << 35) - 1;

TEST(Identity, FitsAnInvoiceNumber) {
    const MercuryAdapter adapter;
    EXPECT_EQ(adapter.identity(0, 0), "00000000p0000000");
    EXPECT_EQ(adapter.identity(33, 31), "00000011p000000z");
    EXPECT_EQ(adapter.identity(epoch_max, counter_max), "zzzzzzzzpzzzzzzz");
}

TEST(Identity, NeverReadsAsACardNumber) {
    const MercuryAdapter adapter;
    for (std::uint64_t i = 0; i < 5000; ++i)
        EXPECT_LT(longest_digit_run(adapter.identity(i * 217'645'199 % epoch_max, i)), 12u);
}

TEST(Identity, StaysDifferentWhereCaseIsLost) {
    const std::string text = MercuryAdapter{}.identity(epoch_max, counter_max);
    EXPECT_TRUE(std::ranges::none_of(text, [](unsigned char c) { return std::isupper(c) != 0; }));
}

TEST(Identity, IsNeverReusedPastItsEnd) {
    const MercuryAdapter adapter;
    EXPECT_THROW(adapter.identity(0, counter_max + 1), std::logic_error);
    EXPECT_THROW(adapter.identity(epoch_max + 1, 0), std::logic_error);
}

TEST(ReadSwitches, TakesDefaultsAndRefusesWhatIsOutOfRange) {
    const auto defaults = read_switches([](std::string_view, std::int64_t fallback) { return fallback; });
    ASSERT_TRUE(defaults);
    EXPECT_EQ(defaults->inquiry_blind_s, 60);
    const auto set = [](std::string_view wanted, std::int64_t value) {
        return read_switches([=](std::string_view name, std::int64_t fallback) {
            return name == wanted ? value : fallback;
        });
    };
    EXPECT_EQ(set("ask_partial_approval", 1)->ask_partial_approval, 1);
    EXPECT_EQ(set("ask_partial_approval", 2).error().code, "bad_config");
    EXPECT_EQ(set("call_time_max_ms", 999).error().code, "bad_config");
}

TEST(Capabilities, FollowTheSwitches) {
    Switches switches;
    switches.canadian_dollars = 0;
    switches.duplicate_window_s = 7;
    const MercuryAdapter adapter{switches};
    EXPECT_EQ(adapter.capabilities().currencies, std::vector{domain::Currency::usd});
    EXPECT_EQ(adapter.capabilities().duplicate_window, std::chrono::seconds(7));
    EXPECT_EQ(adapter.capabilities().amount_minor_max, 9'999'999);
}

}  // namespace
}  // namespace postern::mercury
