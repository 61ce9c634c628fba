#include "vault/front/rate_limit.hpp"

#include <algorithm>
#include <chrono>

namespace postern::vault {

double RateLimit::level(const Bucket& bucket, Instant now) const {
    const std::chrono::duration<double> passed = now - bucket.at;
    return std::min(burst_, bucket.tokens + passed.count() * per_second_);
}

void RateLimit::forget_full(Instant now) {
    std::erase_if(buckets_, [&](const auto& entry) { return level(entry.second, now) >= burst_; });
}

bool RateLimit::allow(const std::string& name, Instant now) {
    auto found = buckets_.find(name);
    if (found == buckets_.end()) {
        if (buckets_.size() >= names_max_) forget_full(now);
        if (buckets_.size() >= names_max_) return false;
        found = buckets_.emplace(name, Bucket{burst_, now}).first;
    }
    auto& bucket = found->second;
    bucket.tokens = level(bucket, now);
    bucket.at = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
}

}  // namespace postern::vault
