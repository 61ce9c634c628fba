#include "processors/mercury/switches.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/processors/mercury/message_validator.hpp"
#include "tests/processors/mercury/stories.hpp"
#include "vault/keeper/policy.hpp"

namespace postern::mercury {
namespace {

using domain::Verb;
using test::Player;
using test::Scene;
using vault::AttemptKind;
using vault::Sent;

// Every switch at both ends of its range, one at a time: whoever adds a row is covered by all that follows.
struct Turned {
    std::string name;
    Switches switches;
};
std::vector<Turned> all_turned() {
    std::vector<Turned> out{{"as_they_are", {}}};
    for (const auto& row : switch_rows()) {
        for (const std::int64_t value : {row.least, row.most}) {
            Turned turned{std::string(row.name) + "_" + std::to_string(value), {}};
            if (turned.switches.*row.value == value) continue;
            turned.switches.*row.value = value;
            out.push_back(turned);
        }
    }
    return out;
}
class EachSwitch : public testing::TestWithParam<Turned> {
protected:
    const Switches& switches() const { return GetParam().switches; }
};
INSTANTIATE_TEST_SUITE_P(Turned, EachSwitch, testing::ValuesIn(all_turned()),
                         [](const auto& test) { return test.param.name; });

constexpr std::string_view faults[] = {"",       "lost_answer", "late_answer", "cut",                 "garbage", "empty",
                                       "html_500", "soap_fault",  "silent_server", "drop_before_booking", "refuse",  "busy"};

bool ends_with_money(const std::string& end) { return end.starts_with("approved"); }
bool ends_without(const std::string& end) {
    return end.starts_with("declined") || end.starts_with("refused") || end.starts_with("not sent");
}

// ---- What no switch may change -----------------------------------------------------------------------------------------

TEST_P(EachSwitch, AChargeHappensOnceAndIsNeverDenied) {
    for (const Verb verb : {Verb::sale, Verb::authorize}) {
        for (const std::string_view fault : faults) {
            for (const int count : {1, 2, 5}) {
                Player player{switches()};
                if (!fault.empty()) player.fault(fault, count);
                Scene scene = test::scene_of(verb);
                const std::string end = player.play(scene);
                const std::string what = std::string(fault) + " x" + std::to_string(count) + ": " + end;
                EXPECT_LE(player.live_charges(), 1u) << what;
                if (ends_with_money(end)) EXPECT_EQ(player.live_charges(), 1u) << what;
                if (ends_without(end)) EXPECT_EQ(player.live_charges(), 0u) << what;
            }
        }
    }
}

TEST_P(EachSwitch, ACaptureAndARefundHappenOnce) {
    for (const std::string_view fault : faults) {
        Player player{switches()};
        Scene hold = test::scene_of(Verb::authorize);
        ASSERT_EQ(player.play(hold), "approved 1250");
        if (!fault.empty()) player.fault(fault);
        Scene capture = player.following(Verb::capture, hold, 1);
        const std::string captured = player.play(capture);
        EXPECT_LE(player.approvals_of("PreAuthCapture"), 1u) << fault;
        EXPECT_EQ(ends_without(captured), player.approvals_of("PreAuthCapture") == 0) << fault << ": " << captured;
        if (!fault.empty()) player.fault(fault);
        Scene refund = player.following(Verb::refund, hold, 2);
        const std::string refunded = player.play(refund);
        EXPECT_LE(player.approvals_of("Return"), 1u) << fault;
        EXPECT_EQ(ends_without(refunded), player.approvals_of("Return") == 0) << fault << ": " << refunded;
    }
}

TEST_P(EachSwitch, AnUndoTakesBackWhatItSays) {
    for (const std::string_view fault : faults) {
        for (const Verb verb : {Verb::sale, Verb::authorize}) {
            Player player{switches()};
            Scene charge = test::scene_of(verb);
            ASSERT_EQ(player.play(charge), "approved 1250");
            if (!fault.empty()) player.fault(fault);
            Scene undo = player.following(Verb::reverse, charge, 1);
            if (verb == Verb::sale) undo.payment.captured = test::usd(1250);
            const std::string end = player.play(undo);
            if (ends_with_money(end)) EXPECT_EQ(player.live_charges(), 0u) << fault << ": " << end;
            if (fault.empty()) EXPECT_EQ(end.substr(0, 13), "approved 1250") << end;
        }
    }
}

TEST_P(EachSwitch, EveryMessagePassesTheVaultUnderItsInvoice) {
    const auto policy = vault::Policy::load(POSTERN_MERCURY_POLICY);
    ASSERT_TRUE(policy);
    for (const std::string_view fault : faults) {
        Player player{switches()};
        std::string invoice;
        player.on_message([&](const vault::MessageTree& tree, AttemptKind kind, const Scene& scene) {
            const auto operation = player.adapter().policy_operation(kind, scene.history());
            const auto allowed = policy->check(tree, operation, kind != AttemptKind::inquire);
            EXPECT_TRUE(allowed) << operation << ": " << allowed.error().code << " " << allowed.error().detail;
            const std::string text = test::request_of(tree);
            EXPECT_EQ(test::fault_of(text), "") << text;
            if (kind == AttemptKind::inquire) return;
            const std::string carried = text.substr(text.find("InvoiceNo"), 40);
            if (scene.attempts.empty()) invoice = carried;
            EXPECT_EQ(carried, invoice) << "a repeat goes under the same invoice";
        });
        Scene hold = test::scene_of(Verb::authorize);
        hold.with_security_code = hold.with_address = true;
        if (!fault.empty()) player.fault(fault);
        if (!ends_with_money(player.play(hold))) continue;
        if (!fault.empty()) player.fault(fault);
        Scene capture = player.following(Verb::capture, hold, 1);
        player.play(capture);
        Scene undo = player.following(Verb::reverse, hold, 2);
        player.play(undo);
    }
}

TEST_P(EachSwitch, NothingIsApprovedWithoutSayingSo) {
    const MercuryAdapter adapter{switches()};
    const Scene scene = test::scene_of(Verb::sale);
    for (const auto& reply : {test::decline(), test::decline("AP"), test::rstream_reply("Error", "000000", "AP"),
                              test::rstream_reply("Error", "777777", "x"), test::reply_of(""), test::reply_of("<a/>"),
                              test::approval("Sale", {{"Authorize", "12.51"}}), test::approval("Sale", {}, "AP*"),
                              test::approval("Sale", {{"InvoiceNo", "OTHER"}})}) {
        const std::string outcome = test::word(adapter.read(AttemptKind::send, scene.history(), reply));
        EXPECT_FALSE(ends_with_money(outcome)) << outcome << reply.body;
    }
}

// ---- Each switch does something ----------------------------------------------------------------------------------------

std::vector<vault::Reply> replies() {
    const auto undo_ap = test::rstream_reply("Approved", "000000", "AP",
                                             test::approved_fields("VoidSale", {}, test::original_invoice));
    return {test::approval("Sale"), test::approval("Sale", {{"TranCode", "-"}}, "AP*"), test::approval("PreAuth"),
            test::decline("NEW WORDS"), test::decline("NO TRAN FOUND"), test::rstream_reply("Error", "100204", "x"),
            test::rstream_reply("Error", "004003", "x"), test::rstream_reply("Error", "777777", "x"), undo_ap,
            test::detail_reply({{"Approved", "Sale", "12.50"}}), test::detail_reply({{"Approved", "PreAuth", "12.50"}}),
            test::detail_reply({{"Approved", "Charge", "12.50"}}), test::detail_reply({}),
            test::detail_reply({{"Approved", "Sale", "12.50"}, {"Approved", "Sale", "12.50"}})};
}
std::vector<Scene> scenes() {
    std::vector<Scene> out;
    for (const Verb verb : {Verb::authorize, Verb::sale, Verb::capture, Verb::refund, Verb::reverse}) {
        out.push_back(test::scene_of(verb));
        out.back().with_address = true;
    }
    out.push_back(test::scene_of(Verb::capture));
    out.back().operation.requested = test::usd(1000);
    out.push_back(test::undo_of_sale());
    out.push_back(test::undo_of_sale());
    out.back().original->created_at = test::at_second(-40 * 86'400);
    out.push_back(test::scene_of(Verb::sale));
    out.back().operation.requested = *domain::Money::of_minor(1250, domain::Currency::cad);
    for (const std::size_t count = out.size(); out.size() < 2 * count;) {
        Scene scene = out[out.size() - count];
        out.push_back(scene.attempt(AttemptKind::send, vault::MaybeSent{"deadline"}, 1));
    }
    return out;
}

std::string messages(const MercuryAdapter& adapter, const Scene& scene) {
    std::string out;
    for (const AttemptKind kind : {AttemptKind::send, AttemptKind::resend, AttemptKind::inquire}) {
        const auto tree = adapter.plan(kind, scene.history());
        out += tree ? test::request_of(*tree) : std::string(tree.error().code);
    }
    return out;
}
// All that the adapter says about many situations, in one text.
std::string transcript(const Switches& switches) {
    const MercuryAdapter adapter{switches};
    const auto checks = adapter.checks(test::approval("Sale", {{"CardType", "VISA"}, {"AVSResult", "Z"}}));
    const auto& able = adapter.capabilities();
    std::string out = std::to_string(able.duplicate_window.count()) + " " + std::to_string(able.call_time_max.count()) +
                      " " + std::to_string(able.inquiry_blind.count()) + " " + std::to_string(able.currencies.size()) +
                      " " + std::to_string(static_cast<int>(checks.avs));
    for (const Scene& scene : scenes()) {
        out += messages(adapter, scene);
        for (const vault::Reply& reply : replies()) {
            for (const AttemptKind kind : {AttemptKind::resend, AttemptKind::inquire}) {
                Scene answered = scene;
                answered.operation.attempts = static_cast<std::int32_t>(answered.attempts.size()) + 1;
                out += "\n" + test::word(adapter.read(kind, answered.history(), reply));
                for (const int at_s : {2, 65}) {
                    Scene later = answered;
                    later.attempt(kind, Sent{reply}, at_s);
                    for (const int now_s : {2, 3, 20, 35, 65, 100, 1300, 100'000}) {
                        later.now_s = now_s;
                        out += " | " + test::word(adapter.next(later.history()));
                    }
                    out += messages(adapter, later);
                }
            }
        }
    }
    return out;
}

TEST(Switches, EachChangesWhatTheAdapterSaysOrDoes) {
    const std::string usual = transcript({});
    for (const auto& row : switch_rows()) {
        bool changes = false;
        for (const Turned& turned : all_turned())
            changes |= turned.name.starts_with(std::string(row.name) + "_") && transcript(turned.switches) != usual;
        EXPECT_TRUE(changes) << row.name << " is turned and nothing happens";
    }
}

// ---- docs/mercury.md names each one ------------------------------------------------------------------------------------

std::string_view word_of(processors::Mark mark) {
    using processors::Mark;
    return mark == Mark::seen ? "seen" : mark == Mark::inferred ? "assumed" : "open";
}

TEST(Switches, AreDocumentedWithDefaultAndMark) {
    std::ifstream in{POSTERN_MERCURY_DOCUMENT};
    std::stringstream text;
    text << in.rdbuf();
    std::size_t documented = 0;
    bool in_section = false;  // the sandbox's switches have a table of their own
    for (std::string line; std::getline(text, line);) {
        if (line.starts_with("## ")) in_section = line == "## Switches";
        if (in_section && line.starts_with("| `")) ++documented;
    }
    EXPECT_EQ(documented, switch_rows().size());
    const Switches defaults;
    for (const auto& row : switch_rows()) {
        const std::string line = "| `" + std::string(row.name) + "` | " + std::to_string(defaults.*row.value) + " | " +
                                 std::string(word_of(row.mark)) + " | ";
        EXPECT_NE(text.str().find(line), std::string::npos) << line;
        EXPECT_LE(row.least, defaults.*row.value) << row.name;
        EXPECT_GE(row.most, defaults.*row.value) << row.name;
    }
}

}  // namespace
}  // namespace postern::mercury
