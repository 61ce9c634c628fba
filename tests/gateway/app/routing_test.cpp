#include "tests/gateway/app/gateway_fixture.hpp"

namespace postern::gateway {
namespace {

using test::Fault;

class Routing : public GatewayTest {
protected:
    Routing() { add_other_account(); }
    // Of the brand and funding, with any where they are empty; to the other account.
    void set_rule(const std::string& brands, const std::string& fundings = "", const std::string& bins = "") {
        domain::RouteRuleText text;
        text.brands = brands;
        text.fundings = fundings;
        text.bins = bins;
        text.accounts = "stripe";
        text.id = "rule_" + test::body26;
        text.name = "rule";
        directory_.rules = {domain::RouteRule::parse(text).value()};
    }
};

TEST_F(Routing, ARuleChoosesTheAccount) {
    set_rule("visa");
    ASSERT_TRUE(create("k1"));
    EXPECT_EQ(payment().processor, "stripe");
    EXPECT_EQ(operation(0).account_id, directory_.accounts[1].id);
}

TEST_F(Routing, ARuleSeesWhatTheBinTableTells) {
    set_rule("", "credit", "4111");  // 411111 is a test card of the shipped table
    ASSERT_TRUE(create("k1"));
    EXPECT_EQ(payment().processor, "stripe");
    const auto& card = store_.payments.begin()->second.card;
    EXPECT_EQ(card.brand + " " + card.funding + " " + card.country, "visa credit US");
}

TEST_F(Routing, WithoutAFittingRuleTheFirstAccountTakesIt) {
    set_rule("amex");
    ASSERT_TRUE(create("k1"));
    EXPECT_EQ(payment().processor, "mercury");
}

// Nothing was written yet: the next account of the rule takes the payment as if it were the first.
TEST_F(Routing, AnOpenBreakerSendsThePaymentToTheNextAccount) {
    for (int i = 0; i < 20; ++i) (void)gates_.report(directory_.accounts[0].id, true);
    ASSERT_EQ(create("k1")->answer.body, "authorized authorize approved v2");
    EXPECT_EQ(payment().processor, "stripe");
    EXPECT_EQ(store_.operations.size(), 1U);
}

TEST_F(Routing, ABusyAccountSendsThePaymentToTheNextAccount) {
    std::vector<AccountGates::Pass> passes;
    for (int i = 0; i < 256; ++i) passes.push_back(gates_.enter(directory_.accounts[0].id).value());
    ASSERT_TRUE(create("k1"));
    EXPECT_EQ(payment().processor, "stripe");
    for (int i = 0; i < 256; ++i) passes.push_back(gates_.enter(directory_.accounts[1].id).value());
    const auto refused = create("k2", domain::Verb::authorize, "check 8");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "account_busy");
}

TEST_F(Routing, ABreakerThatTurnsIsToldOnce) {
    directory_.rules.clear();
    vault_.faults = std::deque<Fault>(20, Fault::connect_refused);
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(create("k" + std::to_string(i), domain::Verb::sale, "t" + std::to_string(i)));
    EXPECT_EQ(directory_.breakers, (std::vector{std::pair{directory_.accounts[0].id.text(), true}}));
}

}  // namespace
}  // namespace postern::gateway
