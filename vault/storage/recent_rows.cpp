#include "vault/storage/recent_rows.hpp"

#include <chrono>

namespace postern::vault {
namespace {

constexpr std::chrono::seconds life{5};
constexpr std::size_t count_max = 4096;  // emptied when full, which costs some reads

}  // namespace

RecentRows::Reading RecentRows::begin_reading() const {
    const std::lock_guard lock{mutex_};
    return changes_;
}

template <class Row>
void RecentRows::keep(Rows<Row>& rows, const std::string& id, const Row& row, Reading reading) {
    const std::lock_guard lock{mutex_};
    if (reading != changes_) return;
    if (rows.size() >= count_max) rows.clear();
    rows.insert_or_assign(id, Kept<Row>{row, clock_.instant() + life});
}

template <class Row>
void RecentRows::forget(Rows<Row>& rows, const std::string& id) {
    const std::lock_guard lock{mutex_};
    ++changes_;
    rows.erase(id);
}

void RecentRows::keep(const StoredToken& token, Reading reading) { keep(tokens_, token.token.text(), token, reading); }
void RecentRows::keep(const StoredAccount& account, Reading reading) {
    keep(accounts_, account.account_id.text(), account, reading);
}
void RecentRows::forget(const CardToken& token) { forget(tokens_, token.text()); }
void RecentRows::forget(const AccountId& account) { forget(accounts_, account.text()); }

std::optional<StoredToken> RecentRows::take(const CardToken& token) {
    const std::lock_guard lock{mutex_};
    const auto kept = tokens_.extract(token.text());
    if (kept.empty() || clock_.instant() >= kept.mapped().stale_at) return std::nullopt;
    return std::move(kept.mapped().row);
}

std::optional<StoredAccount> RecentRows::find(const AccountId& account) const {
    const std::lock_guard lock{mutex_};
    const auto kept = accounts_.find(account.text());
    if (kept == accounts_.end() || clock_.instant() >= kept->second.stale_at) return std::nullopt;
    return kept->second.row;
}

}  // namespace postern::vault
