#pragma once

#include "tests/processors/conformance/findings.hpp"
#include "tests/processors/conformance/processor.hpp"

namespace postern::conformance {

struct Judgement {
    Findings findings;
    int plays = 0;     // scenes times troubles
    int messages = 0;  // that were sent to the sandbox
    std::vector<std::string> scenes;  // that the adapter's verbs and the sandbox allow
    std::vector<std::string> left;    // what is wrong where nothing befalls a scene: what is to be written first
};

// How much: every trouble once, or also until long after the caller is gone and at the inquiries that follow.
enum class Extent { once, whole };

// Plays every scene with every trouble, and compares the books each time. `wrong` stands between the gateway and
// the adapter, for adapters that are wrong on purpose.
using Wrap = std::function<std::unique_ptr<processors::ProcessorAdapter>(const processors::ProcessorAdapter& inner)>;
Judgement judge(const Subject& subject, const Subject::Variant& variant, Extent extent, const Wrap& wrong = {});

}  // namespace postern::conformance
