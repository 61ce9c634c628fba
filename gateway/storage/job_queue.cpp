#include "gateway/storage/job_queue.hpp"

#include "gateway/storage/statements.hpp"

namespace postern::gateway {

JobQueue::JobQueue(std::string connection_string, std::string name)
    : queue_{{.connection_string = std::move(connection_string),
              .prepare = rows::prepare_statements,
              .writers = 2,
              .batch_max = 32,
              .name = std::move(name)},
             [](pqxx::work& tx, std::span<Job* const> jobs) {
                 for (Job* job : jobs) (*job)(tx);
                 return std::vector<bool>(jobs.size(), true);
             }} {}

}  // namespace postern::gateway
