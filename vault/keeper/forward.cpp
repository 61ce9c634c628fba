#include "vault/keeper/forward.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/ops/log.hpp"
#include "base/ops/metrics.hpp"
#include "vault/contract/message_codec.hpp"
#include "vault/contract/vault.pb.h"
#include "vault/journal/await.hpp"
#include "vault/keeper/field_mask.hpp"
#include "vault/keeper/message_filler.hpp"
#include "vault/keeper/scrub.hpp"

namespace postern::vault {

namespace asio = boost::asio;
using std::chrono::milliseconds;

// One forward on its way: the request and what the vault looked up for it.
struct Forwarder::Attempt {
    ForwardRequest request;
    Caller caller;
    Instant arrived;
    Instant deadline = arrived;
    const Destination* destination = nullptr;
    std::string token_text = {};              // of the token; empty: none
    std::vector<std::size_t> hosts = {};      // of the destination, in the order in which they are offered it
    std::optional<StoredAccount> account = {};
    std::optional<StoredToken> token = {};
    std::optional<ProcessorToken> processor_token = {};

    bool asks_for_one_time() const { return token && names_one_time(request.message); }
    milliseconds time_left(const Clock& clock) const {
        return std::chrono::duration_cast<milliseconds>(deadline - clock.instant());
    }
};

namespace {

constexpr milliseconds one_time_pause{5};
constexpr std::size_t processor_token_bytes_max = 256;

// Marks an attempt as being worked on, for as long as it is.
class InFlight {
public:
    InFlight(std::set<AttemptKey>& set, const AttemptKey& key) : set_{set}, key_{key}, mine_{set.insert(key).second} {}
    ~InFlight() {
        if (mine_) set_.erase(key_);
    }
    InFlight(const InFlight&) = delete;

private:
    std::set<AttemptKey>& set_;
    AttemptKey key_;
    bool mine_;
};

// A message carries one kind of one-time data.
Error expired(const MessageTree& message) {
    for (const auto slot : {Slot::card_track1, Slot::card_track2, Slot::card_encrypted_block})
        if (names(message, slot)) return one_time_expired(slot);
    return one_time_expired(Slot::card_security_code);
}

std::string reply_row(const AttemptKey& key) { return key.operation_id.text() + "/" + std::to_string(key.attempt); }

void count_verdict(const Verdict& verdict) {
    const char* const name = std::holds_alternative<NotSent>(verdict) ? "not_sent"
                             : std::holds_alternative<Sent>(verdict)  ? "sent"
                                                                      : "maybe_sent";
    ops::count("postern_vault_forwards_total", {{"verdict", name}});
}

}  // namespace

asio::awaitable<Result<Verdict>> Forwarder::forward(ForwardRequest request, Caller caller) {
    Attempt attempt{std::move(request), std::move(caller), custody_.clock.instant()};
    attempt.deadline += attempt.request.time_left;
    // Whoever repeats an attempt, also a hijacked gateway, learns nothing new and moves nothing.
    if (custody_.journal.state(attempt.request.key) == AttemptState::intended)
        co_return Verdict{MaybeSent{"attempt_repeated"}};
    if (custody_.journal.state(attempt.request.key) == AttemptState::closed)
        co_return Verdict{NotSent{"attempt_closed"}};
    const InFlight mark{in_flight_, attempt.request.key};
    auto verdict = co_await run(attempt);
    if (verdict) count_verdict(*verdict);
    co_return verdict;
}

asio::awaitable<Result<Verdict>> Forwarder::run(Attempt& attempt) {
    if (const auto allowed = co_await admit(attempt); !allowed) {
        ops::warn("forward refused", {{"operation_id", attempt.request.key.operation_id.text()},
                                      {"code", std::string(allowed.error().code)},
                                      {"why", allowed.error().detail}});
        co_return co_await close(record(attempt, JournalEvent::closed), std::string(allowed.error().code), false);
    }
    auto filler = MessageFiller::open(custody_, *attempt.account, attempt.token, attempt.processor_token);
    if (!filler) co_return co_await close(record(attempt, JournalEvent::closed), std::string(filler.error().code), false);
    attempt.token_text = attempt.request.token ? attempt.request.token->text() : "";
    attempt.hosts = host_choice(attempt).places(offered(attempt));
    if (attempt.hosts.empty()) {
        filler->give_back();
        co_return co_await close(record(attempt, JournalEvent::closed), "host_not_known", false);
    }
    const auto& [policy, hosts, rules] = *attempt.destination;
    auto bytes = filler->fill(attempt.request.message, hosts[attempt.hosts.front()], policy.content_type());
    if (!bytes) {
        filler->give_back();
        co_return co_await close(record(attempt, JournalEvent::closed), std::string(bytes.error().code), false);
    }
    co_return co_await send(attempt, *filler, std::move(*bytes));
}

// Checked, and what it asks for is there. Nothing may come between this and filling: the data are still in their store.
asio::awaitable<Status> Forwarder::admit(Attempt& attempt) {
    for (;;) {
        if (auto allowed = co_await check(attempt); !allowed) co_return allowed;
        if (!attempt.asks_for_one_time()) co_return Status{};
        if (custody_.one_time.state(attempt.token->token) != sealed::OneTimeState::out) co_return co_await settle_one_time(attempt);
        if (auto waited = co_await wait_for_one_time(attempt); !waited) co_return waited;
    }
}

// Another message has the data: only its end says whether they were used. What was checked is old afterwards.
asio::awaitable<Status> Forwarder::wait_for_one_time(const Attempt& attempt) {
    asio::steady_timer timer{co_await asio::this_coro::executor};
    while (custody_.one_time.state(attempt.token->token) == sealed::OneTimeState::out) {
        if (attempt.time_left(custody_.clock) <= milliseconds{0}) co_return Error{ErrorKind::unavailable, "deadline"};
        timer.expires_after(one_time_pause);
        co_await timer.async_wait(asio::use_awaitable);
    }
    co_return Status{};
}

// A used code is used: this message goes without, as if it had been planned after the one that used it. One that was
// given and not used is never left out; tracks and blocks never are, since the message would be no charge without.
// Whether it was used is read again before a refusal: the mark may have moved from memory to disk since the row was read.
asio::awaitable<Status> Forwarder::settle_one_time(Attempt& attempt) {
    const auto& token = attempt.token->token;
    const auto state = custody_.one_time.state(token);
    if (state == sealed::OneTimeState::held) co_return Status{};
    bool is_used = state == sealed::OneTimeState::used || attempt.token->one_time_used;
    if (!is_used) {
        const auto row = co_await custody_.store.find_token(token);
        if (!row) co_return row.error();
        is_used = row->one_time_used;
    }
    auto message = without(attempt.request.message, Slot::card_security_code);
    const bool may_go_without = is_used && !names_one_time(message) &&
                                attempt.destination->policy.check(message, attempt.request.operation, true);
    if (!may_go_without) co_return expired(attempt.request.message);
    attempt.request.message = std::move(message);
    ops::count("postern_vault_used_security_codes_left_out_total");
    co_return Status{};
}

// Everything that a hijacked gateway could get wrong on purpose.
asio::awaitable<Status> Forwarder::check(Attempt& attempt) {
    const auto& request = attempt.request;
    const auto found = destinations_.find(request.destination);
    if (found == destinations_.end()) co_return Error{ErrorKind::forbidden, "destination_unknown"};
    attempt.destination = &found->second;
    attempt.deadline = std::min(attempt.deadline, attempt.arrived + found->second.rules.call_time_max);
    const auto allowed = found->second.policy.check(request.message, request.operation, request.token.has_value());
    if (!allowed)
        co_return Error{ErrorKind::forbidden, "policy_refused",
                        std::string(allowed.error().code) + " at " + allowed.error().detail, {}};
    auto found_rows = co_await custody_.store.find_for_message(request.account_id, request.token);
    if (!found_rows) co_return found_rows.error();
    auto& [account, token] = *found_rows;
    if (account.tenant_id != request.tenant_id) co_return Error{ErrorKind::forbidden, "tenant_mismatch"};
    if (account.destination != request.destination) co_return Error{ErrorKind::forbidden, "destination_unknown"};
    if (!account.enabled) co_return Error{ErrorKind::forbidden, "account_disabled"};
    attempt.account = std::move(account);
    attempt.token = std::move(token);
    if (!attempt.token) co_return Status{};
    if (auto may_go = token_allows(attempt); !may_go) co_return may_go;
    co_return co_await find_processor_token(attempt);
}

// Of its own look-up: few messages name one.
asio::awaitable<Status> Forwarder::find_processor_token(Attempt& attempt) {
    if (!names(attempt.request.message, Slot::card_processor_token)) co_return Status{};
    auto found = co_await custody_.store.find_processor_token(attempt.token->card_id, attempt.request.account_id);
    if (!found) co_return found.error();
    const auto age = custody_.clock.now() - found->kept_at;
    if (age >= attempt.destination->policy.processor_token_life())
        co_return Error{ErrorKind::conflict, "processor_token_expired"};
    attempt.processor_token = std::move(*found);
    co_return Status{};
}

// A deleted token starts nothing new: what takes a security code is a charge of its own. What was begun before can be
// finished, undone and paid back; the journal, not the gateway, says what was begun.
Status Forwarder::token_allows(const Attempt& attempt) const {
    const auto& policy = attempt.destination->policy;
    const auto& request = attempt.request;
    if (attempt.token->tenant_id != request.tenant_id) return Error{ErrorKind::forbidden, "tenant_mismatch"};
    if (attempt.token->state == TokenState::active) return {};
    if (!policy.find(request.operation)->takes_security_code) return {};
    if (has_begun(request.key)) return {};
    return Error{ErrorKind::forbidden, "token_deleted"};
}

// Whether an earlier message of its operation may have left.
bool Forwarder::has_begun(const AttemptKey& key) const {
    constexpr std::int32_t looked_back_max = 64;
    for (auto earlier = key; earlier.attempt > 1 && earlier.attempt + looked_back_max > key.attempt;) {
        --earlier.attempt;
        if (custody_.journal.state(earlier) == AttemptState::intended) return true;
    }
    return false;
}

JournalRecord Forwarder::record(const Attempt& attempt, JournalEvent event) const {
    const auto& request = attempt.request;
    JournalRecord out;
    out.event = event;
    out.at = custody_.clock.now();
    out.actor = attempt.caller.actor;
    out.origin = attempt.caller.origin;
    out.object = request.token ? request.token->text() : request.account_id.text();
    out.attempt = JournaledAttempt{request.key, request.kind, request.destination, request.operation};
    return out;
}

asio::awaitable<Result<Verdict>> Forwarder::send(Attempt& attempt, MessageFiller& filler, wiped::Bytes request) {
    if (attempt.time_left(custody_.clock) <= milliseconds{0}) {
        filler.give_back();
        co_return co_await close(record(attempt, JournalEvent::closed), "deadline", false);
    }
    const auto durable = co_await journaled([&](Journal::Done done) {
        custody_.journal.append_intent(record(attempt, JournalEvent::intent), std::move(done));
    });
    if (!durable) {
        filler.give_back();
        // A twin was faster, or the attempt was closed while we prepared it.
        if (durable.error().code == "attempt_repeated") co_return Verdict{MaybeSent{"attempt_repeated"}};
        if (durable.error().code == "attempt_closed") co_return Verdict{NotSent{"attempt_closed"}};
        co_return Error{ErrorKind::unavailable, durable.error().code};
    }
    auto answer = co_await exchange(attempt, filler, std::move(request));
    co_return co_await conclude(attempt, filler, std::move(answer));
}

asio::awaitable<EgressAnswer> Forwarder::exchange(const Attempt& attempt, MessageFiller& filler,
                                                  wiped::Bytes request) {
    const auto& [policy, hosts, rules] = *attempt.destination;
    EgressAnswer answer{EgressAnswer::Reached::nothing_left, "deadline", 0, {}, {}};
    for (const std::size_t place : attempt.hosts) {
        const auto left = attempt.time_left(custody_.clock);
        if (left <= milliseconds{0}) break;
        if (place != attempt.hosts.front()) {  // its name stands in the request
            auto again = filler.fill(attempt.request.message, hosts[place], policy.content_type());
            if (!again) break;
            request = std::move(*again);
            ops::count("postern_vault_host_failovers_total", {{"destination", attempt.request.destination}});
        }
        answer = co_await egress_.exchange(hosts[place], std::move(request), left);
        if (answer.reached == EgressAnswer::Reached::nothing_left) continue;
        host_choice(attempt).reached(offered(attempt), attempt.hosts, place, answer.reached == EgressAnswer::Reached::answered);
        break;
    }
    co_return answer;
}

HostChoice& Forwarder::host_choice(const Attempt& attempt) {
    const auto& [policy, hosts, rules] = *attempt.destination;
    return host_choices_.try_emplace(attempt.request.destination, hosts.size(), rules).first->second;
}

HostChoice::Message Forwarder::offered(const Attempt& attempt) const {
    const auto& request = attempt.request;
    const auto* operation = attempt.destination->policy.find(request.operation);
    return {request.key.operation_id, attempt.token_text, operation != nullptr && operation->takes_security_code,
            !has_begun(request.key)};
}

asio::awaitable<Result<Verdict>> Forwarder::conclude(Attempt& attempt, MessageFiller& filler, EgressAnswer answer) {
    if (answer.reached != EgressAnswer::Reached::nothing_left) filler.mark_used();
    switch (answer.reached) {
        case EgressAnswer::Reached::nothing_left:
            filler.give_back();
            co_return co_await close(record(attempt, JournalEvent::closed), answer.code.empty() ? "nothing_left" : answer.code, true);
        case EgressAnswer::Reached::maybe_sent: co_return Verdict{MaybeSent{answer.code}};
        case EgressAnswer::Reached::answered: break;
    }
    co_await keep_processor_token(attempt, filler, answer);
    auto reply = filler.scrub_reply(answer, attempt.destination->policy.masked_reply_fields());
    if (!reply) {
        ops::warn("reply withheld", {{"operation_id", attempt.request.key.operation_id.text()},
                                     {"why", reply.error().detail}});
        co_return Verdict{MaybeSent{"reply_withheld"}};
    }
    Verdict verdict{Sent{std::move(*reply)}};
    // Nobody waits for the copy: should it be lost, the attempt is maybe sent, as its intent says.
    asio::co_spawn(co_await asio::this_coro::executor,
                   keep_reply(attempt.request.tenant_id, attempt.request.key, verdict), asio::detached);
    co_return verdict;
}

// On disk before the reply is told. Where it cannot be kept, what the reply says of the money counts all the same.
asio::awaitable<void> Forwarder::keep_processor_token(const Attempt& attempt, MessageFiller& filler,
                                                      const EgressAnswer& answer) {
    const auto& field = attempt.destination->policy.find(attempt.request.operation)->processor_token;
    if (field.empty() || !attempt.token || answer.body.size() > scrub_bytes_max) co_return;
    const auto text = find_element({answer.body.data(), answer.body.size()}, field);
    if (!text || text->empty() || text->size() > processor_token_bytes_max) co_return;
    auto token = filler.take_processor_token(*text);
    const Status kept = token ? co_await custody_.store.put_processor_token(std::move(*token)) : Status{token.error()};
    if (kept) ops::count("postern_vault_processor_tokens_total");
    else ops::warn("processor token not kept", {{"operation_id", attempt.request.key.operation_id.text()},
                                                {"code", std::string(kept.error().code)}});
}

asio::awaitable<Result<Verdict>> Forwarder::close(JournalRecord closure, std::string code, bool proven_unsent) {
    closure.success = false;
    closure.reason = code;
    const auto closed = co_await journaled([&](Journal::Done done) {
        custody_.journal.append_closure(std::move(closure), proven_unsent, std::move(done));
    });
    if (closed) co_return Verdict{NotSent{std::move(code)}};
    if (proven_unsent || closed.error().code == "attempt_intended") co_return Verdict{MaybeSent{std::move(code)}};
    co_return Error{ErrorKind::unavailable, closed.error().code};
}

asio::awaitable<void> Forwarder::keep_reply(TenantId tenant_id, AttemptKey key, Verdict verdict) {
    v1::Verdict wire;
    encode_verdict(verdict, wire);
    const auto plain = wire.SerializeAsString();
    auto sealed = custody_.keys.seal(plain, {sealed::KeyPurpose::reply, tenant_id.text(), reply_row(key), "reply"});
    if (!sealed) co_return;
    const auto kept = co_await custody_.store.keep_reply(key, std::move(*sealed), custody_.journal.head());
    if (!kept) ops::count("postern_vault_replies_lost_total");
}

asio::awaitable<Result<Verdict>> Forwarder::kept_reply(TenantId tenant_id, AttemptKey key) {
    auto sealed = co_await custody_.store.find_reply(key);
    if (!sealed) co_return sealed.error();
    auto plain =
        custody_.keys.open_text(*sealed, {sealed::KeyPurpose::reply, tenant_id.text(), reply_row(key), "reply"});
    if (!plain) co_return plain.error();
    v1::Verdict wire;
    if (!wire.ParseFromString(*plain)) co_return Error{ErrorKind::internal, "malformed_verdict"};
    co_return decode_verdict(wire);
}

asio::awaitable<Result<Verdict>> Forwarder::ask(TenantId tenant_id, AttemptKey key, std::string known_epoch,
                                                Caller caller) {
    const auto state = custody_.journal.state(key);
    if (state == AttemptState::closed) co_return Verdict{NotSent{"attempt_closed"}};
    if (in_flight_.contains(key)) co_return Verdict{MaybeSent{"in_flight"}};
    const bool same_epoch = known_epoch == custody_.journal.epoch();
    if (state == AttemptState::intended || !same_epoch) {
        // A kept reply proves more than any journal, whatever the epoch; another tenant's does not open.
        auto kept = co_await kept_reply(tenant_id, key);
        if (kept) co_return std::move(*kept);
        if (kept.error().code == "sealed_row_unreadable")
            (void)co_await audit(custody_, JournalEvent::access_refused, std::move(caller), reply_row(key),
                                 "sealed_row_unreadable");
        co_return Verdict{MaybeSent{same_epoch ? "no_reply" : "other_epoch"}};
    }
    JournalRecord fence;
    fence.event = JournalEvent::closed;
    fence.at = custody_.clock.now();
    fence.actor = std::move(caller.actor);
    fence.origin = std::move(caller.origin);
    fence.object = tenant_id.text();
    fence.attempt = JournaledAttempt{key, AttemptKind::send, {}, {}};
    co_return co_await close(std::move(fence), "never_arrived", false);
}

}  // namespace postern::vault
