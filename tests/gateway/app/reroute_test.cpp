#include "gateway/app/operation_driver.hpp"
#include "tests/gateway/app/gateway_fixture.hpp"

namespace postern::gateway {
namespace {

using domain::OperationStatus;
using domain::Standing;
using test::Fault;
using test::usd;

// Two accounts at two processors, and what must be so whatever befalls each message.
class Reroutes : public GatewayTest {
public:
    Reroutes() { add_other_account(); }
    void TestBody() override {}

    std::vector<domain::Operation> charges() {
        std::vector<domain::Operation> found;
        for (const auto& id : store_.payments.begin()->second.operations) {
            const auto& operation = store_.operations.at(id).operation;
            if (operation.verb == domain::Verb::authorize || operation.verb == domain::Verb::sale) found.push_back(operation);
        }
        return found;
    }
    int standing() {
        int count = 0;
        for (const auto& charge : charges()) count += vault_.book.standing(charge.processor_identity) > 0 ? 1 : 0;
        return count;
    }
    // Of each charge when it leaves: nothing of another stands anywhere.
    void watch() {
        vault_.before_forward = [this](const vault::ForwardRequest& request) {
            if (request.operation != "authorize") return;
            for (const auto& [identity, amount] : vault_.book.charged) {
                const auto& own = store_.operations.at(request.key.operation_id).operation.processor_identity;
                if (identity != own && vault_.book.standing(identity) > 0) ++doubles;
            }
        };
    }
    // Evidence of an approval, from whatever source, long after.
    void claim_late_approval(const domain::Operation& unsent) {
        const auto& row = store_.payments.begin()->second;
        OperationDriver driver{services_, Work{row.payment, row.card, unsent, {}, {}}};
        EvidenceNote note{.attempt = 1, .source = "settlement", .raw = "in the settlement file"};
        const domain::ApprovedClaim claim{unsent.requested, {{"RefNo", unsent.processor_identity}}, false};
        (void)run(driver.commit(claim, std::move(note)));
    }
    int doubles = 0;

    using GatewayTest::clock_;
    using GatewayTest::create;
    using GatewayTest::directory_;
    using GatewayTest::gates_;
    using GatewayTest::observer_;
    using GatewayTest::other_adapter_;
    using GatewayTest::payment;
    using GatewayTest::resolve;
    using GatewayTest::sleeper_;
    using GatewayTest::store_;
    using GatewayTest::vault_;
    using GatewayTest::void_it;
};

TEST_F(Reroutes, APaymentThatNeverLeftGoesOnAtTheNextAccount) {
    vault_.faults = {Fault::connect_refused};
    const auto response = create("k1");
    EXPECT_EQ(response->answer, (Answer{201, "authorized authorize approved v3", true}));
    ASSERT_EQ(charges().size(), 2U);
    EXPECT_EQ(charges()[0].status, OperationStatus::failed);
    EXPECT_EQ(charges()[0].failure_code, "connect_refused");
    EXPECT_EQ(charges()[0].account_id, directory_.accounts[0].id);
    EXPECT_EQ(charges()[1].account_id, directory_.accounts[1].id);
    EXPECT_NE(charges()[1].processor_identity, charges()[0].processor_identity);
    EXPECT_EQ(payment().processor, "stripe");
    EXPECT_EQ(store_.keys.begin()->second.answer, response->answer) << "the key waits for the charge that goes on";
    ASSERT_EQ(store_.events.size(), 2U);
    EXPECT_EQ(store_.events[0].type, "payment.rerouted");
    EXPECT_EQ(create("k1")->answer, response->answer);
    EXPECT_EQ(create("k2")->answer.body, response->answer.body) << "the same tender";
    EXPECT_EQ(vault_.book.charged.size(), 1U);
}

TEST_F(Reroutes, AHoldLivesAsLongAsItsProcessorKeepsIt) {
    other_adapter_.able().hold_life = std::chrono::hours{3};
    vault_.faults = {Fault::connect_refused};
    ASSERT_TRUE(create("k1"));
    EXPECT_EQ(payment().expires_at, charges()[1].created_at + std::chrono::hours{3});
    EXPECT_EQ(payment().due_at, payment().expires_at);
}

TEST_F(Reroutes, WhatFollowsGoesWhereThePaymentIs) {
    vault_.faults = {Fault::connect_refused};
    const auto id = create("k1")->payment_id;
    ASSERT_EQ(capture(id, "k2")->answer.status, 201);
    ASSERT_EQ(refund(id, "k3", usd(250))->answer.status, 201);
    for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(operation(i).account_id, directory_.accounts[1].id);
}

TEST_F(Reroutes, WhenEveryAccountIsClosedThePaymentFails) {
    vault_.faults = {Fault::connect_refused, Fault::connect_refused};
    EXPECT_EQ(create("k1")->answer, (Answer{201, "failed authorize failed v3", true}));
    EXPECT_TRUE(store_.tenders.empty());
    EXPECT_EQ(create("k2")->answer.status, 201);
}

TEST_F(Reroutes, OnlyAClosedWayIsAReasonToGoOn) {
    for (const auto fault : {Fault::decline, Fault::refuse, Fault::lose_reply, Fault::lose_request, Fault::garbage,
                             Fault::code_lost, Fault::broken, Fault::unreachable}) {
        Reroutes scene;
        scene.vault_.faults = {fault};
        ASSERT_TRUE(scene.create("k1"));
        EXPECT_EQ(scene.charges().size(), 1U) << static_cast<int>(fault);
    }
}

TEST_F(Reroutes, NothingGoesOnPastTheCallersDeadline) {
    vault_.before_forward = [this](const vault::ForwardRequest&) { clock_.move(std::chrono::seconds{30}); };
    vault_.faults = {Fault::connect_refused};
    EXPECT_EQ(create("k1")->answer.body, "failed authorize failed v2");
    EXPECT_EQ(charges().size(), 1U);
}

TEST_F(Reroutes, NothingGoesOnToAnAccountThatIsClosedOrBusy) {
    for (int i = 0; i < 20; ++i) (void)gates_.report(directory_.accounts[1].id, true);
    vault_.faults = {Fault::connect_refused};
    EXPECT_EQ(create("k1")->answer.body, "failed authorize failed v2");
}

TEST_F(Reroutes, AVoidThatCameMeanwhileEndsIt) {
    store_.before_record = [this](const Outcome&) {
        if (payment().void_requested) return;
        auto& row = store_.payments.begin()->second;
        row.payment.void_requested = true;
        ++row.payment.version;
    };
    vault_.faults = {Fault::connect_refused};
    ASSERT_TRUE(create("k1"));
    EXPECT_EQ(charges().size(), 1U);
    EXPECT_EQ(payment().standing, Standing::failed);
    EXPECT_EQ(vault_.messages, 1);
}

// A gateway that dies between the two: the resolver fences the second charge, nothing is sent any more.
TEST_F(Reroutes, AChargeThatGoesOnAndIsLeftIsFenced) {
    vault_.faults = {Fault::connect_refused, Fault::unreachable};
    vault_.before_forward = [this](const vault::ForwardRequest&) {
        if (charges().size() == 2) store_.failures = std::deque<std::optional<Error>>(6, Error{ErrorKind::unavailable, "down"});
    };
    ASSERT_EQ(create("k1")->answer.status, 202);
    vault_.before_forward = {};
    store_.failures.clear();
    clock_.move(std::chrono::seconds{60});
    resolve();
    EXPECT_EQ(payment().standing, Standing::failed);
    EXPECT_TRUE(vault_.book.charged.empty());
}

// Every way in which the first four messages can go, with and without a void: at no time do two charges stand, in the end
// what stands is what we say, and who went on had proof.
TEST_F(Reroutes, NeverTwoProcessorsHoldALiveCharge) {
    const std::vector faults{Fault::none,    Fault::decline,     Fault::partial, Fault::lose_reply, Fault::lose_request,
                             Fault::garbage, Fault::unreachable, Fault::broken,  Fault::connect_refused};
    const std::size_t n = faults.size();
    int moved = 0, asked = 0;
    for (std::size_t i = 0; i < 2 * n * n * n * n; ++i) {
        const std::size_t story = i / 2;
        Reroutes scene;
        scene.watch();
        scene.vault_.silence = std::chrono::seconds{12};
        scene.vault_.faults = {faults[story % n], faults[story / n % n], faults[story / n / n % n], faults[story / n / n / n]};
        ASSERT_TRUE(scene.create("k1")) << story;
        const bool is_voided = i % 2 == 1;
        if (is_voided) (void)scene.void_it(scene.payment().id, "k2");
        scene.resolve(40);
        EXPECT_EQ(scene.doubles, 0) << story;
        if (scene.payment().standing == Standing::pending) {  // every answer was lost: people are asked, and nothing moved on
            EXPECT_EQ(scene.charges().size(), 1U) << story;
            ++asked;
            continue;
        }
        const bool lives = scene.payment().standing == Standing::live;
        ASSERT_EQ(scene.standing(), lives ? 1 : 0) << story << " " << domain::to_text(scene.payment().standing);
        const auto& alarms = scene.observer_.alarms;
        const bool is_refused = std::ranges::find(alarms, "undo_refused") != alarms.end();
        if (is_voided) ASSERT_EQ(lives, is_refused) << story;
        const auto charges = scene.charges();
        for (std::size_t one = 0; one + 1 < charges.size(); ++one) {
            ++moved;
            ASSERT_EQ(charges[one].status, OperationStatus::failed) << story;
            ASSERT_FALSE(scene.vault_.book.charged.contains(charges[one].processor_identity)) << story;
        }
    }
    EXPECT_GT(moved, 1000);
    EXPECT_LT(asked, 1000) << "of 13,122: those whose first four answers are all lost";
}

// A fence that lied, or a processor that booked what nobody sent: the first charge shows up after the payment went on.
class LateApprovals : public GatewayTest, public testing::WithParamInterface<std::tuple<Fault, bool, bool>> {};
TEST_P(LateApprovals, OfAnAccountThatWasLeftAreTakenBackAndNothingElseMoves) {
    const auto [second, is_voided, is_late_before_void] = GetParam();
    Reroutes scene;
    scene.vault_.faults = {Fault::false_fence, second};
    scene.vault_.silence = std::chrono::seconds{12};
    ASSERT_TRUE(scene.create("k1"));
    const auto left = scene.charges()[0];
    if (is_late_before_void) scene.claim_late_approval(left);
    if (is_voided) (void)scene.void_it(scene.payment().id, "k2");
    if (!is_late_before_void) scene.claim_late_approval(left);
    scene.resolve(40);
    EXPECT_TRUE(scene.vault_.book.reversed.contains(left.processor_identity));
    EXPECT_NE(std::ranges::find(scene.observer_.alarms, "undo_needed"), scene.observer_.alarms.end());
    const auto standing = scene.payment().standing;
    EXPECT_EQ(scene.standing(), standing == Standing::live ? 1 : 0) << domain::to_text(standing);
    if (second == Fault::none) EXPECT_EQ(standing, is_voided ? Standing::voided : Standing::live);
    EXPECT_FALSE(scene.payment().void_requested);
}
INSTANTIATE_TEST_SUITE_P(All, LateApprovals,
                         testing::Combine(testing::Values(Fault::none, Fault::decline, Fault::lose_reply, Fault::lose_request,
                                                          Fault::partial, Fault::connect_refused),
                                          testing::Bool(), testing::Bool()));

// The stray's undo is acknowledged while the payment's own is still under way.
TEST_F(Reroutes, TheUndoOfTheChargeThatWasLeftDoesNotVoidThePayment) {
    vault_.faults = {Fault::false_fence};
    const auto id = create("k1")->payment_id;
    claim_late_approval(charges()[0]);
    auto& row = store_.payments.begin()->second;
    row.payment.void_requested = true;  // a void that was just accepted
    resolve(4);
    EXPECT_EQ(payment().standing, Standing::live);
    EXPECT_TRUE(payment().void_requested);
    EXPECT_TRUE(vault_.book.reversed.contains(charges()[0].processor_identity));
    EXPECT_FALSE(vault_.book.reversed.contains(charges()[1].processor_identity));
}

}  // namespace
}  // namespace postern::gateway
