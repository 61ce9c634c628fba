#include "vault/sealed/security_codes.hpp"

#include <algorithm>
#include <utility>

namespace postern::vault::sealed {

SecurityCodes::Taken::Taken(Taken&& other) noexcept
    : store_{std::exchange(other.store_, nullptr)},
      token_{other.token_},
      code_{std::move(other.code_)},
      expires_{other.expires_} {}

SecurityCodes::Taken::~Taken() {
    if (store_) store_->lose(token_);
}

void SecurityCodes::store(const CardToken& token, SecurityCode code) {
    const std::lock_guard lock(mutex_);
    kept_.insert_or_assign(token, Kept{std::move(code), clock_.instant() + life_});
}

CodeState SecurityCodes::state(const CardToken& token) const {
    const std::lock_guard lock(mutex_);
    if (used_.contains(token)) return CodeState::used;
    const auto found = kept_.find(token);
    if (found == kept_.end()) return CodeState::none;
    if (!found->second.code) return CodeState::out;
    return found->second.is_held(clock_.instant()) ? CodeState::held : CodeState::none;
}

std::optional<SecurityCodes::Taken> SecurityCodes::take(const CardToken& token) {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(token);
    if (found == kept_.end() || !found->second.code) return std::nullopt;
    if (!found->second.is_held(clock_.instant())) {
        kept_.erase(found);
        return std::nullopt;
    }
    Taken taken{*this, token, std::move(*found->second.code), found->second.expires};
    found->second.code.reset();
    return taken;
}

void SecurityCodes::give_back(Taken taken) {
    taken.store_ = nullptr;
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(taken.token_);
    if (found == kept_.end() || found->second.code) return;  // erased with its token, or given anew
    if (clock_.instant() >= taken.expires_) kept_.erase(found);
    else found->second.code = std::move(taken.code_);
}

void SecurityCodes::mark_used(Taken& taken) {
    taken.store_ = nullptr;
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(taken.token_);
    if (found != kept_.end() && !found->second.code) kept_.erase(found);
    used_.insert(taken.token_);
}

void SecurityCodes::lose(const CardToken& token) {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(token);
    if (found != kept_.end() && !found->second.code) kept_.erase(found);
}

void SecurityCodes::erase(const CardToken& token) {
    const std::lock_guard lock(mutex_);
    kept_.erase(token);
}

std::vector<CardToken> SecurityCodes::used(std::size_t count_max) const {
    const std::lock_guard lock(mutex_);
    std::vector<CardToken> out;
    for (auto next = used_.begin(); next != used_.end() && out.size() < count_max; ++next) out.push_back(*next);
    return out;
}

void SecurityCodes::forget_used(const std::vector<CardToken>& tokens) {
    const std::lock_guard lock(mutex_);
    for (const auto& token : tokens) used_.erase(token);
}

std::size_t SecurityCodes::sweep() {
    const std::lock_guard lock(mutex_);
    const auto now = clock_.instant();
    return std::erase_if(kept_, [now](const auto& entry) { return entry.second.code && now >= entry.second.expires; });
}

std::size_t SecurityCodes::size() const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count_if(kept_, [](const auto& entry) { return entry.second.code.has_value(); }));
}

}  // namespace postern::vault::sealed
