#include "vault/journal/journal.hpp"
#include "vault/journal/journal_file.hpp"
#include "vault/journal/walk.hpp"

namespace postern::vault {
namespace {

Error broken(const std::string& path, std::string_view why) {
    return {ErrorKind::internal, "chain_broken", path + ": " + std::string(why)};
}

}  // namespace

Result<Journal::Walked> verify_journal(const std::string& folder, const std::optional<JournalHead>& must_hold) {
    return walk_journal(folder, must_hold, SIZE_MAX);
}

Result<Journal::Walked> walk_journal(const std::string& folder, const std::optional<JournalHead>& must_hold,
                                     std::size_t newest_bytes_max) {
    const auto paths = list_journal_files(folder);
    if (!paths) return paths.error();
    Journal::Walked walked;
    std::optional<JournalScan> before;
    bool held = !must_hold;
    for (const auto& path : *paths) {
        const bool newest = path == paths->back();
        const auto look = [&](const JournalRecord&, const ChainPoint& point) {
            held = held || (newest && point.sequence == must_hold->sequence && point.hash == must_hold->hash);
        };
        const auto scan = scan_journal_file(path, look, newest ? newest_bytes_max : SIZE_MAX);
        if (!scan) return scan.error();
        if (scan->end == JournalScan::End::broken) return broken(path, "a record does not follow from the one before");
        const bool follows = before ? scan->header.previous_epoch == before->header.epoch &&
                                          scan->header.previous_hash == before->last.hash
                                    : scan->header.previous_epoch.empty();
        if (!follows) return broken(path, "it does not go on from the file before: one is missing, cut or changed");
        walked.head = {scan->header.epoch, scan->last.sequence, scan->last.hash};
        walked.records += scan->last.sequence;
        walked.torn_tail = scan->end == JournalScan::End::torn;
        before = *scan;
    }
    if (!held) return Error{ErrorKind::internal, "rolled_back", folder + ": the newest file does not hold the head"};
    return walked;
}

}  // namespace postern::vault
