#include "processors/wire/json_reader.hpp"

#include <gtest/gtest.h>

#include <random>

namespace postern::processors::wire {
namespace {

using Kind = JsonNode::Kind;

TEST(ReadJson, KeepsNumbersAsTheyStand) {
    const auto root = read_json(R"( {"amount": 1250, "rate": 1.50, "big": 92233720368547758080, "e": 1e2, "neg": -3} )");
    ASSERT_TRUE(root);
    EXPECT_EQ(integer_of(find_member(*root, "amount")), 1250);
    EXPECT_EQ(integer_of(find_member(*root, "neg")), -3);
    EXPECT_EQ(find_member(*root, "rate")->text, "1.50");
    for (const char* name : {"rate", "big", "e", "none"}) EXPECT_EQ(integer_of(find_member(*root, name)), std::nullopt) << name;
}

TEST(ReadJson, UnescapesTextAndKeepsOrder) {
    const auto root = read_json(R"({"a\u00e9": ["x\n\u20ac", true, null, {}], "b": "1"})");
    ASSERT_TRUE(root);
    EXPECT_EQ(root->names, (std::vector<std::string>{"aé", "b"}));
    const JsonNode& list = root->children[0];
    EXPECT_EQ(string_of(&list.children[0]), "x\n€");
    EXPECT_TRUE(list.children[1].boolean);
    EXPECT_EQ(list.children[2].kind, Kind::null);
    EXPECT_EQ(list.children[3].kind, Kind::object);
    EXPECT_EQ(integer_of(&root->children[1]), std::nullopt);  // "1" is a text
    EXPECT_EQ(string_of(&list), std::nullopt);
    EXPECT_EQ(find_member(list, "x"), nullptr);
}

TEST(ReadJson, RefusesWhatMeansTwoThingsOrNothing) {
    const auto code = [](std::string_view text) {
        const auto root = read_json(text, {.bytes_max = 64, .values_max = 6, .depth_max = 3});
        return root ? std::string("read") : std::string(root.error().code);
    };
    for (const char* text : {"", "{", "{\"a\":1", "{\"a\":1}x", "{a:1}", "[1,]", "// x\n1", "'a'", "{\"a\":01}", "\"\xFF\"",
                             "\"\xED\xA0\x80\"", "\"\\ud800\"", "\"\x01\"", "<html></html>", "{\"a\" 1}", "NaN", "1 2"})
        EXPECT_EQ(code(text), "malformed_json") << text;
    EXPECT_EQ(code(R"({"a":1,"a":1})"), "name_repeated");
    EXPECT_EQ(code(R"({"a":1,"\u0061":2})"), "name_repeated");
    EXPECT_EQ(code("[[[1]]]"), "read");
    EXPECT_EQ(code("[[[[]]]]"), "json_too_large");
    EXPECT_EQ(code("[1,2,3,4,5]"), "read");
    EXPECT_EQ(code("[1,2,3,4,5,6]"), "json_too_large");
    EXPECT_EQ(code('"' + std::string(63, 'x') + '"'), "json_too_large");
}

// Random documents, written by hand: read they give the tree that they were made from.
class Maker {
public:
    explicit Maker(std::uint64_t seed) : engine_{seed} {}
    JsonNode node(int depth) {
        JsonNode out;
        out.kind = static_cast<Kind>(below(depth > 4 ? 4 : 6));
        if (out.kind == Kind::boolean) out.boolean = below(2) == 0;
        if (out.kind == Kind::number) out.text = below(2) == 0 ? std::to_string(engine_()) : "-0.5e" + std::to_string(below(9));
        if (out.kind == Kind::string) out.text = text();
        if (out.kind != Kind::array && out.kind != Kind::object) return out;
        for (std::size_t i = below(4); i > 0; --i) {
            if (out.kind == Kind::object) out.names.push_back(text() + std::to_string(i));
            out.children.push_back(node(depth + 1));
        }
        return out;
    }

private:
    std::size_t below(std::size_t count) { return engine_() % count; }
    std::string text() {
        constexpr std::string_view pieces[] = {"\"", "\\", "/", "\n", "é", "€", "a", "{", "\x01", "\xF0\x9F\x98\x80"};
        std::string out;
        for (std::size_t i = below(5); i > 0; --i) out += pieces[below(std::size(pieces))];
        return out;
    }
    std::mt19937_64 engine_;
};
std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += std::string("\\") + c;
        else if (c == '\n') out += "\\n";
        else if (c == '\x01') out += "\\u0001";
        else out += c;
    }
    return out + '"';
}
std::string written(const JsonNode& node) {
    if (node.kind == Kind::null) return "null";
    if (node.kind == Kind::boolean) return node.boolean ? "true" : "false";
    if (node.kind == Kind::number) return node.text;
    if (node.kind == Kind::string) return in_quotes(node.text);
    const bool is_object = node.kind == Kind::object;
    std::string out;
    for (std::size_t i = 0; i < node.children.size(); ++i)
        out += (i ? " , " : "") + (is_object ? in_quotes(node.names[i]) + ":" : "") + written(node.children[i]);
    return is_object ? "{" + out + "}" : "[" + out + "]";
}

TEST(ReadJsonProperty, ReadsTheTreeThatWasWritten) {
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        const JsonNode tree = Maker{seed}.node(0);
        const std::string text = written(tree);
        const auto read = read_json(text);
        ASSERT_TRUE(read) << seed << ": " << text;
        ASSERT_EQ(*read, tree) << seed << ": " << text;
    }
}

}  // namespace
}  // namespace postern::processors::wire
