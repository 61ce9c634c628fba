#include "compliance/scan/sources.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace postern::compliance {
namespace {

constexpr std::size_t piece_bytes = 1 << 20;

class Descriptor {
public:
    explicit Descriptor(const std::string& path) : value_{::open(path.c_str(), O_RDONLY | O_CLOEXEC)} {}
    ~Descriptor() {
        if (value_ >= 0) ::close(value_);
    }
    Descriptor(const Descriptor&) = delete;
    int value() const { return value_; }

private:
    int value_;
};

// Mappings that hold no process data of their own.
bool is_kernel_mapping(const std::string& name) {
    return name == "[vvar]" || name == "[vsyscall]" || name == "[vdso]" || name == "[vvar_vclock]" ||
           name.starts_with("/dev/dri");
}

}  // namespace

Scanner::Scanner(const Matcher& matcher, std::vector<std::string> masked_numbers)
    : matcher_{matcher}, masked_numbers_{std::move(masked_numbers)} {}

void Scanner::note(const Needle& needle, const std::string& where, std::uint64_t offset) {
    ++report_.finds_total;
    if (report_.finds.size() < ScanReport::finds_max)
        report_.finds.push_back({where, offset, masked_numbers_[needle.number], needle.form});
}

void Scanner::scan_descriptor(int descriptor, const std::string& name) {
    std::vector<char> piece(piece_bytes);
    Matcher::Cursor cursor;
    ++report_.places_read;
    for (;;) {
        const ssize_t got = ::read(descriptor, piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) report_.unreadable.push_back(name + ": " + std::strerror(errno));
        if (got <= 0) return;
        report_.bytes_read += static_cast<std::uint64_t>(got);
        matcher_.feed(cursor, {piece.data(), static_cast<std::size_t>(got)},
                      [&](const Needle& needle, std::uint64_t offset) { note(needle, name, offset); });
    }
}

void Scanner::scan_file(const std::string& path) {
    const Descriptor file(path);
    // A server may remove a file between listing and reading it: then it is not there to hold anything.
    if (file.value() < 0 && errno == ENOENT) return;
    if (file.value() < 0) {
        report_.unreadable.push_back(path + ": " + std::strerror(errno));
        return;
    }
    scan_descriptor(file.value(), path);
}

void Scanner::scan_tree(const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code error;
    if (fs::is_regular_file(path, error)) return scan_file(path);
    fs::recursive_directory_iterator walk(path, error);
    if (error) {
        report_.unreadable.push_back(path + ": " + error.message());
        return;
    }
    while (walk != fs::recursive_directory_iterator{}) {
        std::error_code ignored_when_gone;
        if (walk->is_regular_file(ignored_when_gone) && !walk->is_symlink(ignored_when_gone))
            scan_file(walk->path().string());
        walk.increment(error);
        if (error) {
            report_.unreadable.push_back(path + ": " + error.message());
            return;
        }
    }
}

void Scanner::scan_mapping(int memory, std::uint64_t from, std::uint64_t to, const std::string& name) {
    std::vector<char> piece(piece_bytes);
    Matcher::Cursor cursor;
    ++report_.places_read;
    for (std::uint64_t at = from; at < to;) {
        const std::size_t wanted = std::min<std::uint64_t>(piece.size(), to - at);
        const ssize_t got = ::pread(memory, piece.data(), wanted, static_cast<off_t>(at));
        if (got <= 0) return;  // guard pages, or unmapped meanwhile: there is nothing to read
        report_.bytes_read += static_cast<std::uint64_t>(got);
        matcher_.feed(cursor, {piece.data(), static_cast<std::size_t>(got)},
                      [&](const Needle& needle, std::uint64_t offset) { note(needle, name, from + offset); });
        at += static_cast<std::uint64_t>(got);
    }
}

void Scanner::scan_memory(pid_t pid) {
    const std::string proc = "/proc/" + std::to_string(pid);
    std::ifstream maps(proc + "/maps");
    const Descriptor memory(proc + "/mem");
    if (!maps || memory.value() < 0) {
        report_.unreadable.push_back("memory of " + std::to_string(pid) + ": " + std::strerror(errno));
        return;
    }
    const std::uint64_t places_before = report_.places_read;
    for (std::string line; std::getline(maps, line);) {
        std::istringstream words(line);
        std::string range, rights, offset, device, inode, name;
        words >> range >> rights >> offset >> device >> inode >> name;
        const std::size_t dash = range.find('-');
        if (rights.empty() || rights[0] != 'r' || dash == range.npos || is_kernel_mapping(name)) continue;
        scan_mapping(memory.value(), std::stoull(range.substr(0, dash), nullptr, 16),
                     std::stoull(range.substr(dash + 1), nullptr, 16),
                     "memory of " + std::to_string(pid) + " (" + (name.empty() ? "anonymous" : name) + ")");
    }
    if (report_.places_read == places_before)
        report_.unreadable.push_back("memory of " + std::to_string(pid) + ": no readable mapping");
}

}  // namespace postern::compliance
