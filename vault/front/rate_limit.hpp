#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"

namespace postern::vault {

// A token bucket for each name (a caller's key, a peer's address). Bounded: when too many names are known, full buckets
// are forgotten first, then nothing new is let through.
class RateLimit {
public:
    RateLimit(double per_second, double burst, std::size_t names_max)
        : per_second_{per_second}, burst_{burst}, names_max_{names_max} {}
    bool allow(const std::string& name, Instant now);

private:
    struct Bucket {
        double tokens = 0;
        Instant at;
    };
    double level(const Bucket& bucket, Instant now) const;
    void forget_full(Instant now);
    double per_second_, burst_;
    std::size_t names_max_;
    std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace postern::vault
