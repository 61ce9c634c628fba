#include "vault/keeper/host_choice.hpp"

#include <algorithm>
#include <numeric>

namespace postern::vault {
namespace {

constexpr std::size_t remembered_max = 200'000;

bool opens_a_charge(const HostChoice::Message& message) { return message.is_charge && message.is_first; }

}  // namespace

std::vector<std::size_t> HostChoice::places(const Message& message) {
    if (hosts_ == 1) return {0};
    if (rules_.one_book || opens_a_charge(message)) return in_order();
    if (!message.is_first) {
        const auto found = operations_.find(message.operation_id.text());
        if (found == operations_.end()) return {};
        return {found->second};
    }
    const auto found = tokens_.find(message.token);
    return {found == tokens_.end() ? 0 : found->second};
}

void HostChoice::reached(const Message& message, const std::vector<std::size_t>& places, std::size_t host, bool answered) {
    if (hosts_ == 1) return;
    if (answered && host != places.front()) {  // it answered for another
        preferred_ = host;
        left_ = host == 0 ? 0 : rules_.stay;
    }
    if (rules_.one_book) return;
    remember(operations_, operation_ages_, message.operation_id.text(), host);
    if (opens_a_charge(message) && !message.token.empty()) remember(tokens_, token_ages_, message.token, host);
}

std::vector<std::size_t> HostChoice::in_order() {
    std::vector<std::size_t> order(hosts_);
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (left_ == 0) return order;
    --left_;
    const auto preferred = order.begin() + static_cast<std::ptrdiff_t>(preferred_);
    std::rotate(order.begin(), preferred, preferred + 1);
    return order;
}

void HostChoice::remember(std::map<std::string, std::size_t>& where, std::deque<std::string>& ages, const std::string& what,
                          std::size_t host) {
    if (where.insert_or_assign(what, host).second) ages.push_back(what);
    if (ages.size() <= remembered_max) return;
    where.erase(ages.front());
    ages.pop_front();
}

}  // namespace postern::vault
