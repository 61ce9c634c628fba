#include "processors/mercury/sandbox/number_index.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::mercury::sandbox {
namespace {

TEST(NumberIndex, FindsEachOfManyAlsoWhereHashesMeet) {
    NumberIndex index;
    const auto is = [](std::int64_t wanted) { return [wanted](std::int64_t n) { return n == wanted; }; };
    EXPECT_EQ(index.find(1, is(1)), 0) << "an empty one";
    constexpr std::int64_t many = 10'000;
    const auto hash = [](std::int64_t n) { return static_cast<std::uint64_t>(n % 500) * 64; };  // twenty share each
    for (std::int64_t n = 1; n <= many; ++n) index.set(hash(n), n, is(n));
    for (std::int64_t n = 1; n <= many; ++n) ASSERT_EQ(index.find(hash(n), is(n)), n);
    EXPECT_EQ(index.find(hash(1), is(many + 1)), 0);
    index.clear();
    EXPECT_EQ(index.find(hash(1), is(1)), 0);
}
TEST(NumberIndex, ReplacesWhatHasTheSameKey) {
    NumberIndex index;
    const auto any = [](std::int64_t) { return true; };
    index.set(7, 1, any);
    index.set(7, 2, any);
    EXPECT_EQ(index.find(7, any), 2);
    EXPECT_EQ(index.find(7, [](std::int64_t n) { return n == 1; }), 0);
}
TEST(NumberIndex, HashesFieldsNotTheirSum) {
    EXPECT_NE(hash_of({"ab", "c"}), hash_of({"a", "bc"}));
    EXPECT_NE(hash_of({"a", "b"}), hash_of({"b", "a"}));
}

}  // namespace
}  // namespace postern::mercury::sandbox
