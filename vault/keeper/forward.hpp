#pragma once

#include <map>
#include <set>

#include "vault/contract/vault_client.hpp"
#include "vault/keeper/custody.hpp"
#include "vault/keeper/destinations.hpp"

namespace postern::vault {

class MessageFiller;

// Sends messages to processors, each attempt at most once, and answers for what became of it. Runs on one thread: the
// io_context of its callers.
class Forwarder {
public:
    Forwarder(Custody& custody, const Destinations& destinations, EgressPort& egress)
        : custody_{custody}, destinations_{destinations}, egress_{egress} {}

    // Refusals are verdicts, not errors: NotSent is said after its closure is on disk. The one error is `unavailable`
    // ("journal_unavailable", "journal_busy"): nothing was sent and nothing was fenced.
    boost::asio::awaitable<Result<Verdict>> forward(ForwardRequest request, Caller caller);
    // What became of an attempt; fences one that never came.
    boost::asio::awaitable<Result<Verdict>> ask(TenantId tenant_id, AttemptKey key, std::string known_epoch,
                                                Caller caller);
    std::size_t in_flight() const { return in_flight_.size(); }

private:
    struct Attempt;
    boost::asio::awaitable<Result<Verdict>> run(Attempt& attempt);
    boost::asio::awaitable<Status> admit(Attempt& attempt);
    boost::asio::awaitable<Status> check(Attempt& attempt);
    boost::asio::awaitable<Status> find_processor_token(Attempt& attempt);
    boost::asio::awaitable<void> keep_processor_token(const Attempt& attempt, MessageFiller& filler,
                                                      const EgressAnswer& answer);
    boost::asio::awaitable<Status> wait_for_one_time(const Attempt& attempt);
    boost::asio::awaitable<Status> settle_one_time(Attempt& attempt);
    boost::asio::awaitable<Result<Verdict>> send(Attempt& attempt, MessageFiller& filler, wiped::Bytes request);
    HostChoice& host_choice(const Attempt& attempt);
    HostChoice::Message offered(const Attempt& attempt) const;
    bool has_begun(const AttemptKey& key) const;
    boost::asio::awaitable<EgressAnswer> exchange(const Attempt& attempt, MessageFiller& filler, wiped::Bytes request);
    boost::asio::awaitable<Result<Verdict>> conclude(Attempt& attempt, MessageFiller& filler, EgressAnswer answer);
    boost::asio::awaitable<Result<Verdict>> close(JournalRecord closure, std::string code, bool proven_unsent);
    boost::asio::awaitable<void> keep_reply(TenantId tenant_id, AttemptKey key, Verdict verdict);
    boost::asio::awaitable<Result<Verdict>> kept_reply(TenantId tenant_id, AttemptKey key);
    Status token_allows(const Attempt& attempt) const;
    JournalRecord record(const Attempt& attempt, JournalEvent event) const;

    Custody& custody_;
    const Destinations& destinations_;
    EgressPort& egress_;
    std::set<AttemptKey> in_flight_;
    std::map<std::string, HostChoice, std::less<>> host_choices_;  // by destination
};

}  // namespace postern::vault
