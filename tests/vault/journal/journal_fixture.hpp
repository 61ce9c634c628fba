#pragma once

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <gtest/gtest.h>
#include <iterator>
#include <string>
#include <unistd.h>

#include "tests/support/manual_clock.hpp"
#include "tests/support/seeded_random.hpp"
#include "vault/journal/journal.hpp"

namespace postern::vault {

// A folder that goes with the test.
class JournalFolder {
public:
    JournalFolder() {
        static std::atomic<int> count{0};
        path_ = std::filesystem::temp_directory_path() /
                ("postern_journal_" + std::to_string(getpid()) + "_" + std::to_string(++count));
        std::filesystem::remove_all(path_);
    }
    ~JournalFolder() { std::filesystem::remove_all(path_); }
    std::string path() const { return path_.string(); }
    std::filesystem::path newest_file() const {
        std::filesystem::path newest;
        for (const auto& entry : std::filesystem::directory_iterator(path_))
            if (entry.path().extension() == ".journal" && entry.path() > newest) newest = entry.path();
        return newest;
    }

private:
    std::filesystem::path path_;
};

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}
inline void write_file(const std::filesystem::path& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

inline AttemptKey attempt_key(int attempt = 1) {
    return {*OperationId::parse("op_0123456789abcdefghjkmnpqrs"), attempt};
}
inline JournalRecord attempt_record(int attempt = 1) {
    JournalRecord record;
    record.actor = "gateway";
    record.origin = "uid 1001 pid 77";
    record.object = "tok_0123456789abcdefghjkmnpqrs";
    record.attempt = JournaledAttempt{attempt_key(attempt), AttemptKind::send, "mercury", "authorize"};
    return record;
}

// Waits for one call of the journal.
template <class Start>
Status settled(Start start) {
    auto answer = std::make_shared<std::promise<Status>>();
    auto future = answer->get_future();
    start([answer](Status status) { answer->set_value(std::move(status)); });
    return future.get();
}
inline Status intend(Journal& journal, int attempt = 1) {
    return settled([&](Journal::Done done) { journal.append_intent(attempt_record(attempt), std::move(done)); });
}
inline Status fence(Journal& journal, int attempt = 1, bool proven_unsent = false) {
    return settled([&](Journal::Done done) {
        journal.append_closure(attempt_record(attempt), proven_unsent, std::move(done));
    });
}
inline std::string_view code_of(const Status& status) { return status ? "" : status.error().code; }

}  // namespace postern::vault
