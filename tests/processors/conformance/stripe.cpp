#include <boost/json.hpp>
#include <set>

#include "processors/stripe/adapter.hpp"
#include "processors/stripe/sandbox/sandbox.hpp"
#include "tests/processors/conformance/subjects.hpp"
#include "tests/support/http_request.hpp"

namespace postern::conformance {
namespace {

using stripe::sandbox::Intent;
using stripe::sandbox::Settings;
using vault::Slot;

class Stripe final : public Processor {
public:
    Stripe(const Clock& clock, Random& random, const Settings& settings)
        : sandbox_{settings, {}, clock, random, {}} {}

    const processors::ProcessorAdapter& adapter() const override { return adapter_; }
    Exchange handle(const net::HttpRequest& request) override {
        auto given = sandbox_.handle(request);
        return {std::move(given.response), given.delay, {}, {}};
    }
    std::string slot_text(Slot slot, const std::string& card) const override {
        switch (slot) {
            case Slot::card_number: return card;
            case Slot::card_expiry_month: return "7";
            case Slot::card_expiry_year: return "2030";
            case Slot::card_security_code: return "123";
            case Slot::card_holder_name: return "A. O'Guest & Co";
            case Slot::card_address: return "1 Main <St> +1";
            case Slot::card_postal_code: return "45209";
            case Slot::account_bearer: return "Bearer sk_test_postern";
            default: return "";
        }
    }

    std::vector<std::string> fault_kinds() const override {
        std::vector<std::string> out;
        for (const auto kind : stripe::sandbox::fault_kinds()) out.emplace_back(stripe::sandbox::to_text(kind));
        return out;
    }
    void strike(const Strike& strike) override {
        const boost::json::object fault{{"kind", strike.kind}, {"count", strike.count}, {"delay_ms", strike.delay.count()},
                                        {"method", strike.at_inquiries ? "GET" : "POST"}};
        ask("POST", boost::json::serialize(fault));
    }
    void calm() override { ask("DELETE", ""); }

    Booked booked(const std::vector<domain::Operation>& operations) const override {
        Booked out;
        std::set<std::string> identities;
        for (const auto& operation : operations) identities.insert(operation.processor_identity);
        for (const std::string& identity : identities)
            for (const Intent* intent : sandbox_.book().intents_carrying(identity)) add(out, *intent);
        return out;
    }
    Booked everything() const override {
        Booked out;
        for (const Intent* intent : sandbox_.book().intents()) add(out, *intent);
        return out;
    }
    SampleCharge usual() const override { return {"4242424242424242", 1250}; }
    std::optional<SampleCharge> declined() const override { return SampleCharge{"4242424242424242", 4003}; }

private:
    void ask(const std::string& method, std::string_view body) {
        sandbox_.handle(::postern::test::http_request(method, "/sandbox/faults", {}, body));
    }
    void add(Booked& out, const Intent& intent) const {
        out.held += intent.capturable;
        out.taken += intent.received;
        out.charges += intent.status == "requires_capture" || intent.status == "succeeded" ? 1 : 0;
        out.captures += intent.status == "succeeded" && intent.capture_method == "manual" ? 1 : 0;
        for (const auto* refund : sandbox_.book().refunds_of(intent.id)) {
            out.returned += refund->amount;
            ++out.returns;
        }
    }

    stripe::sandbox::Sandbox sandbox_;
    stripe::StripeAdapter adapter_;
};

Subject::Variant variant(std::string name, void (*change)(Settings&)) {
    return {std::move(name), [change](const Clock& clock, Random& random) -> std::unique_ptr<Processor> {
                Settings settings;
                change(settings);
                return std::make_unique<Stripe>(clock, random, settings);
            }};
}

}  // namespace

Subject stripe_subject() {
    return {.name = "stripe",
            .policy_file = POSTERN_SOURCE "/processors/stripe/policy.toml",
            .variants = {variant("as published", [](Settings&) {}),
                         variant("answers about the past come late", [](Settings& s) { s.search_lag = std::chrono::seconds{20}; })},
            .books_twice = {}};
}

}  // namespace postern::conformance
