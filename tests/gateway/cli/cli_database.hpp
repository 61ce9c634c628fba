#pragma once

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <fstream>
#include <sstream>

#include "base/base32.hpp"
#include "base/crypto/digest.hpp"
#include "gateway/cli/gateway_migrations.hpp"
#include "gateway/cli/tree.hpp"
#include "idempotency/outbox/events.pb.h"
#include "tests/gateway/cli/fake_keeper.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/postgres.hpp"
#include "tests/support/seeded_random.hpp"

namespace postern::gateway::cli {

inline const std::string tail = "00000000000samp1eanyxyzabc";

// The command line against a real database and a keeper that remembers.
class CliDatabase : public testing::Test {
protected:
    CliDatabase() {
        std::ofstream{folder_ + "/cli.toml"} << "[database]\ngateway = \"" << database_.as("postern_admin")
                                             << "\"\nvault = \"\"\n[vault]\nadmin_socket = \"" << folder_
                                             << "/admin.sock\"\n[kafka]\nbrokers = \"127.0.0.1:1\"\ntopic = \"t\"\n";
    }
    ~CliDatabase() override { std::filesystem::remove_all(folder_); }

    int run(std::vector<std::string> words) {
        out_.str("");
        messages_.str("");
        Shell shell{out_, messages_, clock_, random_};
        words.insert(words.begin(), {"--config", folder_ + "/cli.toml", "--json"});
        return cli::run(std::move(words), shell, out_, messages_);
    }
    // Runs what must succeed; gives one member of its first line.
    std::string member(std::vector<std::string> words, const std::string& name) {
        EXPECT_EQ(run(std::move(words)), exit_ok) << messages_.str();
        const std::string line = out_.str().substr(0, out_.str().find('\n'));
        return std::string{boost::json::parse(line).at(name).as_string()};
    }
    std::string secret_file(const std::string& name, const std::string& content) {
        EXPECT_TRUE(write_secret_file(folder_ + "/" + name, content));
        return folder_ + "/" + name;
    }
    std::string value(const std::string& sql) { return database_.value(sql); }

    // An unknown operation on a payment of a store that exists.
    void insert_unknown(const std::string& merchant, const std::string& store) {
        database_.execute(
            "INSERT INTO payments (payment_id, tenant_id, store_id, device_id, tender_id, token, card_bin6, card_last4, "
            "card_brand, card_expiry_month, card_expiry_year, processor, account_id, order_reference, currency, "
            "requested_minor, standing, version, created_at, business_date) VALUES ('pay_" + tail + "', '" + merchant +
            "', '" + store + "', 'd', 't', 'tok', '411111', '1111', 'visa', 12, 2030, 'mercury', 'a', '', 'USD', 1250, "
            "'pending', 1, now(), current_date)");
        database_.execute(
            "INSERT INTO operations (operation_id, payment_id, tenant_id, verb, status, requested_minor, processor, "
            "account_id, processor_identity, goal, lease_until, vault_epoch, created_at, deadline, unknown_since) VALUES "
            "('op_" + tail + "', 'pay_" + tail + "', '" + merchant + "', 'sale', 'unknown', 1250, 'mercury', 'a', 'i', "
            "'complete', now() + interval '1 hour', 'e', now(), now(), now() - interval '90 seconds')");
    }

    support::TestDatabase database_{"postern_admin", gateway_migrations::embedded_files};
    std::string folder_ = temporary_folder();
    std::ostringstream out_, messages_;
    test::ManualClock clock_;
    test::SeededRandom random_{7};
};

}  // namespace postern::gateway::cli
