// What commit 2 writes, read as the relay reads it.
#include "idempotency/relay/pending.hpp"
#include "tests/gateway/storage/storage_fixture.hpp"

namespace postern::gateway {
namespace {

class QueueOrder : public StorageTest {
protected:
    // Two events of one payment: the first by a gateway whose clock is off by `first`, the second by one off by `second`.
    PaymentId two_events(std::chrono::minutes first, std::chrono::minutes second) {
        const auto prepared = prepare(new_payment());
        record_at(prepared, first);
        const auto capture = prepare(next_operation(view(prepared.payment.id).payment, domain::Request::capture, 1000));
        record_at(capture, second);
        return prepared.payment.id;
    }
    std::vector<std::string> told(int count_max) {
        std::vector<std::string> versions;
        const auto held = relay_.hold_slots(16, std::chrono::seconds{60});
        for (const auto& event : *relay_.oldest(*held, count_max))
            versions.push_back(event.payment_id + " " + std::to_string(event.version));
        return versions;
    }

private:
    void record_at(const Prepared& prepared, std::chrono::minutes off) {
        auto written = approval(prepared, 1000);
        written.change->event->recorded_at = now() + off;
        ASSERT_EQ(*run(store_.record(written, soon())), OutcomeVerdict::applied);
    }
    idempotency::PendingQueue relay_{database_.as("postern_relay"), "relay"};
};

TEST_F(QueueOrder, AnEventBringsItsElderWhateverTheClocksOfTheirGatewaysSaid) {
    const auto payment = two_events(std::chrono::hours{1}, -std::chrono::hours{1});
    EXPECT_EQ(told(1), (std::vector<std::string>{payment.text() + " 1", payment.text() + " 2"}));
}

TEST_F(QueueOrder, AnEventAndItsPlaceInTheQueueCarryOneTime) {
    two_events(std::chrono::minutes{7}, -std::chrono::minutes{7});
    EXPECT_EQ(value("SELECT count(*) FROM events JOIN events_pending USING (payment_id, version, recorded_at)"), "2");
}

}  // namespace
}  // namespace postern::gateway
