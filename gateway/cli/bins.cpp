#include "gateway/cli/bins.hpp"

#include <fstream>
#include <iterator>
#include <ostream>

#include "base/crypto/digest.hpp"

namespace postern::gateway::cli {
namespace {

constexpr std::size_t file_bytes_max = 64'000'000, faults_shown_max = 20;

constexpr std::string_view find_current = R"sql(
    SELECT version, ranges, digest, loaded_at, active_since, content FROM bin_tables
    ORDER BY active_since DESC, version LIMIT 1
)sql";
constexpr std::string_view list_tables = R"sql(
    SELECT version, ranges, digest, loaded_at, active_since,
           active_since = (SELECT max(active_since) FROM bin_tables) AS in_use
    FROM bin_tables ORDER BY active_since DESC, version
)sql";
constexpr std::string_view insert_table = R"sql(
    INSERT INTO bin_tables (version, content, digest, ranges) VALUES ($1, $2, $3, $4::bigint)
    RETURNING version, ranges, digest, active_since
)sql";
constexpr std::string_view activate_table = R"sql(
    UPDATE bin_tables SET active_since = now() WHERE version = $1 RETURNING version, ranges, digest, active_since
)sql";

struct Current {
    std::string text;  // the file
    Table table;       // what is known of it
};

Table without_content(Table table) {
    table.columns.pop_back();
    for (auto& row : table.rows) row.pop_back();
    return table;
}

Result<Current> read_current(Shell& shell) {
    auto database = shell.database();
    if (!database) return database.error();
    auto found = (*database)->read(find_current, {});
    if (!found) return found.error();
    if (!found->rows.empty()) {
        std::string content = found->text(0, "content");
        return Current{std::move(content), without_content(std::move(*found))};
    }
    const std::string text{domain::shipped_bin_text()};
    const auto& shipped = *domain::shipped_bins();
    Table table{{{"version"}, {"ranges", true}, {"digest"}},
                {{{shipped.version()}, {std::to_string(shipped.ranges().size())}, {crypto::sha256_text(text)}}}};
    return Current{text, std::move(table)};
}

Result<std::string> read_file(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    if (!file) return Error{ErrorKind::not_found, "bin_file_unreadable", path};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (text.size() > file_bytes_max) return Error{ErrorKind::invalid_request, "bin_file_too_large", path};
    return text;
}

Result<domain::BinTable> parse(Shell& shell, const std::string& text) {
    std::vector<domain::BinFault> faults;
    auto table = domain::BinTable::parse(text, faults);
    if (table) return table;
    for (std::size_t i = 0; i < faults.size() && i < faults_shown_max; ++i)
        shell.say("line " + std::to_string(faults[i].line) + ": " + faults[i].what);
    if (faults.size() > faults_shown_max)
        shell.say("and " + std::to_string(faults.size() - faults_shown_max) + " more");
    return Error{table.error().kind, table.error().code, "nothing was loaded"};
}

Status change(Shell& shell, std::string_view statement, const std::vector<std::string>& parameters, std::string action,
              const std::string& version) {
    auto database = shell.database();
    if (!database) return database.error();
    const auto record = shell.record(std::move(action), "bin_table", version);
    if (!record) return record.error();
    const auto changed = (*database)->change(statement, parameters, *record);
    if (!changed) return changed.error();
    shell.print(*changed);
    return {};
}

Status insert(Shell& shell, const std::string& text, const domain::BinTable& table, std::string action) {
    return change(shell, insert_table,
                  {table.version(), text, crypto::sha256_text(text), std::to_string(table.ranges().size())},
                  std::move(action), table.version());
}

}  // namespace

Status show_bins(Shell& shell) {
    const auto current = read_current(shell);
    if (!current) return current.error();
    shell.print(current->table);
    return {};
}

Status list_bins(Shell& shell) {
    auto database = shell.database();
    if (!database) return database.error();
    const auto found = (*database)->read(list_tables, {});
    if (!found) return found.error();
    if (found->rows.empty()) shell.say("None was loaded: the shipped table is in use.");
    if (!found->rows.empty() || shell.json) shell.print(*found);
    return {};
}

Status export_bins(Shell& shell) {
    const auto current = read_current(shell);
    if (!current) return current.error();
    shell.out() << current->text;
    return {};
}

Status check_bins(Shell& shell, const std::string& file) {
    const auto text = read_file(file);
    if (!text) return text.error();
    const auto table = parse(shell, *text);
    if (!table) return table.error();
    shell.print(Table{{{"version"}, {"ranges", true}}, {{{table->version()}, {std::to_string(table->ranges().size())}}}});
    return {};
}

Status load_bins(Shell& shell, const std::string& file) {
    const auto text = read_file(file);
    if (!text) return text.error();
    const auto table = parse(shell, *text);
    if (!table) return table.error();
    const auto loaded = insert(shell, *text, *table, "load");
    if (!loaded && loaded.error().code == "name_taken") {
        return Error{ErrorKind::conflict, "version_taken",
                     "another content needs another version; `bin restore` puts a kept one into use"};
    }
    return loaded;
}

Status restore_bins(Shell& shell, const std::string& version) {
    const auto restored = change(shell, activate_table, {version}, "restore", version);
    const bool is_shipped = version == domain::shipped_bins()->version();
    if (restored || !is_shipped || restored.error().code != "not_found") return restored;
    return insert(shell, std::string{domain::shipped_bin_text()}, *domain::shipped_bins(), "restore");
}

Result<domain::BinTable> bins_in_use(Shell& shell) {
    const auto current = read_current(shell);
    if (!current) return current.error();
    return parse(shell, current->text);
}

Status look_up_bin(Shell& shell, const std::string& digits) {
    const bool is_digits = digits.find_first_not_of("0123456789") == digits.npos;
    if (!is_digits || digits.size() < 6 || digits.size() > 8)
        return Error{ErrorKind::invalid_request, "bad_bin", "6 to 8 digits; a whole card number has no place here"};
    const auto table = bins_in_use(shell);
    if (!table) return table.error();
    const auto facts = table->look_up(digits);
    shell.print(Table{{{"bin"}, {"brand"}, {"funding"}, {"country"}, {"version"}},
                      {{{digits}, {facts.brand}, {std::string{domain::to_text(facts.funding)}}, {facts.country},
                        {table->version()}}}});
    return {};
}

}  // namespace postern::gateway::cli
