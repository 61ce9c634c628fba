#include "vault/journal/journal.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "base/id.hpp"
#include "vault/journal/attempt_index.hpp"
#include "vault/journal/journal_file.hpp"
#include "vault/journal/sequenced_writer.hpp"
#include "vault/journal/walk.hpp"

namespace postern::vault {
namespace {

class Descriptor {
public:
    explicit Descriptor(int file) : file_{file} {}
    Descriptor(Descriptor&& other) noexcept : file_{std::exchange(other.file_, -1)} {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (file_ >= 0) close(file_);
    }
    int get() const { return file_; }
    int release() { return std::exchange(file_, -1); }

private:
    int file_;
};

Error unreadable(const std::string& path) {
    return {ErrorKind::unavailable, "journal_unreadable", path + ": " + std::strerror(errno)};
}

Result<Descriptor> lock_folder(const std::string& folder) {
    if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return unreadable(folder);
    Descriptor lock{open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    if (lock.get() < 0) return unreadable(folder + "/lock");
    if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
        return Error{ErrorKind::unavailable, "journal_in_use", folder + ": another keeper holds it"};
    return lock;
}

// All that the files say at start.
struct Found {
    std::vector<std::string> paths;
    std::optional<JournalScan> newest;
    bool remembered_epoch_exists = false;
    bool newest_holds_remembered = false;
};

Result<Found> read_files(const JournalOptions& options, AttemptIndex& index) {
    auto paths = list_journal_files(options.folder);
    if (!paths) return paths.error();
    Found found;
    const auto& remembered = options.remembered;
    for (const auto& path : *paths) {
        found.newest_holds_remembered = false;
        const auto scan = scan_journal_file(path, [&](const JournalRecord& record, const ChainPoint& point) {
            index.load(record);
            if (remembered && point.sequence == remembered->sequence)
                found.newest_holds_remembered = point.hash == remembered->hash;
        });
        if (!scan) return scan.error();
        if (remembered && scan->header.epoch == remembered->epoch) found.remembered_epoch_exists = true;
        found.newest = *scan;
    }
    found.paths = std::move(*paths);
    return found;
}

// Why the newest file cannot go on as the truth about what was sent; empty where it can.
std::string_view reason_for_new_epoch(const Found& found, const std::optional<JournalHead>& remembered) {
    if (!found.newest && !remembered) return "first_start";
    if (!found.newest) return "file_missing";
    if (!remembered) return "head_unknown";
    if (found.newest->end == JournalScan::End::broken) return "chain_broken";
    if (found.newest->header.epoch != remembered->epoch)
        return found.remembered_epoch_exists ? "head_unknown" : "file_missing";
    return found.newest_holds_remembered ? "" : "rolled_back";
}

struct OpenFile {
    Descriptor descriptor;
    std::string epoch;
    ChainPoint point;
    std::size_t bytes;
};

Result<OpenFile> go_on(const std::string& path, const JournalScan& scan) {
    Descriptor file{open(path.c_str(), O_RDWR | O_CLOEXEC)};
    if (file.get() < 0) return unreadable(path);
    if (scan.end == JournalScan::End::torn) {
        const bool cut = ftruncate(file.get(), static_cast<off_t>(scan.good_bytes)) == 0 && fdatasync(file.get()) == 0;
        if (!cut) return unreadable(path);
    }
    return OpenFile{std::move(file), scan.header.epoch, scan.last, scan.good_bytes};
}

bool write_whole(int file, std::string_view bytes) {
    return write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) && fsync(file) == 0;
}

bool sync_folder(const std::string& folder) {
    const Descriptor directory{open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    return directory.get() >= 0 && fsync(directory.get()) == 0;
}

// Appears under its name only when header and first record are on disk.
Result<OpenFile> begin_file(const std::string& folder, const Found& found, std::string_view reason, const Clock& clock,
                            Random& random) {
    JournalFileHeader header;
    header.epoch = new_id_text(clock.now(), random);
    if (found.newest) {
        header.ordinal = ordinal_of_file(found.paths.back()) + 1;  // its own header may be unreadable
        header.previous_epoch = found.newest->header.epoch;
        header.previous_hash = found.newest->last.hash;
    }
    std::string bytes = encode_file_header(header);
    ChainPoint point = chain_start(bytes);
    JournalRecord opened;
    opened.event = JournalEvent::opened;
    opened.at = clock.now();
    opened.success = reason == "first_start";
    opened.actor = "keeper";
    opened.origin = "pid " + std::to_string(getpid());
    opened.object = header.epoch;
    opened.reason = reason;
    append_link(opened, point, bytes);

    const std::string path = folder + "/" + journal_file_name(header);
    const std::string unfinished = path + ".new";
    Descriptor file{open(unfinished.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
    const bool written = file.get() >= 0 && write_whole(file.get(), bytes) &&
                         rename(unfinished.c_str(), path.c_str()) == 0 && sync_folder(folder);
    if (!written) return unreadable(path);
    return OpenFile{std::move(file), header.epoch, point, bytes.size()};
}

}  // namespace

struct Journal::Impl {
    Impl(JournalOptions chosen, const Clock& the_clock, Descriptor the_lock)
        : options{std::move(chosen)}, clock{the_clock}, lock{std::move(the_lock)} {}

    void write(JournalRecord record, Done done) {
        record.at = clock.now();
        writer->submit(std::move(record), std::move(done));
    }
    // The index learns first, so that whoever is told can rely on `state`.
    void write_attempt(JournalRecord record, Done done) {
        const auto key = record.attempt->key;
        write(std::move(record), [this, key, done = std::move(done)](Status status) {
            index.settle(key, status.has_value());
            done(std::move(status));
        });
    }

    JournalOptions options;
    const Clock& clock;
    Descriptor lock;
    AttemptIndex index;
    std::string epoch;
    std::string_view new_epoch_reason;
    std::unique_ptr<SequencedWriter> writer;  // last: its thread uses the index
};

Journal::Journal(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Journal::~Journal() = default;

Result<std::unique_ptr<Journal>> Journal::open(JournalOptions options, const Clock& clock, Random& random) {
    auto lock = lock_folder(options.folder);
    if (!lock) return lock.error();
    auto impl = std::make_unique<Impl>(std::move(options), clock, std::move(*lock));
    const auto found = read_files(impl->options, impl->index);
    if (!found) return found.error();
    impl->new_epoch_reason = reason_for_new_epoch(*found, impl->options.remembered);
    auto file = impl->new_epoch_reason.empty()
                    ? go_on(found->paths.back(), *found->newest)
                    : begin_file(impl->options.folder, *found, impl->new_epoch_reason, clock, random);
    if (!file) return file.error();
    impl->epoch = file->epoch;
    impl->writer = std::make_unique<SequencedWriter>(file->descriptor.release(), file->point, file->bytes,
                                                     impl->options.waiting_max);
    return std::unique_ptr<Journal>(new Journal(std::move(impl)));
}

const std::string& Journal::epoch() const { return impl_->epoch; }
std::string_view Journal::new_epoch_reason() const { return impl_->new_epoch_reason; }
bool Journal::available() const { return impl_->writer->available(); }
AttemptState Journal::state(const AttemptKey& key) const { return impl_->index.state(key); }

JournalHead Journal::head() const {
    const auto point = impl_->writer->durable();
    return {impl_->epoch, point.sequence, point.hash};
}

void Journal::append(JournalRecord record, Done done) {
    record.attempt.reset();
    impl_->write(std::move(record), std::move(done));
}

void Journal::append_intent(JournalRecord record, Done done) {
    if (!record.attempt) return done(Error{ErrorKind::internal, "attempt_missing"});
    record.event = JournalEvent::intent;
    if (auto begun = impl_->index.begin_intent(record.attempt->key); !begun) return done(begun);
    impl_->write_attempt(std::move(record), std::move(done));
}

void Journal::append_closure(JournalRecord record, bool proven_unsent, Done done) {
    if (!record.attempt) return done(Error{ErrorKind::internal, "attempt_missing"});
    record.event = JournalEvent::closed;
    const auto key = record.attempt->key;
    const auto closure = impl_->index.begin_closure(key, proven_unsent);
    if (!closure) return done(closure.error());
    switch (*closure) {
        case AttemptIndex::Closure::done: return done({});
        case AttemptIndex::Closure::append: return impl_->write_attempt(std::move(record), std::move(done));
        case AttemptIndex::Closure::wait: break;
    }
    // The record of another caller is on its way: closed only if that one arrived.
    impl_->writer->submit(std::nullopt, [impl = impl_.get(), key, done = std::move(done)](Status status) {
        if (status && impl->index.state(key) != AttemptState::closed)
            return done(Error{ErrorKind::unavailable, "journal_unavailable"});
        done(std::move(status));
    });
}

Result<Journal::Walked> Journal::verify() const {
    const auto must_hold = head();
    return walk_journal(impl_->options.folder, must_hold, impl_->writer->durable_bytes());
}

}  // namespace postern::vault
