#pragma once

#include <functional>
#include <string>
#include <vector>

#include "processors/mercury/sandbox/sandbox.hpp"
#include "processors/wire/serialize.hpp"
#include "tests/processors/mercury/scene.hpp"
#include "tests/support/http_request.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/seeded_random.hpp"

namespace postern::mercury::test {

// Of 4003000123456781, as the sandbox's readers encrypt it.
inline constexpr std::string_view encrypted_block =
    "F3FA24709A67569E2B96CC1A397BD23C1D903403DB357D20E12DA16A1E079EB3085DE6696D1802D0";

// What stands in the slots of a message, as the vault would fill them.
inline Status fill_slot(vault::Slot slot, wiped::Bytes& out) {
    static const std::map<vault::Slot, std::string_view> values{
        {vault::Slot::card_number, "4003000123456781"}, {vault::Slot::card_expiry_mmyy, "1230"},
        {vault::Slot::card_security_code, "123"},       {vault::Slot::card_address, "123 Main <Street> & Co"},
        {vault::Slot::card_postal_code, "45209"},       {vault::Slot::account_merchant_id, "595901"},
        {vault::Slot::account_password, "xyz"},         {vault::Slot::card_holder_name, "A. O'Guest"},
        {vault::Slot::card_track1, "%B4003000123456781^GUEST/ADA^30121010000000000000?"},
        {vault::Slot::card_track2, "4003000123456781=30121015432112345678"},
        {vault::Slot::card_encrypted_format, "MagneSafe"}, {vault::Slot::card_encrypted_source, "Swiped"},
        {vault::Slot::card_encrypted_block, encrypted_block}, {vault::Slot::card_encrypted_key, "9012345678ABCDEF0001"},
        {vault::Slot::card_processor_token, "UmVjb3JkTnVtYmVyT2ZBQ2FyZA=="}};
    for (const char c : values.at(slot)) out.push_back(c);
    return {};
}
// `record`: the newest that the host gave, as the vault keeps it; empty: none yet.
inline std::string request_of(const vault::MessageTree& tree, const std::string& record = {}) {
    const auto fill = [&](vault::Slot slot, wiped::Bytes& out) {
        if (slot != vault::Slot::card_processor_token || record.empty()) return fill_slot(slot, out);
        out.insert(out.end(), record.begin(), record.end());
        return Status{};
    };
    const auto bytes = processors::wire::serialize_http(tree, "mercury.localhost", "text/xml; charset=utf-8", fill);
    return bytes ? std::string(bytes->data(), bytes->size()) : "error " + std::string(bytes.error().code);
}

// What a reply carries as RecordNo, inside the escaped answer; else what was there before.
inline std::string record_in(std::string_view body, std::string before) {
    constexpr std::string_view open = "&lt;RecordNo&gt;", close = "&lt;/RecordNo";
    const auto first = body.find(open), last = body.find(close);
    if (first == body.npos || last == body.npos) return before;
    return std::string(body.substr(first + open.size(), last - first - open.size()));
}

// Plays an operation against the sandbox from its first message to its end, as the gateway's driver would: what a reply
// claims ends it, otherwise the adapter's next step is taken, until it concludes or asks people.
class Player {
public:
    using Look = std::function<void(const vault::MessageTree&, vault::AttemptKind, const Scene&)>;
    explicit Player(Switches switches) : adapter_{switches} {}

    void on_message(Look look) { look_ = std::move(look); }
    void fault(std::string_view kind, int count = 1) {
        sandbox_.handle(::postern::test::http_request(
            "POST", "/sandbox/faults", {},
            R"({"kind":")" + std::string(kind) + R"(","count":)" + std::to_string(count) + "}"));
    }

    // The end in a word: "approved 1250", "declined …", "refused …", "not sent …", "ask people …", or
    // "still looking" where it would go on for longer than a test should.
    std::string play(Scene& scene) {
        auto claim = send(scene, is_undo(scene) ? vault::AttemptKind::reverse : vault::AttemptKind::send);
        constexpr int steps_max = 60;
        for (int i = 0; i < steps_max && !claim; ++i) {
            const auto step = adapter_.next(scene.history());
            if (const auto* wait = std::get_if<processors::Wait>(&step))
                scene.now_s += 1 + static_cast<int>(wait->pause.count() / 1000);
            else if (const auto* end = std::get_if<processors::Conclude>(&step)) claim = end->claim;
            else if (std::holds_alternative<processors::AskPeople>(step)) return word(step);
            else
                claim = send(scene, std::holds_alternative<processors::Inquire>(step) ? vault::AttemptKind::inquire
                                    : is_undo(scene)                                  ? vault::AttemptKind::reverse
                                                                                      : vault::AttemptKind::resend);
        }
        if (!claim) return "still looking";
        if (const auto* approved = std::get_if<domain::ApprovedClaim>(&*claim)) {
            scene.operation.approved = approved->approved;
            scene.operation.reference = approved->reference;
        }
        return word(*claim);
    }

    Scene following(domain::Verb verb, const Scene& original, std::uint64_t counter) const {
        Scene scene = scene_of(verb);
        scene.original = original.operation;
        scene.operation.processor_identity = adapter_.identity(7, counter);
        return scene;
    }
    std::size_t live_charges() const {
        std::size_t count = 0;
        for (const auto& e : sandbox_.book().entries())
            if (sandbox::is_approved(e) && e.duplicate_of == 0 && !e.is_voided &&
                (e.tran_code == "Sale" || e.tran_code == "PreAuth"))
                ++count;
        return count;
    }
    std::size_t approvals_of(std::string_view tran_code) const {
        std::size_t count = 0;
        for (const auto& e : sandbox_.book().entries())
            if (sandbox::is_approved(e) && e.duplicate_of == 0 && e.tran_code == tran_code) ++count;
        return count;
    }
    std::int64_t tip_of_first_item() const { return sandbox_.book().at(1).gratuity_minor; }
    const MercuryAdapter& adapter() const { return adapter_; }

private:
    static bool is_undo(const Scene& scene) {
        return scene.operation.verb == domain::Verb::reverse || scene.operation.verb == domain::Verb::void_sale;
    }
    std::optional<domain::Claim> send(Scene& scene, vault::AttemptKind kind) {
        const auto tree = adapter_.plan(kind, scene.history());
        if (!tree) {
            scene.attempt(kind, vault::NotSent{std::string(tree.error().code)}, scene.now_s + 1);
            return std::nullopt;
        }
        if (look_) look_(*tree, kind, scene);
        const std::string request = request_of(*tree, record_);
        const auto exchange = sandbox_.handle(
            ::postern::test::http_request("POST", "/ws/ws.asmx", {}, request.substr(request.find("\r\n\r\n") + 4)));
        scene.operation.attempts = static_cast<std::int32_t>(scene.attempts.size()) + 1;
        if (exchange.response.status == net::hang_up) {
            scene.attempt(kind, vault::MaybeSent{"connection_lost"}, scene.now_s + 1);
            return std::nullopt;
        }
        const vault::Reply reply{exchange.response.status, "text/xml", std::string(exchange.response.body.view())};
        record_ = record_in(reply.body, record_);
        const auto outcome = adapter_.read(kind, scene.history(), reply);
        scene.attempt(kind, vault::Sent{reply}, scene.now_s + 1);
        const auto* claim = std::get_if<domain::Claim>(&outcome);
        return claim && kind != vault::AttemptKind::inquire ? std::optional{*claim} : std::nullopt;
    }

    ::postern::test::ManualClock clock_;
    ::postern::test::SeededRandom random_;
    sandbox::Sandbox sandbox_{sandbox::default_settings(), {}, clock_, random_, {}};
    MercuryAdapter adapter_;
    Look look_;
    std::string record_;
};

}  // namespace postern::mercury::test
