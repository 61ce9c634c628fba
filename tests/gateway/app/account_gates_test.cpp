#include "gateway/app/account_gates.hpp"

#include "tests/gateway/app/gateway_fixture.hpp"

namespace postern::gateway {
namespace {

using namespace std::chrono_literals;
using test::Fault;
using Turn = AccountGates::Turn;

class AccountGatesTest : public testing::Test {
protected:
    static AccountId account(char last) { return *AccountId::parse("acct_0000000000000000000000000" + std::string(1, last)); }
    void fail(int times) {
        for (int i = 0; i < times; ++i) gates.report(one, true);
    }
    std::string refusal(const AccountId& account) {
        const auto pass = gates.enter(account);
        return pass ? "" : std::string(pass.error().code);
    }
    const AccountId one = account('1'), other = account('2');
    test::ManualClock clock;
    AccountGates gates{{.in_flight_max = 2, .faults_max = 3, .pause = 1000ms, .pause_max = 3000ms}, clock};
};

TEST_F(AccountGatesTest, ABoundedNumberOfEachAccountIsInFlight) {
    auto first = gates.enter(one), second = gates.enter(one);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(refusal(one), "account_busy");
    EXPECT_EQ(refusal(other), "");
    { const auto leaves = std::move(*first); }
    EXPECT_EQ(refusal(one), "");
}

TEST_F(AccountGatesTest, FaultsInARowOpenTheBreakerOfTheirAccountAlone) {
    EXPECT_EQ(gates.report(one, true), Turn::none);
    EXPECT_EQ(gates.report(one, true), Turn::none);
    EXPECT_EQ(refusal(one), "");
    EXPECT_EQ(gates.report(one, true), Turn::opened);
    EXPECT_EQ(refusal(one), "processor_unreachable");
    EXPECT_EQ(refusal(other), "");
}

TEST_F(AccountGatesTest, OneWholeReplyBetweenThemAndTheyAreNoRow) {
    fail(2);
    gates.report(one, false);
    fail(2);
    EXPECT_EQ(refusal(one), "");
}

TEST_F(AccountGatesTest, OneRequestAPauseTriesAndAWholeReplyCloses) {
    fail(3);
    clock.move(999ms);
    EXPECT_EQ(refusal(one), "processor_unreachable");
    clock.move(1ms);
    EXPECT_EQ(refusal(one), "");
    EXPECT_EQ(refusal(one), "processor_unreachable") << "one at a time";
    EXPECT_EQ(gates.report(one, false), Turn::closed);
    EXPECT_EQ(refusal(one), "");
}

TEST_F(AccountGatesTest, AProbeThatFailsDoublesThePauseToItsBound) {
    fail(3);
    for (const auto pause : {1000ms, 2000ms, 3000ms, 3000ms}) {
        clock.move(pause - 1ms);
        EXPECT_EQ(refusal(one), "processor_unreachable") << pause.count();
        clock.move(1ms);
        EXPECT_EQ(refusal(one), "") << pause.count();
        gates.report(one, true);
    }
}

TEST_F(AccountGatesTest, WhatWasInFlightWhenItOpenedDoesNotLengthenThePause) {
    fail(3 + 50);
    clock.move(1000ms);
    EXPECT_EQ(refusal(one), "");
}

TEST_F(AccountGatesTest, AProbeThatNeverCameBackLetsTheNextOneTry) {
    fail(3);
    clock.move(1000ms);
    EXPECT_EQ(refusal(one), "");
    clock.move(1000ms);
    EXPECT_EQ(refusal(one), "");
}

struct VerdictCase {
    std::string name;
    vault::Verdict verdict;
    bool is_fault;
};
class TransportFault : public testing::TestWithParam<VerdictCase> {};
TEST_P(TransportFault, IsWhatTheTransportDid) { EXPECT_EQ(is_transport_fault(GetParam().verdict, 30s), GetParam().is_fault); }
INSTANTIATE_TEST_SUITE_P(Table, TransportFault, testing::Values(
    VerdictCase{"reply", vault::Sent{{200, "text/xml", "<r/>"}}, false},
    VerdictCase{"server_error", vault::Sent{{503, "text/html", "busy"}}, false},
    VerdictCase{"refused", vault::NotSent{"connect_refused"}, true},
    VerdictCase{"no_handshake", vault::NotSent{"tls_failed"}, true},
    VerdictCase{"lost", vault::MaybeSent{"connection_lost"}, true},
    VerdictCase{"silent", vault::MaybeSent{"deadline"}, true},
    VerdictCase{"policy", vault::NotSent{"policy_refused"}, false},
    VerdictCase{"code_gone", vault::NotSent{"security_code_expired"}, false},
    VerdictCase{"our_egress", vault::MaybeSent{"egress_lost"}, false},
    VerdictCase{"our_vault", vault::NotSent{"vault_unreachable"}, false},
    VerdictCase{"withheld", vault::MaybeSent{"reply_withheld"}, false}),
    [](const auto& test) { return test.param.name; });

TEST(TransportFaultTest, ADeadlineThatNoProcessorCouldKeepIsNone) {
    EXPECT_FALSE(is_transport_fault(vault::MaybeSent{"deadline"}, 4999ms));
    EXPECT_TRUE(is_transport_fault(vault::MaybeSent{"deadline"}, 5000ms));
}

// Whole use cases: what the breaker refuses leaves nothing behind, and what was prepared goes on.
class GatedPayments : public GatewayTest {
protected:
    void open_the_breaker() {
        vault_.faults.assign(1000, Fault::lose_request);
        vault_.silence = 30s;  // as long as the caller waits
        for (int i = 0; observer_.turns.empty() && i < 100; ++i)
            (void)create("lost " + std::to_string(i), domain::Verb::authorize, "check " + std::to_string(i));
        vault_.silence = 0s;
        vault_.faults.clear();
    }
};

TEST_F(GatedPayments, AnOpenBreakerRefusesBeforeAnythingIsWritten) {
    open_the_breaker();
    EXPECT_EQ(observer_.turns, std::vector<bool>{true});
    const auto keys = store_.keys.size();
    const int messages = vault_.messages;
    const auto refused = create("new", domain::Verb::authorize, "check new");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(refused.error().code, "processor_unreachable");
    EXPECT_EQ(store_.keys.size(), keys);
    EXPECT_EQ(vault_.messages, messages);
}

TEST_F(GatedPayments, AStoredAnswerIsGivenWhateverTheBreakerSays) {
    const auto before = create("k1");
    ASSERT_TRUE(before);
    open_the_breaker();
    const auto again = create("k1");
    ASSERT_TRUE(again) << again.error().code;
    EXPECT_EQ(again->answer, before->answer);
}

TEST_F(GatedPayments, TheResolversWordClosesIt) {
    open_the_breaker();
    resolve();
    EXPECT_EQ(observer_.turns, (std::vector<bool>{true, false}));
    EXPECT_TRUE(create("new", domain::Verb::authorize, "check new"));
}

}  // namespace
}  // namespace postern::gateway
