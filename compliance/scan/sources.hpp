#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/result.hpp"
#include "compliance/scan/matcher.hpp"

namespace postern::compliance {

struct Find {
    std::string where;  // file, or "memory of PID at ADDRESS (mapping)"
    std::uint64_t offset = 0;
    std::string number;  // masked
    std::string form;
};

// What was looked at, so that "nothing found" can be told from "nothing read".
struct ScanReport {
    std::vector<Find> finds;               // at most finds_max; `finds_total` counts on
    std::uint64_t finds_total = 0;
    std::uint64_t bytes_read = 0;
    std::uint64_t places_read = 0;         // files and memory mappings
    std::vector<std::string> unreadable;   // each with its reason: such a scan is inconclusive, never clean
    static constexpr std::size_t finds_max = 200;
};

class Scanner {
public:
    // `numbers` and `codes` are what the needles' indexes mean, for masking.
    Scanner(const Matcher& matcher, std::vector<std::string> masked_numbers);

    void scan_file(const std::string& path);
    // Every regular file below; links are not followed, sockets and pipes are passed over.
    void scan_tree(const std::string& path);
    // The readable mappings of a live process through /proc/PID/mem (root or the same user).
    void scan_memory(pid_t pid);
    void scan_descriptor(int descriptor, const std::string& name);

    const ScanReport& report() const { return report_; }

private:
    void scan_mapping(int memory, std::uint64_t from, std::uint64_t to, const std::string& name);
    void note(const Needle& needle, const std::string& where, std::uint64_t offset);
    const Matcher& matcher_;
    std::vector<std::string> masked_numbers_;
    ScanReport report_;
};

}  // namespace postern::compliance
