#include "gateway/storage/postgres_directory.hpp"

#include "tests/gateway/storage/storage_fixture.hpp"

namespace postern::gateway {
namespace {

class DirectoryTest : public StorageTest {
protected:
    DirectoryTest() {
        const auto t = "'" + tenant_.text() + "'", s = "'" + store_id_.text() + "'";
        database_.execute("INSERT INTO tenants (tenant_id, name) VALUES (" + t + ", 'Bistro')");
        database_.execute("INSERT INTO stores (store_id, tenant_id, name, time_zone, cutoff_minutes, currency) VALUES (" + s +
                          ", " + t + ", 'Main', 'America/New_York', 240, 'USD')");
        database_.execute("INSERT INTO devices (device_id, tenant_id, store_id, name) VALUES ('" + device_id_.text() + "', " +
                          t + ", " + s + ", 'Bar')");
        database_.execute("INSERT INTO processor_accounts (account_id, tenant_id, store_id, processor, name) VALUES ('" +
                          account_id_.text() + "', " + t + ", " + s + ", 'mercury', 'Main')");
        database_.execute("INSERT INTO api_keys (key_id, tenant_id, name, key_digest) VALUES ('" +
                          ApiKeyId::create(now(), random_).text() + "', " + t + ", 'till', 'digest')");
    }
    std::string_view refusal(TenantId tenant, StoreId store, DeviceId device, std::optional<AccountId> account) {
        const auto found = run(fresh_.route(std::move(tenant), std::move(store), std::move(device), std::move(account)));
        return found ? "" : found.error().code;
    }
    PostgresDirectory fresh_{options_, std::chrono::milliseconds{0}};
    PostgresDirectory cached_{options_, std::chrono::hours{1}};
};

TEST_F(DirectoryTest, KnowsCallersByTheirKeysDigest) {
    const auto caller = run(fresh_.authenticate("digest"));
    ASSERT_TRUE(caller);
    EXPECT_EQ(caller->tenant_id, tenant_);
    EXPECT_EQ(run(fresh_.authenticate("other")).error().code, "bad_api_key");
    ASSERT_TRUE(run(cached_.authenticate("digest")));
    database_.execute("UPDATE api_keys SET enabled = false");
    EXPECT_FALSE(run(fresh_.authenticate("digest")));
    EXPECT_TRUE(run(cached_.authenticate("digest"))) << "for as long as the cache lives";
    database_.execute("UPDATE api_keys SET enabled = true; UPDATE tenants SET enabled = false");
    EXPECT_FALSE(run(fresh_.authenticate("digest")));
}

TEST_F(DirectoryTest, KnowsWhereAStoresPaymentsGo) {
    const auto found = run(fresh_.route(tenant_, store_id_, device_id_, std::nullopt));
    ASSERT_TRUE(found) << found.error().code;
    EXPECT_EQ(found->account_id, account_id_);
    EXPECT_EQ(found->processor, "mercury");
    EXPECT_EQ(found->store.time_zone, "America/New_York");
    EXPECT_EQ(found->store.cutoff_minutes, 240);
    EXPECT_EQ(found->store.currency, domain::Currency::usd);
    EXPECT_EQ(found->store.checks, domain::ChecksPolicy{});
    database_.execute("UPDATE stores SET avs_no_match = 'flag', cvv_no_match = 'void'");
    const domain::ChecksPolicy changed{domain::CheckAction::flag, domain::CheckAction::void_payment};
    EXPECT_EQ(run(fresh_.route(tenant_, store_id_, device_id_, std::nullopt))->store.checks, changed);
    EXPECT_EQ(found->store.offline_limit, std::chrono::minutes{1440});
}

TEST_F(DirectoryTest, RefusesWhatIsUnknownForeignOrDisabled) {
    const auto nobody = TenantId::create(now(), random_);
    EXPECT_EQ(refusal(nobody, store_id_, device_id_, std::nullopt), "unknown_store");
    EXPECT_EQ(refusal(tenant_, StoreId::create(now(), random_), device_id_, std::nullopt), "unknown_store");
    EXPECT_EQ(refusal(tenant_, store_id_, DeviceId::create(now(), random_), std::nullopt), "unknown_device");
    EXPECT_EQ(refusal(tenant_, store_id_, device_id_, AccountId::create(now(), random_)), "unknown_account");
    EXPECT_EQ(refusal(tenant_, store_id_, device_id_, account_id_), "");
    database_.execute("UPDATE devices SET enabled = false");
    EXPECT_EQ(refusal(tenant_, store_id_, device_id_, std::nullopt), "unknown_device");
    database_.execute("UPDATE stores SET enabled = false");
    EXPECT_EQ(refusal(tenant_, store_id_, device_id_, std::nullopt), "store_disabled");
}

}  // namespace
}  // namespace postern::gateway
