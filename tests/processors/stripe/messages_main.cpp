// Writes every message that the adapter makes, as the vault's serializer would send it with made-up slots: a line with
// name and length, then the bytes. stripe_mock_test.py sends them.
#include <cstdio>
#include <map>

#include "processors/stripe/amounts.hpp"
#include "processors/wire/serialize.hpp"
#include "tests/processors/stripe/scene.hpp"

namespace postern::stripe::test {
namespace {

using domain::Verb;
using vault::AttemptKind;

Status fill(vault::Slot slot, wiped::Bytes& out) {
    const std::map<vault::Slot, std::string_view> values{
        {vault::Slot::card_number, "4242424242424242"},    {vault::Slot::card_expiry_month, "7"},
        {vault::Slot::card_expiry_year, "2030"},           {vault::Slot::card_security_code, "123"},
        {vault::Slot::card_address, "1 Main <St> & Co +1"}, {vault::Slot::card_postal_code, "45209"},
        {vault::Slot::card_holder_name, "A. O'Guest"},     {vault::Slot::account_merchant_id, "acct_1"},
        {vault::Slot::account_bearer, "Bearer sk_test_postern"}};
    for (const char c : values.at(slot)) out.push_back(c);
    return {};
}

bool write(const std::string& name, const Scene& scene, AttemptKind kind, Switches switches = {}) {
    const auto tree = StripeAdapter{switches}.plan(kind, scene.history());
    if (!tree) return false;
    const auto bytes = processors::wire::serialize_http(*tree, "127.0.0.1", "application/x-www-form-urlencoded", fill);
    if (!bytes) return false;
    std::printf("%s %zu\n", name.c_str(), bytes->size());
    std::fwrite(bytes->data(), 1, bytes->size(), stdout);
    return true;
}

bool write_all() {
    Scene full = scene_of(Verb::authorize);
    full.with_security_code = full.with_address = true;
    Switches connected;
    connected.connected_account = 1;
    bool good = write("card", scene_of(Verb::sale), AttemptKind::send) && write("card_with_everything", full, AttemptKind::send) &&
                write("card_of_a_connected_account", full, AttemptKind::send, connected);
    for (const CurrencyRow& row : currency_rows())
        for (const Verb verb : {Verb::authorize, Verb::sale}) {
            Scene scene = with_card(verb);
            scene.operation.requested = *domain::Money::of_minor(1250, row.currency);
            const std::string name = std::string(domain::to_text(verb)) + "_" + std::string(row.code);
            good = good && write(name, scene, AttemptKind::send) && write(name + "_again", scene, AttemptKind::resend);
        }
    for (const Verb verb : {Verb::capture, Verb::increment, Verb::refund})
        good = good && write(std::string(domain::to_text(verb)), scene_of(verb), AttemptKind::send) &&
               write(std::string(domain::to_text(verb)) + "_looked_up", scene_of(verb), AttemptKind::inquire);
    return good && write("cancel", scene_of(Verb::reverse), AttemptKind::reverse) &&
           write("cancel_looked_up", scene_of(Verb::reverse), AttemptKind::inquire) &&
           write("undo_of_a_sale", undo_of_sale(), AttemptKind::reverse) &&
           write("undo_of_a_sale_looked_up", undo_of_sale(), AttemptKind::inquire) &&
           write("search", with_card(Verb::authorize), AttemptKind::inquire);
}

}  // namespace
}  // namespace postern::stripe::test

int main() { return postern::stripe::test::write_all() ? 0 : 1; }
