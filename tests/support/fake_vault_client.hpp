#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>

#include "tests/support/manual_clock.hpp"
#include "vault/contract/vault_client.hpp"

namespace postern::test {

// What the processor behind the vault has booked, by identity: the truth that tests compare with.
struct FakeBook {
    std::map<std::string, std::int64_t> charged;   // sale, authorize, capture
    std::map<std::string, std::int64_t> refunded;
    std::set<std::string> reversed;                // identities taken back
    std::int64_t adjusted = 0;                     // the whole amount that the newest tip made
    // Money or holds that stand: charges not taken back.
    std::int64_t standing(const std::string& identity) const {
        const auto found = charged.find(identity);
        return found == charged.end() || reversed.contains(identity) ? 0 : found->second;
    }
};

// What befalls one message.
enum class Fault {
    none, decline, refuse, partial,  // answered; partial: 400 of whatever was asked
    no_target,                       // what should be undone is not there any more
    lose_reply,                      // booked, no answer
    lose_request,                    // not booked, no answer: the vault cannot tell the difference
    garbage,                         // booked, answered with what nobody can read
    unreachable,                     // no byte reached the keeper
    broken,                          // the keeper sent it, the gateway's connection broke
    overbook,                        // approves more than was asked for
    prepare,                         // not booked, and answered so that another message is wanted
    connect_refused,                 // no byte left: the way to the processor is closed
    false_fence,                     // booked, and said to have never left: what no vault may do
    code_lost,                       // the vault refuses: the security code that the message asks for is gone
};

// Vault and processor in one: journals attempts, refuses the same one twice, fences what it does not know.
class FakeVaultClient final : public vault::VaultClient {
public:
    explicit FakeVaultClient(ManualClock& clock) : clock_{clock} {}

    boost::asio::awaitable<Result<vault::Verdict>> forward(vault::ForwardRequest request) override {
        const Fault fault = next_fault();
        if (before_forward) before_forward(request);
        if (fault == Fault::unreachable) co_return Error{ErrorKind::unavailable, "vault_unreachable"};
        if (journal_.contains(request.key)) co_return Error{ErrorKind::conflict, "attempt_used"};
        ++messages;
        if (fault == Fault::code_lost) co_return journal_[request.key] = vault::NotSent{"security_code_expired"};
        vault::Verdict verdict = act(request, fault);
        journal_[request.key] = verdict;
        if (fault == Fault::lose_reply || fault == Fault::lose_request) clock_.move(silence);
        if (fault == Fault::broken) co_return Error{ErrorKind::outcome_unknown, "connection_lost"};
        co_return verdict;
    }
    boost::asio::awaitable<Result<vault::Verdict>> ask(TenantId, vault::AttemptKey key, std::string) override {
        if (is_down) co_return Error{ErrorKind::unavailable, "vault_unreachable"};
        const auto [entry, is_new] = journal_.try_emplace(key, vault::NotSent{"closed"});
        co_return entry->second;
    }
    boost::asio::awaitable<Result<vault::TokenSummary>> describe(TenantId, CardToken) override {
        ++described;
        if (is_down) co_return Error{ErrorKind::unavailable, "vault_unreachable"};
        if (token_is_gone) co_return Error{ErrorKind::not_found, "unknown_token"};
        co_return vault::TokenSummary{"411111", "1111", "visa", 12, 2030, extras};
    }
    std::string epoch() const override { return is_down ? "" : "j1"; }

    FakeBook book;
    std::deque<Fault> faults;  // one a message, then none
    std::function<void(const vault::ForwardRequest&)> before_forward;
    vault::CardExtras extras;  // of every token
    std::string checks_told;   // after a charge's approval: " avs" or " cvv", the comparison that failed
    std::chrono::milliseconds silence{0};  // how long a lost message keeps the caller waiting
    int messages = 0, described = 0;
    bool is_down = false, token_is_gone = false;

private:
    Fault next_fault() {
        if (faults.empty()) return Fault::none;
        const Fault fault = faults.front();
        faults.pop_front();
        return fault;
    }
    static std::string field(const vault::ForwardRequest& request, std::string_view name) {
        for (const auto& [key, value] : std::get<vault::FormBody>(request.message.body)) {
            if (key == name) return std::get<std::string>(value);
        }
        return {};
    }
    vault::Verdict act(const vault::ForwardRequest& request, Fault fault) {
        if (fault == Fault::lose_request) return vault::MaybeSent{"connection_lost"};
        if (fault == Fault::prepare) return vault::Sent{{200, "text/plain", "prepared"}};
        if (fault == Fault::connect_refused) return vault::NotSent{"connect_refused"};
        const std::string answer = book_message(request, fault);
        if (fault == Fault::false_fence) return vault::NotSent{"connect_refused"};
        if (fault == Fault::lose_reply) return vault::MaybeSent{"connection_lost"};
        return vault::Sent{{200, "text/plain", fault == Fault::garbage ? "<html>" : answer}};
    }
    std::string book_message(const vault::ForwardRequest& request, Fault fault) {
        const std::string verb = field(request, "verb"), identity = field(request, "identity");
        if (verb == "inquire") return inquiry(identity);
        const bool is_booked = book.charged.contains(identity) || book.refunded.contains(identity) ||
                               book.reversed.contains(field(request, "target"));  // a repeat gets the answer of the first
        if (fault == Fault::decline && !is_booked) return "declined";
        if (fault == Fault::refuse && !is_booked) return "refused";
        if (fault == Fault::no_target && !is_booked) return "no_target";
        std::int64_t amount = fault == Fault::partial ? 400 : std::stoll(field(request, "amount"));
        if (fault == Fault::overbook) amount += 1;
        if (verb == "reverse") book.reversed.insert(field(request, "target"));
        else if (verb == "refund") book.refunded.try_emplace(identity, amount);
        else if (verb == "adjust_tip") amount = book.adjusted = book.charged.try_emplace(identity, amount).first->second;
        else amount = book.charged.try_emplace(identity, amount).first->second;
        return "approved " + std::to_string(amount) + (verb == "sale" || verb == "authorize" ? checks_told : "");
    }
    std::string inquiry(const std::string& identity) const {
        if (const auto found = book.charged.find(identity); found != book.charged.end())
            return "approved " + std::to_string(found->second);
        if (const auto found = book.refunded.find(identity); found != book.refunded.end())
            return "approved " + std::to_string(found->second);
        return "not_found";
    }

    ManualClock& clock_;
    std::map<vault::AttemptKey, vault::Verdict> journal_;
};

}  // namespace postern::test
