#include "gateway/app/operation_driver.hpp"

#include <algorithm>

#include "base/failpoint.hpp"
#include "gateway/app/evidence_text.hpp"

namespace postern::gateway {
namespace {

constexpr int commit_tries_max = 6;
constexpr std::chrono::milliseconds commit_pause{50};

constexpr std::chrono::milliseconds undo_pause{1'000};
constexpr std::chrono::milliseconds doubt_pause{60'000};  // people look; the resolver would only find the same again

bool is_first_verb(domain::Verb verb) { return verb == domain::Verb::authorize || verb == domain::Verb::sale; }

// An undo, or the refund in its place: somebody was told that the money comes back.
bool was_promised(const domain::Operation& operation) {
    return is_undo(operation.verb) || operation.cause == domain::Cause::batch_closed;
}

bool is_undone(const PaymentView& view, const OperationId& id) {
    return std::ranges::any_of(view.operations, [&](const domain::Operation& other) { return other.undoes == id; });
}

}  // namespace

OperationDriver::OperationDriver(const Services& services, Work work)
    : services_{services}, work_{std::move(work)}, lease_epoch_{work_.operation.lease_epoch} {}

const processors::ProcessorAdapter& OperationDriver::adapter() const {
    return *services_.adapters.find(work_.operation.processor);
}

processors::History OperationDriver::history() const {
    return {.operation = work_.operation, .payment = work_.payment,
            .original = work_.original ? &*work_.original : nullptr, .attempts = work_.attempts,
            .now = services_.clock.now(), .with_security_code = work_.extras.security_code,
            .with_holder_name = work_.extras.holder_name, .with_address = work_.extras.address,
            .with_postal_code = work_.extras.postal_code, .with_track1 = work_.extras.track1,
            .with_track2 = work_.extras.track2, .with_encrypted_block = work_.extras.encrypted_block,
            .entry = work_.extras.entry};
}

void OperationDriver::add_attempt(processors::Attempt attempt, bool is_recorded) {
    work_.operation.attempts = std::max(work_.operation.attempts, attempt.number);
    work_.attempts.push_back(std::move(attempt));
    has_news_ = !is_recorded;
}

Awaitable<void> OperationDriver::send(vault::AttemptKind kind, std::int32_t number,
                                      std::chrono::milliseconds time_left) {
    const Timestamp at = services_.clock.now();
    auto message = adapter().plan(kind, history());
    vault::Verdict verdict = vault::NotSent{};
    if (message) {
        verdict = co_await forward(kind, number, std::move(*message), time_left);
    } else {
        verdict = vault::NotSent{std::string(message.error().code)};
        services_.observer.failure("plan", message.error(), work_.operation.id.text());
    }
    add_attempt({number, kind, std::move(verdict), at}, false);
    POSTERN_FAILPOINT(K8);
}

Awaitable<vault::Verdict> OperationDriver::forward(vault::AttemptKind kind, std::int32_t number,
                                                   vault::MessageTree message, std::chrono::milliseconds time_left) {
    const domain::Operation& operation = work_.operation;
    const bool with_card = vault::names_card(message);
    vault::ForwardRequest request{.key = {operation.id, number},
                                  .kind = kind,
                                  .tenant_id = operation.tenant_id,
                                  .account_id = operation.account_id,
                                  .token = with_card ? std::optional{work_.payment.token} : std::nullopt,
                                  .destination = operation.processor,
                                  .operation = std::string(adapter().policy_operation(kind, history())),
                                  .message = std::move(message),
                                  .time_left = std::min(time_left, adapter().capabilities().call_time_max)};
    const auto time_given = request.time_left;
    POSTERN_FAILPOINT(K3);
    auto verdict = co_await services_.vault.forward(std::move(request));
    if (verdict) {
        co_await report_to_gate(is_transport_fault(*verdict, time_given));
        co_return std::move(*verdict);
    }
    services_.observer.failure("forward", verdict.error(), operation.id.text());
    if (safe_to_retry(verdict.error().kind)) co_return vault::NotSent{"vault_unreachable"};
    auto asked = co_await services_.vault.ask(operation.tenant_id, {operation.id, number}, operation.vault_epoch);
    if (asked) co_return std::move(*asked);
    co_return vault::MaybeSent{std::string(verdict.error().code)};
}

Awaitable<void> OperationDriver::report_to_gate(bool transport_fault) {
    const AccountId account = work_.operation.account_id;
    const auto turn = services_.gates.report(account, transport_fault);
    if (turn == AccountGates::Turn::none) co_return;
    const bool is_open = turn == AccountGates::Turn::opened;
    services_.observer.breaker_turned(account, is_open);
    co_await services_.directory.note_breaker(account, is_open);
}

Awaitable<Result<std::int32_t>> OperationDriver::begin_attempt() {
    auto number = co_await services_.operations.begin_attempt(work_.operation.id, lease_epoch_);
    if (number) work_.operation.attempts = *number;
    co_return number;
}

// The adapter reads the reply that just came first: it alone knows what a message says; the history comes second.
processors::Step OperationDriver::next() const {
    if (has_news_ && work_.attempts.back().kind != vault::AttemptKind::inquire) {
        const processors::Attempt& last = work_.attempts.back();
        if (const auto* sent = std::get_if<vault::Sent>(&last.verdict)) {
            const auto outcome = adapter().read(last.kind, history(), sent->reply);
            if (const auto* claim = std::get_if<domain::Claim>(&outcome)) return processors::Conclude{*claim};
        }
    }
    processors::Step step = adapter().next(history());
    const auto* conclude = std::get_if<processors::Conclude>(&step);
    const bool not_sent = conclude && std::holds_alternative<domain::NotSentClaim>(conclude->claim);
    const bool takes_back = was_promised(work_.operation) || work_.operation.undoes.has_value();  // or the books' tip again
    return not_sent && takes_back ? send_undo_again() : step;
}

// An undo runs until it is acknowledged: that its message never left ends nothing.
processors::Step OperationDriver::send_undo_again() const {
    const auto over = work_.attempts.back().at + undo_pause;
    const auto now = services_.clock.now();
    if (now >= over) return processors::Resend{};
    return processors::Wait{std::chrono::ceil<std::chrono::milliseconds>(over - now)};
}

vault::AttemptKind OperationDriver::kind_of(bool is_first) const {
    if (is_undo(work_.operation.verb)) return vault::AttemptKind::reverse;
    return is_first ? vault::AttemptKind::send : vault::AttemptKind::resend;
}

vault::AttemptKind OperationDriver::kind_of(const processors::Step& step) const {
    if (std::holds_alternative<processors::Inquire>(step)) return vault::AttemptKind::inquire;
    return kind_of(std::holds_alternative<processors::Proceed>(step));
}

EvidenceNote OperationDriver::take_note() {
    const processors::Attempt& last = work_.attempts.back();
    const bool is_inquiry = last.kind == vault::AttemptKind::inquire;
    EvidenceNote note{.attempt = last.number, .attempt_kind = std::string(vault::to_text(last.kind)),
                      .source = is_inquiry ? "inquiry" : "reply", .raw = encode_verdict_text(last.verdict)};
    if (!has_news_) note = {.attempt = last.number, .source = "journal", .raw = "concluded from what is kept"};
    has_news_ = false;
    return note;
}

Awaitable<Committed> OperationDriver::commit(domain::Claim claim, OpenEnd open_end) {
    EvidenceNote note = take_note();
    co_return co_await commit_noted(std::move(claim), std::move(note), std::move(open_end));
}

Awaitable<Committed> OperationDriver::commit(domain::Claim claim, EvidenceNote note) {
    co_return co_await commit_noted(std::move(claim), std::move(note), OpenEnd{});
}

Awaitable<Committed> OperationDriver::stay_open(OpenEnd open_end) {
    const bool is_news = work_.operation.status == domain::OperationStatus::prepared;
    if (!has_news_ && !is_news) co_return Committed::applied;
    if (nothing_left()) {
        co_await keep_evidence();
        co_return Committed::applied;
    }
    const domain::Goal goal = work_.operation.goal.value_or(domain::Goal::complete);
    co_return co_await commit(domain::UnknownClaim{goal, "answer_lost"}, std::move(open_end));
}

// No message of it ever left: it is no more unknown than before.
bool OperationDriver::nothing_left() const {
    return std::ranges::all_of(work_.attempts, [](const processors::Attempt& attempt) {
        return std::holds_alternative<vault::NotSent>(attempt.verdict);
    });
}

Awaitable<void> OperationDriver::keep_evidence() {
    if (!has_news_) co_return;
    const EvidenceNote note = take_note();
    Outcome outcome{.evidence = evidence_of(services_, work_, domain::ClaimKind::not_sent, note), .change = {}};
    const auto kept = co_await services_.payments.record(
        std::move(outcome), services_.clock.instant() + services_.settings.record_time_max);
    if (!kept) services_.observer.failure("record", kept.error(), work_.operation.id.text());
}

// An approval that cannot be this operation's proves nothing, and people must hear of it.
Decided OperationDriver::decide_or_doubt(domain::Claim& claim, const EvidenceNote& note, std::string_view day,
                                         const OpenEnd& open_end) const {
    auto decided = decide(services_, work_, claim, note, day, open_end);
    if (decided) return std::move(*decided);
    services_.observer.alarm(decided.error().code, work_.payment.id, work_.operation.id);
    claim = domain::UnknownClaim{domain::Goal::complete, decided.error().code};
    const OpenEnd people{doubt_pause, "ask_people: " + std::string(decided.error().code)};
    return decide(services_, work_, claim, note, day, people.next_look > open_end.next_look ? people : open_end).value();
}

Awaitable<Committed> OperationDriver::commit_noted(domain::Claim claim, EvidenceNote note, OpenEnd open_end) {
    const std::string day = co_await business_day();
    claim = with_checks(std::move(claim));
    for (int tries = 0; tries < commit_tries_max; ++tries) {
        if (tries > 0) co_await services_.sleeper.sleep(commit_pause * tries);
        Decided decided = decide_or_doubt(claim, note, day, open_end);
        if (!decided.alarm.empty()) services_.observer.alarm(decided.alarm, work_.payment.id, work_.operation.id);
        if (const auto done = co_await record_once(std::move(decided))) co_return *done;
    }
    co_return Committed::failed;
}

// What the messages' answers told of address and security code, the latest that told anything; a repeat goes without
// the code and may be told less.
domain::Claim OperationDriver::with_checks(domain::Claim claim) const {
    if (!is_first_verb(work_.operation.verb) || !adapter().capabilities().tells_checks) return claim;
    domain::Checks checks;
    for (const processors::Attempt& attempt : work_.attempts) {
        const auto* sent = std::get_if<vault::Sent>(&attempt.verdict);
        if (sent == nullptr || attempt.kind == vault::AttemptKind::inquire) continue;
        const domain::Checks told = adapter().checks(sent->reply);
        if (told.avs != domain::AvsResult::not_told) checks.avs = told.avs;
        if (told.cvv != domain::CvvResult::not_told) checks.cvv = told.cvv;
    }
    if (auto* approval = std::get_if<domain::ApprovedClaim>(&claim)) approval->checks = checks;
    if (auto* decline = std::get_if<domain::DeclinedClaim>(&claim)) decline->checks = checks;
    return claim;
}

// Nothing: decide again.
Awaitable<std::optional<Committed>> OperationDriver::record_once(Decided decided) {
    const bool was_final = domain::is_final(work_.operation.status);
    std::optional<Change> change = decided.outcome.change;
    const auto verdict = co_await services_.payments.record(std::move(decided.outcome),
                                                            services_.clock.instant() + services_.settings.record_time_max);
    if (!verdict) {
        services_.observer.failure("record", verdict.error(), work_.operation.id.text());
        if (safe_to_retry(verdict.error().kind)) co_return std::nullopt;
        co_return co_await read_again();
    }
    if (*verdict == OutcomeVerdict::fenced) {
        services_.observer.fenced(work_.operation.id);
        co_return co_await read_again();
    }
    if (change) take_over(*change);
    co_return was_final ? Committed::lost : Committed::applied;
}

void OperationDriver::take_up(domain::Operation operation) {
    work_.operation = std::move(operation);
    work_.attempts.clear();
    work_.undo_exists = false;
    lease_epoch_ = work_.operation.lease_epoch;
    has_news_ = false;
    moved_.reset();
}

void OperationDriver::take_over(Change& change) {
    if (change.moved) moved_ = std::move(change.moved->operation);
    work_.operation = std::move(change.operation);
    work_.payment = std::move(change.payment);
    ++work_.payment.version;
    answer_ = std::move(change.answer);
    if (!change.operation_was_final) services_.observer.operation_ended(work_.operation.verb, work_.operation.status);
}

// Nothing: the same claim is decided again, on what is there now. A final operation is decided once more too, since an
// approval that comes late must be taken back.
Awaitable<std::optional<Committed>> OperationDriver::read_again() {
    auto view = co_await services_.payments.find(work_.operation.tenant_id, work_.payment.id,
                                                 services_.clock.instant() + services_.settings.record_time_max);
    if (!view) co_return Committed::failed;
    const auto found = std::ranges::find(view->operations, work_.operation.id, &domain::Operation::id);
    if (found == view->operations.end()) co_return Committed::failed;
    const bool was_final = domain::is_final(work_.operation.status);
    work_.undo_exists = is_undone(*view, found->id);
    work_.payment = view->payment;
    work_.operation = *found;
    const bool is_final = domain::is_final(found->status);
    if (was_final && is_final && work_.undo_exists) co_return Committed::lost;
    if (!is_final && found->lease_epoch != lease_epoch_) co_return Committed::lost;
    co_return std::nullopt;
}

// A first operation belongs to the day of its order; what follows, to the day when it is done.
Awaitable<std::string> OperationDriver::business_day() {
    const domain::Payment& payment = work_.payment;
    const bool begins = is_first_verb(work_.operation.verb) && !domain::is_final(work_.operation.status);
    const auto route = begins
                           ? Result<Route>{Error{}}
                           : co_await services_.directory.route(payment.tenant_id, payment.tender.store_id,
                                                                payment.tender.device_id, payment.account_id);
    if (!route) co_return payment.business_date;
    const auto day = ledger::business_date(services_.clock.now(), route->store.time_zone, route->store.cutoff_minutes);
    co_return day ? *day : payment.business_date;
}

}  // namespace postern::gateway
