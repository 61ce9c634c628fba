#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace postern::gateway::cli {

// What a command found, as people and programs read it.
struct Table {
    struct Column {
        std::string name;
        bool bare = false;  // a number or a flag: no quotes in JSON
    };
    struct Cell {
        std::string text;
        bool is_null = false;
    };
    std::vector<Column> columns;
    std::vector<std::vector<Cell>> rows;

    std::string text(std::size_t row, std::string_view column) const;  // "" where absent
};

// Aligned columns with a heading; a single row stands as `name  value` lines.
void print_text(std::ostream& out, const Table& table);
// One JSON object a line.
void print_json_lines(std::ostream& out, const Table& table);
std::string json_text(std::string_view text);

}  // namespace postern::gateway::cli
