#include "vault/sealed/key_ring.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/seeded_random.hpp"

namespace postern::vault::sealed {
namespace {

class KeyRingTest : public testing::Test {
protected:
    KeyRing first_ring() {
        auto ring = *KeyRing::open(*arena, random, root, {});
        stored = *ring.create_missing(root);
        return ring;
    }
    Result<KeyRing> reopened() { return KeyRing::open(*arena, random, root, stored); }
    static std::string text_of(const SecretChars& secret) {
        return secret.lend([](std::span<const char> chars) { return std::string(chars.begin(), chars.end()); });
    }

    std::unique_ptr<Arena> arena = *Arena::create(16 * 1024, Arena::Mode::development);
    test::SeededRandom random;
    SecretChars root = *SecretChars::copy_of(*arena, std::string(32, 'r'));
    std::vector<WrappedKey> stored;
    const SealContext context{KeyPurpose::card, "ten_a", "crd_1", "number"};
};

TEST_F(KeyRingTest, FirstStartMakesOneKeyAPurposeAndOnlyOnce) {
    auto ring = first_ring();
    EXPECT_EQ(stored.size(), 5u);
    EXPECT_EQ(stored.front().purpose, KeyPurpose::kek);
    EXPECT_TRUE(ring.create_missing(root)->empty());
}

TEST_F(KeyRingTest, WhatIsSealedOpensAfterAReopen) {
    const auto sealed = *first_ring().seal(std::string_view{"secret"}, context);
    EXPECT_EQ(sealed.find("secret"), sealed.npos);
    const auto again = reopened();
    ASSERT_TRUE(again);
    EXPECT_EQ(text_of(*again->open_secret(sealed, context)), "secret");
    EXPECT_EQ(*again->open_text(sealed, context), "secret");
}

TEST_F(KeyRingTest, TheSameTextNeverSealsToTheSameBytes) {
    const auto ring = first_ring();
    EXPECT_NE(*ring.seal(std::string_view{"secret"}, context), *ring.seal(std::string_view{"secret"}, context));
}

TEST_F(KeyRingTest, ARowMovedElsewhereDoesNotOpen) {
    const auto ring = first_ring();
    const auto sealed = *ring.seal(std::string_view{"secret"}, context);
    const SealContext elsewhere[] = {
        {KeyPurpose::card, "ten_b", "crd_1", "number"},  {KeyPurpose::card, "ten_a", "crd_2", "number"},
        {KeyPurpose::card, "ten_a", "crd_1", "details"}, {KeyPurpose::reply, "ten_a", "crd_1", "number"},
        {KeyPurpose::card, "ten_acrd_1", "", "number"},
    };
    for (const auto& other : elsewhere) {
        EXPECT_EQ(ring.open_secret(sealed, other).error().code, "sealed_row_unreadable");
        EXPECT_EQ(ring.open_text(sealed, other).error().code, "sealed_row_unreadable");
    }
}

TEST_F(KeyRingTest, EveryChangedOrMissingByteIsRefused) {
    const auto ring = first_ring();
    const auto sealed = *ring.seal(std::string_view{"secret"}, context);
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto changed = sealed;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_FALSE(ring.open_secret(changed, context)) << i;
        EXPECT_FALSE(ring.open_secret(sealed.substr(0, i), context)) << i;
    }
    EXPECT_EQ(arena->use().small_used, 1u + 5u) << "nothing stays in the arena but root and keys";
}

TEST_F(KeyRingTest, ANewVersionSealsAndTheOldOneStillOpens) {
    auto ring = first_ring();
    const auto old_row = *ring.seal(std::string_view{"old"}, context);
    stored.push_back(*ring.create_version(KeyPurpose::card));
    EXPECT_EQ(stored.back().version, 2);
    const auto new_row = *ring.seal(std::string_view{"new"}, context);
    EXPECT_EQ(new_row[2], 2);
    const auto again = reopened();
    EXPECT_EQ(*again->open_text(old_row, context), "old");
    EXPECT_EQ(*again->open_text(new_row, context), "new");
    EXPECT_FALSE(ring.create_version(KeyPurpose::kek));
}

TEST_F(KeyRingTest, AnotherRootOrASwappedRowIsNoticedAtStart) {
    first_ring();
    const auto other_root = *SecretChars::copy_of(*arena, std::string(32, 'x'));
    EXPECT_EQ(KeyRing::open(*arena, random, other_root, stored).error().code, "keys_unreadable");
    std::swap(stored[1].wrapped, stored[2].wrapped);
    EXPECT_EQ(reopened().error().code, "keys_unreadable");
}

TEST_F(KeyRingTest, KeysWithoutTheirKekAreIncomplete) {
    first_ring();
    stored.erase(stored.begin());
    EXPECT_EQ(reopened().error().code, "keys_incomplete");
}

TEST_F(KeyRingTest, TheIndexIsTheSameForACardAndForNothingElse) {
    auto ring = first_ring();
    const std::string_view card = "4003000123456781";
    const auto index = *ring.card_index("ten_a", card);
    EXPECT_EQ(index.size(), 32u);
    EXPECT_EQ(index, *reopened()->card_index("ten_a", card));
    EXPECT_NE(index, *ring.card_index("ten_b", card));
    EXPECT_NE(index, *ring.card_index("ten_a", std::string_view{"4003000123456782"}));
    stored.push_back(*ring.create_version(KeyPurpose::index));
    EXPECT_EQ(ring.index_version(), 2);
    EXPECT_NE(index, *ring.card_index("ten_a", card));
}

TEST_F(KeyRingTest, AFullArenaRefusesToOpen) {
    const auto ring = first_ring();
    const auto sealed = *ring.seal(std::string_view{"secret"}, context);
    std::vector<Arena::Cell> cells;
    while (auto cell = arena->take(1)) cells.push_back(std::move(*cell));
    EXPECT_EQ(ring.open_secret(sealed, context).error().code, "arena_full");
}

struct KeyFileCase {
    const char* name;
    std::size_t bytes;
    mode_t mode;
    const char* error;
};
class KeyFile : public testing::TestWithParam<KeyFileCase> {};

TEST_P(KeyFile, IsReadOnlyIfWholeAndItsOwnersAlone) {
    const auto& [name, bytes, mode, error] = GetParam();
    const auto arena = *Arena::create(4096, Arena::Mode::development);
    const auto path = std::filesystem::temp_directory_path() / ("postern_root_key_" + std::to_string(getpid()) + name);
    std::ofstream(path, std::ios::binary) << std::string(bytes, 'k');
    chmod(path.c_str(), mode);
    const auto key = KeyRing::read_root_key(*arena, path.string());
    EXPECT_EQ(key ? "" : key.error().code, error);
    std::filesystem::remove(path);
}

INSTANTIATE_TEST_SUITE_P(Table, KeyFile, testing::Values(
    KeyFileCase{"whole", 32, 0400, ""},
    KeyFileCase{"short", 31, 0400, "root_key_unreadable"},
    KeyFileCase{"long", 33, 0400, "root_key_unreadable"},
    KeyFileCase{"group", 32, 0440, "root_key_unreadable"},
    KeyFileCase{"world", 32, 0404, "root_key_unreadable"}),
    [](const auto& test) { return test.param.name; });

TEST(KeyFileAlone, MissingIsRefused) {
    const auto arena = *Arena::create(4096, Arena::Mode::development);
    EXPECT_EQ(KeyRing::read_root_key(*arena, "/nonexistent/root.key").error().code, "root_key_unreadable");
}

}  // namespace
}  // namespace postern::vault::sealed
