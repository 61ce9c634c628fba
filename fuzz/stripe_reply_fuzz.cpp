// Property: no reply is read as an approval of an authorization unless another JSON reader finds in it a payment intent
// that requires capture, of our identity, amount, currency and way of capture; and no reply to the making of a card is
// one at all. The first byte says which message it answers.
#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/fuzz_check.hpp"
#include "processors/stripe/adapter.hpp"
#include "tests/processors/stripe/scene.hpp"

namespace {

using namespace postern;
namespace json = boost::json;

bool approves(const processors::Outcome& outcome) {
    const auto* found = std::get_if<processors::Found>(&outcome);
    const auto* claim = found ? &found->claim : std::get_if<domain::Claim>(&outcome);
    return claim && std::holds_alternative<domain::ApprovedClaim>(*claim);
}

void check_intent(const json::object& intent) {
    FUZZ_CHECK(intent.at("object") == "payment_intent");
    FUZZ_CHECK(intent.at("status") == "requires_capture");
    FUZZ_CHECK(intent.at("amount") == 1250 && intent.at("amount_capturable") == 1250);
    FUZZ_CHECK(intent.at("currency") == "usd");
    FUZZ_CHECK(intent.at("capture_method") == "manual");
    FUZZ_CHECK(intent.at("metadata").at("postern_operation") == "abcdefghp0000001");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static const stripe::StripeAdapter adapter;
    const std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
    const bool makes_card = data[0] % 3 == 1, inquires = data[0] % 3 == 2;
    const auto scene = makes_card ? stripe::test::scene_of(domain::Verb::authorize) : stripe::test::with_card(domain::Verb::authorize);
    const auto kind = inquires ? vault::AttemptKind::inquire : vault::AttemptKind::send;
    if (!approves(adapter.read(kind, scene.history(), stripe::test::reply_of(body)))) return 0;
    FUZZ_CHECK(!makes_card);
    const json::value root = json::parse(body);
    if (const auto* list = root.as_object().if_contains("data"); inquires && list) {
        int ours = 0;
        for (const json::value& item : list->as_array()) {
            const auto* metadata = item.as_object().if_contains("metadata");
            const auto* identity = metadata && metadata->is_object() ? metadata->as_object().if_contains("postern_operation") : nullptr;
            if (identity == nullptr || *identity != "abcdefghp0000001") continue;
            check_intent(item.as_object());
            ++ours;
        }
        FUZZ_CHECK(ours == 1);
        return 0;
    }
    check_intent(root.as_object());
    return 0;
}
