#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <span>
#include <string>
#include <vector>

#include "gateway/app/store.hpp"

namespace postern::gateway::rows {

// An outcome with its evidence sealed, so that the writer's thread does no cryptography.
struct RecordCommand {
    Outcome outcome;
    std::string sealed;
};

// Commit 2 of a batch; a verdict for each in order. An outcome that was committed before, its answer lost, is known by
// its evidence and event: sending it again is a look-up.
std::vector<OutcomeVerdict> record_batch(pqxx::work& tx, std::span<RecordCommand* const> batch);

}  // namespace postern::gateway::rows
