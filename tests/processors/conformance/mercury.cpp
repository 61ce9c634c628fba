#include <boost/json.hpp>
#include <set>

#include "processors/mercury/adapter.hpp"
#include "processors/mercury/sandbox/sandbox.hpp"
#include "tests/processors/conformance/subjects.hpp"
#include "tests/support/http_request.hpp"

namespace postern::conformance {
namespace {

using mercury::sandbox::Entry;
using mercury::sandbox::Settings;
using vault::Slot;

Exchange exchange_of(mercury::sandbox::Exchange given) {
    Exchange out{std::move(given.response), given.delay, std::move(given.until), {}};
    if (given.then) out.then = [then = std::move(given.then)] { return exchange_of(then()); };
    return out;
}

class Mercury final : public Processor {
public:
    Mercury(const Clock& clock, Random& random, const Settings& settings)
        : sandbox_{settings, {}, clock, random, {}} {}

    const processors::ProcessorAdapter& adapter() const override { return adapter_; }
    Exchange handle(const net::HttpRequest& request) override { return exchange_of(sandbox_.handle(request)); }
    std::string slot_text(Slot slot, const std::string& card) const override {
        switch (slot) {
            case Slot::card_number: return card;
            case Slot::card_expiry_mmyy: return "1230";
            case Slot::card_security_code: return "123";
            case Slot::card_holder_name: return "A. O'Guest & Co";
            case Slot::card_address: return "123 Main <Street>";
            case Slot::card_postal_code: return "45209";
            case Slot::account_merchant_id: return "595901";
            case Slot::account_password: return "xyz";
            default: return "";
        }
    }

    std::vector<std::string> fault_kinds() const override {
        std::vector<std::string> out;
        for (const auto kind : mercury::sandbox::fault_kinds()) out.emplace_back(mercury::sandbox::to_text(kind));
        return out;
    }
    void strike(const Strike& strike) override {
        boost::json::object fault{{"kind", strike.kind}, {"count", strike.count}, {"delay_ms", strike.delay.count()}};
        if (strike.kind == "oversized") fault["bytes"] = 1'200'000;
        if (strike.at_inquiries) fault["tran_code"] = "CTranDetail";
        if (strike.until_undo) fault["until"] = "undo";
        ask("POST", boost::json::serialize(fault));
    }
    void calm() override { ask("DELETE", ""); }

    Booked booked(const std::vector<domain::Operation>& operations) const override {
        Booked out;
        std::set<std::string> invoices;
        for (const auto& operation : operations) invoices.insert(operation.processor_identity);
        for (const std::string& invoice : invoices)
            for (const std::int64_t number : sandbox_.book().find_invoice("595901", invoice))
                add(out, sandbox_.book().at(number));
        return out;
    }
    Booked everything() const override {
        Booked out;
        for (const Entry& entry : sandbox_.book().entries())
            if (entry.duplicate_of == 0) add(out, entry);
        return out;
    }
    SampleCharge usual() const override { return {"4003000123456781", 1250}; }
    std::optional<SampleCharge> declined() const override { return SampleCharge{"4003000123456781", 257}; }
    std::optional<SampleCharge> partial() const override { return SampleCharge{"4005550000000480", 2354}; }
    std::optional<SampleCharge> undone_plainly() const override { return SampleCharge{"4003000123456781", 103}; }

private:
    void ask(const std::string& method, std::string_view body) {
        sandbox_.handle(::postern::test::http_request(method, "/sandbox/faults", {}, body));
    }
    static void add(Booked& out, const Entry& entry) {
        if (!mercury::sandbox::is_approved(entry)) return;
        out.was_repeated = out.was_repeated || entry.fault == "duplicated";
        const bool is_charge = entry.tran_code == "Sale" || entry.tran_code == "PreAuth";
        out.hold_stays = out.hold_stays || (is_charge && entry.is_voided && !entry.is_released);
        if (entry.is_voided) return;
        if (entry.tran_code == "PreAuth") out.held += std::max<std::int64_t>(entry.authorized_minor - entry.captured_minor, 0);
        if (mercury::sandbox::is_purchase(entry)) out.taken += entry.authorized_minor;
        if (entry.tran_code == "Return") out.returned += entry.authorized_minor;
        out.charges += is_charge ? 1 : 0;
        out.captures += entry.tran_code == "PreAuthCapture" ? 1 : 0;
        out.returns += entry.tran_code == "Return" ? 1 : 0;
    }

    mercury::sandbox::Sandbox sandbox_;
    mercury::MercuryAdapter adapter_;
};

Subject::Variant variant(std::string name, void (*change)(Settings&)) {
    return {std::move(name), [change](const Clock& clock, Random& random) -> std::unique_ptr<Processor> {
                Settings settings = mercury::sandbox::default_settings();
                change(settings);
                return std::make_unique<Mercury>(clock, random, settings);
            }};
}

}  // namespace

Subject mercury_subject() {
    return {.name = "mercury",
            .policy_file = POSTERN_SOURCE "/processors/mercury/policy.toml",
            .variants = {variant("as published", [](Settings&) {}),
                         variant("answers about the past come late", [](Settings& s) { s.row_delay = std::chrono::seconds{20}; }),
                         variant("invoices are unique",
                                 [](Settings& s) {
                                     s.duplicate_rule = mercury::sandbox::DuplicateRule::invoice_card_amount;
                                 }),
                         variant("repeated voids are told again",
                                 [](Settings& s) { s.repeated_void_is_refused = false; })},
            .books_twice = {"duplicated"}};
}

}  // namespace postern::conformance
