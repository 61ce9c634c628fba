#pragma once

#include "tests/processors/conformance/suite.hpp"
#include "vault/keeper/policy.hpp"

namespace postern::conformance {

// Whether the capabilities say the truth: of every verb, claimed or not, a first message is planned on payments that the
// adapter itself had approved.
Findings check_claims(const Subject::Variant& variant, const vault::Policy& policy, const Wrap& wrong);

}  // namespace postern::conformance
