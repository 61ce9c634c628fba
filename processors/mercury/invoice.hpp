#pragma once

#include <cstdint>
#include <string>

namespace postern::mercury {

// An InvoiceNo of our own (processors/port/identity.hpp). Sixteen characters at most fit; the
// host gives them back in capitals. Where identities would repeat: throws std::logic_error.
std::string invoice_number(std::uint64_t epoch, std::uint64_t counter);

}  // namespace postern::mercury
