#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/app/services.hpp"

namespace postern::gateway {

// A money-moving call: whose, under which key, until when.
struct CallContext {
    TenantId tenant_id;
    std::string key;
    std::string path;  // the same key elsewhere is another meaning
    Instant deadline;
    std::optional<std::vector<std::int64_t>> if_versions = {};  // the payment must be at one of these; absent: at any
};
struct Response {
    Answer answer;
    bool replayed = false;  // told before, under this key or for this tender
    PaymentId payment_id;
};

// What is left until the deadline; never negative.
inline std::chrono::milliseconds time_left(const Services& services, Instant deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - services.clock.instant());
    return std::max(left, std::chrono::milliseconds{0});
}

}  // namespace postern::gateway
