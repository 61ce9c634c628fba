#include "vault/sealed/one_time_store.hpp"

#include <algorithm>
#include <utility>

namespace postern::vault::sealed {

OneTimeStore::Taken::Taken(Taken&& other) noexcept
    : store_{std::exchange(other.store_, nullptr)},
      token_{other.token_},
      data_{std::move(other.data_)},
      expires_{other.expires_} {}

OneTimeStore::Taken::~Taken() {
    if (store_) store_->lose(token_);
}

void OneTimeStore::store(const CardToken& token, OneTimeData data) {
    const std::lock_guard lock(mutex_);
    kept_.insert_or_assign(token, Kept{std::move(data), clock_.instant() + life_});
}

OneTimeState OneTimeStore::state(const CardToken& token) const {
    const std::lock_guard lock(mutex_);
    if (used_.contains(token)) return OneTimeState::used;
    const auto found = kept_.find(token);
    if (found == kept_.end()) return OneTimeState::none;
    if (!found->second.data) return OneTimeState::out;
    return found->second.is_held(clock_.instant()) ? OneTimeState::held : OneTimeState::none;
}

std::optional<OneTimeStore::Taken> OneTimeStore::take(const CardToken& token) {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(token);
    if (found == kept_.end() || !found->second.data) return std::nullopt;
    if (!found->second.is_held(clock_.instant())) {
        kept_.erase(found);
        return std::nullopt;
    }
    Taken taken{*this, token, std::move(*found->second.data), found->second.expires};
    found->second.data.reset();
    return taken;
}

void OneTimeStore::give_back(Taken taken) {
    taken.store_ = nullptr;
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(taken.token_);
    if (found == kept_.end() || found->second.data) return;  // erased with its token, or given anew
    if (clock_.instant() >= taken.expires_) kept_.erase(found);
    else found->second.data = std::move(taken.data_);
}

void OneTimeStore::mark_used(Taken& taken) {
    taken.store_ = nullptr;
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(taken.token_);
    if (found != kept_.end() && !found->second.data) kept_.erase(found);
    used_.insert(taken.token_);
}

void OneTimeStore::lose(const CardToken& token) {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(token);
    if (found != kept_.end() && !found->second.data) kept_.erase(found);
}

void OneTimeStore::erase(const CardToken& token) {
    const std::lock_guard lock(mutex_);
    kept_.erase(token);
}

std::vector<CardToken> OneTimeStore::used(std::size_t count_max) const {
    const std::lock_guard lock(mutex_);
    std::vector<CardToken> out;
    for (auto next = used_.begin(); next != used_.end() && out.size() < count_max; ++next) out.push_back(*next);
    return out;
}

void OneTimeStore::forget_used(const std::vector<CardToken>& tokens) {
    const std::lock_guard lock(mutex_);
    for (const auto& token : tokens) used_.erase(token);
}

std::size_t OneTimeStore::sweep() {
    const std::lock_guard lock(mutex_);
    const auto now = clock_.instant();
    return std::erase_if(kept_, [now](const auto& entry) { return entry.second.data && now >= entry.second.expires; });
}

std::size_t OneTimeStore::size() const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count_if(kept_, [](const auto& entry) { return entry.second.data.has_value(); }));
}

}  // namespace postern::vault::sealed
