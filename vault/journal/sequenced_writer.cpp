#include "vault/journal/sequenced_writer.hpp"

#include <cerrno>
#include <cstring>
#include <unistd.h>
#include <utility>

namespace postern::vault {

SequencedWriter::SequencedWriter(int file, ChainPoint point, std::size_t bytes, std::size_t waiting_max)
    : file_{file}, bytes_{bytes}, waiting_max_{waiting_max}, durable_{point}, thread_{[this] { run(); }} {}

SequencedWriter::~SequencedWriter() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    arrived_.notify_one();
    thread_.join();
    close(file_);
}

void SequencedWriter::submit(std::optional<JournalRecord> record, Done done) {
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() < waiting_max_) {
            waiting_.push_back({std::move(record), std::move(done)});
            arrived_.notify_one();
            return;
        }
    }
    done(Error{ErrorKind::unavailable, "journal_busy"});
}

ChainPoint SequencedWriter::durable() const {
    const std::lock_guard lock(mutex_);
    return durable_;
}

std::size_t SequencedWriter::durable_bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
}

void SequencedWriter::run() {
    for (;;) {
        std::vector<Waiting> group;
        {
            std::unique_lock lock(mutex_);
            arrived_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
            if (waiting_.empty()) return;
            group.swap(waiting_);
        }
        const auto written = write_group(group);
        for (const auto& one : group) one.done(written);
    }
}

Status SequencedWriter::write_group(const std::vector<Waiting>& group) {
    ChainPoint point = durable();
    std::string bytes;
    for (const auto& one : group)
        if (one.record) append_link(*one.record, point, bytes);
    if (bytes.empty()) return {};
    auto written = write_synced(bytes);
    available_ = written.has_value();
    if (!written) return written;
    const std::lock_guard lock(mutex_);
    bytes_ += bytes.size();
    durable_ = point;
    return {};
}

Status SequencedWriter::write_synced(std::string_view bytes) {
    const auto failed = [](std::string why) {
        return Error{ErrorKind::unavailable, "journal_unavailable", std::move(why)};
    };
    if (unusable_) return failed("an earlier write could not be undone");
    if (!write_bytes(bytes)) {
        const std::string why = std::strerror(errno);
        unusable_ = ftruncate(file_, static_cast<off_t>(bytes_)) != 0;
        return failed(why);
    }
    if (fdatasync(file_) == 0) return {};
    // The kernel may have dropped the dirty pages: what a second sync said would be worth nothing.
    unusable_ = true;
    return failed(std::strerror(errno));
}

bool SequencedWriter::write_bytes(std::string_view bytes) {
    std::size_t at = bytes_;
    while (!bytes.empty()) {
        const ssize_t written = pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(at));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        at += static_cast<std::size_t>(written);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace postern::vault
