#include "base/wiped/wiped.hpp"

#include <sodium.h>

namespace postern::wiped {

void wipe(void* data, std::size_t bytes) { sodium_memzero(data, bytes); }

}  // namespace postern::wiped
