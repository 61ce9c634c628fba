// conformance_storm: everything at once, both processors, days of virtual time; ends with 1 where the books differ.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "tests/processors/conformance/storm.hpp"
#include "tests/processors/conformance/subjects.hpp"

namespace postern::conformance {
namespace {

void show(const StormReport& report) {
    std::printf("%zu operations on %zu payments, %d messages, %d struck (%.1f %%)\n", report.operations, report.payments,
                report.messages, report.faults, 100.0 * report.faults / std::max(report.messages, 1));
    for (const auto& [kind, count] : report.faults_by_kind) std::printf("  %6d %s\n", count, kind.c_str());
    for (const auto& [end, count] : report.by_end) std::printf("  %6d %s\n", count, end.c_str());
    std::printf("%ld h of storm; the last unknown ended %ld h after it; %zu left\n", static_cast<long>(report.stormy.count()),
                static_cast<long>(report.calm.count()), report.left_unknown);
    std::printf("ledger: %lld taken, %lld held\n", static_cast<long long>(report.taken), static_cast<long long>(report.held));
    std::printf("%zu breaks that a processor made by booking twice by itself\n", report.breaks.size());
    std::printf("%zu other differences\n%s", report.findings.size(), summary_of(report.findings).c_str());
}

}  // namespace
}  // namespace postern::conformance

int main(int argc, char** argv) {
    using namespace postern::conformance;
    CLI::App app{"Guests at every processor, answers lost, late and wrong, then a comparison of all books.\n\n"
                 "  conformance_storm --seed 7 --operations 50000\n"};
    StormSettings settings;
    const char* size = std::getenv("POSTERN_TEST_SIZE");
    if (size && std::string_view(size) == "full") settings.operations = 50'000;
    app.add_option("--seed", settings.seed, "the same seed is the same storm");
    app.add_option("--operations", settings.operations, "how many (5000; 50000 where POSTERN_TEST_SIZE is full)");
    app.add_option("--faulty-percent", settings.faulty_percent, "of all messages")->check(CLI::Range(0, 100));
    CLI11_PARSE(app, argc, argv);
    std::printf("seed %llu\n", static_cast<unsigned long long>(settings.seed));
    const StormReport report = storm({mercury_subject(), stripe_subject()}, settings);
    show(report);
    return report.findings.empty() && report.left_unknown == 0 ? 0 : 1;
}
