#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/crypto/digest.hpp"
#include "gateway/cli/vault_admin.hpp"
#include "tests/gateway/cli/fake_keeper.hpp"

namespace postern::gateway::cli {
namespace {

const std::string id_tail = "00000000000samp1eanyxyzabc";

class VaultAdminTest : public testing::Test {
protected:
    ~VaultAdminTest() override { std::filesystem::remove_all(folder_); }
    std::string folder_ = temporary_folder();
    std::string socket_ = folder_ + "/admin.sock";
    VaultAdmin admin_{socket_, "ada"};
    AccountId account_ = *AccountId::parse("acct_" + id_tail);
    TenantId tenant_ = *TenantId::parse("ten_" + id_tail);
};

TEST_F(VaultAdminTest, SendsCredentialsInTheSecretPartAlone) {
    FakeKeeper keeper{socket_};
    const VaultAdmin::Credentials credentials{wiped::Text{"merchant-7"}, wiped::Text{"pa55 word"}};
    ASSERT_TRUE(admin_.put_account(account_, tenant_, "mercury", credentials));
    EXPECT_EQ(keeper.request.put_account().account_id(), account_.text());
    EXPECT_EQ(keeper.request.put_account().tenant_id(), tenant_.text());
    EXPECT_EQ(keeper.request.put_account().destination(), "mercury");
    EXPECT_EQ(keeper.request.operator_(), "ada");
    EXPECT_EQ(keeper.secret, std::string("\0\x0amerchant-7\0\x09pa55 word", 23));
    EXPECT_EQ(keeper.request.SerializeAsString().find("pa55"), std::string::npos);
}

TEST_F(VaultAdminTest, SendsOnlyTheDigestOfAKey) {
    FakeKeeper keeper{socket_};
    ASSERT_TRUE(admin_.put_caller_key(*ApiKeyId::parse("key_" + id_tail), tenant_, "pk_abc"));
    const auto digest = crypto::sha256("pk_abc");
    EXPECT_EQ(keeper.request.put_caller_key().key_digest(), std::string(digest.begin(), digest.end()));
    EXPECT_EQ(keeper.request.SerializeAsString().find("pk_abc"), std::string::npos);
}

TEST_F(VaultAdminTest, TellsARefusalAndASilence) {
    EXPECT_EQ(admin_.disable_account(account_).error().kind, ErrorKind::unavailable);
    wire::AdminReply refusal;
    refusal.mutable_failure()->set_code("account_unknown");
    refusal.mutable_failure()->set_kind("not_found");
    FakeKeeper keeper{socket_, refusal};
    const auto refused = admin_.disable_account(account_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::not_found);
    EXPECT_NE(refused.error().detail.find("account_unknown"), std::string::npos);
}

struct SecretFileCase {
    std::string name, content;
    mode_t mode;
    std::string line, code;
    friend void PrintTo(const SecretFileCase& c, std::ostream* printed) { *printed << c.name; }
};
class SecretFile : public testing::TestWithParam<SecretFileCase> {};
TEST_P(SecretFile, IsReadOnlyWhereOthersCannot) {
    const auto& [name, content, mode, line, code] = GetParam();
    const std::string folder = temporary_folder();
    const std::string path = folder + "/secret";
    std::ofstream{path} << content;
    ::chmod(path.c_str(), mode);
    const auto read = read_secret_line(path);
    EXPECT_EQ(read ? read->view() : "", line);
    EXPECT_EQ(read ? "" : read.error().code, code);
    std::filesystem::remove_all(folder);
}
INSTANTIATE_TEST_SUITE_P(
    Table, SecretFile,
    testing::Values(SecretFileCase{"one_line", "word\n", 0600, "word", ""},
                    SecretFileCase{"first_line", "word \r\nnote", 0400, "word ", ""},
                    SecretFileCase{"empty", "\n", 0600, "", "secret_file_empty"},
                    SecretFileCase{"group_reads", "word", 0640, "", "secret_file_open_to_others"},
                    SecretFileCase{"others_read", "word", 0604, "", "secret_file_open_to_others"}),
    [](const auto& test) { return test.param.name; });

TEST(SecretFiles, AreNewAndForOneOwner) {
    const std::string folder = temporary_folder();
    const std::string path = folder + "/key";
    ASSERT_TRUE(write_secret_file(path, "sk_x\n"));
    struct stat about {};
    ASSERT_EQ(::stat(path.c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777, 0600U);
    EXPECT_EQ(write_secret_file(path, "sk_y\n").error().code, "file_exists");
    EXPECT_EQ(read_secret_line(path)->view(), "sk_x");
    EXPECT_EQ(read_secret_line(folder + "/absent").error().code, "secret_file_unreadable");
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace postern::gateway::cli
