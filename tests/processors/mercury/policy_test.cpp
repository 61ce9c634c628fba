#include <gtest/gtest.h>

#include "tests/processors/mercury/scene.hpp"
#include "vault/keeper/policy.hpp"

namespace postern::mercury {
namespace {

using domain::Verb;
using test::Scene;
using vault::AttemptKind;

struct PolicyCase {
    std::string name;
    Scene scene;
    AttemptKind kind = AttemptKind::send;
};
std::vector<PolicyCase> cases() {
    std::vector<PolicyCase> out;
    for (const Verb verb : {Verb::authorize, Verb::sale, Verb::capture, Verb::refund, Verb::reverse}) {
        out.push_back({std::string(domain::to_text(verb)), test::scene_of(verb)});
        Scene full = test::scene_of(verb);
        full.with_security_code = full.with_address = true;
        out.push_back({std::string(domain::to_text(verb)) + " with everything", full});
        out.push_back({std::string(domain::to_text(verb)) + " inquiry", test::scene_of(verb), AttemptKind::inquire});
    }
    Scene gratuity = test::scene_of(Verb::capture);
    gratuity.operation.tip = test::usd(250);
    out.push_back({"capture with a tip", gratuity});
    out.push_back({"adjust_tip", test::tip_scene()});
    out.push_back({"adjust_tip inquiry", test::tip_scene(), AttemptKind::inquire});
    for (const Verb verb : {Verb::authorize, Verb::sale}) {
        const std::string name(domain::to_text(verb));
        out.push_back({name + " both tracks", test::swiped(verb)});
        out.push_back({name + " track 1", test::swiped(verb, true, false)});
        out.push_back({name + " swiped, again", test::swiped(verb), AttemptKind::resend});
        out.push_back({name + " encrypted", test::encrypted(verb)});
        out.push_back({name + " by record", test::encrypted(verb), AttemptKind::resend});
    }
    for (const Verb verb : {Verb::capture, Verb::refund, Verb::reverse, Verb::void_sale}) {
        Scene follows = test::with_record(verb == Verb::void_sale ? test::undo_of_sale() : test::scene_of(verb));
        follows.operation.verb = verb;
        out.push_back({std::string(domain::to_text(verb)) + " by record", follows});
    }
    Scene legacy = test::undo_of_sale();
    legacy.attempt(AttemptKind::send, vault::Sent{test::decline("NO TRAN FOUND")}, 1);
    out.push_back({"legacy form", legacy, AttemptKind::resend});
    Scene voided = test::undo_of_sale();
    voided.operation.verb = Verb::void_sale;
    out.push_back({"void_sale", voided});
    return out;
}

vault::Policy policy() {
    auto loaded = vault::Policy::load(POSTERN_MERCURY_POLICY);
    if (!loaded) throw std::runtime_error(loaded.error().detail);
    return std::move(*loaded);
}

// What the adapter sends is what the vault lets out, and no other operation's policy lets it pass.
TEST(Policy, FitsEveryMessageOfTheAdapter) {
    Switches switches;
    switches.ask_partial_approval = switches.use_records = 1;
    const vault::Policy rules = policy();
    const MercuryAdapter adapter{switches};
    for (const PolicyCase& row : cases()) {
        const auto tree = adapter.plan(row.kind, row.scene.history());
        ASSERT_TRUE(tree) << row.name;
        const auto operation = adapter.policy_operation(row.kind, row.scene.history());
        const bool with_token = row.kind != AttemptKind::inquire;
        const auto allowed = rules.check(*tree, operation, with_token);
        EXPECT_TRUE(allowed) << row.name << ": " << allowed.error().code << " " << allowed.error().detail;
        EXPECT_FALSE(rules.check(*tree, operation == "sale" ? "refund" : "sale", with_token)) << row.name;
    }
}

TEST(Policy, RefusesACardOutsideItsPlace) {
    const vault::Policy rules = policy();
    Scene scene = test::scene_of(Verb::sale);
    auto tree = *MercuryAdapter{}.plan(AttemptKind::send, scene.history());
    auto& call = std::get<std::vector<vault::XmlElement>>(
        std::get<std::vector<vault::XmlElement>>(std::get<vault::XmlBody>(tree.body).root.content)[0].content)[0];
    auto& tran = std::get<std::vector<vault::XmlElement>>(call.content)[0];
    auto& stream = std::get<vault::EmbeddedDocument>(tran.content).root[0];
    auto& transaction = std::get<std::vector<vault::XmlElement>>(stream.content)[0];
    for (auto& field : std::get<std::vector<vault::XmlElement>>(transaction.content))
        if (field.name == "Memo") field.content = vault::Leaf{vault::Slot::card_number};
    EXPECT_FALSE(rules.check(tree, "sale", true));
}

TEST(Policy, TakesTheSecurityCodeOnlyWhereTheIssuerDecides) {
    const vault::Policy rules = policy();
    EXPECT_TRUE(rules.find("authorize")->takes_security_code);
    EXPECT_TRUE(rules.find("sale")->takes_security_code);
    for (const char* name : {"capture", "refund", "reverse", "void_sale", "inquire"})
        EXPECT_FALSE(rules.find(name)->takes_security_code) << name;
}

}  // namespace
}  // namespace postern::mercury
