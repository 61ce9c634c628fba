#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "vault/journal/record.hpp"

// The bytes of one journal file; pure but for the two functions at the end. README.md has the layout.
namespace postern::vault {

struct JournalFileHeader {
    std::uint32_t ordinal = 1;        // of the file in its folder
    std::string epoch;                // 26 characters
    std::string previous_epoch;       // empty: the first file
    JournalHash previous_hash{};      // of the last whole record of the file before
    friend bool operator==(const JournalFileHeader&, const JournalFileHeader&) = default;
};
std::string encode_file_header(const JournalFileHeader& header);

// Where a chain stands: the last record's number and hash (of the file's header before the first record).
struct ChainPoint {
    std::uint64_t sequence = 0;
    JournalHash hash{};
    friend bool operator==(const ChainPoint&, const ChainPoint&) = default;
};
ChainPoint chain_start(std::string_view encoded_header);

// Appends the record as the next link and moves `point` onto it.
void append_link(const JournalRecord& record, ChainPoint& point, std::string& out);

struct JournalScan {
    // torn: whole but for a last record that stops short, as a crash leaves it (or zeros); broken: anything else.
    enum class End { whole, torn, broken } end = End::broken;
    JournalFileHeader header;
    ChainPoint last;              // the last good record
    std::size_t good_bytes = 0;   // up to its end
};
using JournalVisitor = std::function<void(const JournalRecord&, const ChainPoint&)>;
JournalScan scan_journal(std::string_view bytes, const JournalVisitor& visit);

// The journal files of a folder, oldest first; and a scan of one of them. Errors: "journal_unreadable".
Result<std::vector<std::string>> list_journal_files(const std::string& folder);
Result<JournalScan> scan_journal_file(const std::string& path, const JournalVisitor& visit,
                                      std::size_t bytes_max = SIZE_MAX);
std::string journal_file_name(const JournalFileHeader& header);
std::uint32_t ordinal_of_file(const std::string& path);  // by its name; 0: none

}  // namespace postern::vault
