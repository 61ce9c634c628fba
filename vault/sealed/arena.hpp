#pragma once

#ifndef POSTERN_VAULT_PROCESS
#error "card data types compile only into the vault process"
#endif

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace postern::vault::sealed {

// The one region of memory where secrets lie: mapped, locked and touched at start, kept out of core files and forked
// children, with guard pages around it. It is cut into cells of two sizes; a freed cell is wiped. Never one mapping
// for each secret: locked memory is scarce, and a full arena must be an answer, not a crash. Thread safe.
class Arena {
public:
    enum class Mode { production, development };
    static constexpr std::size_t small_cell_bytes = 64;    // numbers, codes, keys
    static constexpr std::size_t large_cell_bytes = 512;   // names, addresses, account passwords

    // Memory of at least `bytes`. Production refuses where neither memfd_secret nor locked memory is to be had
    // ("arena_unprotected"); development then runs in plain memory and says so in `protection`.
    static Result<std::unique_ptr<Arena>> create(std::size_t bytes, Mode mode);
    ~Arena();
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    // "memfd_secret", "mlock" or "none (development)": for the log at start and every probe.
    std::string_view protection() const { return protection_; }
    struct Use {
        std::size_t small_used = 0, small_total = 0, large_used = 0, large_total = 0;
    };
    Use use() const;

    // The right to one cell; gives it back, wiped, when it ends. The arena must outlive it.
    class Cell {
    public:
        Cell() = default;
        Cell(Cell&& other) noexcept : arena_{std::exchange(other.arena_, nullptr)}, bytes_{std::exchange(other.bytes_, {})} {}
        Cell& operator=(Cell&& other) noexcept;
        ~Cell() { release(); }
        std::span<char> bytes() const { return bytes_; }

    private:
        friend class Arena;
        Cell(Arena& arena, std::span<char> bytes) : arena_{&arena}, bytes_{bytes} {}
        void release();
        Arena* arena_ = nullptr;
        std::span<char> bytes_;
    };
    // A cell of at least `bytes`, or `unavailable` "arena_full"; more than a large cell is "secret_too_large".
    Result<Cell> take(std::size_t bytes);

private:
    struct Mapping;
    explicit Arena(std::unique_ptr<Mapping> mapping, std::string_view protection);
    void give_back(std::span<char> bytes);

    std::unique_ptr<Mapping> mapping_;
    std::string_view protection_;
    mutable std::mutex mutex_;
    std::vector<char*> small_free_, large_free_;
    std::size_t small_total_ = 0, large_total_ = 0;
};

}  // namespace postern::vault::sealed
