#pragma once

#include <cstdint>
#include <string>

namespace postern::mercury {

// An InvoiceNo of our own: eight base32 characters of epoch, 'p', seven of counter. Sixteen characters at most fit; the
// host gives them back in capitals; never 12 digits in a row. An epoch past 40 or a counter past 35 bits is a bug
// (identities would repeat): throws std::logic_error.
std::string invoice_number(std::uint64_t epoch, std::uint64_t counter);

}  // namespace postern::mercury
