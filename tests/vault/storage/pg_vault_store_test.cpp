#include "vault/storage/pg_vault_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <pqxx/pqxx>

#include "tests/vault/storage/vault_database.hpp"

namespace postern::vault {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

PgVaultStoreOptions options(std::string connection) {
    PgVaultStoreOptions chosen;
    chosen.connection_string = std::move(connection);
    return chosen;
}

// The machine's clock: the queue measures deadlines against it.
class PgVaultStoreTest : public testing::Test {
protected:
    template <class T>
    T run(asio::awaitable<T> call) {
        asio::io_context context;
        std::optional<T> result;
        asio::co_spawn(
            context, [&]() -> asio::awaitable<void> { result = co_await std::move(call); }, asio::detached);
        context.run();
        return std::move(*result);
    }
    Instant soon() const { return clock.instant() + 5s; }
    void end_all_sessions() {
        pqxx::connection admin(vault_database().as("postgres"));
        pqxx::nontransaction(admin).exec(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postern_keeper'");
    }

    SystemClock clock;
    Rows& make = Rows::shared();
    PgVaultStore store{options(keeper_connection()), clock};
};

TEST_F(PgVaultStoreTest, ManyTokenizationsAtOnceShareTheirCards) {
    constexpr int many = 200;
    const std::string indexes[] = {make.index(), make.index(), make.index()};
    std::vector<NewToken> tokens;
    for (int i = 0; i < many; ++i) tokens.push_back(make.token(indexes[i % 3]));
    asio::io_context context;
    int stored = 0;
    for (const auto& token : tokens)
        asio::co_spawn(
            context,
            [&]() -> asio::awaitable<void> {
                const auto status = co_await store.insert_token(token, soon());
                EXPECT_TRUE(status) << status.error().code;
                ++stored;
            },
            asio::detached);
    context.run();
    EXPECT_EQ(stored, many);
    const auto first = run(store.find_token(tokens[0].token));
    ASSERT_TRUE(first);
    for (int i = 0; i < many; i += 3)
        EXPECT_EQ(run(store.find_token(tokens[static_cast<std::size_t>(i)].token))->card_id, first->card_id);
    EXPECT_NE(run(store.find_token(tokens[1].token))->card_id, first->card_id);
}

TEST_F(PgVaultStoreTest, ADeadlineThatPassedStoresNothing) {
    const auto token = make.token(make.index());
    const auto status = run(store.insert_token(token, clock.instant() - 1s));
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(run(store.find_token(token.token)).error().code, "token_not_found");
}

TEST_F(PgVaultStoreTest, ReadsOutliveALostSession) {
    const auto token = make.token(make.index());
    ASSERT_TRUE(run(store.insert_token(token, soon())));
    ASSERT_TRUE(run(store.find_token(token.token)));
    end_all_sessions();
    EXPECT_TRUE(run(store.find_token(token.token)));
    end_all_sessions();
    EXPECT_EQ(run(store.find_reply(make.attempt())).error().code, "reply_not_found");
}

TEST_F(PgVaultStoreTest, DeletesByTenant) {
    const auto token = make.token(make.index());
    ASSERT_TRUE(run(store.insert_token(token, soon())));
    EXPECT_FALSE(run(store.delete_token(*TenantId::parse(make.id("ten_")), token.token)));
    EXPECT_TRUE(run(store.delete_token(token.tenant_id, token.token)));
    EXPECT_EQ(run(store.find_token(token.token))->state, TokenState::deleted);
}

// Someone changes the rows past the store: what it left for the message shows the row as it was, once.
TEST_F(PgVaultStoreTest, AMessageGetsTheRowThatWasDescribedForIt) {
    const auto token = make.token(make.index());
    const StoredAccount account{*AccountId::parse(make.id("acct_")), token.tenant_id, "mercury", "sealed", true};
    ASSERT_TRUE(run(store.insert_token(token, soon())));
    ASSERT_TRUE(run(store.put_account(account)));
    ASSERT_TRUE(run(store.find_for_message(account.account_id, {})));
    ASSERT_TRUE(run(store.find_token(token.token)));
    pqxx::connection admin(vault_database().as("postgres"));
    pqxx::nontransaction(admin).exec("UPDATE tokens SET last4 = '0000' WHERE token = '" + token.token.text() + "'");
    EXPECT_EQ(run(store.find_for_message(account.account_id, token.token))->token->last4, token.last4);
    EXPECT_EQ(run(store.find_for_message(account.account_id, token.token))->token->last4, "0000");
}

TEST_F(PgVaultStoreTest, WhatIsChangedIsReadAnew) {
    const auto token = make.token(make.index());
    const StoredAccount account{*AccountId::parse(make.id("acct_")), token.tenant_id, "mercury", "sealed", true};
    ASSERT_TRUE(run(store.insert_token(token, soon())));
    ASSERT_TRUE(run(store.put_account(account)));
    const auto read = [&] {
        EXPECT_TRUE(run(store.find_for_message(account.account_id, {})));
        EXPECT_TRUE(run(store.find_token(token.token)));
    };
    const auto found = [&] { return *run(store.find_for_message(account.account_id, token.token)); };
    read();
    ASSERT_TRUE(run(store.mark_one_time_used({token.token})));
    EXPECT_EQ(found().token->one_time_used, token.given.security_code);
    read();
    ASSERT_TRUE(run(store.delete_token(token.tenant_id, token.token)));
    EXPECT_EQ(found().token->state, TokenState::deleted);
    read();
    ASSERT_TRUE(run(store.disable_account(account.account_id)));
    EXPECT_FALSE(found().account.enabled);
    read();
    ASSERT_TRUE(run(store.put_account(account)));
    EXPECT_TRUE(found().account.enabled);
}

TEST_F(PgVaultStoreTest, MarksUsedCodes) {
    const auto token = make.token(make.index());
    EXPECT_TRUE(run(store.insert_token(token, soon())));
    EXPECT_FALSE(run(store.find_token(token.token))->one_time_used);
    EXPECT_TRUE(run(store.mark_one_time_used({token.token})));
    EXPECT_TRUE(run(store.find_token(token.token))->one_time_used);
}

TEST_F(PgVaultStoreTest, AccountsAndCallerKeys) {
    const StoredAccount account{*AccountId::parse(make.id("acct_")), *TenantId::parse(Rows::tenant_text), "mercury",
                                "sealed", true};
    EXPECT_TRUE(run(store.put_account(account)));
    EXPECT_TRUE(run(store.disable_account(account.account_id)));
    EXPECT_FALSE(run(store.find_for_message(account.account_id, {}))->account.enabled);
    const auto no_token = *CardToken::parse(make.id("tok_"));
    EXPECT_EQ(run(store.find_for_message(account.account_id, no_token)).error().code, "token_not_found");
    const auto no_account = *AccountId::parse(make.id("acct_"));
    EXPECT_EQ(run(store.find_for_message(no_account, no_token)).error().code, "account_not_found");
    const CallerKey key{*ApiKeyId::parse(make.id("key_")), account.tenant_id, make.index(), true};
    EXPECT_TRUE(run(store.put_caller_key(key)));
    EXPECT_EQ(run(store.find_caller_key(key.digest))->key_id, key.key_id);
    EXPECT_TRUE(run(store.disable_caller_key(key.key_id)));
    EXPECT_FALSE(run(store.find_caller_key(key.digest))->enabled);
    EXPECT_EQ(run(store.find_caller_key(make.index())).error().code, "caller_key_not_found");
}

TEST_F(PgVaultStoreTest, RepliesCarryTheHeadAlong) {
    const auto key = make.attempt();
    const JournalHead head{make.id(""), 7, {9}};
    EXPECT_TRUE(run(store.keep_reply(key, "sealed", head)));
    EXPECT_EQ(*run(store.find_reply(key)), "sealed");
    EXPECT_EQ(**store.read_head(), head);
    JournalHead later = head;
    later.sequence = 8;
    EXPECT_TRUE(run(store.remember_head(later)));
    EXPECT_EQ(**store.read_head(), later);
    EXPECT_TRUE(run(store.prove_commit()));
}

TEST_F(PgVaultStoreTest, KeysOfAnotherKeeperAreAConflict) {
    const std::vector<StoredKey> keys{{"reply", 7, "w"}};
    EXPECT_TRUE(store.insert_keys(keys));
    EXPECT_EQ(store.insert_keys(keys).error().code, "keys_conflict");
    const auto read = store.read_keys();
    ASSERT_TRUE(read);
    EXPECT_TRUE(std::ranges::any_of(*read, [](const StoredKey& key) { return key.purpose == "reply" && key.version == 7; }));
}

TEST_F(PgVaultStoreTest, WithoutADatabaseEverythingIsUnavailable) {
    PgVaultStore lost{options("host=/nonexistent dbname=vault user=postern_keeper connect_timeout=1"), clock};
    const auto token = make.token(make.index());
    EXPECT_EQ(run(lost.insert_token(token, soon())).error().kind, ErrorKind::unavailable);
    EXPECT_EQ(run(lost.find_token(token.token)).error().kind, ErrorKind::unavailable);
    EXPECT_EQ(run(lost.prove_commit()).error().kind, ErrorKind::unavailable);
    EXPECT_EQ(lost.read_keys().error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace postern::vault
