#include "processors/mercury/codes.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "gateway/http/payment_json.hpp"
#include "gateway/ledger/entry.hpp"
#include "tests/processors/mercury/scene.hpp"
#include "tests/processors/mercury/sheet_codes.hpp"
#include "tests/support/seeded_random.hpp"

namespace postern::mercury {
namespace {

using domain::DeclineReason;
using domain::OperationStatus;
using domain::Verb;
using test::Scene;
using test::SheetGroup;
using vault::AttemptKind;

std::vector<std::string> words_of(std::string_view text) {
    std::istringstream in{std::string(text)};
    return {std::istream_iterator<std::string>{in}, {}};
}

// Every single code of a member, "001500-001600" being many.
std::vector<std::string> singles(std::string_view member) {
    if (member.size() != 13 || member[6] != '-') return {std::string(member)};
    std::vector<std::string> out;
    for (int code = std::stoi(std::string(member.substr(0, 6))); code <= std::stoi(std::string(member.substr(7))); ++code)
        out.push_back(fmt::format("{:06}", code));
    return out;
}

// ---- The adapter's table against the sheet's list, member by member ---------------------------------------------------

std::string_view books_word(Books books) {
    switch (books) {
        case Books::nothing: return "none";
        case Books::the_amount: return "+1250";
        case Books::the_part_until_undone: return "+700";
        case Books::the_release: return "-1250";
    }
    __builtin_unreachable();
}

void expect_same(const SheetGroup& sheet, const Consequence& ours, const std::string& member) {
    EXPECT_EQ(domain::to_text(ours.status), sheet.operation) << member;
    EXPECT_EQ(books_word(ours.books), sheet.books) << member;
    EXPECT_EQ(ours.event, sheet.event) << member;
    EXPECT_EQ(ours.answer, sheet.answer) << member;
    EXPECT_EQ(ours.retry, sheet.retry) << member;
}

TEST(CodeTable, SaysOfEachTextWhatTheSheetSays) {
    std::map<std::string, TextRow> left;
    for (const TextRow& row : text_rows()) left.emplace(row.text, row);
    for (const TextRow& row : host_rows()) left.emplace(row.text, row);
    EXPECT_EQ(left.size(), text_rows().size() + host_rows().size()) << "a text stands twice";
    for (const SheetGroup& group : test::sheet_texts()) {
        for (const std::string_view member : group.members) {
            const auto row = left.find(std::string(member));
            ASSERT_NE(row, left.end()) << member << " is on the sheet alone";
            for (const std::string& status : words_of(group.statuses)) {
                const auto cmd = status == "Declined" ? CmdStatus::declined
                                 : status == "Error"  ? CmdStatus::error
                                                      : CmdStatus::approved;
                expect_same(group, consequence_of(reading_of(cmd, "000000", member)), std::string(member) + " " + status);
            }
            if (!group.reason.empty()) EXPECT_EQ(domain::to_text(row->second.reason), group.reason) << member;
            left.erase(row);
        }
    }
    for (const auto& [text, row] : left) ADD_FAILURE() << text << " is in the adapter's table alone";
}

TEST(CodeTable, SaysOfEachCodeWhatTheSheetSays) {
    std::set<std::string> left;
    for (const CodeRow& row : code_rows())
        for (const std::string& code : singles(std::string(row.first) + "-" + std::string(row.last))) left.insert(code);
    for (const SheetGroup& group : test::sheet_codes()) {
        for (const std::string_view member : group.members) {
            for (const std::string& code : singles(member)) {
                EXPECT_EQ(left.erase(code), 1u) << code << " is on the sheet alone, or twice";
                expect_same(group, consequence_of(reading_of(CmdStatus::error, code, "x")), code);
            }
        }
    }
    for (const std::string& code : left) ADD_FAILURE() << code << " is in the adapter's table alone";
}

TEST(CodeTable, EveryReadingHasOneConsequence) {
    std::set<Reading> seen;
    for (const Consequence& row : consequences()) EXPECT_TRUE(seen.insert(row.reading).second);
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(Reading::unknown)) << "of all but by_status";
    EXPECT_FALSE(seen.contains(Reading::by_status));
}

TEST(CodeTable, RowsAreOrderedAndDoNotOverlap) {
    std::string_view last;
    for (const CodeRow& row : code_rows()) {
        EXPECT_LT(last, row.first);
        EXPECT_LE(row.first, row.last);
        last = row.last;
    }
}

// ---- What a whole answer does: through the adapter's steps, the domain's table, the books and the API -----------------

struct Ending {
    domain::Payment before;
    domain::Effect effect;
    std::string books;
    int answer = 0;
};

// What was booked, money accounts and held limits alike: the first entry, its sign seen from the merchant.
std::string books_of(const domain::Payment& before, const domain::Effect& effect) {
    ::postern::test::SeededRandom random;
    const auto entries = ledger::entries_for(before, effect.payment, effect.operation, "2026-11-25",
                                             test::at_second(1), random);
    std::string out;
    for (const auto& entry : entries) {
        const bool rises = entry.debit == ledger::Account::hold || entry.debit == ledger::Account::processor_receivable;
        out += (out.empty() ? "" : " ") + std::string(rises ? "+" : "-") + std::to_string(entry.amount.amount_minor());
    }
    return out.empty() ? "none" : out;
}

Ending ending_of(const Scene& scene, const domain::Claim& claim) {
    const auto effect = domain::apply(scene.payment, scene.operation, claim, test::at_second(1));
    if (!effect) throw std::runtime_error(std::string(effect.error().code));
    Ending ending{scene.payment, *effect, books_of(scene.payment, *effect), 0};
    const gateway::JsonAnswerRenderer renderer;
    ending.answer = renderer.render(effect->payment, ::postern::test::sample_card(), effect->operation).status;
    if (effect->undo) ending.answer = 202;  // an approval on its way back is no final answer
    return ending;
}

// A sale not answered yet, or the undo of a hold that somebody asked for; its last message is the one answered.
Scene asked(const SheetGroup& group) {
    Scene scene = test::scene_of(group.asks == "sale" ? Verb::sale : Verb::reverse);
    if (group.asks == "sale") {
        scene.payment.standing = domain::Standing::pending;
        scene.payment.approved = test::usd(0);
    } else {
        scene.payment.void_requested = true;
    }
    if (group.name != "seen_before") return scene;
    scene.attempt(AttemptKind::send, vault::MaybeSent{"deadline"}, 1);
    scene.operation.attempts = 2;
    return scene;
}

vault::Reply answer_to(const SheetGroup& group, std::string_view status, std::string_view code, std::string_view text) {
    if (status != "Approved" && status != "Success") return test::rstream_reply(status, code, text);
    const bool is_sale = group.asks == "sale";
    test::Fields fields = test::approved_fields(is_sale ? "Sale" : "VoidSale", {},
                                                is_sale ? test::invoice : test::original_invoice);
    if (group.name == "part") fields["Authorize"] = "7.00";
    return test::rstream_reply(status, code, text, fields);
}

void expect_ending(const SheetGroup& group, const Scene& scene, const vault::Reply& reply, const std::string& member) {
    const AttemptKind kind = scene.attempts.empty() ? AttemptKind::send : AttemptKind::resend;
    const auto outcome = MercuryAdapter{}.read(kind, scene.history(), reply);
    const auto* claim = std::get_if<domain::Claim>(&outcome);
    EXPECT_EQ(claim != nullptr, group.sheet_class == 'F') << member << ": " << test::word(outcome);
    const Ending ending = ending_of(
        scene, claim ? *claim : domain::UnknownClaim{domain::Goal::complete, "answer_lost"});
    EXPECT_EQ(domain::to_text(ending.effect.operation.status), group.operation) << member;
    EXPECT_EQ(ending.books, group.books) << member;
    EXPECT_EQ(ending.effect.event, group.event) << member;
    EXPECT_EQ(ending.answer, group.answer) << member;
    EXPECT_EQ(ending.effect.undo, group.name == "part") << member;
    const auto& decline = ending.effect.operation.decline;
    if (!group.reason.empty()) {
        ASSERT_TRUE(decline) << member;
        EXPECT_EQ(domain::to_text(decline->reason), group.reason) << member;
        EXPECT_EQ(decline->retry_may_help, group.retry == "new_key") << member;
    }
}

// The class as it shows: after an answer that moved nothing a later no is a no; after one that proves nothing it is not.
void expect_class_of_repeats(const SheetGroup& group, Scene scene, const vault::Reply& reply, const std::string& member) {
    scene.attempt(AttemptKind::send, vault::Sent{reply}, 2);
    scene.now_s = 3;
    const MercuryAdapter adapter;
    const std::string step = test::word(adapter.next(scene.history()));
    const bool is_final = group.sheet_class == 'F';
    EXPECT_EQ(step.substr(0, 8), is_final ? "conclude" : "resend") << member << " " << step;
    if (is_final) return;
    scene.operation.attempts = 2;
    const std::string later = test::word(adapter.read(AttemptKind::resend, scene.history(), test::decline()));
    EXPECT_EQ(later, group.sheet_class == 'R' ? "declined generic" : "unreadable no_after_lost_answer") << member;
}

TEST(CodeTable, EveryTextEndsAsTheSheetSays) {
    for (const SheetGroup& group : test::sheet_texts())
        for (const std::string_view member : group.members)
            for (const std::string& status : words_of(group.statuses))
                expect_ending(group, asked(group), answer_to(group, status, "000000", member),
                              std::string(member) + " " + status);
}

TEST(CodeTable, EveryCodeEndsAsTheSheetSays) {
    for (const SheetGroup& group : test::sheet_codes()) {
        for (const std::string_view member : group.members) {
            for (const std::string& code : singles(member)) {
                const auto reply = answer_to(group, "Error", code, "Some Words");
                expect_ending(group, asked(group), reply, code);
                expect_class_of_repeats(group, asked(group), reply, code);
            }
        }
    }
}

TEST(CodeTable, CredentialsThatFailAreFinal) {
    for (const char* text : {"Invalid Credentials, call support", "PASSWORD failed"})
        EXPECT_EQ(reading_of(CmdStatus::error, "009999", text), Reading::refused) << text;
    EXPECT_EQ(reading_of(CmdStatus::error, "009999", "Unknown Error"), Reading::unknown);
}

// The one safe reading: an Error proves nothing; a Declined is a plain no; an Approved is judged by its data.
TEST(CodeTable, WhatIsNotListedIsReadSafely) {
    for (const char* code : {"", "00000", "0000000", "001499", "001601", "002005", "100200", "100229", "100230", "100232",
                             "123456", "abcdef", "999999"})
        EXPECT_EQ(reading_of(CmdStatus::error, code, "New Words"), Reading::unknown) << code;
    EXPECT_EQ(reading_of(CmdStatus::error, " 100204 ", "x"), Reading::refused) << "white space around it does not count";
    EXPECT_EQ(reading_of(CmdStatus::declined, "000000", "NEW WORDS"), Reading::declined);
    EXPECT_EQ(reading_of(CmdStatus::approved, "777777", "NEW WORDS"), Reading::approved);
}

TEST(CodeTable, AStatusAgainstItsTextProvesNothing) {
    for (const SheetGroup& group : test::sheet_texts()) {
        const bool says_yes = group.operation == "approved" || group.name == "not_captured";
        for (const std::string_view member : group.members) {
            if (group.name == "admin_done") continue;
            if (says_yes) {
                EXPECT_EQ(reading_of(CmdStatus::declined, "000000", member), Reading::unknown) << member;
                EXPECT_EQ(reading_of(CmdStatus::error, "100204", member), Reading::unknown) << member;
            } else {
                EXPECT_EQ(reading_of(CmdStatus::approved, "000000", member), Reading::unknown) << member;
            }
        }
    }
}

// Events of the other verbs: one reading, each verb's own word.
TEST(CodeTable, EachVerbHasItsEventForANo) {
    const std::map<Verb, std::array<std::string_view, 2>> events{
        {Verb::authorize, {"payment.declined", "payment.failed"}},
        {Verb::sale, {"payment.declined", "payment.failed"}},
        {Verb::capture, {"payment.capture_declined", "payment.capture_failed"}},
        {Verb::refund, {"payment.refund_declined", "payment.refund_failed"}},
        {Verb::reverse, {"payment.void_declined", "payment.void_failed"}}};
    for (const auto& [verb, event] : events) {
        const Scene scene = test::scene_of(verb);
        const MercuryAdapter adapter;
        const auto declined = adapter.read(AttemptKind::send, scene.history(), test::decline());
        const auto refused = adapter.read(AttemptKind::send, scene.history(), test::rstream_reply("Error", "100204", "x"));
        EXPECT_EQ(ending_of(scene, std::get<domain::Claim>(declined)).effect.event, event[0]);
        EXPECT_EQ(ending_of(scene, std::get<domain::Claim>(refused)).effect.event, event[1]);
    }
}

TEST(RawCode, IsShortPlainText) {
    EXPECT_EQ(raw_code("000000", " DECLINE "), "000000 DECLINE");
    EXPECT_EQ(raw_code("1", "a\nb\xff"), "1 a?b?");
    EXPECT_EQ(raw_code("1", std::string(500, 'x')).size(), 80u);
}

}  // namespace
}  // namespace postern::mercury
