#include "vault/storage/rows.hpp"

#include <thread>

#include "tests/vault/storage/vault_database.hpp"
#include "vault/storage/statements.hpp"

namespace postern::vault {
namespace {

class RowsTest : public testing::Test {
protected:
    RowsTest() { prepare_statements(connection); }
    // In a transaction of its own.
    template <class Work>
    auto commit(Work work_on) {
        pqxx::work tx(connection);
        auto result = work_on(tx);
        tx.commit();
        return result;
    }
    template <class Work>
    auto alone(Work work_on) {
        pqxx::nontransaction statements(connection);
        return work_on(statements);
    }
    rows::LookedUp look_up(rows::LookUp wanted) {
        rows::LookUp* const batch[] = {&wanted};
        return alone([&](sql::Alone& reading) { return rows::look_up(reading, batch); }).front();
    }
    std::vector<Status> insert(std::vector<NewToken> tokens) {
        std::vector<NewToken*> batch;
        for (auto& token : tokens) batch.push_back(&token);
        return commit([&](pqxx::work& tx) { return rows::insert_tokens(tx, batch); });
    }
    Result<StoredToken> find(CardToken token) {
        return look_up({{}, token}).token;
    }
    int count(const std::string& table) {
        return commit([&](pqxx::work& tx) { return tx.exec1("SELECT count(*) FROM " + table)[0].as<int>(); });
    }

    pqxx::connection connection{keeper_connection()};
    Rows& make = Rows::shared();
};

TEST_F(RowsTest, ATokenComesBackAsItWasStored) {
    const auto token = make.token(make.index());
    EXPECT_TRUE(insert({token}).front());
    const auto found = find(token.token);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->tenant_id, token.tenant_id);
    EXPECT_EQ(found->state, TokenState::active);
    EXPECT_EQ(found->card_id, token.card_id);
    EXPECT_EQ(found->sealed_number, token.sealed_number);
    EXPECT_EQ(found->sealed_details, "details");
    EXPECT_EQ(found->bin6 + found->last4 + found->brand, "4003006781visa");
    EXPECT_EQ(found->expiry_month, 12);
    EXPECT_EQ(found->expiry_year, 2030);
    EXPECT_EQ(found->given, token.given);
    EXPECT_FALSE(found->one_time_used);
}

TEST_F(RowsTest, ManyTokensOfOneCardInABatchShareItsRow) {
    const auto index = make.index();
    const std::vector<NewToken> tokens{make.token(index), make.token(make.index()), make.token(index)};
    for (const auto& verdict : insert(tokens)) EXPECT_TRUE(verdict);
    const auto first = find(tokens[0].token), other = find(tokens[1].token), second = find(tokens[2].token);
    ASSERT_TRUE(first && other && second);
    EXPECT_EQ(first->card_id, second->card_id);
    EXPECT_EQ(first->sealed_number, second->sealed_number);
    EXPECT_EQ(first->sealed_number, first->card_id == tokens[0].card_id ? tokens[0].sealed_number
                                                                         : tokens[2].sealed_number);
    EXPECT_NE(first->card_id, other->card_id);
}

TEST_F(RowsTest, ALaterTokenOfAKnownCardAddsNoCard) {
    const auto index = make.index();
    const auto first = make.token(index), second = make.token(index);
    insert({first});
    const int cards = count("cards");
    EXPECT_TRUE(insert({second}).front());
    EXPECT_EQ(count("cards"), cards);
    EXPECT_EQ(find(second.token)->card_id, first.card_id);
    EXPECT_EQ(find(second.token)->sealed_number, first.sealed_number);
}

// The other session has inserted the card and not committed: this one waits, finds nothing in its snapshot, and must
// look again.
TEST_F(RowsTest, ACardThatAnotherSessionIsCommittingIsShared) {
    const auto index = make.index();
    auto theirs = make.token(index);
    const auto ours = make.token(index);
    pqxx::connection other_connection{keeper_connection()};
    prepare_statements(other_connection);
    pqxx::work other(other_connection);
    NewToken* const batch[] = {&theirs};
    EXPECT_TRUE(rows::insert_tokens(other, batch).front());
    const int our_process = connection.backendpid();
    std::thread committer([&] {
        pqxx::connection watching{vault_database().as("postgres")};
        for (bool waits = false; !waits;) {
            pqxx::nontransaction look(watching);
            waits = look.exec_params1("SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = $1",
                                      our_process)[0].as<bool>(false);
        }
        other.commit();
    });
    const auto verdicts = insert({ours});
    committer.join();
    ASSERT_TRUE(verdicts.front());
    EXPECT_EQ(find(ours.token)->card_id, theirs.card_id);
}

TEST_F(RowsTest, EachExtraHasAColumnOfItsOwn) {
    const auto swiped = CardEntry::swiped, encrypted = CardEntry::encrypted;
    for (const CardExtras given : {CardExtras{true}, {false, true}, {false, false, true}, {false, false, false, true},
                                   {.track1 = true, .entry = swiped}, {.track2 = true, .entry = swiped},
                                   {.encrypted_block = true, .entry = encrypted}}) {
        auto token = make.token(make.index());
        token.given = given;
        if (given.entry == encrypted) {
            token.bin6 = token.last4 = "";
            token.expiry_month = token.expiry_year = 0;
        }
        insert({token});
        EXPECT_EQ(find(token.token)->given, given);
    }
}

TEST_F(RowsTest, AnEncryptedCardHasNoDigitsAndEveryOtherHas) {
    auto keyed = make.token(make.index()), encrypted = make.token(make.index());
    keyed.bin6 = "";
    encrypted.given = {.encrypted_block = true, .entry = CardEntry::encrypted};
    for (const auto& token : {keyed, encrypted}) EXPECT_THROW(insert({token}), pqxx::check_violation);
}

TEST_F(RowsTest, AUsedCodeIsMarkedOnceAndForGood) {
    const auto with = make.token(make.index()), other = make.token(make.index());
    auto bare = make.token(make.index());
    bare.given = {};
    auto swiped = make.token(make.index());
    swiped.given = {.track2 = true, .entry = CardEntry::swiped};
    insert({with, other, bare, swiped});
    const auto mark = [&] {
        commit([&](pqxx::work& tx) { return rows::mark_one_time_used(tx, {with.token, bare.token, swiped.token}), 0; });
    };
    mark();
    mark();
    EXPECT_TRUE(find(with.token)->one_time_used);
    EXPECT_TRUE(find(swiped.token)->one_time_used);
    EXPECT_FALSE(find(other.token)->one_time_used);
    EXPECT_FALSE(find(bare.token)->one_time_used) << "no code was given with it";
}

TEST_F(RowsTest, OfTheProcessorTokensOfACardAndAccountTheNewestStands) {
    using namespace std::chrono_literals;
    const Timestamp at{std::chrono::microseconds{1'790'000'000'123'456}};
    const ProcessorToken first{make.id("card_"), *AccountId::parse(make.id("acct_")), "sealed one", at};
    auto second = first, elsewhere = first;
    second.sealed_token = "sealed two";
    second.kept_at += 1us;
    elsewhere.account_id = *AccountId::parse(make.id("acct_"));
    elsewhere.sealed_token = "of another account";
    for (const auto& token : {first, second, first, elsewhere})
        commit([&](pqxx::work& tx) { return rows::put_processor_token(tx, token), 0; });
    const auto find = [&](const AccountId& account) {
        return commit([&](pqxx::work& tx) { return rows::find_processor_token(tx, first.card_id, account); });
    };
    EXPECT_EQ(find(first.account_id)->sealed_token, "sealed two") << "an older one comes late";
    EXPECT_EQ(find(first.account_id)->kept_at, second.kept_at);
    EXPECT_EQ(find(elsewhere.account_id)->sealed_token, "of another account");
    EXPECT_EQ(find(*AccountId::parse(make.id("acct_"))).error().code, "processor_token_missing");
}

TEST_F(RowsTest, UnknownTokensAreMissingInTheirPlaces) {
    auto known = make.token(make.index());
    insert({known});
    const auto account = *AccountId::parse(make.id("acct_"));
    rows::LookUp unknown{{}, *CardToken::parse(make.id("tok_"))}, both{account, known.token}, nothing;
    rows::LookUp* const batch[] = {&unknown, &both, &nothing, &unknown};
    const auto found = alone([&](sql::Alone& reading) { return rows::look_up(reading, batch); });
    ASSERT_EQ(found.size(), 4u);
    EXPECT_EQ(found[0].token.error().code, "token_not_found");
    EXPECT_TRUE(found[1].token);
    EXPECT_EQ(found[1].account.error().code, "account_not_found");
    EXPECT_FALSE(found[2].token || found[2].account);
    EXPECT_EQ(found[3].token.error().code, "token_not_found");
}

TEST_F(RowsTest, ADeletedTokenStaysAndIsDeletedOnlyByItsTenant) {
    const auto token = make.token(make.index());
    insert({token});
    const auto remove = [&](const TenantId& tenant) {
        return commit([&](pqxx::work& tx) { return rows::delete_token(tx, tenant, token.token); });
    };
    EXPECT_EQ(remove(*TenantId::parse(make.id("ten_"))).error().code, "token_not_found");
    EXPECT_EQ(find(token.token)->state, TokenState::active);
    EXPECT_TRUE(remove(token.tenant_id));
    EXPECT_TRUE(remove(token.tenant_id));
    EXPECT_EQ(find(token.token)->state, TokenState::deleted);
}

TEST_F(RowsTest, AccountsKeepTenantAndDestination) {
    StoredAccount account{*AccountId::parse(make.id("acct_")), *TenantId::parse(Rows::tenant_text), "mercury",
                          std::string("\0\x01sealed", 8), true};
    const auto put = [&] { return commit([&](pqxx::work& tx) { return rows::put_account(tx, account); }); };
    const auto get = [&] { return look_up({account.account_id, {}}).account; };
    EXPECT_EQ(get().error().code, "account_not_found");
    EXPECT_TRUE(put());
    EXPECT_EQ(get()->sealed_credentials, account.sealed_credentials);
    EXPECT_TRUE(commit([&](pqxx::work& tx) { return rows::disable_account(tx, account.account_id); }));
    EXPECT_FALSE(get()->enabled);
    account.sealed_credentials = "new";
    EXPECT_TRUE(put());
    EXPECT_TRUE(get()->enabled);
    EXPECT_EQ(get()->sealed_credentials, "new");
    account.destination = "other";
    EXPECT_EQ(put().error().code, "account_conflict");
    account.destination = "mercury";
    account.tenant_id = *TenantId::parse(make.id("ten_"));
    EXPECT_EQ(put().error().code, "account_conflict");
    const auto nobody = *AccountId::parse(make.id("acct_"));
    EXPECT_FALSE(commit([&](pqxx::work& tx) { return rows::disable_account(tx, nobody); }));
}

TEST_F(RowsTest, CallerKeysAreFoundByDigestAndNeverTakeAnothersPlace) {
    const CallerKey key{*ApiKeyId::parse(make.id("key_")), *TenantId::parse(Rows::tenant_text), make.index(), true};
    const auto put = [&](const CallerKey& row) {
        return commit([&](pqxx::work& tx) { return rows::put_caller_key(tx, row); });
    };
    EXPECT_TRUE(put(key));
    EXPECT_TRUE(put(key));
    auto same_digest = key, same_id = key;
    same_digest.key_id = *ApiKeyId::parse(make.id("key_"));
    same_id.digest = make.index();
    EXPECT_EQ(put(same_digest).error().code, "caller_key_conflict");
    EXPECT_EQ(put(same_id).error().code, "caller_key_conflict");
    const auto find_key = [&] { return commit([&](pqxx::work& tx) { return rows::find_caller_key(tx, key.digest); }); };
    EXPECT_EQ(find_key()->key_id, key.key_id);
    EXPECT_TRUE(find_key()->enabled);
    EXPECT_TRUE(commit([&](pqxx::work& tx) { return rows::disable_caller_key(tx, key.key_id); }));
    EXPECT_FALSE(find_key()->enabled);
}

TEST_F(RowsTest, AKeysOriginsAreReplacedAndFoundWhileItServes) {
    const CallerKey key{*ApiKeyId::parse(make.id("key_")), *TenantId::parse(make.id("ten_")), make.index(), true};
    EXPECT_TRUE(commit([&](pqxx::work& tx) { return rows::put_caller_key(tx, key); }));
    const auto set = [&](std::vector<std::string> origins) {
        return commit([&](pqxx::work& tx) { return rows::set_caller_key_origins(tx, key.key_id, origins); });
    };
    const auto listed = [&] { return commit([&](pqxx::work& tx) { return rows::find_caller_key(tx, key.digest); })->origins; };
    const std::string shop = "https://" + make.id("") + ".example";
    const auto known = [&] { return commit([&](pqxx::work& tx) { return rows::knows_origin(tx, shop); }); };
    EXPECT_TRUE(listed().empty());
    EXPECT_FALSE(known());
    EXPECT_TRUE(set({shop, "https://b.example"}));
    EXPECT_EQ(listed(), (std::vector<std::string>{shop, "https://b.example"}));
    EXPECT_TRUE(known());
    EXPECT_TRUE(commit([&](pqxx::work& tx) { return rows::disable_caller_key(tx, key.key_id); }));
    EXPECT_FALSE(known());
    EXPECT_TRUE(set({}));
    EXPECT_TRUE(listed().empty());
    const auto nobody = *ApiKeyId::parse(make.id("key_"));
    EXPECT_EQ(commit([&](pqxx::work& tx) { return rows::set_caller_key_origins(tx, nobody, {}); }).error().code,
              "caller_key_not_found");
}

TEST_F(RowsTest, ADisabledTenantHasNoKeyThatServes) {
    const auto put = [&](const TenantId& tenant) {
        const CallerKey key{*ApiKeyId::parse(make.id("key_")), tenant, make.index(), true};
        EXPECT_TRUE(commit([&](pqxx::work& tx) { return rows::put_caller_key(tx, key); }));
        return key;
    };
    const auto serves = [&](const CallerKey& key) {
        return commit([&](pqxx::work& tx) { return rows::find_caller_key(tx, key.digest); })->enabled;
    };
    const auto set = [&](const TenantId& tenant, bool enabled) {
        commit([&](pqxx::work& tx) { return rows::set_tenant(tx, tenant, enabled), true; });
    };
    const auto tenant = *TenantId::parse(make.id("ten_")), other = *TenantId::parse(make.id("ten_"));
    const auto first = put(tenant), ended = put(tenant), theirs = put(other);
    EXPECT_TRUE(commit([&](pqxx::work& tx) { return rows::disable_caller_key(tx, ended.key_id); }));
    for (int again = 0; again < 2; ++again) set(tenant, false);
    EXPECT_FALSE(serves(first));
    EXPECT_FALSE(serves(put(tenant))) << "a key that is made meanwhile";
    EXPECT_TRUE(serves(theirs));
    set(tenant, true);
    EXPECT_TRUE(serves(first));
    EXPECT_FALSE(serves(ended)) << "what was disabled by itself stays so";
}

TEST_F(RowsTest, TheFirstReplyStaysAndTheNewestHeadIsRemembered) {
    const auto key = make.attempt();
    const JournalHead early{make.id(""), 5, {1}}, late{early.epoch, 9, {2}};
    rows::KeptReply first{key, std::string("\0reply", 6), late}, again{key, "other", early};
    rows::KeptReply* const batch[] = {&first, &again};
    for (const auto& verdict : alone([&](sql::Alone& writing) { return rows::insert_replies(writing, batch); }))
        EXPECT_TRUE(verdict);
    EXPECT_EQ(*commit([&](pqxx::work& tx) { return rows::find_reply(tx, key); }), first.sealed);
    const auto missing = make.attempt();
    EXPECT_FALSE(commit([&](pqxx::work& tx) { return rows::find_reply(tx, missing); }));
    EXPECT_EQ(commit([](pqxx::work& tx) { return rows::read_head(tx); }), late);
}

TEST_F(RowsTest, AHeadNeverGoesBackAndANewEpochOutranks) {
    const JournalHead early{make.id(""), 5, {1}}, late{early.epoch, 9, {2}}, next{make.id(""), 1, {3}};
    const auto remember = [&](const JournalHead& head) {
        commit([&](pqxx::work& tx) { return rows::remember_head(tx, head), 0; });
        return *commit([](pqxx::work& tx) { return rows::read_head(tx); });
    };
    EXPECT_EQ(remember(late), late);
    EXPECT_EQ(remember(early), late);
    EXPECT_EQ(remember(next), next);
    EXPECT_EQ(remember({early.epoch, 10, {4}}), next) << "an old epoch's late words do not bring it back";
}

TEST_F(RowsTest, KeysAreStoredOnce) {
    const std::vector<StoredKey> keys{{"kek", 1, std::string("\0k", 2)}, {"card", 1, "c"}};
    EXPECT_EQ(commit([&](pqxx::work& tx) { return rows::insert_keys(tx, keys); }), 2u);
    EXPECT_EQ(commit([&](pqxx::work& tx) { return rows::insert_keys(tx, keys); }), 0u);
    const auto read = commit([](pqxx::work& tx) { return rows::read_keys(tx); });
    ASSERT_EQ(read.size(), 2u);
    EXPECT_EQ(read[1].purpose, "kek");
    EXPECT_EQ(read[1].wrapped, keys[0].wrapped);
}

// The role's rights are part of the design: what a hijacked keeper may not do to its own database.
TEST_F(RowsTest, TheKeeperMayNotRemoveOrRewrite) {
    for (const std::string statement :
         {"DELETE FROM tokens", "DELETE FROM cards", "DELETE FROM keys", "DELETE FROM attempt_replies",
          "UPDATE tokens SET card_id = 'x'", "DELETE FROM processor_tokens", "UPDATE processor_tokens SET card_id = 'x'", "UPDATE tokens SET security_code_given = false", "UPDATE cards SET sealed_number = ''", "UPDATE keys SET wrapped = ''",
          "UPDATE caller_keys SET key_digest = ''", "UPDATE accounts SET tenant_id = 'x'",
          "UPDATE attempt_replies SET sealed_reply = ''", "DELETE FROM tenants", "DELETE FROM journal_heads", "CREATE TABLE x (y text)",
          "TRUNCATE tokens"}) {
        pqxx::work tx(connection);
        EXPECT_THROW(tx.exec(statement), pqxx::insufficient_privilege) << statement;
    }
}

// Generic plans made on empty tables must not scan: the statements of every payment use their indexes.
TEST_F(RowsTest, HotStatementsUseTheirIndexes) {
    const auto plan_of = [&](const std::string& execute) {
        connection.prepare_now(execute.substr(0, execute.find('(')));  // libpqxx prepares at the first use
        pqxx::work tx(connection);
        std::string plan;
        for (const auto& row : tx.exec("EXPLAIN EXECUTE " + execute)) plan += row[0].as<std::string>() + "\n";
        return plan;
    };
    for (const std::string& execute :
         {std::string("find_tokens('{\"a\"}')"), std::string("insert_replies('{a}','{1}','{ab}','e',1,'ab')"), std::string("find_caller_key('ab')"),
          std::string("find_accounts('{a}')"), std::string("find_reply('a', 1)"),
          std::string("insert_tokens('{a}','{a}','{ab}','{1}','{a}','{ab}','{a}','{a}','{a}','{1}','{2030}','{ab}',"
                      "'{t}','{t}','{t}','{t}','{f}','{f}','{keyed}')"),
          std::string("find_processor_token('a', 'a')"), std::string("mark_one_time_used('{\"a\"}')")})
        EXPECT_EQ(plan_of(execute).find("Seq Scan"), std::string::npos) << plan_of(execute);
}

}  // namespace
}  // namespace postern::vault
