#include "processors/wire/form_tree.hpp"

#include <gtest/gtest.h>

#include <random>

#include "processors/wire/serialize.hpp"

namespace postern::processors::wire {
namespace {

using vault::Leaf;
using vault::Slot;

FormNode leaf(std::string name, std::string value) { return {std::move(name), Leaf{std::move(value)}}; }
FormNode branch(std::string name, FormTree children) { return {std::move(name), std::move(children)}; }

std::string body_of(const FormTree& tree) {
    auto form = flatten(tree);
    if (!form) return "error " + std::string(form.error().code);
    vault::MessageTree message;
    message.path_template = "/v1";
    message.body = std::move(*form);
    const auto bytes = serialize_http(message, "h", "application/x-www-form-urlencoded", [](Slot, wiped::Bytes& out) {
        for (const char c : std::string_view("4&2 ")) out.push_back(c);
        return Status{};
    });
    const std::string text(bytes->data(), bytes->size());
    return text.substr(text.find("\r\n\r\n") + 4);
}

TEST(FormTree, NestsNamesByBrackets) {
    const FormTree tree{leaf("type", "card"),
                        branch("card", {{"number", Leaf{Slot::card_number}}, leaf("note", "a b&c=d")}),
                        branch("types", {leaf("0", "x"), branch("1", {leaf("y", "é")})})};
    EXPECT_EQ(body_of(tree), "type=card&card%5Bnumber%5D=4%262%20&card%5Bnote%5D=a%20b%26c%3Dd&types%5B0%5D=x&"
                             "types%5B1%5D%5By%5D=%C3%A9");
}

struct RefusedTree {
    std::string name;
    FormTree tree;
    std::string code;
};
TEST(FormTree, RefusesWhatCouldBeReadAsAnother) {
    FormTree deep{leaf("x", "1")};
    for (std::size_t i = 0; i < form_depth_max; ++i) deep = {branch("x", deep)};
    for (const RefusedTree& row : {RefusedTree{"bracket", {leaf("a[b]", "1")}, "malformed_name"},
                                   RefusedTree{"empty", {leaf("", "1")}, "malformed_name"},
                                   RefusedTree{"space", {leaf("a b", "1")}, "malformed_name"},
                                   RefusedTree{"twice", {leaf("a", "1"), leaf("a", "2")}, "malformed_name"},
                                   RefusedTree{"leaf_and_branch", {leaf("a", "1"), branch("a", {leaf("b", "2")})}, "malformed_name"},
                                   RefusedTree{"empty_branch", {branch("a", {})}, "malformed_tree"},
                                   RefusedTree{"deep", deep, "malformed_tree"}})
        EXPECT_EQ(body_of(row.tree), "error " + row.code) << row.name;
}

TEST(ReadForm, ReadsWhatOthersWrite) {
    const auto tree = read_form("a=1+2&card[number]=%34%32&b=&card%5Bexp%5D=7");
    ASSERT_TRUE(tree);
    EXPECT_EQ(*find_text(*tree, {"a"}), "1 2");
    EXPECT_EQ(*find_text(*tree, {"card", "number"}), "42");
    EXPECT_EQ(*find_text(*tree, {"card", "exp"}), "7");
    EXPECT_EQ(*find_text(*tree, {"b"}), "");
    EXPECT_EQ(find_text(*tree, {"card"}), nullptr);
    EXPECT_EQ(find_text(*tree, {"card", "number", "x"}), nullptr);
    EXPECT_TRUE(read_form("")->empty());
}

TEST(ReadForm, RefusesWhatMeansTwoThings) {
    const auto code = [](std::string_view text) {
        const auto tree = read_form(text, {.bytes_max = 64, .fields_max = 3});
        return tree ? std::string("read") : std::string(tree.error().code);
    };
    for (const char* text : {"a", "a=%", "a=%4", "a=%zz", "=1", "&a=1", "a=1&", "a=1&&b=2", "a[=1", "a]=1", "a[b=1", "a[]=1",
                             "a[b]c=1", "a=%FF", "a=%00", "a=%ED%A0%80", "a%20=1", "x[x][x][x][x][x][x][x][x]=1"})
        EXPECT_EQ(code(text), "malformed_form") << text;
    for (const char* text : {"a=1&a=1", "a=1&a[b]=2", "a[b]=2&a=1", "a[b]=1&%61[b]=2"}) EXPECT_EQ(code(text), "name_repeated") << text;
    EXPECT_EQ(code("a=1&b=1&c=1&d=1"), "form_too_large");
    EXPECT_EQ(code("a=" + std::string(63, 'x')), "form_too_large");
    EXPECT_EQ(code("a=1&b=1&c=1"), "read");
}

// Random trees with awkward texts: written and read they are the same.
class Maker {
public:
    explicit Maker(std::uint64_t seed) : engine_{seed} {}
    FormTree tree(std::size_t depth) {
        FormTree out;
        for (std::size_t i = 0, count = 1 + below(4); i < count; ++i) {
            FormNode node{"n" + std::to_string(i) + std::string(1, "_-.Z"[below(4)]), Leaf{text()}};
            if (depth < form_depth_max && below(3) == 0) node.content = tree(depth + 1);
            out.push_back(std::move(node));
        }
        return out;
    }

private:
    std::size_t below(std::size_t count) { return engine_() % count; }
    std::string text() {
        constexpr std::string_view pieces[] = {"&", "=", "%", "+", " ", "[", "]", "a", "\n", "é", "€", "\x01", "#", "%41"};
        std::string out;
        for (std::size_t i = below(6); i > 0; --i) out += pieces[below(std::size(pieces))];
        return out;
    }
    std::mt19937_64 engine_;
};

TEST(FormTreeProperty, WhatIsWrittenReadsTheSame) {
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        const FormTree tree = Maker{seed}.tree(1);
        const std::string body = body_of(tree);
        const auto read = read_form(body);
        ASSERT_TRUE(read) << seed << ": " << body;
        ASSERT_EQ(*read, tree) << seed << ": " << body;
    }
}

}  // namespace
}  // namespace postern::processors::wire
