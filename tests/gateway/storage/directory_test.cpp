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
    Awaitable<int> keep_breaker(bool is_open) {
        co_await fresh_.note_breaker(account_id_, is_open);
        co_return 0;
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
    EXPECT_EQ(found->accounts, (std::vector{domain::RouteAccount{account_id_, "mercury"}}));
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

TEST_F(DirectoryTest, ReadsTheRulesOfTheMerchantAndTheStoreInTheirOrder) {
    const auto insert = [this](const std::string& last, const std::string& store, const std::string& priority, bool enabled) {
        database_.execute("INSERT INTO route_rules (rule_id, tenant_id, store_id, name, priority, brands, fundings, bins, currency, "
                          "amount_min_minor, valid_from, accounts, enabled) VALUES ('rule_0000000000000000000000000" + last + "', '" +
                          tenant_.text() + "', " + store + ", 'rule " + last + "', " + priority +
                          ", 'visa,amex', '', '4', 'USD', 100, '2026-01-01T00:00:00Z', 'mercury', " + (enabled ? "true" : "false") + ")");
    };
    database_.execute("INSERT INTO stores (store_id, tenant_id, name, time_zone, cutoff_minutes, currency) VALUES ('other', '" +
                      tenant_.text() + "', 'Other', 'UTC', 0, 'USD')");
    insert("1", "NULL", "7", true);
    insert("2", "'" + store_id_.text() + "'", "5", true);
    insert("3", "'other'", "1", true);
    insert("4", "NULL", "1", false);
    const auto found = run(fresh_.route(tenant_, store_id_, device_id_, std::nullopt));
    ASSERT_TRUE(found);
    ASSERT_EQ(found->rules.size(), 2U);
    EXPECT_EQ(found->rules[0].name, "rule 2");
    EXPECT_EQ(found->rules[1].name, "rule 1");
    EXPECT_EQ(found->rules[0].store, store_id_);
    EXPECT_FALSE(found->rules[1].store);
    EXPECT_EQ(found->rules[1].brands, (std::vector<std::string>{"visa", "amex"}));
    EXPECT_EQ(found->rules[1].amount_min, 100);
    EXPECT_EQ(found->rules[1].from, Timestamp{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}});
    EXPECT_TRUE(run(fresh_.route(tenant_, store_id_, device_id_, account_id_))->rules.empty()) << "a named account wins";
}

TEST_F(DirectoryTest, TakesTheBinTableThatWasActivatedLast) {
    const auto version = [&] { return run(fresh_.bins())->version(); };
    const auto insert = [this](const std::string& name, const std::string& rows, const std::string& active_since) {
        database_.execute("INSERT INTO bin_tables (version, content, digest, ranges, active_since) VALUES ('" + name +
                          "', E'version," + name + "\\nfirst,last,brand,funding,country,note\\n" + rows + "', 'digest of " + name +
                          "', 1, " + active_since + ")");
    };
    EXPECT_EQ(version(), "shipped-1");
    insert("a", "411111,411111,visa,debit,FR,", "now()");
    EXPECT_EQ(version(), "a");
    EXPECT_EQ(run(fresh_.bins())->look_up("411111").country, "FR");
    insert("b", "411111,411111,visa,debit,CA,", "now() + interval '1 second'");
    EXPECT_EQ(version(), "b");
    database_.execute("UPDATE bin_tables SET active_since = now() + interval '2 seconds' WHERE version = 'a'");
    EXPECT_EQ(version(), "a");
    insert("broken", "411111", "now() + interval '3 seconds'");
    EXPECT_EQ(version(), "a") << "what does not read changes nothing";
}

TEST_F(DirectoryTest, KeepsWhatWasToldOfABreakerLast) {
    run(keep_breaker(true));
    run(keep_breaker(false));
    EXPECT_EQ(value("SELECT account_id || ' ' || is_open FROM account_breakers"), account_id_.text() + " false");
}

}  // namespace
}  // namespace postern::gateway
