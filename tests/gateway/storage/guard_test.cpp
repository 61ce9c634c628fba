#include "tests/gateway/storage/storage_fixture.hpp"

namespace postern::gateway {
namespace {

// What may start is said twice: in words by domain::may_start, under the row's lock by SQL. Here both speak about the
// same rows.
class Guard : public StorageTest {
protected:
    struct Amounts {
        std::int64_t approved, captured, refunded, released, capture_reserved, refund_reserved;
        std::string_view partial_approval;  // as kept: NULL is refused
    };
    // Amounts of a request of 100 that the table's own limits allow.
    static std::vector<Amounts> allowed_amounts() {
        std::vector<Amounts> all;
        for (const std::int64_t approved : {0, 60, 100})
            for (const std::int64_t captured : {0, 40, 100})
                for (const std::int64_t refunded : {0, 10, 40})
                    for (const std::int64_t released : {0, 20})
                        for (const std::int64_t capture_reserved : {0, 20})
                            for (const std::int64_t refund_reserved : {0, 30})
                                if (captured + capture_reserved + released <= approved &&
                                    refunded + refund_reserved <= captured)
                                    for (const std::string_view partial : {"NULL", "'allowed'", "'accepted'"})
                                        if (partial == "NULL" || approved == 60)  // matters to a partial approval alone
                                            all.push_back({approved, captured, refunded, released, capture_reserved,
                                                           refund_reserved, partial});
        return all;
    }
    domain::Payment set(const PaymentId& id, std::string_view standing, bool void_requested, bool edited, const Amounts& a) {
        const auto n = [](std::int64_t number) { return std::to_string(number); };
        database_.execute("UPDATE payments SET standing = '" + std::string(standing) + "', void_requested = " +
                          (void_requested ? "true" : "false") + ", approved_minor = " + n(a.approved) +
                          ", captured_minor = " + n(a.captured) + ", refunded_minor = " + n(a.refunded) +
                          ", released_minor = " + n(a.released) + ", capture_reserved_minor = " + n(a.capture_reserved) +
                          ", refund_reserved_minor = " + n(a.refund_reserved) + ", partial_approval = " +
                          std::string(a.partial_approval) + ", edit_above_minor = " + (edited ? "0" : "NULL") +
                          " WHERE payment_id = '" + id.text() + "'");
        return view(id).payment;
    }
    std::string domain_says(const domain::Payment& payment, domain::Request request, std::int64_t minor, std::int64_t above) {
        if (request == domain::Request::void_payment && payment.standing == domain::Standing::pending &&
            !payment.void_requested && !payment.edit_above)
            return "payment_pending";  // undo_unknown is the way there
        const auto may = domain::may_start(payment, request, usd(minor), above);
        return may ? "prepared" : std::string(may.error().code);
    }
};

TEST_F(Guard, SqlAndDomainAgree) {
    const auto id = prepare(new_payment(100)).payment.id;
    using domain::Request;
    struct Asked {
        Request request;
        std::int64_t minor, above = 0;
    };
    constexpr Asked asked[] = {{Request::capture, 30}, {Request::capture, 30, 15}, {Request::refund, 30},
                               {Request::void_payment, 100}, {Request::adjust_tip, 50}, {Request::increment, 30}};
    int cases = 0;
    for (const auto& amounts : allowed_amounts()) {
        for (const auto* standing : {"live", "pending", "voided"}) {
            if (standing != std::string_view{"live"} && (++cases % 7) != 0) continue;  // amounts matter little there
            for (const bool void_requested : {false, true}) {
                if (void_requested && (++cases % 5) != 0) continue;
                const bool edited = (++cases % 4) == 0;
                for (const auto& [request, minor, above] : asked) {
                    const auto payment = set(id, standing, void_requested, edited, amounts);
                    auto command = next_operation(payment, request, minor);
                    command.above_minor = above;
                    const auto result = run(store_.prepare(std::move(command), soon()));
                    ASSERT_EQ(name_of(result), domain_says(payment, request, minor, above))
                        << standing << ' ' << void_requested << " request " << static_cast<int>(request) << " approved "
                        << amounts.approved << " captured " << amounts.captured << " refunded " << amounts.refunded
                        << " released " << amounts.released << " reserved " << amounts.capture_reserved << '/'
                        << amounts.refund_reserved << " partial " << amounts.partial_approval;
                }
            }
        }
    }
}

}  // namespace
}  // namespace postern::gateway
