#include "gateway/app/outcome.hpp"

#include "gateway/app/new_operation.hpp"

namespace postern::gateway {
namespace {

using domain::Standing;

constexpr std::chrono::minutes refund_time{10};  // within it a lost message of a refund in an undo's place is sent again

void attach_event(const Services& services, Change& change, const domain::CardSummary& card, std::string_view type,
                  Timestamp now) {
    change.event = idempotency::make_event(EventId::create(now, services.random), type, change.payment, card,
                                           change.operation, now);
    change.payment.event_version = change.event->version;
    change.payment.last_event_hash = change.event->hash;
}

domain::Operation refund_in_place_of(const Services& services, const domain::Effect& effect) {
    domain::Operation refund = undo_of(services, effect.operation, *effect.refund);
    refund.verb = domain::Verb::refund;
    refund.undoes = effect.operation.undoes;
    refund.cause = effect.cause;
    refund.deadline = refund.created_at + refund_time;
    return refund;
}

// A tip that was adjusted behind our back is taken back by saying the books' tip once more.
domain::Operation tip_again(const Services& services, const domain::Effect& effect) {
    domain::Operation again = undo_of(services, effect.operation, effect.payment.captured);
    again.verb = domain::Verb::adjust_tip;
    again.tip = effect.payment.tip;
    return again;
}

// The same charge at the account where the payment goes on: a new operation with an identity of its own.
domain::Operation again_at(const Services& services, const domain::Payment& payment, const domain::Operation& unsent) {
    domain::Operation again = new_operation(services, payment, {unsent.verb, unsent.requested, std::nullopt},
                                            services.clock.instant());
    again.deadline = unsent.deadline;
    return again;
}

Change change_of(const Services& services, const Work& work, const domain::Effect& effect,
                 const domain::Claim& claim, std::string_view business_date, const OpenEnd& open_end, Timestamp now) {
    Change change{.operation = effect.operation, .payment = effect.payment, .entries = {}, .event = {}, .undo = {},
                  .answer = {}, .next_look = {}, .next_step = {}};
    change.operation_was_final = domain::is_final(work.operation.status);
    change.entries = ledger::entries_for(work.payment, effect.payment, effect.operation, business_date, now,
                                         services.random);
    if (effect.moved && change.payment.expires_at) {  // the next processor keeps a hold for a time of its own
        const auto& capabilities = services.adapters.find(effect.payment.processor)->capabilities();
        change.payment.expires_at = change.payment.due_at = now + hold_life(capabilities, work.card.brand);
    }
    if (!effect.event.empty()) attach_event(services, change, work.card, effect.event, now);
    if (effect.moved) {
        change.moved = Change::Moved{again_at(services, effect.payment, effect.operation), open_end.next_look};
        return change;
    }
    if (effect.undo) {
        const auto* approval = std::get_if<domain::ApprovedClaim>(&claim);
        const bool is_tip = effect.operation.verb == domain::Verb::adjust_tip;
        change.undo = is_tip ? tip_again(services, effect)
                             : undo_of(services, effect.operation,
                                       approval ? approval->approved : effect.payment.approved);
        change.undo->cause = effect.cause;
    }
    if (effect.refund) change.undo = refund_in_place_of(services, effect);
    change.keys_wait_for_undo = effect.refund.has_value();
    domain::Payment shown = change.payment;
    ++shown.version;  // what the store makes of it
    change.answer = draw(services, shown, work.card, change.keys_wait_for_undo ? *change.undo : change.operation);
    const bool ended = shown.standing == Standing::declined || shown.standing == Standing::failed;
    change.tender_is_free = (ended && !change.operation_was_final) || effect.tender_is_free;
    if (!domain::is_final(change.operation.status)) {
        change.next_look = open_end.next_look;
        change.next_step = open_end.next_step;
    }
    return change;
}

}  // namespace

domain::Operation undo_of(const Services& services, const domain::Operation& operation, domain::Money approved) {
    const Timestamp now = services.clock.now();
    return domain::Operation{.id = OperationId::create(now, services.random),
                             .payment_id = operation.payment_id,
                             .tenant_id = operation.tenant_id,
                             .verb = domain::Verb::reverse,
                             .requested = approved,
                             .approved = {},
                             .undoes = operation.id,
                             .processor = operation.processor,
                             .account_id = operation.account_id,
                             .processor_identity = services.identities.next(*services.adapters.find(operation.processor)),
                             .reference = {},
                             .decline = {},
                             .failure_code = {},
                             .goal = {},
                             .vault_epoch = services.vault.epoch(),
                             .created_at = now,
                             .deadline = now,
                             .unknown_since = {}};
}

EvidenceRecord evidence_of(const Services& services, const Work& work, domain::ClaimKind claim,
                           const EvidenceNote& note) {
    const Timestamp now = services.clock.now();
    return {.id = EvidenceId::create(now, services.random),
            .operation_id = work.operation.id,
            .payment_id = work.payment.id,
            .attempt = note.attempt,
            .attempt_kind = note.attempt_kind,
            .source = note.source,
            .claim = claim,
            .raw = note.raw,
            .recorded_at = now};
}

Answer draw(const Services& services, const domain::Payment& payment, const domain::CardSummary& card,
            const domain::Operation& operation) {
    Answer answer = services.renderer.render(payment, card, operation);
    const bool charge = operation.verb == domain::Verb::authorize || operation.verb == domain::Verb::sale;
    const bool on_its_way_back = charge && payment.standing == Standing::live && payment.void_requested;
    const bool went_elsewhere = charge && payment.standing == Standing::pending && domain::is_final(operation.status);
    if (on_its_way_back || went_elsewhere) {
        answer.status = 202;
        answer.is_final = false;
    }
    return answer;
}

Result<Decided> decide(const Services& services, const Work& work, const domain::Claim& claim,
                       const EvidenceNote& note, std::string_view business_date, const OpenEnd& open_end) {
    const Timestamp now = services.clock.now();
    auto effect = domain::apply(work.payment, work.operation, claim, now);
    if (!effect) return effect.error();
    if (work.undo_exists && !effect->changes_state) effect->undo = false;
    const bool is_new_offer = effect->payment.is_offered() && !work.payment.is_offered();
    if (is_new_offer) effect->payment.due_at = now + services.settings.acceptance_time;
    Decided decided{.outcome = {.evidence = evidence_of(services, work, domain::kind_of(claim), note), .change = {}},
                    .alarm = effect->alarm};
    if (effect->changes_state || effect->undo) {
        decided.outcome.change = change_of(services, work, *effect, claim, business_date, open_end, now);
    }
    return decided;
}

}  // namespace postern::gateway
