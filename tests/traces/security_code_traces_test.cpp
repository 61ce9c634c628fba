#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/traces/whole_postern.hpp"

namespace postern::traces {
namespace {

using Fate = SandboxEgress::Fate;

constexpr std::string_view number = "4003000123456781";

// The member's text; of a problem, which has none of that kind, its whole body.
std::string text_of(const Answer& answer, const char* name) {
    const auto body = boost::json::parse(answer.body);
    const auto* member = body.as_object().if_contains(name);
    return member && member->is_string() ? std::string(member->as_string()) : answer.body;
}
std::string id_of(const Answer& answer) { return text_of(answer, "payment_id"); }
std::string status_of(const Answer& answer) { return text_of(answer, "status"); }

using Traces = std::map<std::string, std::string>;

// What a day may bring to a card with a security code: taken, sent, echoed, lost on the way, given back, too old. The sandbox
// answers 123, 222 and 362 alike.
Traces day_with(std::string_view code, std::string_view card = number, int amount_minor = 1250) {
    WholePostern postern;
    const auto taken = postern.tokenize(card, code);
    postern.describe(taken);
    postern.egress().next = Fate::code_echoed;
    const auto held = postern.pay("authorize", amount_minor, taken);
    EXPECT_EQ(status_of(held), "authorized") << held.body;
    postern.describe(taken);
    EXPECT_EQ(status_of(postern.act(id_of(held), "capture")), "captured");
    EXPECT_EQ(status_of(postern.act(id_of(held), "refund", R"({"amount":{"amount_minor":250,"currency":"USD"}})")),
              "partially_refunded");

    const auto lost = postern.tokenize(card, code);
    postern.egress().next = Fate::answer_lost;
    const auto unknown = postern.pay("sale", 990, lost);
    for (int looks = 0; looks < 4; ++looks) {
        postern.pass(std::chrono::seconds{90});
        postern.resolve();
    }
    EXPECT_EQ(status_of(postern.act(id_of(unknown), "void")), "voided");

    const auto back = postern.tokenize(card, code);
    postern.egress().next = Fate::nothing_left;
    EXPECT_EQ(status_of(postern.pay("authorize", 1100, back)), "failed");
    EXPECT_EQ(status_of(postern.pay("authorize", 1100, back)), "authorized") << "with the code that was given back";

    const auto old = postern.tokenize(card, code);
    postern.pass(std::chrono::minutes{16});
    postern.describe(old);
    EXPECT_EQ(status_of(postern.pay("sale", 1200, old)), "failed") << "its code is too old, and is not dropped silently";
    return postern.traces();
}

// By name, so that a difference says where it is.
std::vector<std::string> differences(const Traces& a, const Traces& b) {
    std::vector<std::string> out;
    for (const auto& [name, trace] : a)
        if (!b.contains(name) || b.at(name) != trace) out.push_back(name);
    for (const auto& [name, trace] : b)
        if (!a.contains(name)) out.push_back(name);
    return out;
}

class SecurityCodeTraces : public testing::Test {
protected:
    static const Traces& first() {
        static const auto traces = day_with("123");
        return traces;
    }
};

TEST_F(SecurityCodeTraces, AreOfEveryKind) {
    for (const char* kept : {"gateway.payments", "gateway.operations", "gateway.evidence", "gateway.events",
                             "gateway.ledger_entries", "gateway.idempotency_keys", "vault.tokens", "vault.cards",
                             "vault.attempt_replies"}) {
        ASSERT_TRUE(first().contains(kept)) << kept;
        EXPECT_FALSE(first().at(kept).empty()) << kept;
    }
    std::size_t journal_bytes = 0;
    for (const auto& [name, trace] : first())
        if (name.starts_with("journal")) journal_bytes += trace.size();
    EXPECT_GT(journal_bytes, 1000U);
}

TEST_F(SecurityCodeTraces, DoNotTellWhichCodeItWas) {
    EXPECT_EQ(differences(first(), day_with("222")), std::vector<std::string>{});
    EXPECT_EQ(differences(first(), day_with("362")), std::vector<std::string>{});
}

// The comparison sees what is told: the same again is the same, and another card, amount or answer is not.
TEST_F(SecurityCodeTraces, TellEverythingElse) {
    const auto tells = [](const Traces& other, const std::string& where) {
        return std::ranges::count(differences(first(), other), where) == 1;
    };
    EXPECT_EQ(differences(first(), day_with("123")), std::vector<std::string>{});
    const auto card = day_with("123", "4895281000000006");
    EXPECT_TRUE(tells(card, "vault.cards")) << "sealed with the same nonces, what differs inside differs outside";
    EXPECT_TRUE(tells(card, "vault.card_index"));
    const auto amount = day_with("123", number, 1350);
    for (const char* where : {"gateway.payments", "gateway.events", "gateway.ledger_entries", "vault.attempt_replies"})
        EXPECT_TRUE(tells(amount, where)) << where;
    EXPECT_TRUE(tells(day_with("999"), "gateway.evidence")) << "the issuer says that it does not match";
}

}  // namespace
}  // namespace postern::traces
