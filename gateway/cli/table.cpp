#include "gateway/cli/table.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <iomanip>

namespace postern::gateway::cli {
namespace {

int width_of(const Table& table, std::size_t column) {
    std::size_t width = table.columns[column].name.size();
    for (const auto& row : table.rows) width = std::max(width, row[column].text.size());
    return static_cast<int>(width);
}

void print_lines(std::ostream& out, const Table& table) {
    std::size_t width = 0;
    for (const auto& column : table.columns) width = std::max(width, column.name.size());
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        out << std::left << std::setw(static_cast<int>(width) + 2) << table.columns[i].name << table.rows[0][i].text
            << '\n';
    }
}

}  // namespace

std::string Table::text(std::size_t row, std::string_view column) const {
    const auto found = std::ranges::find(columns, column, &Column::name);
    if (row >= rows.size() || found == columns.end()) return {};
    return rows[row][static_cast<std::size_t>(found - columns.begin())].text;
}

void print_text(std::ostream& out, const Table& table) {
    if (table.rows.size() == 1) return print_lines(out, table);
    std::vector<int> widths;
    for (std::size_t i = 0; i < table.columns.size(); ++i) widths.push_back(width_of(table, i) + 2);
    for (std::size_t i = 0; i < widths.size(); ++i) out << std::left << std::setw(widths[i]) << table.columns[i].name;
    out << '\n';
    for (const auto& row : table.rows) {
        for (std::size_t i = 0; i < widths.size(); ++i) out << std::left << std::setw(widths[i]) << row[i].text;
        out << '\n';
    }
}

void print_json_lines(std::ostream& out, const Table& table) {
    for (const auto& row : table.rows) {
        out << '{';
        for (std::size_t i = 0; i < row.size(); ++i) {
            const auto& column = table.columns[i];
            out << (i > 0 ? "," : "") << json_text(column.name) << ':';
            if (row[i].is_null) out << "null";
            else if (column.bare) out << row[i].text;
            else out << json_text(row[i].text);
        }
        out << "}\n";
    }
}

std::string json_text(std::string_view text) { return boost::json::serialize(boost::json::string_view{text}); }

}  // namespace postern::gateway::cli
