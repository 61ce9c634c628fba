#include <gtest/gtest.h>

#include "tests/processors/stripe/scene.hpp"
#include "vault/keeper/policy.hpp"

namespace postern::stripe {
namespace {

using domain::Verb;
using test::Scene;
using vault::AttemptKind;

vault::Policy policy() {
    auto loaded = vault::Policy::load(POSTERN_STRIPE_POLICY);
    if (!loaded) throw std::runtime_error(loaded.error().detail);
    return std::move(*loaded);
}

struct PolicyCase {
    Scene scene;
    AttemptKind kind;
    std::string_view operation;
};
std::vector<PolicyCase> cases() {
    Scene full = test::scene_of(Verb::authorize);
    full.with_security_code = full.with_address = true;
    return {{test::scene_of(Verb::sale), AttemptKind::send, "card"},
            {full, AttemptKind::send, "card"},
            {test::with_card(Verb::authorize), AttemptKind::send, "authorize"},
            {test::with_card(Verb::sale), AttemptKind::resend, "sale"},
            {test::scene_of(Verb::capture), AttemptKind::send, "capture"},
            {test::scene_of(Verb::increment), AttemptKind::send, "increment"},
            {test::scene_of(Verb::refund), AttemptKind::send, "refund"},
            {test::scene_of(Verb::reverse), AttemptKind::reverse, "cancel"},
            {test::undo_of_sale(), AttemptKind::reverse, "refund"},
            {test::with_card(Verb::sale), AttemptKind::inquire, "search"},
            {test::scene_of(Verb::capture), AttemptKind::inquire, "read_intent"},
            {test::scene_of(Verb::refund), AttemptKind::inquire, "list_refunds"}};
}

// What the adapter sends is what the vault lets out, and no other operation's policy lets it pass.
TEST(StripePolicy, FitsEveryMessageOfTheAdapterAndNoOther) {
    const vault::Policy rules = policy();
    for (const std::int64_t connected : {0, 1}) {
        Switches switches;
        switches.connected_account = connected;
        const StripeAdapter adapter{switches};
        for (const PolicyCase& row : cases()) {
            const auto tree = adapter.plan(row.kind, row.scene.history());
            ASSERT_TRUE(tree) << row.operation;
            EXPECT_EQ(adapter.policy_operation(row.kind, row.scene.history()), row.operation);
            const bool with_token = row.operation == "card";
            EXPECT_EQ(vault::names_card(*tree), with_token) << row.operation;
            const auto allowed = rules.check(*tree, row.operation, with_token);
            EXPECT_TRUE(allowed) << row.operation << ": " << allowed.error().code << " " << allowed.error().detail;
            for (const PolicyCase& other : cases())
                if (other.operation != row.operation)
                    EXPECT_FALSE(rules.check(*tree, other.operation, with_token)) << row.operation << " as " << other.operation;
        }
    }
}

TEST(StripePolicy, LetsTheCardNowhereElse) {
    const vault::Policy rules = policy();
    for (const PolicyCase& row : cases()) {
        auto tree = *StripeAdapter{}.plan(row.kind, row.scene.history());
        const bool with_token = row.operation == "card";
        auto* form = std::get_if<vault::FormBody>(&tree.body);
        for (std::size_t i = 0; form && i < form->size(); ++i) {
            auto bent = tree;
            auto& value = std::get<vault::FormBody>(bent.body)[i].value;
            if (value == vault::Leaf{vault::Slot::card_number}) continue;
            value = vault::Slot::card_number;
            EXPECT_FALSE(rules.check(bent, row.operation, with_token)) << row.operation << " " << (*form)[i].name;
        }
        for (std::size_t i = 0; i < tree.path_parameters.size(); ++i) {
            auto bent = tree;
            bent.path_parameters[i].second = vault::Slot::account_bearer;
            EXPECT_FALSE(rules.check(bent, row.operation, with_token)) << row.operation;
        }
    }
}

TEST(StripePolicy, TakesTheSecurityCodeWithTheCardAlone) {
    const vault::Policy rules = policy();
    for (const PolicyCase& row : cases())
        EXPECT_EQ(rules.find(row.operation)->takes_security_code, row.operation == "card") << row.operation;
}

}  // namespace
}  // namespace postern::stripe
