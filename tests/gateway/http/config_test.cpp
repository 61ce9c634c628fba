#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gateway/http/gateway_config.hpp"

namespace postern::gateway {
namespace {

// A whole configuration with one place replaced.
Result<GatewayConfig> read_with(const std::string& from, const std::string& to) {
    std::string text = R"(mode = "development"
instance = "one"
[http]
address = "127.0.0.1"
port = 8443
certificate_file = "cert.pem"
key_file = "key.pem"
[database]
connection = "dbname=gateway"
[evidence]
key_file = "evidence.key"
[vault]
socket = "gateway.sock"
users = ["root"]
)";
    if (!from.empty()) text.replace(text.find(from), from.size(), to);
    std::string folder = (std::filesystem::temp_directory_path() / "postern-config-XXXXXX").string();
    if (!::mkdtemp(folder.data())) return Error{};
    std::ofstream{folder + "/gateway.toml"} << text;
    auto config = ops::Config::load(folder + "/gateway.toml");
    std::filesystem::remove_all(folder);
    if (!config) return config.error();
    return read_gateway_config(std::move(*config));
}

TEST(GatewayConfigFile, HasDefaultsForWhatIsNotSaid) {
    const auto config = read_with("", "");
    ASSERT_TRUE(config) << config.error().detail;
    EXPECT_EQ(config->port, 8443);
    EXPECT_GE(config->threads, 1U);
    EXPECT_EQ(config->drain_max, std::chrono::seconds{15});
    EXPECT_TRUE(config->resolver_enabled);
    EXPECT_EQ(config->vault_uids, std::vector<uid_t>{0});
}

struct ConfigCase {
    std::string name, from, to, detail;
    friend void PrintTo(const ConfigCase& c, std::ostream* printed) { *printed << c.name; }
};
class GatewayConfigRefuses : public testing::TestWithParam<ConfigCase> {};
TEST_P(GatewayConfigRefuses, WithTheKeyThatIsWrong) {
    const auto config = read_with(GetParam().from, GetParam().to);
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code, "bad_config");
    EXPECT_NE(config.error().detail.find(GetParam().detail), std::string::npos) << config.error().detail;
}
INSTANTIATE_TEST_SUITE_P(
    Table, GatewayConfigRefuses,
    testing::Values(ConfigCase{"misspelt", "address", "adress", "address"},
                    ConfigCase{"unknown", "port = 8443", "port = 8443\nporrt = 1", "porrt"},
                    ConfigCase{"port", "8443", "65536", "http.port"}, ConfigCase{"mode", "development", "test", "mode"},
                    ConfigCase{"wrong_type", "\"one\"", "1", "instance"},
                    ConfigCase{"user", "\"root\"", "\"nobody-such\"", "nobody-such"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace postern::gateway
