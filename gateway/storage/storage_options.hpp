#pragma once

#include <cstddef>
#include <string>

namespace postern::gateway {

struct StorageOptions {
    std::string connection_string;   // role postern_gateway
    std::size_t writers = 1;         // a queue; more sessions are slower than bigger batches
    std::size_t readers = 2;
    std::size_t waiting_max = 4096;  // a thread; beyond it "queue_full"
};

}  // namespace postern::gateway
