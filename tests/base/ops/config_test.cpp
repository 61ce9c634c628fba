#include "base/ops/config.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace postern::ops {
namespace {

class Configs : public testing::Test {
protected:
    Configs() {
        char name[] = "/tmp/postern-config-XXXXXX";
        folder = mkdtemp(name);
    }
    ~Configs() override { std::filesystem::remove_all(folder); }
    std::string write(const std::string& name, std::string_view content, mode_t mode = 0600) {
        const auto path = folder + "/" + name;
        std::ofstream(path, std::ios::binary) << content;
        ::chmod(path.c_str(), mode);
        return path;
    }
    Config config(std::string_view content) { return std::move(Config::load(write("c.toml", content))).value(); }
    std::string folder;
};

TEST_F(Configs, ReadsEachType) {
    auto read = config("name = \"a\"\n[http]\nport = 8443\nhosts = [\"x\", \"y\"]\non = true\n"
                       "[peers.b]\nuid = 1\n[peers.a]\nuid = 2\n");
    EXPECT_EQ(read.text("name").value(), "a");
    EXPECT_EQ(read.integer("http.port", 1, 65535).value(), 8443);
    EXPECT_EQ(read.texts("http.hosts").value(), (std::vector<std::string>{"x", "y"}));
    EXPECT_TRUE(read.flag_or("http.on", false));
    EXPECT_EQ(read.text_or("absent", "fallback"), "fallback");
    EXPECT_EQ(read.tables("peers"), (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(read.has("peers.a.uid"));
    EXPECT_FALSE(read.has("peers.c.uid"));
    EXPECT_FALSE(read.refuse_unknown());  // peers.*.uid were not asked for
    EXPECT_EQ(read.integer_or("peers.a.uid", 0) + read.integer_or("peers.b.uid", 0), 3);
    EXPECT_TRUE(read.refuse_unknown());
}

TEST_F(Configs, SaysFileLineAndKey) {
    auto read = config("a = 1\n\n[http]\nport = 70000\n");
    const auto port = read.integer("http.port", 1, 65535);
    ASSERT_FALSE(port);
    EXPECT_EQ(port.error().code, "bad_config");
    EXPECT_EQ(port.error().detail, folder + "/c.toml:4: http.port: must be an integer from 1 to 65535");
    const auto unknown = read.refuse_unknown();
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().detail, folder + "/c.toml:1: a: unknown key");
}

TEST_F(Configs, RefusesWrongTypes) {
    auto read = config("text = 1\nnumber = \"1\"\nlist = [1]\nflag = \"true\"\n");
    EXPECT_FALSE(read.text("text"));
    EXPECT_FALSE(read.integer("number", 0, 9));
    EXPECT_FALSE(read.texts("list"));
    EXPECT_FALSE(read.text("missing"));
    EXPECT_TRUE(read.flag_or("flag", true));  // the wrong type is told by refuse_unknown
    const auto refused = read.refuse_unknown();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().detail, folder + "/c.toml:4: flag: wrong type");
}

TEST_F(Configs, RefusesWhatIsNoToml) {
    const auto refused = Config::load(write("bad.toml", "a = 1\nb = = 2\n"));
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().detail.starts_with(folder + "/bad.toml:2: ")) << refused.error().detail;
    EXPECT_FALSE(Config::load(folder + "/absent.toml"));
}

TEST_F(Configs, SecretFileMustBePrivate) {
    EXPECT_EQ(read_secret_file(write("good", std::string_view("k\0y", 3), 0400)).value(), std::string("k\0y", 3));
    EXPECT_FALSE(read_secret_file(write("group", "key", 0440)));
    EXPECT_FALSE(read_secret_file(write("others", "key", 0404)));
    EXPECT_FALSE(read_secret_file(folder));
    EXPECT_FALSE(read_secret_file(folder + "/absent"));
    EXPECT_FALSE(read_secret_file(write("large", std::string(64 * 1024, 'x'))));
}

}  // namespace
}  // namespace postern::ops
