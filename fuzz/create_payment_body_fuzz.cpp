#include <google/protobuf/util/message_differencer.h>

#include "fuzz/fuzz_check.hpp"
#include "gateway/contract/payments.pb.h"
#include "gateway/http/commands.hpp"
#include "gateway/http/guard.hpp"

// Property: a body that is understood holds no card number in any decoding that we do, its command is within the
// limits, and its message survives being written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern;
    const std::string_view body{reinterpret_cast<const char*>(data), size};
    const auto parsed = gateway::parse_create(body);
    const auto tree = gateway::parse_json(body);
    const auto* command = std::get_if<gateway::NewPaymentInput>(&parsed);
    if (!command) {
        FUZZ_CHECK(!std::get<gateway::Refusal>(parsed).error.code.empty());
        return 0;
    }
    FUZZ_CHECK(tree && !gateway::holds_card_number(*tree));
    FUZZ_CHECK(command->amount.amount_minor() > 0 && command->amount.amount_minor() <= domain::Money::minor_max);
    FUZZ_CHECK(command->device_sequence >= 0 && !command->tender.tender_id.empty());
    payments::v1::CreatePaymentRequest message, again;
    FUZZ_CHECK(gateway::read_message(*tree, message).empty());
    const auto written = gateway::parse_json(gateway::write_message(message));
    FUZZ_CHECK(written && gateway::read_message(*written, again).empty());
    FUZZ_CHECK(google::protobuf::util::MessageDifferencer::Equals(message, again));
    return 0;
}
