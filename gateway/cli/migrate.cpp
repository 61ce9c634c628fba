#include "gateway/cli/migrate.hpp"

#include "base/sql/migrations.hpp"
#include "gateway/cli/gateway_migrations.hpp"
#include "gateway/cli/vault_migrations.hpp"

namespace postern::gateway::cli {

Status migrate(Shell& shell, const std::string& which) {
    const auto settings = shell.settings();
    if (!settings) return settings.error();
    const bool is_gateway = which == "gateway";
    const auto applied = is_gateway
                             ? sql::migrate(settings->gateway_database, gateway_migrations::embedded_files)
                             : sql::migrate(settings->vault_database, vault_migrations::embedded_files);
    if (!applied) return applied.error();
    Table table{{{"database", false}, {"applied", false}}, {}};
    for (const std::string& name : *applied) table.rows.push_back({{which, false}, {name, false}});
    if (applied->empty()) shell.say("The " + which + " database is up to date.");
    else shell.print(table);
    return {};
}

}  // namespace postern::gateway::cli
