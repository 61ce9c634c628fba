#include "vault/journal/journal_file.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto/digest.hpp"

namespace postern::vault {
namespace {

constexpr std::string_view magic = "PSTNJNL1";
constexpr std::size_t epoch_bytes = 26;
constexpr std::size_t header_bytes = magic.size() + 4 + 2 * epoch_bytes + sizeof(JournalHash);
constexpr std::size_t length_bytes = 4;
constexpr std::size_t check_bytes = 4;
constexpr std::size_t hash_bytes = sizeof(JournalHash);
constexpr std::size_t record_bytes_max = 4096;  // above what encode_record can make
constexpr std::string_view file_suffix = ".journal";

std::string_view view_of(const JournalHash& hash) { return {reinterpret_cast<const char*>(hash.data()), hash.size()}; }

std::string number32(std::uint32_t value) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
    return out;
}

std::uint32_t parse_number32(std::string_view bytes) {
    std::uint32_t value = 0;
    for (const char c : bytes.substr(0, 4)) value = (value << 8) | static_cast<unsigned char>(c);
    return value;
}

// The length has a check of its own: with a changed length a record in the middle would look like a torn tail, and
// all that follows it would be cut off.
std::string length_check(const JournalHash& before, std::string_view length) {
    const auto digest = crypto::sha256(std::string(view_of(before)).append(length));
    return std::string(view_of(digest).substr(0, check_bytes));
}

JournalHash link_hash(const JournalHash& before, std::string_view length, std::string_view payload) {
    return crypto::sha256(std::string(view_of(before)).append(length).append(payload));
}

std::optional<JournalFileHeader> parse_file_header(std::string_view bytes) {
    if (bytes.size() < header_bytes || !bytes.starts_with(magic)) return std::nullopt;
    JournalFileHeader header;
    bytes.remove_prefix(magic.size());
    header.ordinal = parse_number32(bytes);
    header.epoch = bytes.substr(4, epoch_bytes);
    header.previous_epoch = bytes.substr(4 + epoch_bytes, epoch_bytes);
    if (header.previous_epoch == std::string(epoch_bytes, '-')) header.previous_epoch.clear();
    std::ranges::copy(bytes.substr(4 + 2 * epoch_bytes, hash_bytes), header.previous_hash.begin());
    return header;
}

// One link at the front of `rest`. Zero bytes used: it is torn or broken, as `end` says.
struct Link {
    std::size_t bytes = 0;
    JournalScan::End end = JournalScan::End::broken;
    JournalHash hash{};
    JournalRecord record;
};

Link parse_link(std::string_view rest, const ChainPoint& before) {
    Link link;
    const bool zeros = std::ranges::all_of(rest, [](char c) { return c == 0; });  // a size that outran its data
    if (zeros || rest.size() < length_bytes + check_bytes) {
        link.end = JournalScan::End::torn;
        return link;
    }
    const auto length = rest.substr(0, length_bytes);
    const std::size_t payload_bytes = parse_number32(length);
    if (rest.substr(length_bytes, check_bytes) != length_check(before.hash, length)) return link;
    if (payload_bytes > record_bytes_max) return link;
    const std::size_t bytes = length_bytes + check_bytes + payload_bytes + hash_bytes;
    if (rest.size() < bytes) {
        link.end = JournalScan::End::torn;
        return link;
    }
    const auto payload = rest.substr(length_bytes + check_bytes, payload_bytes);
    link.hash = link_hash(before.hash, length, payload);
    if (rest.substr(bytes - hash_bytes, hash_bytes) != view_of(link.hash)) return link;
    auto decoded = decode_record(payload);
    if (!decoded || decoded->sequence != before.sequence + 1) return link;
    link.record = std::move(decoded->record);
    link.bytes = bytes;
    return link;
}

}  // namespace

std::string encode_file_header(const JournalFileHeader& header) {
    std::string out{magic};
    out += number32(header.ordinal);
    out += header.epoch;
    out += header.previous_epoch.empty() ? std::string(epoch_bytes, '-') : header.previous_epoch;
    out += view_of(header.previous_hash);
    return out;
}

ChainPoint chain_start(std::string_view encoded_header) { return {0, crypto::sha256(encoded_header)}; }

void append_link(const JournalRecord& record, ChainPoint& point, std::string& out) {
    const auto payload = encode_record(point.sequence + 1, record);
    const auto length = number32(static_cast<std::uint32_t>(payload.size()));
    out += length;
    out += length_check(point.hash, length);
    out += payload;
    point = {point.sequence + 1, link_hash(point.hash, length, payload)};
    out += view_of(point.hash);
}

JournalScan scan_journal(std::string_view bytes, const JournalVisitor& visit) {
    JournalScan scan;
    const auto header = parse_file_header(bytes);
    if (!header) return scan;
    scan.header = *header;
    scan.last = chain_start(bytes.substr(0, header_bytes));
    scan.good_bytes = header_bytes;
    while (scan.good_bytes < bytes.size()) {
        const auto link = parse_link(bytes.substr(scan.good_bytes), scan.last);
        if (link.bytes == 0) {
            scan.end = link.end;
            return scan;
        }
        scan.last = {scan.last.sequence + 1, link.hash};
        scan.good_bytes += link.bytes;
        visit(link.record, scan.last);
    }
    scan.end = JournalScan::End::whole;
    return scan;
}

std::string journal_file_name(const JournalFileHeader& header) {
    auto ordinal = std::to_string(header.ordinal);
    ordinal.insert(0, 10 - std::min<std::size_t>(10, ordinal.size()), '0');  // so that names sort like numbers
    return ordinal + "-" + header.epoch + std::string(file_suffix);
}

std::uint32_t ordinal_of_file(const std::string& path) {
    const auto name = std::filesystem::path(path).filename().string();
    std::uint32_t ordinal = 0;
    std::from_chars(name.data(), name.data() + name.size(), ordinal);
    return ordinal;
}

Result<std::vector<std::string>> list_journal_files(const std::string& folder) {
    std::vector<std::string> paths;
    std::error_code failure;
    std::filesystem::directory_iterator entries{folder, failure};
    for (; !failure && entries != std::filesystem::directory_iterator{}; entries.increment(failure))
        if (entries->path().extension() == file_suffix) paths.push_back(entries->path().string());
    if (failure) return Error{ErrorKind::unavailable, "journal_unreadable", folder + ": " + failure.message()};
    std::ranges::sort(paths);
    return paths;
}

Result<JournalScan> scan_journal_file(const std::string& path, const JournalVisitor& visit, std::size_t bytes_max) {
    const auto unreadable = [&] {
        return Error{ErrorKind::unavailable, "journal_unreadable", path + ": " + std::strerror(errno)};
    };
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return unreadable();
    struct stat state {};
    const bool known = fstat(file, &state) == 0;
    const std::size_t size = std::min(static_cast<std::size_t>(state.st_size), bytes_max);
    void* mapped = MAP_FAILED;
    if (known && size > 0) mapped = mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (known && size == 0) return scan_journal({}, visit);
    if (mapped == MAP_FAILED) return unreadable();
    const std::string_view bytes{static_cast<const char*>(mapped), size};
    auto scan = scan_journal(bytes, visit);
    munmap(mapped, bytes.size());
    return scan;
}

}  // namespace postern::vault
