#include "vault/keeper/custody.hpp"

#include "vault/journal/await.hpp"

namespace postern::vault {

boost::asio::awaitable<Status> audit(Custody& custody, JournalEvent event, Caller caller, std::string object,
                                     std::string reason) {
    JournalRecord record;
    record.event = event;
    record.at = custody.clock.now();
    record.success = reason.empty();
    record.actor = std::move(caller.actor);
    record.origin = std::move(caller.origin);
    record.object = std::move(object);
    record.reason = std::move(reason);
    co_return co_await journaled(
        [&](Journal::Done done) { custody.journal.append(std::move(record), std::move(done)); });
}

}  // namespace postern::vault
