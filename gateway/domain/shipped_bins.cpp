#include "gateway/domain/bin_table.hpp"

namespace postern::domain {
namespace {

// Public knowledge: the schemes' ranges, and the test cards of the processors' own pages. Of funding and country the
// public pages tell nothing but for test cards: load a table of your acquirer's.
constexpr std::string_view text = R"csv(version,shipped-1
first,last,brand,funding,country,note
222100,272099,mastercard,,,
300000,305999,diners,,,
309500,309599,diners,,,
340000,349999,amex,,,
352800,356599,jcb,,,
356600,356600,jcb,credit,JP,test card
356601,358999,jcb,,,
360000,369999,diners,,,
370000,373952,amex,,,
373953,373953,amex,credit,US,test card
373954,378281,amex,,,
378282,378282,amex,credit,US,test card
378283,379999,amex,,,
380000,399999,diners,,,
400000,400004,visa,,,
400005,400005,visa,debit,US,test card
400006,400299,visa,,,
400300,400300,visa,credit,US,test card
400301,411110,visa,,,
411111,411111,visa,credit,US,test card
411112,424241,visa,,,
424242,424242,visa,credit,US,test card
424243,489527,visa,,,
489528,489528,visa,credit,US,test card
489529,499999,visa,,,
500000,509999,maestro,,,
510000,510509,mastercard,,,
510510,510510,mastercard,prepaid,US,test card
510511,520081,mastercard,,,
520082,520082,mastercard,debit,US,test card
520083,543974,mastercard,,,
543975,543975,mastercard,credit,US,test card
543976,549998,mastercard,,,
549999,549999,mastercard,credit,US,test card
550000,555554,mastercard,,,
555555,555555,mastercard,credit,US,test card
555556,559999,mastercard,,,
560000,589999,maestro,,,
601100,601109,discover,,,
601110,601110,discover,,,
601111,601111,discover,credit,US,test card
601112,601199,discover,,,
620000,629999,unionpay,,,
644000,659999,discover,,,
676100,676399,maestro,,,
)csv";

}  // namespace

std::string_view shipped_bin_text() { return text; }

std::shared_ptr<const BinTable> shipped_bins() {
    static const auto table = [] {
        std::vector<BinFault> faults;
        return std::make_shared<const BinTable>(BinTable::parse(text, faults).value());
    }();
    return table;
}

}  // namespace postern::domain
