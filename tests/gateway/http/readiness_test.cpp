#include "gateway/http/readiness.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "tests/support/manual_clock.hpp"

namespace postern::gateway {
namespace {

struct EpochOnly final : vault::VaultClient {
    std::string known;
    Awaitable<Result<vault::Verdict>> forward(vault::ForwardRequest) override { co_return Error{}; }
    Awaitable<Result<vault::Verdict>> ask(TenantId, vault::AttemptKey, std::string) override { co_return Error{}; }
    Awaitable<Result<vault::TokenSummary>> describe(TenantId, CardToken) override { co_return Error{}; }
    std::string epoch() const override { return known; }
};

class ReadinessTest : public testing::Test {
protected:
    std::string code() {
        Status status;
        boost::asio::io_context context;
        const auto run = [&]() -> Awaitable<void> { status = co_await readiness_.check(clock_.instant()); };
        boost::asio::co_spawn(context, run, boost::asio::detached);
        context.run();
        return status ? "" : std::string{status.error().code};
    }
    test::ManualClock clock_;
    EpochOnly vault_;
    int probes_ = 0;
    Status answer_;
    ProbingReadiness readiness_{[this](Instant) -> Awaitable<Status> {
                                    ++probes_;
                                    co_return answer_;
                                },
                                vault_, clock_};
};

TEST_F(ReadinessTest, NeedsTheVaultAndTheDatabase) {
    EXPECT_EQ(code(), "vault_unreachable");
    vault_.known = "epoch";
    clock_.move(std::chrono::seconds{1});
    answer_ = Error{ErrorKind::unavailable, "database_unreachable"};
    EXPECT_EQ(code(), "database_unreachable");
    clock_.move(std::chrono::seconds{1});
    answer_ = {};
    EXPECT_EQ(code(), "");
}

TEST_F(ReadinessTest, KeepsAVerdictForAMomentOnly) {
    vault_.known = "epoch";
    EXPECT_EQ(code(), "");
    answer_ = Error{ErrorKind::unavailable, "database_unreachable"};
    clock_.move(std::chrono::milliseconds{500});
    EXPECT_EQ(code(), "");
    clock_.move(std::chrono::milliseconds{1});
    EXPECT_EQ(code(), "database_unreachable");
    EXPECT_EQ(probes_, 2);
}

}  // namespace
}  // namespace postern::gateway
