#include "tests/processors/conformance/suite.hpp"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/processors/conformance/subjects.hpp"

namespace postern::conformance {
namespace {

// One run for each variant of the host: the published one as whole as the build allows, the others with every trouble
// once.
class Conformance : public testing::TestWithParam<std::size_t> {};

TEST_P(Conformance, WhateverHappensTheBooksAgree) {
    const Subject subject = POSTERN_SUBJECT();
    const Subject::Variant& variant = subject.variants.at(GetParam());
    const Judgement judgement = judge(subject, variant, GetParam() == 0 ? Extent::POSTERN_EXTENT : Extent::once);
    std::printf("%s, %s: %d plays of %zu scenes, %d messages\n", subject.name.c_str(), variant.name.c_str(),
                judgement.plays, judgement.scenes.size(), judgement.messages);
    if (!judgement.left.empty()) std::puts("What is left, before any trouble:");
    for (const std::string& line : judgement.left) std::printf("  %s\n", line.c_str());
    EXPECT_TRUE(judgement.findings.empty()) << summary_of(judgement.findings);
}

INSTANTIATE_TEST_SUITE_P(Variant, Conformance, testing::Range<std::size_t>(0, POSTERN_SUBJECT().variants.size()),
                         [](const auto& test) {
                             std::string name = POSTERN_SUBJECT().variants.at(test.param).name;
                             for (char& c : name) c = c == ' ' ? '_' : c;
                             return name;
                         });

}  // namespace
}  // namespace postern::conformance
