// Property: an answer is an approval only where a CmdStatus element of it says Approved or Success in so many letters,
// never for another amount than was asked for, and reading is a function of the bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/fuzz_check.hpp"
#include "processors/mercury/adapter.hpp"
#include "processors/wire/characters.hpp"
#include "processors/wire/xml_reader.hpp"
#include "tests/support/sample_payment.hpp"

namespace {

using namespace postern;

bool says_approved(const processors::wire::XmlNode& node) {
    if (processors::wire::equal_ignoring_case(node.name, "CmdStatus")) {
        std::string text = node.text;
        std::erase_if(text, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
        return processors::wire::equal_ignoring_case(text, "Approved") ||
               processors::wire::equal_ignoring_case(text, "Success");
    }
    return std::ranges::any_of(node.children, says_approved);
}

// The status may stand in the reply itself or in the document that it carries.
bool carries_approval(const processors::wire::XmlNode& node) {
    if (says_approved(node)) return true;
    if (const auto inner = processors::wire::read_xml(node.text); inner && says_approved(*inner)) return true;
    return std::ranges::any_of(node.children, carries_approval);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    domain::Operation operation = ::postern::test::sample_operation();
    operation.verb = domain::Verb::sale;
    operation.processor_identity = "abcdefghp0000001";
    const domain::Payment payment = ::postern::test::sample_payment();
    const processors::History history{operation, payment, nullptr, {}, ::postern::test::at_second(1)};
    const vault::Reply reply{200, "text/xml", std::string(reinterpret_cast<const char*>(data), size)};
    const mercury::MercuryAdapter adapter;
    const auto outcome = adapter.read(vault::AttemptKind::send, history, reply);
    const auto* claim = std::get_if<domain::Claim>(&outcome);
    const auto* approved = claim ? std::get_if<domain::ApprovedClaim>(claim) : nullptr;
    if (approved) {
        const auto document = processors::wire::read_xml(reply.body);
        FUZZ_CHECK(document && carries_approval(*document));
        FUZZ_CHECK(approved->approved.amount_minor() > 0 && approved->approved.amount_minor() <= 1250);
        const auto again = adapter.read(vault::AttemptKind::send, history, reply);
        const auto* same = std::get_if<domain::Claim>(&again);
        FUZZ_CHECK(same && std::get<domain::ApprovedClaim>(*same).reference == approved->reference);
    }
    static_cast<void>(adapter.read(vault::AttemptKind::inquire, history, reply));
    return 0;
}
