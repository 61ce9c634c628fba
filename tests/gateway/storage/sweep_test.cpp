#include "tests/gateway/storage/storage_fixture.hpp"

namespace postern::gateway {
namespace {

using std::chrono::hours;

class Sweep : public StorageTest {
protected:
    static constexpr hours kept{720};
    // The key of a payment of that age; a sale is over, an authorization can still be captured.
    idempotency::KeyedCommand key_of_age(hours age, domain::Verb verb = domain::Verb::sale) {
        const auto command = new_payment(1000, verb);
        EXPECT_EQ(*run(store_.record(approval(prepare(command), 1000), soon())), OutcomeVerdict::applied);
        set_age(command.payment.id, age);
        return command.command;
    }
    void set_age(const PaymentId& payment, hours age) {
        database_.execute("UPDATE idempotency_keys SET created_at = now() - interval '" + std::to_string(age.count()) +
                          " hours' WHERE payment_id = '" + payment.text() + "'");
    }
    std::int64_t sweep(hours clock_ahead = hours{0}, int rows = 3) {
        std::int64_t forgotten = 0;
        for (std::optional<KeyPlace> place = KeyPlace{}; place;) {
            const auto page = run(operations_.forget_answers(now() + clock_ahead, kept, *place, rows));
            if (!page) ADD_FAILURE() << page.error().detail;
            if (!page) break;
            forgotten += page->forgotten;
            place = page->next;
        }
        return forgotten;
    }
    bool is_forgotten(const idempotency::KeyedCommand& key) {
        const auto found = run(store_.find_key(key, soon()));
        const auto* replay = as<Replay>(found);
        EXPECT_NE(replay, nullptr) << name_of(found);
        return replay && replay->answer.body.empty() && replay->answer.is_final;
    }
    PostgresResolverStore operations_{options_, box_};
};

TEST_F(Sweep, ForgetsOldAnswersOfWhatIsOverPageByPage) {
    std::vector<idempotency::KeyedCommand> old, young;
    for (int i = 0; i < 7; ++i) old.push_back(key_of_age(kept + hours{1}));
    for (int i = 0; i < 3; ++i) young.push_back(key_of_age(kept - hours{1}));
    EXPECT_EQ(sweep(), 7);
    for (const auto& key : old) EXPECT_TRUE(is_forgotten(key));
    for (const auto& key : young) EXPECT_FALSE(is_forgotten(key));
    EXPECT_EQ(sweep(), 0) << "once is enough";
}

TEST_F(Sweep, ATombstoneNeverRunsAndStillKnowsItsMeaning) {
    const auto key = key_of_age(kept + hours{1});
    ASSERT_EQ(sweep(), 1);
    auto again = new_payment();
    again.command = key;
    EXPECT_EQ(name_of(run(store_.prepare(again, soon()))), "replay");
    again.command = keyed(key.key, key.path, 77);
    const auto other = run(store_.prepare(again, soon()));
    EXPECT_NE(as<OtherMeaning>(other), nullptr) << name_of(other);
    EXPECT_EQ(count("payments"), 1);
}

TEST_F(Sweep, KeepsAnswersOfWhatMayStillMove) {
    const auto held = key_of_age(kept + hours{1}, domain::Verb::authorize);
    const auto running = new_payment();
    prepare(running);
    set_age(running.payment.id, kept + hours{1});
    EXPECT_EQ(sweep(), 0) << "a hold that can be captured; an operation without an answer";
    EXPECT_FALSE(is_forgotten(held));
    database_.execute("UPDATE payments SET expires_at = now() - interval '1 hour' WHERE standing = 'live'");
    EXPECT_EQ(sweep(), 1) << "the hold is gone";
}

TEST_F(Sweep, AClockThatJumpsAheadForgetsNothingEarly) {
    const auto key = key_of_age(hours{1});
    EXPECT_EQ(sweep(hours{10 * 366 * 24}), 0);
    EXPECT_FALSE(is_forgotten(key));
}

}  // namespace
}  // namespace postern::gateway
