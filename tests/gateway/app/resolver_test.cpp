#include "tests/gateway/app/gateway_fixture.hpp"

namespace postern::gateway {
namespace {

using domain::OperationStatus;
using domain::PaymentState;
using domain::Verb;
using test::Fault;

class Resolves : public GatewayTest {
protected:
    // A process that dies after commit 1: the key is held, nothing is known.
    PaymentId crash_after_commit_one() {
        vault_.before_forward = [](const vault::ForwardRequest&) { throw std::runtime_error("killed"); };
        EXPECT_THROW(static_cast<void>(create("k1")), std::runtime_error);
        vault_.before_forward = nullptr;
        clock_.move(std::chrono::seconds{60});
        return payment().id;
    }
};

TEST_F(Resolves, CrashBeforeTheVaultIsFencedAndFails) {
    crash_after_commit_one();
    EXPECT_EQ(resolve(), 1);
    EXPECT_EQ(payment().state(), PaymentState::failed);
    EXPECT_EQ(operation(0).failure_code, "closed");
    EXPECT_TRUE(store_.keys.begin()->second.answer->is_final);
    EXPECT_TRUE(store_.tenders.empty());
    EXPECT_EQ(vault_.messages, 0);
}

TEST_F(Resolves, LeaseOfALiveRequestIsRespected) {
    vault_.before_forward = [](const vault::ForwardRequest&) { throw std::runtime_error("killed"); };
    EXPECT_THROW(static_cast<void>(create("k1")), std::runtime_error);
    EXPECT_EQ(resolve(1), 0);
}

TEST_F(Resolves, VaultThatDoesNotAnswerConcludesNothing) {
    crash_after_commit_one();
    vault_.is_down = true;
    resolve(3);
    EXPECT_EQ(operation(0).status, OperationStatus::prepared);
    vault_.is_down = false;
    resolve();
    EXPECT_EQ(operation(0).status, OperationStatus::failed);
}

TEST_F(Resolves, NothingFoundAnywhereAsksPeopleAndTakesTheirDecision) {
    vault_.faults = {Fault::lose_reply, Fault::garbage};
    vault_.silence = std::chrono::seconds{30};
    ASSERT_EQ(create("k1")->answer.status, 202);
    resolve(2);
    EXPECT_EQ(operation(0).status, OperationStatus::unknown);
    EXPECT_EQ(observer_.alarms.at(0), "people_needed");
    EXPECT_EQ(store_.operations.begin()->second.next_step, "ask_people: no_proof_found");
    store_.decisions.emplace(operation(0).id, "approved");
    resolve(30);
    EXPECT_EQ(payment().state(), PaymentState::authorized);
    EXPECT_EQ(store_.evidence.back().source, "people");
}

TEST_F(Resolves, AttemptsKeepTheirNumbersAcrossHolders) {
    vault_.faults = {Fault::lose_request, Fault::lose_request, Fault::lose_reply};
    vault_.silence = std::chrono::seconds{12};
    ASSERT_EQ(create("k1", Verb::sale)->answer.status, 202);
    vault_.silence = std::chrono::seconds{0};
    resolve();
    EXPECT_EQ(payment().state(), PaymentState::captured);
    EXPECT_EQ(vault_.book.charged.size(), 1U);
    EXPECT_EQ(operation(0).attempts, vault_.messages);
}

TEST_F(Resolves, CrashBetweenPreparationAndChargeEndsFailed) {
    vault_.faults = {Fault::prepare};
    vault_.before_forward = [](const vault::ForwardRequest& request) {
        if (request.key.attempt == 2) throw std::runtime_error("killed");
    };
    EXPECT_THROW(static_cast<void>(create("k1")), std::runtime_error);
    vault_.before_forward = nullptr;
    clock_.move(std::chrono::seconds{60});
    EXPECT_EQ(resolve(), 1);
    EXPECT_EQ(payment().state(), PaymentState::failed);
    EXPECT_TRUE(vault_.book.charged.empty());
}

struct RepeatCase {
    std::string name;
    bool token_is_gone;
    std::string repeat_asks;
};
class Repeats : public Resolves, public testing::WithParamInterface<RepeatCase> {};
TEST_P(Repeats, CarryTheExtrasButNotTheCode) {
    const Slots slots{vault_};
    vault_.extras = {true, true, true, true};
    vault_.faults = {Fault::lose_reply};
    vault_.silence = std::chrono::seconds{29};
    services_.settings.answer_reserve = std::chrono::milliseconds{1'500};
    ASSERT_EQ(create("k1")->answer.status, 202);
    vault_.silence = std::chrono::seconds{0};
    vault_.token_is_gone = GetParam().token_is_gone;
    resolve(1);
    EXPECT_EQ(slots.asked, (std::vector<std::string>{"code name address zip", GetParam().repeat_asks}));
    EXPECT_EQ(payment().state(), PaymentState::authorized);
}
INSTANTIATE_TEST_SUITE_P(Table, Repeats, testing::Values(RepeatCase{"token_lives", false, "name address zip"},
                                                         RepeatCase{"token_deleted", true, ""}),
                         [](const auto& test) { return test.param.name; });

TEST_F(Resolves, TwoResolversDoNotActTwice) {
    vault_.faults = {Fault::lose_reply};
    vault_.silence = std::chrono::seconds{30};
    ASSERT_EQ(create("k1")->answer.status, 202);
    vault_.silence = std::chrono::seconds{0};
    Resolver one{services_, {}}, other{services_, {}};
    boost::asio::co_spawn(io_, one.run_once(), [](std::exception_ptr, int) {});
    boost::asio::co_spawn(io_, other.run_once(), [](std::exception_ptr, int) {});
    io_.restart();
    io_.run();
    EXPECT_EQ(payment().state(), PaymentState::authorized);
    EXPECT_EQ(store_.events.size(), 2U);
}

TEST_F(Resolves, LoopEndsWhenToldTo) {
    crash_after_commit_one();
    Resolver resolver{services_, {}};
    int sleeps = 0;
    sleeper_.on_sleep = [&]() -> Awaitable<void> {
        if (++sleeps == 3) resolver.stop();
        co_return;
    };
    boost::asio::co_spawn(io_, resolver.run(), [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
    });
    io_.restart();
    io_.run();
    EXPECT_EQ(payment().state(), PaymentState::failed);
    EXPECT_LE(sleeps, 4);
}

}  // namespace
}  // namespace postern::gateway
