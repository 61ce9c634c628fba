#include "processors/mercury/invoice.hpp"

#include "processors/port/identity.hpp"

namespace postern::mercury {

std::string invoice_number(std::uint64_t epoch, std::uint64_t counter) { return processors::identity_of(epoch, counter); }

}  // namespace postern::mercury
