#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "gateway/cli/table.hpp"

namespace postern::gateway::cli {

// Who changed what, kept beside the change.
struct AdminRecord {
    std::string record_id;
    std::string operator_name;
    std::string action;
    std::string object_kind;
    std::string detail;
};

// The gateway's database as its administrator sees it.
class AdminDatabase {
public:
    explicit AdminDatabase(std::string connection_string);
    ~AdminDatabase();

    Result<Table> read(std::string_view statement, const std::vector<std::string>& parameters);
    // Runs one statement and writes the record in the same transaction; the statement gives back the changed rows,
    // first column the object's id. No row: "not_found", and no record. Also "name_taken", "unknown_parent",
    // "value_not_allowed", "unknown_time_zone".
    Result<Table> change(std::string_view statement, const std::vector<std::string>& parameters,
                         const AdminRecord& record);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace postern::gateway::cli
