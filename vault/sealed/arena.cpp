#include "vault/sealed/arena.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/wiped/wiped.hpp"

#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447  // Linux 5.14; younger than Debian 12's headers
#endif

namespace postern::vault::sealed {

// Inaccessible pages in front of and behind the usable ones: a stray write faults instead of reading a secret.
struct Arena::Mapping {
    char* whole = nullptr;
    std::size_t whole_bytes = 0;
    char* usable = nullptr;
    std::size_t usable_bytes = 0;

    Mapping() = default;
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    ~Mapping() {
        if (!whole) return;
        wiped::wipe(usable, usable_bytes);
        munmap(whole, whole_bytes);
    }
};

namespace {

constexpr std::size_t large_share = 4;  // one part in four of the arena is cut into large cells

std::size_t page_bytes() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

// Memory that even the kernel has no mapping of: root's read of /proc/PID/mem fails on it.
bool map_secret(char* at, std::size_t bytes) {
    const long file = syscall(SYS_memfd_secret, O_CLOEXEC);
    if (file < 0) return false;
    const int fd = static_cast<int>(file);
    void* mapped = MAP_FAILED;
    if (ftruncate(fd, static_cast<off_t>(bytes)) == 0)
        mapped = mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
    close(fd);
    return mapped != MAP_FAILED;
}

bool map_plain(char* at, std::size_t bytes) {
    return mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
}

// What protects the usable pages afterwards; empty where nothing does.
std::string_view map_protected(char* at, std::size_t bytes) {
    if (map_secret(at, bytes)) return "memfd_secret";
    if (map_plain(at, bytes) && mlock(at, bytes) == 0) return "mlock";
    return {};
}

}  // namespace

Result<std::unique_ptr<Arena>> Arena::create(std::size_t bytes, Mode mode) {
    const std::size_t page = page_bytes();
    auto mapping = std::make_unique<Mapping>();
    mapping->usable_bytes = (std::max<std::size_t>(bytes, 1) + page - 1) / page * page;
    const std::size_t whole_bytes = mapping->usable_bytes + 2 * page;
    void* whole = mmap(nullptr, whole_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const Error unmapped{ErrorKind::unavailable, "arena_unmapped", std::strerror(errno)};
    if (whole == MAP_FAILED) return unmapped;
    mapping->whole = static_cast<char*>(whole);
    mapping->whole_bytes = whole_bytes;
    mapping->usable = mapping->whole + page;

    std::string_view protection = map_protected(mapping->usable, mapping->usable_bytes);
    if (protection.empty()) {
        if (!map_plain(mapping->usable, mapping->usable_bytes)) {
            mapping->usable_bytes = 0;  // nothing there to wipe
            return unmapped;
        }
        if (mode == Mode::production)
            return Error{ErrorKind::unavailable, "arena_unprotected",
                         "neither memfd_secret nor mlock: raise the limit of locked memory (LimitMEMLOCK)"};
        protection = "none (development)";
    }
    madvise(mapping->usable, mapping->usable_bytes, MADV_DONTDUMP);  // memfd_secret has both by nature
    madvise(mapping->usable, mapping->usable_bytes, MADV_DONTFORK);
    // Touched now: a page that the machine cannot give must fail the start, not a payment.
    std::memset(mapping->usable, 0, mapping->usable_bytes);
    return std::unique_ptr<Arena>(new Arena(std::move(mapping), protection));
}

Arena::Arena(std::unique_ptr<Mapping> mapping, std::string_view protection)
    : mapping_{std::move(mapping)}, protection_{protection} {
    const std::size_t large_bytes = mapping_->usable_bytes / large_share / large_cell_bytes * large_cell_bytes;
    large_total_ = large_bytes / large_cell_bytes;
    small_total_ = (mapping_->usable_bytes - large_bytes) / small_cell_bytes;
    large_free_.reserve(large_total_);
    small_free_.reserve(small_total_);
    for (std::size_t i = large_total_; i-- > 0;) large_free_.push_back(mapping_->usable + i * large_cell_bytes);
    char* const small = mapping_->usable + large_bytes;
    for (std::size_t i = small_total_; i-- > 0;) small_free_.push_back(small + i * small_cell_bytes);
}

Arena::~Arena() = default;

Arena::Use Arena::use() const {
    const std::lock_guard lock(mutex_);
    return {small_total_ - small_free_.size(), small_total_, large_total_ - large_free_.size(), large_total_};
}

Result<Arena::Cell> Arena::take(std::size_t bytes) {
    if (bytes > large_cell_bytes) return Error{ErrorKind::invalid_request, "secret_too_large"};
    const bool small = bytes <= small_cell_bytes;
    const std::lock_guard lock(mutex_);
    auto& free = small ? small_free_ : large_free_;
    if (free.empty()) return Error{ErrorKind::unavailable, "arena_full"};
    char* const cell = free.back();
    free.pop_back();
    return Cell{*this, {cell, small ? small_cell_bytes : large_cell_bytes}};
}

void Arena::give_back(std::span<char> bytes) {
    wiped::wipe(bytes.data(), bytes.size());
    const std::lock_guard lock(mutex_);
    (bytes.size() == small_cell_bytes ? small_free_ : large_free_).push_back(bytes.data());
}

Arena::Cell& Arena::Cell::operator=(Cell&& other) noexcept {
    if (this != &other) {
        release();
        arena_ = std::exchange(other.arena_, nullptr);
        bytes_ = std::exchange(other.bytes_, {});
    }
    return *this;
}

void Arena::Cell::release() {
    if (arena_) arena_->give_back(bytes_);
    arena_ = nullptr;
}

}  // namespace postern::vault::sealed
