#include "base/sql/waiting_line.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::sql {
namespace {

struct Item {
    std::string name;
    std::uint64_t route;
};

std::string names(const std::vector<Item>& batch) {
    std::string text;
    for (const auto& item : batch) text += item.name;
    return text;
}

TEST(WaitingLine, TakesWhatWaitsUpToTheLimit) {
    WaitingLine<Item> line{10};
    for (const auto* name : {"a", "b", "c"}) EXPECT_FALSE(line.push({name, static_cast<std::uint64_t>(*name)}));
    EXPECT_EQ(names(line.next_batch(2)), "ab");
    EXPECT_EQ(names(line.next_batch(2)), "c");
}

TEST(WaitingLine, NeverTakesOneRouteTwiceAndKeepsItsOrder) {
    WaitingLine<Item> line{10};
    for (const auto& item : {Item{"a", 1}, Item{"b", 1}, Item{"c", 2}, Item{"d", 1}}) EXPECT_FALSE(line.push(item));
    EXPECT_EQ(names(line.next_batch(10)), "ac");
    EXPECT_EQ(names(line.next_batch(10)), "b");
    EXPECT_EQ(names(line.next_batch(10)), "d");
}

TEST(WaitingLine, GivesBackWhatDoesNotFit) {
    WaitingLine<Item> line{1};
    EXPECT_FALSE(line.push({"a", 1}));
    const auto back = line.push({"b", 2});
    ASSERT_TRUE(back);
    EXPECT_EQ(back->name, "b");
}

TEST(WaitingLine, DrainsAfterItIsClosed) {
    WaitingLine<Item> line{10};
    EXPECT_FALSE(line.push({"a", 1}));
    line.close();
    EXPECT_TRUE(line.push({"b", 2}));
    EXPECT_EQ(names(line.next_batch(10)), "a");
    EXPECT_TRUE(line.next_batch(10).empty());
}

}  // namespace
}  // namespace postern::sql
