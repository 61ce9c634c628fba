#include <set>

#include "gateway/storage/identity_epoch.hpp"
#include "tests/gateway/storage/storage_fixture.hpp"
#include "tests/support/seeded_random.hpp"

namespace postern::gateway {
namespace {

class ResolverStoreTest : public StorageTest {
protected:
    std::vector<Claimed> claim(int count_max = 10, std::chrono::milliseconds lease = long_lease) {
        return *run(operations_.claim(count_max, lease));
    }
    void let_leases_run_out() { database_.execute("UPDATE operations SET lease_until = now() - interval '1 second'"); }
    PostgresResolverStore operations_{options_, box_};
};

TEST_F(ResolverStoreTest, ClaimsWhatIsOpenAndLeftAlone) {
    const auto held = prepare(new_payment());
    EXPECT_TRUE(claim().empty()) << "its holder has time left";
    auto note = approval(held, 1000);
    note.change.reset();
    ASSERT_TRUE(run(store_.record(note, soon())));
    let_leases_run_out();
    const auto claimed = claim();
    ASSERT_EQ(claimed.size(), 1U);
    EXPECT_EQ(claimed[0].operation.id, held.operation.id);
    EXPECT_EQ(claimed[0].operation.lease_epoch, 1);
    EXPECT_EQ(claimed[0].payment.id, held.payment.id);
    EXPECT_FALSE(claimed[0].original);
    ASSERT_EQ(claimed[0].evidence.size(), 1U);
    EXPECT_EQ(claimed[0].evidence[0].raw, "<reply/>");
    EXPECT_TRUE(claim().empty()) << "one holder at a time";
    EXPECT_EQ(*run(store_.record(approval(held, 1000), soon())), OutcomeVerdict::fenced) << "the first holder slept";
    Prepared mine{claimed[0].payment, claimed[0].card, claimed[0].operation};
    EXPECT_EQ(*run(store_.record(approval(mine, 1000), soon())), OutcomeVerdict::applied);
    let_leases_run_out();
    EXPECT_TRUE(claim().empty()) << "final";
}

TEST_F(ResolverStoreTest, TwoResolversNeverClaimOneOperation) {
    for (int i = 0; i < 40; ++i) prepare(new_payment());
    let_leases_run_out();
    PostgresResolverStore other{options_, box_};
    std::vector<Awaitable<Result<std::vector<Claimed>>>> calls;
    for (int i = 0; i < 16; ++i) calls.push_back((i % 2 ? operations_ : other).claim(5, long_lease));
    std::set<std::string> seen;
    for (const auto& claimed : run_all(std::move(calls)))
        for (const auto& one : *claimed) EXPECT_TRUE(seen.insert(one.operation.id.text()).second);
    EXPECT_EQ(seen.size(), 40U);
}

TEST_F(ResolverStoreTest, AClaimBringsWhatTheOperationBuildsOn) {
    const auto payment = approved();
    const auto first = view(payment.id).operations[0].id;
    const auto capture = prepare(next_operation(payment, domain::Request::capture, 1000));
    let_leases_run_out();
    auto claimed = claim();
    ASSERT_EQ(claimed.size(), 1U);
    EXPECT_EQ(claimed[0].original->id, first);
    Prepared mine{claimed[0].payment, claimed[0].card, claimed[0].operation};
    ASSERT_EQ(*run(store_.record(approval(mine, 1000), soon())), OutcomeVerdict::applied);
    prepare(next_operation(payment, domain::Request::refund, 100));
    let_leases_run_out();
    claimed = claim();
    ASSERT_EQ(claimed.size(), 1U);
    EXPECT_EQ(claimed[0].original->id, capture.operation.id);
}

TEST_F(ResolverStoreTest, AttemptsAreNumberedUnderTheLeaseOnly) {
    const auto held = prepare(new_payment());
    EXPECT_EQ(*run(operations_.begin_attempt(held.operation.id, 0)), 2);
    EXPECT_EQ(*run(operations_.begin_attempt(held.operation.id, 0)), 3);
    let_leases_run_out();
    ASSERT_EQ(claim().size(), 1U);
    EXPECT_EQ(run(operations_.begin_attempt(held.operation.id, 0)).error().code, "lease_lost");
    EXPECT_EQ(*run(operations_.begin_attempt(held.operation.id, 1)), 4);
}

TEST_F(ResolverStoreTest, PostponedUnderTheLeaseOnly) {
    const auto held = prepare(new_payment());
    EXPECT_EQ(run(operations_.postpone(held.operation.id, 7, long_lease, "x")).error().code, "lease_lost");
    ASSERT_TRUE(run(operations_.postpone(held.operation.id, 0, std::chrono::milliseconds{0}, "ask 123456789012345")));
    EXPECT_EQ(view(held.payment.id).next_steps, std::vector<std::string>{"ask 123456789012345"});
    EXPECT_EQ(claim().size(), 1U);
}

TEST_F(ResolverStoreTest, TwoPeopleDecide) {
    const auto operation = prepare(new_payment()).operation.id;
    const auto say = [&](const std::string& who, const std::string& what) {
        database_.execute("INSERT INTO decisions (operation_id, operator_id, decision, reason) VALUES ('" +
                          operation.text() + "', '" + who + "', '" + what + "', 'seen in the batch')");
        return *run(operations_.decision(operation));
    };
    EXPECT_EQ(say("ann", "approved"), std::nullopt);
    EXPECT_EQ(say("bob", "failed"), std::nullopt);
    EXPECT_EQ(say("cyd", "approved"), "approved");
    EXPECT_EQ(say("dan", "failed"), std::nullopt) << "two against two";
}

TEST_F(ResolverStoreTest, EpochsAreNeverTheSame) {
    test::SeededRandom same_every_time{1};
    std::set<std::uint64_t> epochs;
    const auto moment = now();
    for (int i = 0; i < 8; ++i) {
        const auto epoch = take_identity_epoch(options_.connection_string, "one 123456789012", moment, same_every_time);
        ASSERT_TRUE(epoch) << epoch.error().code;
        EXPECT_LT(*epoch, std::uint64_t{1} << 40);
        EXPECT_TRUE(epochs.insert(*epoch).second);
    }
    EXPECT_EQ(count("identity_epochs"), 8);
}

}  // namespace
}  // namespace postern::gateway
