#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "gateway/domain/funding.hpp"

namespace postern::domain {

struct BinFacts {
    std::string brand;  // a word of CardSummary's; empty: the table does not tell
    Funding funding = Funding::unknown;
    std::string country;  // ISO 3166 alpha-2; empty: the table does not tell
    friend bool operator==(const BinFacts&, const BinFacts&) = default;
};

// What is wrong with a table's text, by line; lines count from 1.
struct BinFault {
    int line;
    std::string what;
    friend bool operator==(const BinFault&, const BinFault&) = default;
};

// What the first digits of a card tell, as data that an operator replaces whole: ranges that never overlap.
//   version,2026-11-25
//   first,last,brand,funding,country,note
//   411111,411111,visa,credit,US,a test card
// Bounds are 6 to 8 digits, both of one length; lines that begin with # and empty lines mean nothing; fields may be empty
// behind the bounds.
class BinTable {
public:
    struct Range {
        std::uint32_t first, last;  // of 8 digits
        BinFacts facts;
        std::string note;
        int line;
    };

    // Whole or not at all: "bad_bin_table", and every fault in order of the lines.
    static Result<BinTable> parse(std::string_view text, std::vector<BinFault>& faults);

    // Of a card whose number begins with these 6 to 8 digits. Where several ranges, or a range and a gap, share a shorter
    // beginning, only what all of them say is told. Other texts: nothing is told.
    BinFacts look_up(std::string_view digits) const;

    const std::string& version() const { return version_; }
    const std::vector<Range>& ranges() const { return ranges_; }  // in order

private:
    std::string version_;
    std::vector<Range> ranges_;
};

// The table that this product comes with: the schemes' public ranges and the processors' test cards.
std::string_view shipped_bin_text();
std::shared_ptr<const BinTable> shipped_bins();

}  // namespace postern::domain
