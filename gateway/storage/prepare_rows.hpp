#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <span>
#include <variant>
#include <vector>

#include "gateway/app/store.hpp"

namespace postern::gateway::rows {

using PrepareCommand = std::variant<NewPayment, NextOperation, UndoUnknown>;
// Nothing: what stood in the way was gone when it was looked at; the command is to be sent again.
using PrepareVerdict = std::optional<PrepareResult>;

// Commit 1 of a batch: each command whole or not at all, a verdict for each in order. A command that was committed
// before, its answer lost, is known by its own ids and reads as prepared: sending it again is a look-up.
std::vector<PrepareVerdict> prepare_batch(pqxx::work& tx, std::span<PrepareCommand* const> batch);

// The state of keys that others may hold, in order; nothing where nobody holds it.
std::vector<PrepareVerdict> look_up_keys(pqxx::work& tx, const std::vector<const idempotency::KeyedCommand*>& commands);

}  // namespace postern::gateway::rows
