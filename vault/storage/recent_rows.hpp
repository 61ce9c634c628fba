#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "vault/storage/vault_store.hpp"

namespace postern::vault {

// Rows that were read a moment ago and are about to be needed again: a payment's token is described, then sent with.
// Only this keeper changes them, and what it changes is forgotten here, so a row is as the database has it; what others
// change by hand is seen after `life`. Ciphertext only. Thread safe.
class RecentRows {
public:
    explicit RecentRows(const Clock& clock) : clock_{clock} {}

    // How things stood when a read began: a row that changed while it was read is not kept.
    using Reading = std::uint64_t;
    Reading begin_reading() const;
    void keep(const StoredToken& token, Reading reading);
    void keep(const StoredAccount& account, Reading reading);

    std::optional<StoredToken> take(const CardToken& token);  // once: it serves the message it was described for
    std::optional<StoredAccount> find(const AccountId& account) const;

    // After the change, whatever came of it.
    void forget(const CardToken& token);
    void forget(const AccountId& account);

private:
    template <class Row>
    struct Kept {
        Row row;
        Instant stale_at;
    };
    template <class Row>
    using Rows = std::map<std::string, Kept<Row>>;
    template <class Row>
    void keep(Rows<Row>& rows, const std::string& id, const Row& row, Reading reading);
    template <class Row>
    void forget(Rows<Row>& rows, const std::string& id);

    const Clock& clock_;
    mutable std::mutex mutex_;
    Reading changes_ = 0;
    Rows<StoredToken> tokens_;
    Rows<StoredAccount> accounts_;
};

}  // namespace postern::vault
