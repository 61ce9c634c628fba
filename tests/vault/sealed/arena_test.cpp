#include "vault/sealed/arena.hpp"

#include <csetjmp>
#include <csignal>
#include <cstring>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vault/sealed/secret_chars.hpp"

namespace postern::vault::sealed {
namespace {

constexpr std::size_t arena_bytes = 64 * 1024;

std::unique_ptr<Arena> development_arena(std::size_t bytes = arena_bytes) {
    auto arena = Arena::create(bytes, Arena::Mode::development);
    EXPECT_TRUE(arena.has_value());
    return std::move(*arena);
}

TEST(Arena, NamesItsProtection) {
    const auto arena = development_arena();
    const auto protection = arena->protection();
    EXPECT_TRUE(protection == "memfd_secret" || protection == "mlock" || protection == "none (development)");
}

TEST(Arena, GivesCellsOfTheSizeAsked) {
    const auto arena = development_arena();
    auto small = arena->take(64);
    auto large = arena->take(65);
    ASSERT_TRUE(small && large);
    EXPECT_EQ(small->bytes().size(), Arena::small_cell_bytes);
    EXPECT_EQ(large->bytes().size(), Arena::large_cell_bytes);
    EXPECT_EQ(arena->take(513).error().code, "secret_too_large");
    EXPECT_EQ(arena->use().small_used, 1u);
    EXPECT_EQ(arena->use().large_used, 1u);
}

TEST(Arena, FullIsAnAnswerAndAFreedCellServesAgain) {
    const auto arena = development_arena(4096);
    std::vector<Arena::Cell> cells;
    for (std::size_t i = 0; i < arena->use().small_total; ++i) cells.push_back(*arena->take(1));
    const auto refused = arena->take(1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "arena_full");
    EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
    EXPECT_TRUE(arena->take(100)) << "large cells are apart";
    cells.pop_back();
    EXPECT_TRUE(arena->take(1));
}

TEST(Arena, WipesAFreedCell) {
    const auto arena = development_arena();
    const char* place = nullptr;
    {
        auto secret = SecretChars::copy_of(*arena, std::string_view{"4003000123456781"});
        place = secret->lend([](std::span<const char> chars) { return chars.data(); });
        ASSERT_EQ(std::string_view(place, 4), "4003");
    }
    for (std::size_t i = 0; i < Arena::small_cell_bytes; ++i) ASSERT_EQ(place[i], 0) << i;
}

TEST(Arena, AMovedCellIsGivenBackOnce) {
    const auto arena = development_arena();
    {
        auto first = *arena->take(1);
        auto second = std::move(first);
        first = *arena->take(1);
        second = std::move(first);  // gives its first cell back here
        EXPECT_EQ(arena->use().small_used, 1u);
    }
    EXPECT_EQ(arena->use().small_used, 0u);
}

TEST(ArenaDeathTest, GuardPagesStopAStrayWrite) {
    const auto arena = development_arena(4096);
    std::vector<Arena::Cell> cells;
    char* last = nullptr;
    for (std::size_t i = 0; i < arena->use().small_total; ++i) {
        cells.push_back(*arena->take(1));
        last = std::max(last, cells.back().bytes().data() + Arena::small_cell_bytes);
    }
    EXPECT_DEATH(*last = 1, "");
}

// The sanitizers' runtimes answer mlock themselves, always with success.
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)

// In a child whose limit of locked memory is zero (which also rules memfd_secret out), as another user: root is above
// the limit.
int create_without_locked_memory(Arena::Mode mode) {
    const pid_t child = fork();
    if (child == 0) {
        const rlimit none{0, 0};
        const bool limited = setrlimit(RLIMIT_MEMLOCK, &none) == 0 && (geteuid() != 0 || setuid(65534) == 0);
        if (!limited) _exit(9);
        const auto arena = Arena::create(arena_bytes, mode);
        if (!arena) _exit(arena.error().code == "arena_unprotected" ? 1 : 2);
        _exit((*arena)->protection() == "none (development)" ? 0 : 3);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Arena, WithoutLockedMemoryDevelopmentSaysSoAndProductionRefuses) {
    EXPECT_EQ(create_without_locked_memory(Arena::Mode::development), 0);
    EXPECT_EQ(create_without_locked_memory(Arena::Mode::production), 1);
}

#endif

}  // namespace
}  // namespace postern::vault::sealed
