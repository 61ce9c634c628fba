#include "gateway/app/account_gates.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace postern::gateway {
namespace {

constexpr std::chrono::milliseconds fair_time{5'000};
// The words of base/net's client for what went wrong between the egress and the processor.
constexpr std::array<std::string_view, 8> faults{"connect_timeout", "connect_refused", "connect_failed", "resolve_failed",
                                                 "tls_failed", "connection_lost", "reply_malformed", "reply_too_large"};

bool is_fault(std::string_view code, std::chrono::milliseconds time_given) {
    return std::ranges::find(faults, code) != faults.end() || (code == "deadline" && time_given >= fair_time);
}

}  // namespace

bool is_transport_fault(const vault::Verdict& verdict, std::chrono::milliseconds time_given) {
    if (const auto* not_sent = std::get_if<vault::NotSent>(&verdict)) return is_fault(not_sent->code, time_given);
    if (const auto* maybe_sent = std::get_if<vault::MaybeSent>(&verdict)) return is_fault(maybe_sent->code, time_given);
    return false;
}

AccountGates::Pass::~Pass() {
    if (owner_ != nullptr) owner_->leave(account_);
}

Result<AccountGates::Pass> AccountGates::enter(const AccountId& account) {
    const std::lock_guard lock{mutex_};
    Gate& gate = gates_[account.text()];
    if (gate.in_flight >= settings_.in_flight_max) return Error{ErrorKind::unavailable, "account_busy"};
    if (gate.is_open) {
        if (clock_.instant() < gate.probe_at) return Error{ErrorKind::unavailable, "processor_unreachable"};
        gate.probe_runs = true;
        gate.probe_at = clock_.instant() + gate.pause;  // one a pause, whether it comes back or not
    }
    ++gate.in_flight;
    return Pass{this, account.text()};
}

AccountGates::Turn AccountGates::report(const AccountId& account, bool transport_fault) {
    const std::lock_guard lock{mutex_};
    Gate& gate = gates_[account.text()];
    if (!transport_fault) {
        const bool was_open = std::exchange(gate.is_open, false);
        gate.faults = 0;
        return was_open ? Turn::closed : Turn::none;
    }
    ++gate.faults;
    if (gate.is_open) {
        if (std::exchange(gate.probe_runs, false)) {
            gate.pause = std::min(gate.pause * 2, settings_.pause_max);
            gate.probe_at = clock_.instant() + gate.pause;
        }
        return Turn::none;  // what was in flight when it opened says nothing new
    }
    if (gate.faults < settings_.faults_max) return Turn::none;
    gate.is_open = true;
    gate.probe_runs = false;
    gate.pause = settings_.pause;
    gate.probe_at = clock_.instant() + gate.pause;
    return Turn::opened;
}

void AccountGates::leave(const std::string& account) {
    const std::lock_guard lock{mutex_};
    --gates_[account].in_flight;
}

}  // namespace postern::gateway
