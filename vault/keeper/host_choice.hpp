#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "vault/contract/vault_client.hpp"

namespace postern::vault {

// What is known of a destination with more than one host.
struct HostRules {
    // All hosts write one book: any of them knows any charge and any repeat of it. Else a message goes where its charge is.
    bool one_book = false;
    int stay = 5;  // messages that go to another host first, once it has answered for the first
    std::chrono::milliseconds connect_time_max{12'000};
    std::chrono::milliseconds call_time_max{65'000};  // of one message, connecting included
};

// The hosts that a message is offered to, in order; the next only where nothing left for the one before. Normally the
// first of the list begins; after another has answered for it, that one for a while: each message would else begin with
// a host that is down. Where each host has a book of its own, only a charge's first message may go to another host: a
// repeat there would be a second charge, and an inquiry would find nothing. Not thread safe.
class HostChoice {
public:
    HostChoice(std::size_t hosts, HostRules rules) : hosts_{hosts}, rules_{rules} {}

    struct Message {
        const OperationId& operation_id;
        const std::string& token;  // empty: none
        bool is_charge;            // it charges a card by itself
        bool is_first;             // nothing of its operation has left before
    };
    // Places in the list. None: the operation has begun, and this process does not know at which host.
    std::vector<std::size_t> places(const Message& message);
    // A byte may have left for the last host that it was offered to; `answered`: a whole answer came back.
    void reached(const Message& message, const std::vector<std::size_t>& places, std::size_t host, bool answered);

private:
    std::vector<std::size_t> in_order();
    void remember(std::map<std::string, std::size_t>& where, std::deque<std::string>& ages, const std::string& what,
                  std::size_t host);

    std::size_t hosts_;
    HostRules rules_;
    std::size_t preferred_ = 0;
    int left_ = 0;  // messages that still go to the preferred one first
    std::map<std::string, std::size_t> operations_, tokens_;  // where they are; with books of their own alone
    std::deque<std::string> operation_ages_, token_ages_;     // oldest first
};

}  // namespace postern::vault
