#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace postern::ops {

// A program's TOML configuration. Getters name a dotted key ("http.port"); an absent required key, a wrong type or a
// value out of range is an Error with code "bad_config" whose detail gives file, line and key. After reading, `unknown`
// lists keys that nothing asked for: a misspelt key is refused at start. Secrets stand in files that keys ending in
// `_file` name; `read_secret_file` refuses one that others than its owner can read.
class Config {
public:
    static Result<Config> load(const std::string& path);
    Result<std::string> text(std::string_view key);
    std::string text_or(std::string_view key, std::string_view fallback);
    Result<std::int64_t> integer(std::string_view key, std::int64_t least, std::int64_t most);
    std::int64_t integer_or(std::string_view key, std::int64_t fallback);
    bool flag_or(std::string_view key, bool fallback);
    Result<std::vector<std::string>> texts(std::string_view key);
    std::vector<std::string> tables(std::string_view key);  // names of the sub-tables of a table, sorted
    bool has(std::string_view key) const;
    Status refuse_unknown() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

Result<std::string> read_secret_file(const std::string& path);

}  // namespace postern::ops
