#pragma once

#include "vault/keeper/custody.hpp"

namespace postern::vault {

// Proves that the vault can do what it promises: one durable commit and one synced journal record. Probes may come
// often: within `fresh` of a good proof the answer stands, so that they do not fill the journal.
class Readiness {
public:
    Readiness(Custody& custody, std::chrono::milliseconds fresh) : custody_{custody}, fresh_{fresh} {}
    boost::asio::awaitable<Status> prove(Caller caller);

private:
    Custody& custody_;
    std::chrono::milliseconds fresh_;
    std::optional<Instant> proven_;
};

}  // namespace postern::vault
