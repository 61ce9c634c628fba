#pragma once

#include <algorithm>
#include <charconv>

#include "processors/port/adapter.hpp"

namespace postern::test {

// A processor protocol in four form fields; its stand-in is in fake_vault_client.hpp. Replies: "approved MINOR",
// "declined", "no_target", "refused", "not_found", "prepared" (the next message, please), anything else is unreadable.
class FakeAdapter final : public processors::ProcessorAdapter {
public:
    explicit FakeAdapter(std::string name = "mercury") {  // the one that samples name
        using domain::Verb;
        capabilities_.name = std::move(name);
        capabilities_.verbs = {Verb::authorize, Verb::sale, Verb::capture, Verb::refund, Verb::reverse,
                               Verb::adjust_tip, Verb::increment};
        capabilities_.tip_above_authorized = true;
        capabilities_.duplicate_window = std::chrono::seconds{1200};
        capabilities_.inquiry_blind = std::chrono::seconds{0};
        capabilities_.call_time_max = std::chrono::milliseconds{10'000};
        capabilities_.currencies = {domain::Currency::usd};
        capabilities_.amount_minor_max = 9'999'999;
    }

    const processors::Capabilities& capabilities() const override { return capabilities_; }
    std::string identity(std::uint64_t epoch, std::uint64_t counter) const override {
        return "e" + std::to_string(epoch) + "p" + std::to_string(counter);
    }
    Result<vault::MessageTree> plan(vault::AttemptKind kind, const processors::History& history) const override {
        if (plan_fails) return Error{ErrorKind::invalid_request, "reference_missing"};
        const bool undo = history.operation.verb == domain::Verb::reverse;
        const std::string target = undo && history.original ? history.original->processor_identity : "";
        vault::FormBody form{{"verb", std::string(policy_operation(kind, history))},
                             {"identity", history.operation.processor_identity},
                             {"amount", std::to_string(history.operation.requested.amount_minor())},
                             {"target", target}};
        const bool is_first = kind == vault::AttemptKind::send;
        if (history.with_security_code && is_first) form.push_back({"code", vault::Slot::card_security_code});
        if (history.with_holder_name) form.push_back({"name", vault::Slot::card_holder_name});
        if (history.with_address) form.push_back({"address", vault::Slot::card_address});
        if (history.with_postal_code) form.push_back({"zip", vault::Slot::card_postal_code});
        return vault::MessageTree{.method = "POST", .path_template = "/", .path_parameters = {}, .headers = {},
                                  .body = std::move(form)};
    }
    std::string_view policy_operation(vault::AttemptKind kind, const processors::History& history) const override {
        return kind == vault::AttemptKind::inquire ? "inquire" : domain::to_text(history.operation.verb);
    }
    processors::Outcome read(vault::AttemptKind kind, const processors::History& history,
                             const vault::Reply& reply) const override {
        const bool inquiry = kind == vault::AttemptKind::inquire;
        if (inquiry && reply.body == "not_found") return processors::NotFound{};
        const auto claim = claim_of(history, reply.body);
        if (!claim) return processors::Unreadable{"unreadable"};
        if (inquiry) return processors::Found{*claim};
        return *claim;
    }
    processors::Step next(const processors::History& history) const override {
        const bool undo = history.operation.verb == domain::Verb::reverse;
        bool none_left = true;
        int resends = 0;
        for (const processors::Attempt& attempt : history.attempts) {
            const auto* sent = std::get_if<vault::Sent>(&attempt.verdict);
            none_left = none_left && std::holds_alternative<vault::NotSent>(attempt.verdict);
            resends += attempt.kind == vault::AttemptKind::resend ? 1 : 0;
            if (!sent) continue;
            if (const auto claim = claim_of(history, sent->reply.body)) return processors::Conclude{*claim};
        }
        if (none_left) {
            return processors::Conclude{
                domain::NotSentClaim{std::get<vault::NotSent>(history.attempts.back().verdict).code}};
        }
        const auto* last = std::get_if<vault::Sent>(&history.attempts.back().verdict);
        if (last && last->reply.body == "prepared") {
            if (history.now < history.operation.deadline) return processors::Proceed{};
            return processors::Conclude{domain::RefusedClaim{"too_late", ""}};
        }
        if (undo) return processors::Resend{};
        const bool completes = history.operation.goal.value_or(domain::Goal::complete) == domain::Goal::complete;
        if (completes && history.now < history.operation.deadline && resends < 2) return processors::Resend{};
        return after_inquiry(history.attempts.back());
    }

    processors::Checks checks(const vault::Reply& reply) const override {
        processors::Checks told;
        if (reply.body.ends_with(" avs")) told.avs = processors::AvsResult::no_match;
        if (reply.body.ends_with(" cvv")) told.cvv = processors::CvvResult::no_match;
        return told;
    }

    processors::Capabilities& can() { return capabilities_; }
    bool plan_fails = false;
    processors::Capabilities& able() { return capabilities_; }

private:
    static processors::Step after_inquiry(const processors::Attempt& last) {
        if (last.kind != vault::AttemptKind::inquire) return processors::Inquire{};
        const auto* sent = std::get_if<vault::Sent>(&last.verdict);
        if (sent && sent->reply.body == "not_found") {
            return processors::Conclude{domain::RefusedClaim{"not_found_at_processor", ""}};
        }
        return processors::AskPeople{"no_proof_found"};
    }
    static std::optional<domain::Claim> claim_of(const processors::History& history, std::string_view body) {
        if (body == "declined") return domain::DeclinedClaim{{domain::DeclineReason::generic, "DECLINE", false}};
        if (body == "no_target")
            return domain::DeclinedClaim{{domain::DeclineReason::reversal_target_missing, "NO TRAN FOUND", false}};
        if (body == "refused") return domain::RefusedClaim{"processor_refused", "REFUSED"};
        constexpr std::string_view yes = "approved ";
        if (!body.starts_with(yes)) return std::nullopt;
        std::int64_t minor = 0;
        std::from_chars(body.data() + yes.size(), body.data() + body.size(), minor);
        const auto amount = domain::Money::of_minor(minor, history.operation.requested.currency());
        return domain::ApprovedClaim{*amount, {{"RefNo", history.operation.processor_identity}}, false};
    }

    processors::Capabilities capabilities_;
};

}  // namespace postern::test
