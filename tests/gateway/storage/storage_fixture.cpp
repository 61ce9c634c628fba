#include "tests/gateway/storage/storage_fixture.hpp"

#include "tests/gateway/storage/gateway_migrations.hpp"

namespace postern::gateway {
namespace {

StorageOptions options_for(const support::TestDatabase& database) {
    StorageOptions options;
    options.connection_string = database.as("postern_gateway");
    return options;
}

}  // namespace

StorageTest::StorageTest()
    : database_{"postern_admin", support::gateway_migrations::embedded_files},
      options_{options_for(database_)},
      store_{options_, box_} {}

idempotency::KeyedCommand StorageTest::keyed(std::string key, std::string path, std::int64_t minor) {
    return idempotency::make_keyed_command(tenant_, std::move(key), std::move(path),
                                           {{"/amount/amount_minor", std::to_string(minor)}});
}

NewPayment StorageTest::new_payment(std::int64_t minor, domain::Verb verb) {
    const auto number = std::to_string(++counter_);
    const auto payment_id = PaymentId::create(now(), random_);
    const auto zero = usd(0);
    domain::Payment payment{.id = payment_id,
                            .tenant_id = tenant_,
                            .tender = {store_id_, device_id_, "tender " + number},
                            .token = CardToken::create(now(), random_),
                            .processor = "mercury",
                            .account_id = account_id_,
                            .order_reference = "order " + number,
                            .requested = usd(minor),
                            .approved = zero, .captured = zero, .tip = zero, .refunded = zero, .released = zero,
                            .capture_reserved = zero, .refund_reserved = zero,
                            .last_event_hash = {},
                            .created_at = now(),
                            .expires_at = now() + std::chrono::hours{24 * 7},
                            .accepted_offline_at = std::nullopt,
                            .business_date = "2026-11-25"};
    payment.due_at = payment.expires_at;
    const auto operation_id = OperationId::create(now(), random_);
    domain::Operation operation{.id = operation_id,
                                .payment_id = payment_id,
                                .tenant_id = tenant_,
                                .verb = verb,
                                .requested = usd(minor),
                                .approved = std::nullopt,
                                .undoes = std::nullopt,
                                .processor = "mercury",
                                .account_id = account_id_,
                                .processor_identity = operation_id.text(),
                                .reference = {},
                                .decline = std::nullopt,
                                .failure_code = {},
                                .goal = std::nullopt,
                                .vault_epoch = "epoch",
                                .created_at = now(),
                                .deadline = now() + std::chrono::seconds{30},
                                .unknown_since = std::nullopt};
    return {keyed("key " + number, "/v1/payments", minor), std::move(payment),
            {"411111", "1111", "visa", 12, 2030}, std::move(operation), long_lease};
}

NextOperation StorageTest::next_operation(const domain::Payment& payment, domain::Request request, std::int64_t minor) {
    const auto verb = request == domain::Request::capture      ? domain::Verb::capture
                      : request == domain::Request::refund     ? domain::Verb::refund
                      : request == domain::Request::adjust_tip ? domain::Verb::adjust_tip
                      : request == domain::Request::increment  ? domain::Verb::increment
                                                               : domain::Verb::reverse;
    const NewPayment shape = new_payment(minor, verb);
    domain::Operation operation = shape.operation;
    operation.payment_id = payment.id;
    if (request == domain::Request::void_payment) operation.undoes = view(payment.id).operations.front().id;
    return {keyed(shape.command.key, "/v1/payments/" + payment.id.text() + "/next", minor), request, operation, long_lease};
}

UndoUnknown StorageTest::undo_unknown(const domain::Payment& payment) {
    return {keyed("undo " + std::to_string(++counter_), "/v1/payments/" + payment.id.text() + "/void", 0), payment.id,
            tenant_, Answer{202, R"({"status":"pending"})", false}};
}

Outcome StorageTest::outcome(const Prepared& prepared, const domain::Claim& claim) {
    const auto effect = domain::apply(prepared.payment, prepared.operation, claim, now());
    EvidenceRecord evidence{EvidenceId::create(now(), random_), prepared.operation.id, prepared.payment.id, 1, "send",
                            "reply", domain::kind_of(claim), "<reply/>", now()};
    Change change{.operation = effect->operation, .payment = effect->payment, .entries = {}, .event = {}, .undo = {},
                  .answer = {}, .next_look = {}, .next_step = {}};
    change.entries = ledger::entries_for(prepared.payment, effect->payment, effect->operation, "2026-11-25", now(), random_);
    if (!effect->event.empty()) {
        change.event = idempotency::make_event(EventId::create(now(), random_), effect->event, change.payment,
                                               prepared.card, change.operation, now());
        change.payment.event_version = change.event->version;
        change.payment.last_event_hash = change.event->hash;
    }
    const bool ended = change.payment.standing == domain::Standing::declined ||
                       change.payment.standing == domain::Standing::failed;
    change.tender_is_free = ended;
    const bool is_final = domain::is_final(change.operation.status);
    change.answer = {is_final ? 201 : 202, std::string(domain::to_text(change.operation.status)), is_final};
    return {std::move(evidence), std::move(change)};
}

Outcome StorageTest::approval(const Prepared& prepared, std::int64_t minor) {
    return outcome(prepared, domain::ApprovedClaim{usd(minor), {{"AuthCode", "000019 "}, {"RefNo", "123456789012345"}}});
}

Prepared StorageTest::prepare(NewPayment command) {
    const auto result = run(store_.prepare(std::move(command), soon()));
    if (!as<Prepared>(result)) throw std::runtime_error("not prepared: " + name_of(result));
    return *as<Prepared>(result);
}

Prepared StorageTest::prepare(NextOperation command) {
    const auto result = run(store_.prepare(std::move(command), soon()));
    if (!as<Prepared>(result)) throw std::runtime_error("not prepared: " + name_of(result));
    return *as<Prepared>(result);
}

domain::Payment StorageTest::approved(std::int64_t minor, domain::Verb verb) {
    const auto prepared = prepare(new_payment(minor, verb));
    const auto verdict = run(store_.record(approval(prepared, minor), soon()));
    if (!verdict || *verdict != OutcomeVerdict::applied) throw std::runtime_error("not recorded");
    return view(prepared.payment.id).payment;
}

PaymentView StorageTest::view(const PaymentId& payment) { return *run(store_.find(tenant_, payment, soon())); }

std::string name_of(const Result<PrepareResult>& result) {
    if (!result) return std::string(result.error().code) + " " + result.error().detail;
    if (const auto* refused = std::get_if<Refused>(&*result)) return std::string(refused->code);
    if (const auto* other = std::get_if<OtherMeaning>(&*result)) return "other meaning: " + other->field;
    constexpr std::array names{"prepared", "replay", "still running", "other meaning", "tender taken", "refused"};
    return names[result->index()];
}

}  // namespace postern::gateway
