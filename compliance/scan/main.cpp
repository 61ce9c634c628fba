// postern-scan: looks for known card numbers and security codes where none may be.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <unistd.h>

#include "compliance/scan/matcher.hpp"
#include "compliance/scan/needles.hpp"
#include "compliance/scan/sources.hpp"

namespace {

using namespace postern;
using namespace postern::compliance;

enum ExitCode { clean = 0, found = 1, usage = 2, inconclusive = 3 };

struct Request {
    std::string numbers_file, codes_file, texts_file;
    std::vector<std::string> trees;
    std::vector<int> pids;
    bool standard_input = false;
    bool json = false;
};

using FormsOf = Result<std::vector<Needle>> (*)(std::string_view digits, std::size_t number);

// One number a line; blanks and '#' comments are passed over. False, with a message, where a line is none.
bool read_needles(const std::string& path, FormsOf forms, std::vector<Needle>& needles,
                  std::vector<std::string>& masked_numbers) {
    std::ifstream file(path);
    if (!file) {
        std::cerr << "postern-scan: cannot read " << path << "\n";
        return false;
    }
    std::size_t line_number = 0;
    for (std::string line; std::getline(file, line);) {
        ++line_number;
        if (line.empty() || line[0] == '#') continue;
        auto of_line = forms(line, masked_numbers.size());
        if (!of_line) {
            std::cerr << "postern-scan: " << path << ":" << line_number << ": " << of_line.error().code << "\n";
            return false;
        }
        masked_numbers.push_back(masked(line));
        for (Needle& needle : *of_line) needles.push_back(std::move(needle));
    }
    return true;
}

void print_json(const ScanReport& report) {
    boost::json::array finds, unreadable;
    for (const Find& find : report.finds)
        finds.push_back({{"where", find.where}, {"offset", find.offset}, {"number", find.number}, {"form", find.form}});
    for (const std::string& place : report.unreadable) unreadable.emplace_back(place);
    std::cout << boost::json::serialize(boost::json::object{{"finds_total", report.finds_total},
                                                            {"finds", finds},
                                                            {"places_read", report.places_read},
                                                            {"bytes_read", report.bytes_read},
                                                            {"unreadable", unreadable}})
              << "\n";
}

void print_text(const ScanReport& report) {
    for (const Find& find : report.finds)
        std::cout << "FOUND " << find.number << " as " << find.form << " in " << find.where << " at " << find.offset
                  << "\n";
    for (const std::string& place : report.unreadable) std::cout << "NOT READ " << place << "\n";
    std::cout << report.places_read << " places, " << report.bytes_read << " bytes read, " << report.finds_total
              << " found, " << report.unreadable.size() << " not readable\n";
}

int scan(const Request& request) {
    std::vector<Needle> needles;
    std::vector<std::string> masked_numbers;
    const bool readable =
        (request.numbers_file.empty() || read_needles(request.numbers_file, forms_of, needles, masked_numbers)) &&
        (request.codes_file.empty() || read_needles(request.codes_file, code_forms_of, needles, masked_numbers)) &&
        (request.texts_file.empty() || read_needles(request.texts_file, text_forms_of, needles, masked_numbers));
    if (!readable) return usage;
    if (needles.empty()) {
        std::cerr << "postern-scan: nothing to look for: give --numbers, --codes or --texts a file with at least one line\n";
        return usage;
    }
    const Matcher matcher(std::move(needles));
    Scanner scanner(matcher, std::move(masked_numbers));
    for (const std::string& tree : request.trees) scanner.scan_tree(tree);
    for (const int pid : request.pids) scanner.scan_memory(pid);
    if (request.standard_input) scanner.scan_descriptor(STDIN_FILENO, "standard input");
    const ScanReport& report = scanner.report();
    request.json ? print_json(report) : print_text(report);
    if (report.finds_total > 0) return found;
    return report.unreadable.empty() && report.places_read > 0 ? clean : inconclusive;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Looks for known card numbers, security codes and tracks in files, PostgreSQL folders, Kafka logs and the memory "
                 "of processes.\n\n"
                 "Examples:\n"
                 "  postern-scan --numbers numbers.txt /var/lib/postern/kafka /var/log/postern\n"
                 "  pg_dump gateway | postern-scan --numbers numbers.txt --stdin\n"
                 "  postern-scan --numbers numbers.txt --codes codes.txt --memory 4711 --memory 4712\n\n"
                 "Exit: 0 nothing found in what was read, 1 found, 2 usage, 3 inconclusive (something was not readable)."};
    Request request;
    app.set_version_flag("--version", std::string("postern-scan " POSTERN_VERSION));
    app.add_option("--numbers", request.numbers_file, "File of card numbers, one a line");
    app.add_option("--codes", request.codes_file, "File of security codes, one a line; found beside their field's name");
    app.add_option("--texts", request.texts_file, "File of other secret texts, one a line: tracks, blocks, processor tokens");
    app.add_option("--memory", request.pids, "Process id whose memory is read");
    app.add_flag("--stdin", request.standard_input, "Read standard input too");
    app.add_flag("--json", request.json, "Report as one JSON object");
    app.add_option("paths", request.trees, "Files and folders");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? clean : usage;
    }
    return scan(request);
}
