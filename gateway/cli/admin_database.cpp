#include "gateway/cli/admin_database.hpp"

#include <array>
#include <pqxx/pqxx>

#include "base/sql/session.hpp"

namespace postern::gateway::cli {
namespace {

constexpr char insert_record[] = R"sql(
    INSERT INTO admin_records (record_id, operator, action, object_kind, object_id, detail)
    VALUES ($1, $2, $3, $4, $5, $6)
)sql";

// Types whose text form is also their JSON form: bool, int8, int2, int4.
bool is_bare(pqxx::oid type) { return type == 16 || type == 20 || type == 21 || type == 23; }

// Of a session in UTC: "2026-11-25 09:06:37.33+00" is RFC 3339's "2026-11-25T09:06:37.33Z".
std::string rfc3339(std::string text) {
    constexpr std::string_view utc = "+00";
    if (!text.ends_with(utc) || text.size() < 19) return text;
    text.replace(text.find(' '), 1, "T");
    return text.replace(text.size() - utc.size(), utc.size(), "Z");
}

std::string json_form(const pqxx::field& field) {
    constexpr pqxx::oid boolean = 16, time = 1184;
    if (field.type() == time) return rfc3339(field.c_str());
    if (field.type() != boolean) return field.c_str();
    return field.c_str() == std::string_view{"t"} ? "true" : "false";
}

Table to_table(const pqxx::result& result) {
    Table table;
    for (pqxx::row_size_type i = 0; i < result.columns(); ++i) {
        table.columns.push_back({result.column_name(i), is_bare(result.column_type(i))});
    }
    for (const auto& row : result) {
        auto& cells = table.rows.emplace_back();
        for (const auto& field : row) cells.push_back({json_form(field), field.is_null()});
    }
    return table;
}

// Violations by SQLSTATE, in words for people.
Error explained(const Error& error) {
    struct Known { std::string_view sqlstate; ErrorKind kind; std::string_view code, words; };
    static constexpr std::array known{
        Known{"23505", ErrorKind::conflict, "name_taken", "there is one of this name"},
        Known{"23503", ErrorKind::invalid_request, "unknown_parent", "what it belongs to does not exist"},
        Known{"23514", ErrorKind::invalid_request, "value_not_allowed", "see --help for what may stand here"},
        Known{"22007", ErrorKind::invalid_request, "bad_time", "give a time such as 2026-11-25T00:00:00Z"},
        Known{"22008", ErrorKind::invalid_request, "bad_time", "give a time such as 2026-11-25T00:00:00Z"},
        Known{"22P02", ErrorKind::invalid_request, "value_not_allowed", "see --help for what may stand here"},
        Known{"22003", ErrorKind::invalid_request, "value_not_allowed", "see --help for what may stand here"},
        Known{"22021", ErrorKind::invalid_request, "bad_text", "give UTF-8"},
        Known{"22023", ErrorKind::invalid_request, "unknown_time_zone", "give an IANA name such as America/New_York"},
    };
    for (const auto& [sqlstate, kind, code, words] : known) {
        if (error.detail.find(sqlstate) != std::string::npos) return Error{kind, code, std::string{words}};
    }
    return error;
}

}  // namespace

struct AdminDatabase::Impl {
    sql::Session session;
};

AdminDatabase::AdminDatabase(std::string connection_string)
    : impl_{new Impl{sql::Session{std::move(connection_string), [](pqxx::connection& made) { made.set_variable("TimeZone", "'UTC'"); }}}} {}
AdminDatabase::~AdminDatabase() = default;

Result<Table> AdminDatabase::read(std::string_view statement, const std::vector<std::string>& parameters) {
    auto table = impl_->session.read([&](pqxx::work& tx) {
        return to_table(tx.exec_params(std::string{statement}, pqxx::prepare::make_dynamic_params(parameters)));
    });
    if (!table) return explained(table.error());
    return std::move(*table);
}

Result<Table> AdminDatabase::change(std::string_view statement, const std::vector<std::string>& parameters,
                                    const AdminRecord& record) {
    auto table = impl_->session.write([&](pqxx::work& tx) {
        const auto result = tx.exec_params(std::string{statement}, pqxx::prepare::make_dynamic_params(parameters));
        for (const auto& row : result) {
            tx.exec_params(insert_record, record.record_id + (row.num() > 0 ? "_" + std::to_string(row.num()) : ""),
                           record.operator_name, record.action, record.object_kind, row[0].c_str(), record.detail);
        }
        return to_table(result);
    });
    if (!table) return explained(table.error());
    if (table->rows.empty()) return Error{ErrorKind::not_found, "not_found", "no such " + record.object_kind};
    return std::move(*table);
}

}  // namespace postern::gateway::cli
