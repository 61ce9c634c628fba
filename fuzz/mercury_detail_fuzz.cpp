// Property: a look-up finds a charge only where a row with a STATUS of Approved or Success says so, never for more than
// was asked for; a no only where one says Declined or Error; "not found" only where one is there and empty.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/fuzz_check.hpp"
#include "processors/mercury/adapter.hpp"
#include "processors/wire/characters.hpp"
#include "processors/wire/xml_reader.hpp"
#include "tests/support/sample_payment.hpp"

namespace {

using namespace postern;
using processors::wire::equal_ignoring_case;
using processors::wire::XmlNode;

std::string without_white_space(std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
    return text;
}

// The texts of every STATUS element, in the reply itself and in the documents that it carries.
void collect(const XmlNode& node, std::vector<std::string>& statuses, bool is_inner) {
    if (equal_ignoring_case(node.name, "STATUS")) statuses.push_back(without_white_space(node.text));
    for (const XmlNode& child : node.children) collect(child, statuses, is_inner);
    if (is_inner) return;
    if (const auto inner = processors::wire::read_xml(node.text)) collect(*inner, statuses, true);
}
std::vector<std::string> statuses_of(const std::string& body) {
    std::vector<std::string> statuses;
    if (const auto document = processors::wire::read_xml(body)) collect(*document, statuses, false);
    return statuses;
}
bool is_yes(const std::string& status) {
    return equal_ignoring_case(status, "Approved") || equal_ignoring_case(status, "Success");
}

void check(const processors::Outcome& outcome, const std::vector<std::string>& statuses) {
    if (const auto* found = std::get_if<processors::Found>(&outcome)) {
        if (const auto* approved = std::get_if<domain::ApprovedClaim>(&found->claim)) {
            FUZZ_CHECK(std::ranges::any_of(statuses, is_yes));
            FUZZ_CHECK(approved->approved.amount_minor() > 0 && approved->approved.amount_minor() <= 1250);
        } else {
            FUZZ_CHECK(std::ranges::any_of(statuses, [](const std::string& s) {
                return equal_ignoring_case(s, "Declined") || equal_ignoring_case(s, "Error");
            }));
        }
    }
    if (std::holds_alternative<processors::NotFound>(outcome)) {
        FUZZ_CHECK(!statuses.empty());
        FUZZ_CHECK(std::ranges::any_of(statuses, [](const std::string& s) { return s.empty(); }));
    }
    FUZZ_CHECK(!std::holds_alternative<domain::Claim>(outcome));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    domain::Operation operation = ::postern::test::sample_operation();
    operation.verb = domain::Verb::sale;
    const domain::Payment payment = ::postern::test::sample_payment();
    const processors::History history{operation, payment, nullptr, {}, ::postern::test::at_second(1)};
    const vault::Reply reply{200, "text/xml", std::string(reinterpret_cast<const char*>(data), size)};
    const auto statuses = statuses_of(reply.body);
    mercury::Switches lenient;
    lenient.row_names_verb = 0;
    lenient.rows_of_one_reference_are_one = 1;
    for (const mercury::MercuryAdapter& adapter : {mercury::MercuryAdapter{}, mercury::MercuryAdapter{lenient}})
        check(adapter.read(vault::AttemptKind::inquire, history, reply), statuses);
    return 0;
}
