#include "tests/gateway/cli/cli_database.hpp"

namespace postern::gateway::cli {
namespace {

TEST_F(CliDatabase, KeepsARecordOfEachChange) {
    FakeKeeper keeper{folder_ + "/admin.sock"};
    const auto merchant = member({"merchant", "add", "--name", "Blue Door"}, "merchant");
    EXPECT_EQ(run({"merchant", "add", "--name", "Blue Door"}), exit_conflict);
    EXPECT_NE(messages_.str().find("name_taken"), std::string::npos);
    EXPECT_EQ(member({"merchant", "change", merchant, "--name", "Red Door"}, "name"), "Red Door");
    EXPECT_EQ(run({"merchant", "disable", merchant}), exit_ok);
    EXPECT_EQ(value("SELECT string_agg(action || ' ' || object_id || ' ' || detail, '; ' ORDER BY at) FROM admin_records"),
              "add " + merchant + " Blue Door; change " + merchant + " name=Red Door; change " + merchant +
                  " enabled=false");
    EXPECT_EQ(value("SELECT enabled::text FROM tenants"), "false");
}

TEST_F(CliDatabase, PutsStoresAndDevicesUnderTheirMerchant) {
    const auto merchant = member({"merchant", "add", "--name", "M"}, "merchant");
    const auto store = member({"store", "add", "--merchant", merchant, "--name", "S", "--time-zone", "America/New_York",
                               "--cutoff", "04:30"}, "store");
    const auto device = member({"device", "add", "--store", store, "--name", "till"}, "device");
    EXPECT_EQ(member({"device", "show", device}, "merchant"), merchant);
    EXPECT_EQ(value("SELECT cutoff_minutes::text FROM stores"), "270");
    EXPECT_EQ(run({"store", "add", "--merchant", merchant, "--name", "S2", "--time-zone", "Mars/Base"}), exit_refused);
    EXPECT_EQ(run({"store", "add", "--merchant", "ten_" + tail, "--name", "S2", "--time-zone", "UTC"}), exit_not_found);
    EXPECT_EQ(run({"store", "change", store, "--time-zone", "Europe/Paris", "--cutoff", "05:00"}), exit_ok);
    EXPECT_EQ(value("SELECT time_zone || cutoff_minutes FROM stores"), "Europe/Paris300");
    EXPECT_EQ(run({"store", "change", store, "--avs-no-match", "flag", "--cvv-no-match", "void"}), exit_ok);
    EXPECT_EQ(run({"store", "change", store, "--avs-no-match", "refuse"}), exit_refused);
    EXPECT_EQ(value("SELECT avs_no_match || ' ' || cvv_no_match FROM stores"), "flag void");
    EXPECT_EQ(value("SELECT detail FROM admin_records WHERE object_kind = 'store' ORDER BY at DESC LIMIT 1"),
              "avs-no-match=flag, cvv-no-match=void");
    EXPECT_EQ(run({"device", "add", "--store", "sto_" + tail, "--name", "x"}), exit_not_found);
}

TEST_F(CliDatabase, KeepsOnlyDigests) {
    const auto merchant = member({"merchant", "add", "--name", "M"}, "merchant");
    EXPECT_EQ(run({"key", "add", "--merchant", merchant, "--name", "orders", "--out", folder_ + "/key"}), exit_ok);
    EXPECT_EQ(out_.str().find("sk_"), std::string::npos);
    const auto key = read_secret_line(folder_ + "/key");
    ASSERT_TRUE(key);
    EXPECT_TRUE(key->view().starts_with("sk_"));
    EXPECT_EQ(key->size(), 55U);
    EXPECT_EQ(value("SELECT key_digest FROM api_keys"), crypto::sha256_text(key->view()));
    const auto shown = member({"operator", "add", "--name", "ada", "--role", "finance"}, "credential");
    EXPECT_EQ(value("SELECT credential_digest FROM operators"), crypto::sha256_text(shown));
}

TEST_F(CliDatabase, LeavesNoKeyFileWhereNoKeyWasMade) {
    const auto merchant = member({"merchant", "add", "--name", "M"}, "merchant");
    EXPECT_EQ(run({"key", "add", "--merchant", merchant, "--name", "pub", "--kind", "publishable", "--out",
                   folder_ + "/key"}), exit_unavailable);  // no keeper runs
    EXPECT_FALSE(std::filesystem::exists(folder_ + "/key"));
}

TEST_F(CliDatabase, PublishableKeysLiveInTheVault) {
    FakeKeeper keeper{folder_ + "/admin.sock"};
    const auto merchant = member({"merchant", "add", "--name", "M"}, "merchant");
    const auto key = member({"key", "add", "--merchant", merchant, "--name", "checkout", "--kind", "publishable"}, "key");
    EXPECT_EQ(keeper.request.put_caller_key().tenant_id(), merchant);
    EXPECT_EQ(value("SELECT count(*) FROM api_keys"), "0");
    EXPECT_EQ(member({"key", "show", key}, "name"), "checkout");
    EXPECT_EQ(run({"key", "disable", key}), exit_ok) << messages_.str();
    EXPECT_EQ(keeper.request.disable_caller_key().key_id(), key);
    EXPECT_NE(out_.str().find("\"enabled\":false"), std::string::npos) << out_.str();
}

TEST_F(CliDatabase, APublishableKeysOriginsAreSetAndRecorded) {
    FakeKeeper keeper{folder_ + "/admin.sock"};
    const auto merchant = member({"merchant", "add", "--name", "M"}, "merchant");
    const auto key = member({"key", "add", "--merchant", merchant, "--name", "checkout", "--kind", "publishable"}, "key");
    EXPECT_EQ(run({"key", "origins", key, "http://shop.example"}), exit_refused) << "a card there is no secret";
    EXPECT_EQ(run({"key", "origins", "key_" + tail, "https://shop.example"}), exit_not_found);
    EXPECT_EQ(member({"key", "origins", key, "https://shop.example", "https://b.example"}, "origins"),
              "https://shop.example https://b.example");
    EXPECT_EQ(keeper.request.set_caller_key_origins().key_id(), key);
    EXPECT_EQ(keeper.request.set_caller_key_origins().browser_origin_size(), 2);
    EXPECT_EQ(value("SELECT detail FROM admin_records WHERE action = 'origins'"), "https://shop.example https://b.example");
    clock_.move(std::chrono::seconds{1});
    EXPECT_EQ(run({"key", "origins", key}), exit_ok);
    EXPECT_EQ(keeper.request.set_caller_key_origins().browser_origin_size(), 0);
}

TEST_F(CliDatabase, TheVaultHearsThatAMerchantIsDisabled) {
    const auto merchant = member({"merchant", "add", "--name", "M"}, "merchant");
    EXPECT_EQ(run({"merchant", "change", merchant, "--name", "N"}), exit_ok) << "a name is not the vault's";
    EXPECT_EQ(run({"merchant", "disable", merchant}), exit_unavailable) << "no keeper runs";
    EXPECT_EQ(value("SELECT enabled::text FROM tenants"), "false") << "payments stop all the same";
    EXPECT_NE(messages_.str().find("the vault still serves"), std::string::npos) << messages_.str();
    FakeKeeper keeper{folder_ + "/admin.sock"};
    EXPECT_EQ(run({"merchant", "disable", merchant}), exit_ok);
    EXPECT_EQ(keeper.request.set_tenant().tenant_id(), merchant);
    EXPECT_FALSE(keeper.request.set_tenant().enabled());
    EXPECT_EQ(run({"merchant", "change", merchant, "--enabled", "on"}), exit_ok);
    EXPECT_TRUE(keeper.request.set_tenant().enabled());
}

TEST_F(CliDatabase, AccountCredentialsReachTheVaultAlone) {
    const auto merchant = member({"merchant", "add", "--name", "M"}, "merchant");
    const auto store = member({"store", "add", "--merchant", merchant, "--name", "S", "--time-zone", "UTC"}, "store");
    const std::vector<std::string> add{"account", "add", "--store", store, "--processor", "mercury", "--name", "main",
                                       "--merchant-id-file", secret_file("mid", "mid-77"), "--password-file",
                                       secret_file("password", "pa55word")};
    auto elsewhere = add;
    elsewhere[5] = "nowhere";
    EXPECT_EQ(run(elsewhere), exit_refused);
    EXPECT_NE(messages_.str().find("unknown_processor"), std::string::npos) << messages_.str();
    EXPECT_EQ(run(add), exit_unavailable);
    EXPECT_EQ(value("SELECT count(*) FROM processor_accounts"), "0");  // the vault knows first, or nobody
    FakeKeeper keeper{folder_ + "/admin.sock"};
    const auto account = member(add, "account");
    EXPECT_EQ(keeper.request.put_account().account_id(), account);
    EXPECT_EQ(keeper.request.put_account().tenant_id(), merchant);
    EXPECT_NE(keeper.secret.find("pa55word"), std::string::npos);
    EXPECT_EQ(value("SELECT count(*) FROM admin_records WHERE detail LIKE '%pa55%' OR detail LIKE '%mid-77%'"), "0");
    EXPECT_EQ(run({"account", "disable", account}), exit_ok);
    EXPECT_FALSE(keeper.request.has_disable_account());  // refunds of what exists go on
    EXPECT_EQ(run({"account", "disable", account, "--in-vault"}), exit_ok);
    EXPECT_TRUE(keeper.request.has_disable_account());
}

TEST_F(CliDatabase, TwoPeopleDecide) {
    const auto merchant = member({"merchant", "add", "--name", "M"}, "merchant");
    const auto store = member({"store", "add", "--merchant", merchant, "--name", "S", "--time-zone", "UTC"}, "store");
    for (const std::string name : {"ada", "ben", "sue"}) {
        EXPECT_EQ(run({"operator", "add", "--name", name, "--role", name == "sue" ? "support" : "finance", "--out",
                       folder_ + "/" + name}), exit_ok);
    }
    insert_unknown(merchant, store);
    const auto decide = [&](const std::string& who, const std::string& what) {
        return run({"unknown", "decide", "op_" + tail, what, "--reason", "statement", "--credential-file",
                    folder_ + "/" + who});
    };
    EXPECT_EQ(member({"unknown", "list"}, "operation"), "op_" + tail);
    EXPECT_NE(out_.str().find("\"at_stake_minor\":1250"), std::string::npos) << out_.str();
    EXPECT_NE(out_.str().find("\"next_step\":\"ask_processor\""), std::string::npos) << out_.str();
    EXPECT_EQ(decide("sue", "approved"), exit_forbidden);
    EXPECT_EQ(decide("nobody", "approved"), exit_refused);
    EXPECT_EQ(decide("ada", "approved"), exit_ok) << messages_.str();
    EXPECT_NE(messages_.str().find("One more person"), std::string::npos);
    EXPECT_EQ(decide("ada", "approved"), exit_conflict);
    EXPECT_NE(messages_.str().find("same_person"), std::string::npos);
    EXPECT_EQ(decide("ada", "failed"), exit_conflict);
    EXPECT_EQ(value("SELECT (lease_until > now())::text FROM operations"), "true");
    EXPECT_EQ(decide("ben", "approved"), exit_ok);
    EXPECT_NE(messages_.str().find("Two people agree"), std::string::npos);
    EXPECT_EQ(value("SELECT (lease_until > now())::text FROM operations"), "false");  // the resolver looks at once
    EXPECT_EQ(value("SELECT string_agg(operator, ',' ORDER BY at) FROM admin_records WHERE action = 'decide'"), "ada,ben");
    database_.execute("UPDATE operations SET status = 'approved'");
    EXPECT_EQ(decide("ben", "failed"), exit_conflict);
}

TEST_F(CliDatabase, ADifferingDecisionIsNoAgreement) {
    const auto merchant = member({"merchant", "add", "--name", "M"}, "merchant");
    const auto store = member({"store", "add", "--merchant", merchant, "--name", "S", "--time-zone", "UTC"}, "store");
    for (const std::string name : {"ada", "ben"}) {
        EXPECT_EQ(run({"operator", "add", "--name", name, "--role", "finance", "--out", folder_ + "/" + name}), exit_ok);
    }
    insert_unknown(merchant, store);
    for (const auto& [who, what] : {std::pair{"ada", "approved"}, std::pair{"ben", "failed"}}) {
        EXPECT_EQ(run({"unknown", "decide", "op_" + tail, what, "--reason", "r", "--credential-file",
                       folder_ + "/" + who}), exit_ok);
        EXPECT_NE(messages_.str().find("One more person"), std::string::npos);
    }
    EXPECT_EQ(value("SELECT (lease_until > now())::text FROM operations"), "true");
}

TEST_F(CliDatabase, ReplaysEventsByteForByte) {
    std::string all;
    for (int version = 1; version <= 2; ++version) {
        postern::events::v1::PaymentEvent event;
        event.set_type("payment.authorized");
        event.set_payment_id("pay_" + tail);
        event.set_version(version);
        const std::string bytes = event.SerializeAsString();
        all += static_cast<char>(bytes.size()) + bytes;
        const auto text = base32_grouped({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
        database_.execute("INSERT INTO events (payment_id, version, event_id, tenant_id, type, payload, hash, recorded_at) "
                          "VALUES ('pay_" + tail + "', " + std::to_string(version) + ", 'evt" + std::to_string(version) +
                          "', 't', 'x', '" + text + "', '" + crypto::sha256_text(bytes) + "', now())");
    }
    EXPECT_EQ(run({"events", "replay", "--raw"}), exit_ok);
    EXPECT_EQ(out_.str(), all);
    EXPECT_EQ(run({"events", "replay", "--payment", "pay_other"}), exit_ok);
    EXPECT_EQ(out_.str(), "");
    EXPECT_EQ(run({"events", "replay", "--since", "yesterday at noon"}), exit_refused);
    EXPECT_NE(messages_.str().find("bad_time"), std::string::npos) << messages_.str();
    EXPECT_EQ(run({"events", "replay"}), exit_ok);
    const std::string line = out_.str().substr(0, out_.str().find('\n'));
    EXPECT_EQ(boost::json::parse(line).at("event").at("version").as_string(), "1");
    database_.execute("UPDATE events SET hash = 'x' WHERE version = 2");
    EXPECT_EQ(run({"events", "replay"}), exit_internal);
    EXPECT_NE(messages_.str().find("event_damaged"), std::string::npos);
}

TEST_F(CliDatabase, BlockedEventsAreListedAndTriedAgain) {
    EXPECT_EQ(run({"events", "blocked"}), exit_ok);
    EXPECT_EQ(out_.str(), "");
    const std::string payment = "pay_" + tail;
    for (int version = 1; version <= 3; ++version)
        database_.execute("INSERT INTO events (payment_id, version, event_id, tenant_id, type, payload, hash, recorded_at) VALUES ('" +
                          payment + "', " + std::to_string(version) + ", 'evt_" + std::to_string(version) +
                          "', 't', 'payment.captured', 'abcdefgh-abcdefgh', 'h', now())");
    database_.execute("INSERT INTO events_blocked (payment_id, version) VALUES ('" + payment + "', 2)");
    EXPECT_EQ(member({"events", "blocked"}, "event"), "evt_2");
    const auto row = boost::json::parse(out_.str());
    EXPECT_EQ(row.at("events_waiting").as_int64(), 2);
    EXPECT_EQ(row.at("payload_bytes").as_int64(), 10);
    EXPECT_EQ(member({"events", "retry", payment}, "payment"), payment);
    EXPECT_EQ(value("SELECT action || ' ' || object_id FROM admin_records"), "retry " + payment);
    EXPECT_EQ(run({"events", "blocked"}), exit_ok);
    EXPECT_EQ(out_.str(), "");
    EXPECT_EQ(run({"events", "retry", payment}), exit_not_found);
}

TEST_F(CliDatabase, ValuesOfTheWrongKindAreRefusedNotBroken) {
    const auto id = member({"merchant", "add", "--name", "Blue Door"}, "merchant");
    EXPECT_EQ(run({"merchant", "change", id, "--enabled", "perhaps"}), exit_refused);
    EXPECT_NE(messages_.str().find("value_not_allowed"), std::string::npos) << messages_.str();
}

TEST_F(CliDatabase, TimesAreRfc3339) {
    const auto id = member({"merchant", "add", "--name", "Blue Door"}, "merchant");
    const auto time = member({"merchant", "show", id}, "created_at");
    EXPECT_EQ(time.substr(10, 1) + time.substr(time.size() - 1), "TZ") << time;
}

TEST_F(CliDatabase, MigratesAnEmptyDatabaseOnce) {
    support::TestDatabase empty{"postern_admin", {}};
    std::ofstream{folder_ + "/cli.toml"} << "[database]\ngateway = \"" << empty.as("postern_admin")
                                         << "\"\nvault = \"\"\n[vault]\nadmin_socket = \"\"\n[kafka]\nbrokers = \"\"\ntopic = \"t\"\n";
    EXPECT_EQ(member({"migrate", "gateway"}, "applied"), "0001_gateway.sql");
    EXPECT_EQ(run({"migrate", "gateway"}), exit_ok);
    EXPECT_EQ(out_.str(), "");
    EXPECT_EQ(empty.value("SELECT count(*) FROM relay_leases"), "16");
}

}  // namespace
}  // namespace postern::gateway::cli
