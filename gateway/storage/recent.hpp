#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace postern::gateway {

// Answers of the last moments by key. Thread safe; bounded: emptied when full, which costs some reads.
template <class Value>
class Recent {
public:
    Recent(std::chrono::milliseconds life, std::size_t count_max) : life_{life}, count_max_{count_max} {}

    std::optional<Value> find(const std::string& key) const {
        const std::lock_guard lock{mutex_};
        const auto found = kept_.find(key);
        const bool fresh = found != kept_.end() && std::chrono::steady_clock::now() < found->second.stale_at;
        return fresh ? std::optional{found->second.value} : std::nullopt;
    }
    void keep(const std::string& key, const Value& value) {
        const std::lock_guard lock{mutex_};
        if (kept_.size() >= count_max_) kept_.clear();
        kept_.insert_or_assign(key, Kept{value, std::chrono::steady_clock::now() + life_});
    }

private:
    struct Kept {
        Value value;
        std::chrono::steady_clock::time_point stale_at;
    };
    std::chrono::milliseconds life_;
    std::size_t count_max_;
    mutable std::mutex mutex_;
    std::map<std::string, Kept> kept_;
};

}  // namespace postern::gateway
