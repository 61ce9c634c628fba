#include "tests/gateway/app/gateway_fixture.hpp"

namespace postern::gateway {
namespace {

using domain::Verb;
using test::Fault;
using test::usd;

using Payments = GatewayTest;

TEST_F(Payments, ApprovalIsRecordedWithEvidenceEntriesAndEvent) {
    const auto response = create("k1");
    ASSERT_TRUE(response);
    EXPECT_EQ(response->answer, (Answer{201, "authorized authorize approved v2", true}));
    EXPECT_EQ(payment().approved, usd(1250));
    ASSERT_EQ(store_.evidence.size(), 1U);
    EXPECT_EQ(store_.evidence[0].raw, "sent 200 text/plain\napproved 1250");
    ASSERT_EQ(store_.entries.size(), 1U);
    EXPECT_EQ(store_.entries[0].debit, ledger::Account::hold);
    ASSERT_EQ(store_.events.size(), 1U);
    EXPECT_EQ(payment().last_event_hash, store_.events[0].hash);
    EXPECT_EQ(store_.keys.begin()->second.answer, response->answer);
}

TEST_F(Payments, DeclineIsAnAnswerAndFreesTheTender) {
    vault_.faults = {Fault::decline};
    EXPECT_EQ(create("k1")->answer.body, "declined authorize declined v2");
    EXPECT_TRUE(store_.tenders.empty());
    EXPECT_EQ(create("k2")->answer.body, "authorized authorize approved v2");
}

TEST_F(Payments, RefusalEndsFailed) {
    vault_.faults = {Fault::refuse};
    EXPECT_EQ(create("k1")->answer.body, "failed authorize failed v2");
    EXPECT_EQ(operation(0).failure_code, "processor_refused");
}

TEST_F(Payments, PreparationIsNoDoubt) {
    std::vector<vault::AttemptKind> kinds;
    vault_.before_forward = [&](const vault::ForwardRequest& request) { kinds.push_back(request.kind); };
    vault_.faults = {Fault::prepare};
    EXPECT_EQ(create("k1")->answer.body, "authorized authorize approved v2");  // v3 had it been unknown between the two
    EXPECT_EQ(kinds, (std::vector{vault::AttemptKind::send, vault::AttemptKind::send}));
    EXPECT_EQ(operation(0).attempts, 2);
    EXPECT_EQ(store_.events.size(), 1U);
    EXPECT_EQ(vault_.book.charged.size(), 1U);
}

TEST_F(Payments, ALostAnswerAfterPreparationIsDoubt) {
    vault_.faults = {Fault::prepare, Fault::lose_reply, Fault::lose_reply, Fault::lose_reply};
    vault_.silence = std::chrono::seconds{12};
    EXPECT_EQ(create("k1")->answer.status, 202);
    EXPECT_EQ(operation(0).status, domain::OperationStatus::unknown);
}

struct ExtrasCase {
    std::string name;
    vault::CardExtras extras;
    std::string asked;
};
class PaymentExtras : public GatewayTest, public testing::WithParamInterface<ExtrasCase> {};
TEST_P(PaymentExtras, AreAskedForWhereTheyWereGiven) {
    const Slots slots{vault_};
    vault_.extras = GetParam().extras;
    ASSERT_EQ(create("k1")->answer.status, 201);
    ASSERT_EQ(capture(payment().id, "k2")->answer.status, 201);
    EXPECT_EQ(slots.asked, (std::vector<std::string>{GetParam().asked, ""}));
}
INSTANTIATE_TEST_SUITE_P(Table, PaymentExtras, testing::Values(
    ExtrasCase{"none", {}, ""}, ExtrasCase{"code", {true, false, false, false}, "code"},
    ExtrasCase{"name", {false, true, false, false}, "name"},
    ExtrasCase{"address", {false, false, true, false}, "address"},
    ExtrasCase{"zip", {false, false, false, true}, "zip"},
    ExtrasCase{"all", {true, true, true, true}, "code name address zip"}),
    [](const auto& test) { return test.param.name; });

TEST_F(Payments, AChangeThatNamesAVersionHappensOnlyAtIt) {
    const auto id = create("k1")->payment_id;
    auto call = context("k2", id.text() + "/capture");
    call.if_versions = {{payment().version - 1}};
    EXPECT_EQ(run_result(capture_payment(services_, call, {id, usd(100)})).error().code, "precondition_failed");
    EXPECT_EQ(run_result(void_payment(services_, call, id)).error().code, "precondition_failed");
    EXPECT_EQ(vault_.messages, 1);
    call.if_versions = {{payment().version}};
    EXPECT_EQ(run_result(capture_payment(services_, call, {id, usd(100)}))->answer.status, 201);
    EXPECT_TRUE(run_result(capture_payment(services_, call, {id, usd(100)}))->replayed) << "a repeat gets its answer";
}

TEST_F(Payments, ALostSecurityCodeFailsTheAuthorizationAndFreesTheTender) {
    vault_.faults = {Fault::code_lost};
    vault_.extras.security_code = true;
    const auto response = create("k1");
    EXPECT_EQ(response->answer, (Answer{201, "failed authorize failed v2", true}));
    EXPECT_EQ(operation(0).failure_code, "security_code_expired");
    EXPECT_EQ(vault_.messages, 1);
    EXPECT_TRUE(store_.tenders.empty());
}

TEST_F(Payments, ARepeatCarriesTheExtrasButNotTheCode) {
    const Slots slots{vault_};
    vault_.extras = {true, true, true, true};
    vault_.faults = {Fault::lose_reply};
    ASSERT_EQ(create("k1")->answer.status, 201);
    EXPECT_EQ(slots.asked, (std::vector<std::string>{"code name address zip", "name address zip"}));
}

TEST_F(Payments, LostReplyIsSentAgainUnderTheSameIdentityAndChargesOnce) {
    vault_.faults = {Fault::lose_reply};
    const auto response = create("k1", Verb::sale);
    EXPECT_EQ(response->answer.body, "captured sale approved v3");  // v2: unknown in between
    EXPECT_EQ(vault_.book.charged.size(), 1U);
    EXPECT_EQ(vault_.messages, 2);
    EXPECT_EQ(operation(0).attempts, 2);
    ASSERT_EQ(store_.events.size(), 2U);
    EXPECT_EQ(store_.events[0].type, "payment.outcome_unknown");
    EXPECT_EQ(store_.events[1].type, "payment.captured");
}

TEST_F(Payments, SilenceUntilTheDeadlineIs202AndTheResolverFindsTheTruth) {
    vault_.faults = {Fault::lose_reply};
    vault_.silence = std::chrono::seconds{29};
    sleeper_.on_sleep = {};
    services_.settings.answer_reserve = std::chrono::milliseconds{1'500};
    const auto response = create("k1");
    EXPECT_EQ(response->answer.status, 202);
    EXPECT_EQ(response->answer.body, "pending authorize unknown v2");
    clock_.move(std::chrono::seconds{2});
    resolve();
    EXPECT_EQ(payment().state(), domain::PaymentState::authorized);
    EXPECT_EQ(vault_.book.charged.size(), 1U);
    EXPECT_TRUE(store_.keys.begin()->second.answer->is_final);
    const auto again = create("k1");
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->answer.status, 201);
}

TEST_F(Payments, LostRequestIsFoundMissingAndFails) {
    vault_.faults = {Fault::lose_request};
    vault_.silence = std::chrono::seconds{30};
    EXPECT_EQ(create("k1")->answer.status, 202);
    resolve();
    EXPECT_EQ(payment().state(), domain::PaymentState::failed);
    EXPECT_EQ(operation(0).failure_code, "not_found_at_processor");
    EXPECT_TRUE(vault_.book.charged.empty());
}

TEST_F(Payments, VaultThatWasNotReachedIsProofThatNothingWasSent) {
    vault_.faults = {Fault::unreachable};
    EXPECT_EQ(create("k1")->answer.body, "failed authorize failed v2");
    EXPECT_EQ(operation(0).failure_code, "vault_unreachable");
    EXPECT_TRUE(store_.tenders.empty());
}

TEST_F(Payments, VaultDownBeforeCommitOneIsUnavailableAndWritesNothing) {
    vault_.is_down = true;
    EXPECT_EQ(create("k1").error().kind, ErrorKind::unavailable);
    EXPECT_TRUE(store_.keys.empty());
}

TEST_F(Payments, BrokenConnectionAsksTheVaultWhatBecameOfIt) {
    vault_.faults = {Fault::broken};
    EXPECT_EQ(create("k1")->answer.body, "authorized authorize approved v2");
    EXPECT_EQ(vault_.messages, 1);
}

TEST_F(Payments, MessageThatCannotBeBuiltFailsUnsent) {
    adapter_.plan_fails = true;
    EXPECT_EQ(create("k1")->answer.body, "failed authorize failed v2");
    EXPECT_EQ(operation(0).failure_code, "reference_missing");
    EXPECT_EQ(vault_.messages, 0);
}

TEST_F(Payments, ApprovalOfMoreThanWasAskedProvesNothing) {
    vault_.faults = {Fault::overbook};
    const auto response = create("k1");
    EXPECT_EQ(response->answer.status, 202);
    EXPECT_EQ(observer_.alarms.at(0), "approval_does_not_fit");
    EXPECT_EQ(payment().approved, usd(0));
}

TEST_F(Payments, PartialApprovalIsReversedBeforeTheCallerIsAnswered) {
    resolve_meanwhile();
    vault_.faults = {Fault::partial};
    const auto response = create("k1", Verb::sale);
    EXPECT_EQ(response->answer.status, 201);
    EXPECT_TRUE(response->answer.body.starts_with("voided sale approved"));
    EXPECT_EQ(operation(0).failure_code, "partial_approval_reversed");
    EXPECT_EQ(operation(0).approved, usd(400));
    EXPECT_EQ(vault_.book.standing(operation(0).processor_identity), 0);
    EXPECT_EQ(create("k1", Verb::sale)->answer, response->answer);
    std::int64_t held = 0;
    for (const auto& entry : store_.entries) {
        const bool rises = entry.debit == ledger::Account::processor_receivable;
        const bool falls = entry.credit == ledger::Account::processor_receivable;
        held += rises ? entry.amount.amount_minor() : falls ? -entry.amount.amount_minor() : 0;
    }
    EXPECT_EQ(held, 0);
}

TEST_F(Payments, PartialApprovalWithoutResolverIs202UntilItIsBack) {
    vault_.faults = {Fault::partial};
    const auto response = create("k1");
    EXPECT_EQ(response->answer.status, 202);
    EXPECT_EQ(payment().state(), domain::PaymentState::partially_authorized);
    resolve();
    EXPECT_EQ(create("k1")->answer.status, 201);
    EXPECT_TRUE(create("k1")->answer.body.starts_with("voided authorize approved"));
}

TEST_F(Payments, CaptureAndRefundKeepTheLimits) {
    const PaymentId id = create("k1")->payment_id;
    EXPECT_EQ(capture(id, "k2", usd(1251)).error().code, "amount_exceeds_capturable");
    EXPECT_EQ(capture(id, "k3", usd(1000))->answer.body, "partially_captured capture approved v4");
    EXPECT_EQ(refund(id, "k4", usd(1001)).error().code, "amount_exceeds_refundable");
    EXPECT_EQ(refund(id, "k5", usd(400))->answer.body, "partially_refunded refund approved v6");
    EXPECT_EQ(refund(id, "k6")->answer.body, "refunded refund approved v8");
    EXPECT_EQ(refund(id, "k7").error().code, "payment_not_refundable");
    EXPECT_EQ(payment().refunded, usd(1000));
}

TEST_F(Payments, DeclinedRefundGivesItsReservationBack) {
    const PaymentId id = create("k1", Verb::sale)->payment_id;
    vault_.faults = {Fault::decline};
    EXPECT_EQ(refund(id, "k2")->answer.body, "captured refund declined v4");
    EXPECT_EQ(payment().refund_reserved, usd(0));
    EXPECT_EQ(refund(id, "k3")->answer.body, "refunded refund approved v6");
}

TEST_F(Payments, UnknownRefundBlocksItsTwinUntilItIsResolved) {
    const PaymentId id = create("k1", Verb::sale)->payment_id;
    vault_.faults = {Fault::lose_request};
    vault_.silence = std::chrono::seconds{30};
    EXPECT_EQ(refund(id, "k2", usd(400))->answer.status, 202);
    vault_.silence = std::chrono::seconds{0};
    EXPECT_EQ(refund(id, "k3", usd(400)).error().code, "operation_unresolved");
    EXPECT_EQ(void_it(id, "k4").error().code, "operation_in_progress");
    resolve();
    EXPECT_EQ(refund(id, "k2", usd(400))->answer.body, "captured refund failed v5");
    EXPECT_EQ(refund(id, "k3", usd(400))->answer.body, "partially_refunded refund approved v7");
    EXPECT_EQ(vault_.book.refunded.size(), 1U);
}

TEST_F(Payments, ExpiredAuthorizationIsNotCaptured) {
    const PaymentId id = create("k1")->payment_id;
    clock_.move(std::chrono::hours{24 * 8});
    EXPECT_EQ(capture(id, "k2").error().code, "authorization_expired");
}

TEST_F(Payments, OfflineTenderIsMarkedLateAndBelongsToItsDay) {
    auto late = input();
    late.accepted_offline_at = clock_.now() - std::chrono::hours{30};
    ASSERT_TRUE(run_result(create_payment(services_, context("k1"), late)));
    EXPECT_TRUE(payment().late);
    EXPECT_EQ(payment().business_date, *ledger::business_date(*late.accepted_offline_at, "America/New_York", 240));
    auto future = input(Verb::sale, "check 8");
    future.accepted_offline_at = clock_.now() + std::chrono::hours{1};
    EXPECT_EQ(run_result(create_payment(services_, context("k2"), future)).error().code, "accepted_offline_at_in_future");
}

TEST_F(Payments, RefusesBeforeAnythingIsWritten) {
    auto foreign = input();
    foreign.amount = *domain::Money::of_minor(100, domain::Currency::eur);
    EXPECT_EQ(run_result(create_payment(services_, context("k1"), foreign)).error().code, "currency_mismatch");
    auto huge = input();
    huge.amount = usd(10'000'000);
    EXPECT_EQ(run_result(create_payment(services_, context("k1"), huge)).error().code, "amount_out_of_range");
    vault_.token_is_gone = true;
    EXPECT_EQ(create("k1").error().field, "/token");
    EXPECT_TRUE(store_.keys.empty());
}

TEST_F(Payments, OtherTenantsPaymentIsNotFound) {
    const PaymentId id = create("k1")->payment_id;
    auto other = context("k2", "x");
    other.tenant_id = TenantId::create(clock_.now(), random_);
    EXPECT_EQ(run_result(capture_payment(services_, other, {id, {}})).error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace postern::gateway
