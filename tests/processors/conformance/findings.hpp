#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern::conformance {

// What the suite demands of every adapter; README.md says each in a sentence.
enum class Check {
    plans,              // a message can be made for every verb that is claimed
    works,              // without a fault each claimed verb ends as its scene says
    message_allowed,    // the policy lets every message pass
    card_in_slots,      // no text of a message holds a card number
    identity_constant,  // a repeat is, but for the security code, a message that was sent before
    charged_once,       // no operation stands twice in the processor's book
    books_agree,        // held, taken and returned: the processor's book and the ledger say the same
    hold_told,          // a hold that stays at the issuer is never called released
    ends,               // nothing is unknown a day after the last fault, and people were not asked
    follow_up,          // what was approved can be taken back: its reference was kept and told again
    capabilities,       // what is not claimed is refused, before a message is made
};
std::string_view to_text(Check check);

struct Finding {
    Check check;
    std::string where;  // "sale, lost_answer x1"
    std::string what;
};
using Findings = std::vector<Finding>;

// One line a check that failed, with the first scene where it did.
std::string summary_of(const Findings& findings);

}  // namespace postern::conformance
