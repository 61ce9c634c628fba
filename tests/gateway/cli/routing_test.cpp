#include <boost/json/serialize.hpp>

#include "tests/gateway/cli/cli_database.hpp"

namespace postern::gateway::cli {
namespace {

const std::string bin_head = "version,v-1\nfirst,last,brand,funding,country,note\n";

class CliBins : public CliDatabase {
protected:
    std::string file(const std::string& content) {
        const std::string path = folder_ + "/bins.csv";
        std::ofstream{path} << content;
        return path;
    }
    std::string in_use() { return member({"bin", "show"}, "version"); }
};

TEST_F(CliBins, AVersionComesIntoUseIsKeptAndCanBeRestored) {
    EXPECT_EQ(in_use(), "shipped-1");
    EXPECT_EQ(member({"bin", "lookup", "400300"}, "country"), "US");
    EXPECT_EQ(member({"bin", "load", file(bin_head + "400300,400300,visa,debit,FR,\n")}, "version"), "v-1");
    EXPECT_EQ(in_use(), "v-1");
    EXPECT_EQ(member({"bin", "lookup", "40030012"}, "funding"), "debit");
    EXPECT_EQ(member({"bin", "load", file("version,v-2\nfirst,last,brand,funding,country,note\n400300,400300,visa,debit,CA,\n")},
                     "version"), "v-2");
    EXPECT_EQ(member({"bin", "lookup", "400300"}, "country"), "CA");
    EXPECT_EQ(run({"bin", "restore", "v-1"}), exit_ok) << messages_.str();
    EXPECT_EQ(member({"bin", "lookup", "400300"}, "country"), "FR");
    EXPECT_EQ(run({"bin", "restore", "v-9"}), exit_not_found);
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(run({"bin", "restore", "shipped-1"}), exit_ok) << messages_.str();
        EXPECT_EQ(member({"bin", "lookup", "400300"}, "country"), "US");
    }
    EXPECT_EQ(value("SELECT string_agg(action || ' ' || object_id, '; ' ORDER BY at) FROM admin_records"),
              "load v-1; load v-2; restore v-1; restore shipped-1; restore shipped-1");
}

TEST_F(CliBins, AFaultyFileChangesNothingAndSaysWhere) {
    const auto faulty = file(bin_head + "400300,400300,visa,debit,FR,\n400300,400301,visa,debit,FR,\n4003,4004,visa,,,\n");
    for (const std::string word : {"check", "load"}) {
        EXPECT_EQ(run({"bin", word, faulty}), exit_refused);
        EXPECT_NE(messages_.str().find("line 4: overlaps line 3\nline 5: first and last are"), std::string::npos) << messages_.str();
    }
    EXPECT_EQ(in_use(), "shipped-1");
    EXPECT_EQ(run({"bin", "load", folder_ + "/nothing"}), exit_not_found);
    EXPECT_EQ(run({"bin", "lookup", "4111111111111111"}), exit_refused);
    EXPECT_EQ(value("SELECT count(*) FROM bin_tables"), "0");
}

TEST_F(CliBins, ANameIsForOneContent) {
    ASSERT_EQ(run({"bin", "load", file(bin_head + "400300,400300,visa,debit,FR,\n")}), exit_ok);
    EXPECT_EQ(run({"bin", "load", file(bin_head + "400300,400300,visa,debit,CA,\n")}), exit_conflict);
    EXPECT_NE(messages_.str().find("version_taken"), std::string::npos);
}

TEST_F(CliBins, WhatIsExportedCanBeLoaded) {
    ASSERT_EQ(run({"bin", "export"}), exit_ok);
    EXPECT_EQ(run({"bin", "load", file(out_.str())}), exit_ok) << messages_.str();
    const std::string loaded = value("SELECT content FROM bin_tables");
    ASSERT_EQ(run({"bin", "export"}), exit_ok);
    EXPECT_EQ(out_.str(), loaded + (loaded.ends_with("\n") ? "" : "\n"));
}

class CliRoutes : public CliDatabase {
protected:
    CliRoutes() {
        std::ofstream{folder_ + "/cli.toml", std::ios::app} << "[accounts]\nprocessors = [\"mercury\", \"stripe\"]\n";
        merchant_ = member({"merchant", "add", "--name", "M"}, "merchant");
        store_ = add_store("S");
        mercury_ = add_account(store_, "mercury", '1');
        stripe_ = add_account(store_, "stripe", '2');
    }
    std::string add_store(const std::string& name) {
        return member({"store", "add", "--merchant", merchant_, "--name", name, "--time-zone", "UTC"}, "store");
    }
    std::string add_account(const std::string& store, const std::string& processor, char last) {
        const std::string id = "acct_" + tail.substr(0, 25) + last;
        database_.execute("INSERT INTO processor_accounts (account_id, tenant_id, store_id, processor, name, created_at) VALUES ('" +
                          id + "', '" + merchant_ + "', '" + store + "', '" + processor + "', '" + processor + "', now() + interval '" +
                          last + " seconds')");
        return id;
    }
    std::string add_rule(std::vector<std::string> words, const std::string& name = "rule") {
        words.insert(words.begin(), {"route", "add", "--name", name});
        return member(std::move(words), "rule");
    }
    // The lines of an explanation, as "rule verdict" and "processor place enabled breaker".
    std::vector<std::string> explain(std::vector<std::string> words) {
        words.insert(words.begin(), {"route", "explain", "--store", store_});
        EXPECT_EQ(run(std::move(words)), exit_ok) << messages_.str();
        std::vector<std::string> lines;
        std::istringstream text{out_.str()};
        for (std::string line; std::getline(text, line);) {
            const auto object = boost::json::parse(line).as_object();
            const auto word = [&](const char* name) { return std::string{object.at(name).as_string()}; };
            if (object.contains("rule")) lines.push_back(word("name") + ": " + word("verdict"));
            else lines.push_back(word("processor") + " " + serialize(object.at("choice")) + " " + serialize(object.at("enabled")) + " " + word("breaker"));
        }
        return lines;
    }
    std::string merchant_, store_, mercury_, stripe_;
};
using Lines = std::vector<std::string>;

TEST_F(CliRoutes, ExplainSaysOfEachRuleWhetherItFitsAndWhereThePaymentGoes) {
    EXPECT_EQ(explain({"--amount", "1250"}), (Lines{"mercury 1 true closed", "stripe 0 true closed"}));
    add_rule({"--store", store_, "--brand", "amex", "--to", "stripe", "--priority", "1"}, "amex");
    add_rule({"--merchant", merchant_, "--currency", "USD", "--min", "1000", "--to", "stripe," + mercury_, "--priority", "5"}, "large");
    add_rule({"--merchant", merchant_, "--to", "mercury"}, "all");
    database_.execute("INSERT INTO account_breakers (account_id, is_open) VALUES ('" + stripe_ + "', true)");
    EXPECT_EQ(explain({"--amount", "1250", "--bin", "411111"}),
              (Lines{"amex: no: brand", "large: decides", "all: fits, behind the one that decides", "stripe 1 true open",
                     "mercury 2 true closed"}));
    EXPECT_NE(messages_.str().find("brand visa, funding credit; rule \"large\" decides"), std::string::npos) << messages_.str();
    EXPECT_EQ(explain({"--amount", "999", "--brand", "amex"}).front(), "amex: decides");
    EXPECT_EQ(run({"account", "disable", stripe_}), exit_ok);
    EXPECT_EQ(explain({"--amount", "999", "--brand", "amex"}),
              (Lines{"amex: fits, no account to use", "large: no: amount", "all: decides", "mercury 1 true closed",
                     "stripe 0 false open"}));
    EXPECT_EQ(run({"route", "explain", "--store", "sto_" + tail, "--amount", "1"}), exit_not_found);
    EXPECT_EQ(run({"route", "explain", "--store", store_, "--amount", "0"}), exit_refused);
}

TEST_F(CliRoutes, ARuleIsChangedDisabledAndRecorded) {
    const auto rule = add_rule({"--store", store_, "--brand", "visa", "--to", "stripe", "--until", "2030-01-01T00:00:00Z"});
    EXPECT_EQ(member({"route", "change", rule, "--brand", "", "--priority", "7"}, "brand"), "");
    EXPECT_EQ(value("SELECT priority || ' ' || accounts || ' ' || valid_until FROM route_rules"), "7 stripe 2030-01-01 00:00:00+00");
    EXPECT_EQ(explain({"--amount", "1"}).front(), "rule: decides");
    EXPECT_EQ(explain({"--amount", "1", "--at", "2030-01-01T00:00:00Z"}).front(), "rule: no: over");
    EXPECT_EQ(run({"route", "disable", rule}), exit_ok);
    EXPECT_EQ(explain({"--amount", "1"}).front(), "rule: no: disabled");
    EXPECT_EQ(value("SELECT string_agg(action, ',' ORDER BY at) FROM admin_records WHERE object_id = '" + rule + "'"), "add,change,change");
    EXPECT_EQ(run({"route", "change", rule}), exit_refused);
    EXPECT_EQ(run({"route", "show", "rule_" + tail}), exit_not_found);
}

TEST_F(CliRoutes, WhatCannotBeIsRefused) {
    const auto refused = [&](std::vector<std::string> words) {
        words.insert(words.begin(), {"route", "add", "--name", "rule"});
        EXPECT_EQ(run(std::move(words)), exit_refused) << messages_.str();
        return messages_.str();
    };
    EXPECT_NE(refused({"--store", store_, "--to", "nowhere"}).find("unknown_processor"), std::string::npos);
    EXPECT_NE(refused({"--store", store_, "--to", "acct_" + tail}).find("unknown_account"), std::string::npos);
    EXPECT_NE(refused({"--store", add_store("T"), "--to", mercury_}).find("unknown_account"), std::string::npos);
    EXPECT_NE(refused({"--store", store_, "--to", "stripe", "--bin", "4111111"}).find("bad_bin"), std::string::npos);
    EXPECT_NE(refused({"--store", store_, "--to", "stripe", "--min", "5"}).find("amount_needs_currency"), std::string::npos);
    EXPECT_NE(refused({"--store", store_, "--to", "stripe", "--from", "soon"}).find("bad_time"), std::string::npos);
    EXPECT_NE(refused({"--to", "stripe"}).find("place_missing"), std::string::npos);
    EXPECT_EQ(run({"route", "add", "--name", "rule", "--store", "sto_" + tail, "--to", "stripe"}), exit_not_found);
    EXPECT_EQ(value("SELECT count(*) FROM route_rules"), "0");
}

}  // namespace
}  // namespace postern::gateway::cli
