#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "vault/journal/journal.hpp"
#include "vault/sealed/arena.hpp"
#include "vault/sealed/key_ring.hpp"
#include "vault/sealed/one_time_store.hpp"
#include "vault/storage/vault_store.hpp"

namespace postern::vault {

// What every service of the keeper works with; all of it outlives them.
struct Custody {
    const Clock& clock;
    Random& random;
    sealed::Arena& arena;
    sealed::KeyRing& keys;
    sealed::OneTimeStore& one_time;
    VaultStore& store;
    Journal& journal;
};

// Who asks, for the journal: a part of Postern and the Unix user that the kernel names.
struct Caller {
    std::string actor;   // "gateway", "front", "operator opr_…"
    std::string origin;  // "uid 1001"
    std::string browser_origin = {};  // of the page that asks, where a browser does
};

// Writes an audit event and waits for the disk. An error means that what it is about must not be answered as done.
boost::asio::awaitable<Status> audit(Custody& custody, JournalEvent event, Caller caller, std::string object,
                                     std::string reason = {});

}  // namespace postern::vault
