#include "tests/processors/conformance/wrong_adapters.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "tests/processors/conformance/subjects.hpp"

namespace postern::conformance {

static void PrintTo(const WrongAdapter& wrong, std::ostream* out) { *out << wrong.name; }

namespace {

// A suite is worth what it refuses: each mistake must be noticed, and by the check that is made for it.
class WrongAdapters : public testing::TestWithParam<WrongAdapter> {};

void expect_noticed(const Subject& subject, const WrongAdapter& wrong) {
    const auto variant = std::ranges::find(subject.variants, wrong.variant, &Subject::Variant::name);
    ASSERT_NE(variant, subject.variants.end()) << wrong.variant;
    const Judgement judgement = judge(subject, *variant, Extent::once, wrong.wrap);
    const auto noticed = std::ranges::count(judgement.findings, wrong.caught_by, &Finding::check);
    EXPECT_GT(noticed, 0) << subject.name << ": " << to_text(wrong.caught_by) << " says nothing; the others:\n"
                          << summary_of(judgement.findings);
}

TEST_P(WrongAdapters, AreNoticed) {
    for (const Subject& subject : {mercury_subject(), stripe_subject()})
        if (GetParam().only.empty() || GetParam().only == subject.name) expect_noticed(subject, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Each, WrongAdapters, testing::ValuesIn(wrong_adapters().begin(), wrong_adapters().end()),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace postern::conformance
