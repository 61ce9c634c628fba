#include "gateway/storage/rows.hpp"

namespace postern::gateway::rows {
namespace {

// The batch's commands of one kind, and the places of their verdicts.
template <class Command>
struct Kind {
    std::vector<const Command*> commands;
    std::vector<std::size_t> places;

    explicit Kind(std::span<PrepareCommand* const> batch) {
        for (std::size_t i = 0; i < batch.size(); ++i) {
            const auto* command = std::get_if<Command>(batch[i]);
            if (command == nullptr) continue;
            commands.push_back(command);
            places.push_back(i);
        }
    }
    void run(std::vector<PrepareVerdict>& verdicts, auto&& function) const {
        if (commands.empty()) return;
        auto own = function(std::span<const Command* const>{commands});
        for (std::size_t i = 0; i < own.size(); ++i) verdicts[places[i]] = std::move(own[i]);
    }
};

}  // namespace

std::vector<PrepareVerdict> prepare(pqxx::work& tx, std::span<PrepareCommand* const> batch) {
    std::vector<PrepareVerdict> verdicts(batch.size(), Error{});
    Kind<NewPayment>{batch}.run(verdicts, [&](auto commands) { return prepare_new(tx, commands); });
    Kind<NextOperation>{batch}.run(verdicts, [&](auto commands) { return prepare_next(tx, commands); });
    Kind<UndoUnknown>{batch}.run(verdicts, [&](auto commands) { return prepare_undo(tx, commands); });
    Kind<AcceptPartial>{batch}.run(verdicts, [&](auto commands) { return prepare_acceptance(tx, commands); });
    return verdicts;
}

}  // namespace postern::gateway::rows
