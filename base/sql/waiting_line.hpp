#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

namespace postern::sql {

// What waits for one writer: bounded, in order of arrival. `Item` has a `route`.
template <class Item>
class WaitingLine {
public:
    explicit WaitingLine(std::size_t waiting_max) : waiting_max_{waiting_max} {}

    // Gives the item back where the line is full or closed.
    [[nodiscard]] std::optional<Item> push(Item item) {
        {
            const std::lock_guard lock{mutex_};
            if (closed_ || items_.size() >= waiting_max_) return item;
            items_.push_back(std::move(item));
        }
        arrived_.notify_one();
        return std::nullopt;
    }

    // Waits for an item; then whatever waits, at most `batch_max`, the first of each route only: the others keep their
    // place. Empty: closed and drained.
    std::vector<Item> next_batch(std::size_t batch_max) {
        std::unique_lock lock{mutex_};
        arrived_.wait(lock, [this] { return closed_ || !items_.empty(); });
        std::vector<Item> batch;
        std::deque<Item> left;
        std::unordered_set<std::uint64_t> routes;
        while (!items_.empty() && batch.size() < batch_max) {
            Item& first = items_.front();
            if (routes.insert(first.route).second) batch.push_back(std::move(first));
            else left.push_back(std::move(first));
            items_.pop_front();
        }
        while (!left.empty()) {
            items_.push_front(std::move(left.back()));
            left.pop_back();
        }
        return batch;
    }

    void close() {
        {
            const std::lock_guard lock{mutex_};
            closed_ = true;
        }
        arrived_.notify_all();
    }

    std::size_t size() const {
        const std::lock_guard lock{mutex_};
        return items_.size();
    }

private:
    const std::size_t waiting_max_;
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Item> items_;
    bool closed_ = false;
};

}  // namespace postern::sql
