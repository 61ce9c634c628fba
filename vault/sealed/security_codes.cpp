#include "vault/sealed/security_codes.hpp"

namespace postern::vault::sealed {

void SecurityCodes::store(const CardToken& token, SecurityCode code) {
    const std::lock_guard lock(mutex_);
    kept_.insert_or_assign(token, Kept{std::move(code), clock_.instant() + life_});
}

bool SecurityCodes::has(const CardToken& token) const {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(token);
    return found != kept_.end() && clock_.instant() < found->second.expires;
}

std::optional<SecurityCodes::Taken> SecurityCodes::take(const CardToken& token) {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(token);
    if (found == kept_.end()) return std::nullopt;
    auto kept = std::move(found->second);
    kept_.erase(found);
    if (clock_.instant() >= kept.expires) return std::nullopt;
    return Taken{token, std::move(kept.code), kept.expires};
}

void SecurityCodes::give_back(Taken taken) {
    const std::lock_guard lock(mutex_);
    if (clock_.instant() >= taken.expires) return;
    kept_.try_emplace(taken.token, Kept{std::move(taken.code), taken.expires});
}

void SecurityCodes::erase(const CardToken& token) {
    const std::lock_guard lock(mutex_);
    kept_.erase(token);
}

std::size_t SecurityCodes::sweep() {
    const std::lock_guard lock(mutex_);
    const auto now = clock_.instant();
    return std::erase_if(kept_, [now](const auto& entry) { return now >= entry.second.expires; });
}

std::size_t SecurityCodes::size() const {
    const std::lock_guard lock(mutex_);
    return kept_.size();
}

}  // namespace postern::vault::sealed
