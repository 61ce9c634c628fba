#include "compliance/scan/sources.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace postern::compliance {
namespace {

constexpr std::string_view visa = "4003000123456781";

class Sources : public testing::Test {
protected:
    Sources() : matcher_{*forms_of(visa, 0)} {
        std::string pattern = testing::TempDir() + "/scanXXXXXX";
        folder_ = ::mkdtemp(pattern.data());
    }
    ~Sources() override { std::filesystem::remove_all(folder_); }
    void write(const std::string& name, const std::string& content) {
        std::ofstream(folder_ + "/" + name, std::ios::binary) << content;
    }
    Matcher matcher_;
    std::string folder_;
};

TEST_F(Sources, FindEveryPlantedFormInATree) {
    for (const Needle& needle : matcher_.needles()) write(needle.form, "before" + needle.bytes + "after");
    Scanner scanner(matcher_, {masked(visa)});
    scanner.scan_tree(folder_);
    for (const std::string& name : form_names()) {
        const auto& finds = scanner.report().finds;
        const bool found = std::ranges::any_of(finds, [&](const Find& find) {
            return find.form == name && find.where == folder_ + "/" + name && find.number == "400300******6781";
        });
        EXPECT_TRUE(found) << name;
    }
    EXPECT_EQ(scanner.report().places_read, form_names().size());
}

TEST_F(Sources, FindNothingInACleanTreeAndSayWhatWasRead) {
    write("log", "payment pay_0abc authorized, card 400300******6781, order 4003-0001");
    Scanner scanner(matcher_, {masked(visa)});
    scanner.scan_tree(folder_);
    EXPECT_EQ(scanner.report().finds_total, 0U);
    EXPECT_EQ(scanner.report().places_read, 1U);
    EXPECT_GT(scanner.report().bytes_read, 60U);
}

TEST_F(Sources, SayWhatTheyCouldNotRead) {
    Scanner scanner(matcher_, {masked(visa)});
    scanner.scan_tree(folder_ + "/absent");
    scanner.scan_memory(999'999'999);
    EXPECT_EQ(scanner.report().unreadable.size(), 2U);
}

// A process that holds the text in its environment, and nothing else of ours.
class Sleeper {
public:
    explicit Sleeper(std::string variable) {
        char name[] = "sleep", seconds[] = "60";
        char* arguments[] = {name, seconds, nullptr};
        char* environment[] = {variable.data(), nullptr};
        if (::posix_spawn(&pid_, "/bin/sleep", nullptr, nullptr, arguments, environment) != 0) std::abort();
    }
    ~Sleeper() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    Sleeper(const Sleeper&) = delete;
    pid_t pid() const { return pid_; }

private:
    pid_t pid_ = 0;
};

TEST_F(Sources, FindANumberInAnotherProcesssMemoryAndOnlyThere) {
    const Sleeper holder("CARD=4003 0001 2345 6781");
    const Sleeper innocent("CARD=400300******6781");
    Scanner scanner(matcher_, {masked(visa)});
    scanner.scan_memory(innocent.pid());
    EXPECT_EQ(scanner.report().finds_total, 0U);
    EXPECT_GT(scanner.report().bytes_read, 0U);
    scanner.scan_memory(holder.pid());
    ASSERT_GT(scanner.report().finds_total, 0U);
    EXPECT_EQ(scanner.report().finds.front().form, "spaced");
    EXPECT_EQ(scanner.report().finds.front().where, "memory of " + std::to_string(holder.pid()) + " ([stack])");
}

}  // namespace
}  // namespace postern::compliance
