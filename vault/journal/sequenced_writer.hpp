#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "vault/journal/journal_file.hpp"

namespace postern::vault {

// Appends records to an open file in the order of arrival: one thread writes all that waits at once and syncs once for
// all of it, then tells each. What fails to reach the disk is cut off again, so that the chain stays whole and the next
// group may succeed (a full disk heals); where even that fails, or a sync did, nothing is written any more.
class SequencedWriter {
public:
    using Done = std::function<void(Status)>;
    // Owns `file`, whose first `bytes` bytes are the chain up to `point`.
    SequencedWriter(int file, ChainPoint point, std::size_t bytes, std::size_t waiting_max);
    ~SequencedWriter();  // writes what waits
    SequencedWriter(const SequencedWriter&) = delete;
    SequencedWriter& operator=(const SequencedWriter&) = delete;

    // Without a record: tells when everything submitted before has been settled. `done` runs on the writer's thread, or
    // at once with "journal_busy" where too many wait.
    void submit(std::optional<JournalRecord> record, Done done);
    ChainPoint durable() const;
    std::size_t durable_bytes() const;  // of the file, up to at least `durable`
    bool available() const { return available_; }

private:
    struct Waiting {
        std::optional<JournalRecord> record;
        Done done;
    };
    void run();
    Status write_group(const std::vector<Waiting>& group);
    Status write_synced(std::string_view bytes);
    bool write_bytes(std::string_view bytes);

    int file_;
    std::size_t bytes_;              // durable; written by the writer's thread under the mutex
    std::size_t waiting_max_;
    bool unusable_ = false;          // of the writer's thread
    std::atomic<bool> available_{true};
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<Waiting> waiting_;
    ChainPoint durable_;
    bool stopping_ = false;
    std::thread thread_;             // last: it uses all above
};

}  // namespace postern::vault
