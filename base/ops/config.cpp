#include "base/ops/config.hpp"

#include <algorithm>
#include <fcntl.h>
#include <map>
#include <sys/stat.h>
#include <toml++/toml.h>
#include <unistd.h>

namespace postern::ops {
namespace {

Error bad_config(std::string detail) { return Error{ErrorKind::invalid_request, "bad_config", std::move(detail)}; }

// A dotted key's parts. Parts may be quoted in the file; keys that hold dots themselves are not used.
std::vector<std::string_view> parts_of(std::string_view key) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto dot = key.find('.');
        parts.push_back(key.substr(0, dot));
        if (dot == key.npos) return parts;
        key.remove_prefix(dot + 1);
    }
}

void collect_leaves(const toml::table& table, const std::string& prefix, std::map<std::string, std::size_t>& leaves) {
    for (const auto& [key, node] : table) {
        const std::string name = prefix + std::string(key.str());
        if (const auto* inner = node.as_table()) collect_leaves(*inner, name + ".", leaves);
        else leaves.emplace(name, node.source().begin.line);
    }
}

}  // namespace

struct Config::Impl {
    std::string path;
    toml::table root;
    std::set<std::string, std::less<>> asked;
    std::set<std::string, std::less<>> malformed;  // keys whose `_or` getter met another type: refused at the end

    const toml::node* find(std::string_view key) const {
        const toml::node* node = &root;
        for (const auto part : parts_of(key)) {
            const auto* table = node->as_table();
            node = table ? table->get(part) : nullptr;
            if (!node) return nullptr;
        }
        return node;
    }
    const toml::node* ask(std::string_view key) {
        asked.emplace(key);
        return find(key);
    }
    Error refuse(std::string_view key, const toml::node* node, std::string_view why) const {
        const auto line = node ? ":" + std::to_string(node->source().begin.line) : "";
        return bad_config(path + line + ": " + std::string(key) + ": " + std::string(why));
    }
    template <class Value>
    Value value_or(std::string_view key, Value fallback) {
        const auto* node = ask(key);
        if (!node) return fallback;
        const auto value = node->value_exact<Value>();
        if (!value) malformed.emplace(key);
        return value.value_or(fallback);
    }
};

Result<Config> Config::load(const std::string& path) {
    Config config;
    config.impl_ = std::make_shared<Impl>();
    config.impl_->path = path;
    try {
        config.impl_->root = toml::parse_file(path);
    } catch (const toml::parse_error& error) {
        return bad_config(path + ":" + std::to_string(error.source().begin.line) + ": " + std::string(error.description()));
    }
    return config;
}

Result<std::string> Config::text(std::string_view key) {
    const auto* node = impl_->ask(key);
    if (!node) return impl_->refuse(key, node, "missing");
    const auto value = node->value_exact<std::string>();
    if (!value) return impl_->refuse(key, node, "must be a text");
    return *value;
}

std::string Config::text_or(std::string_view key, std::string_view fallback) {
    return impl_->value_or<std::string>(key, std::string(fallback));
}

Result<std::int64_t> Config::integer(std::string_view key, std::int64_t least, std::int64_t most) {
    const auto* node = impl_->ask(key);
    if (!node) return impl_->refuse(key, node, "missing");
    const auto value = node->value_exact<std::int64_t>();
    if (value && *value >= least && *value <= most) return *value;
    return impl_->refuse(key, node, "must be an integer from " + std::to_string(least) + " to " + std::to_string(most));
}

std::int64_t Config::integer_or(std::string_view key, std::int64_t fallback) {
    return impl_->value_or<std::int64_t>(key, fallback);
}

bool Config::flag_or(std::string_view key, bool fallback) { return impl_->value_or<bool>(key, fallback); }

Result<std::vector<std::string>> Config::texts(std::string_view key) {
    const auto* node = impl_->ask(key);
    if (!node) return impl_->refuse(key, node, "missing");
    const auto* array = node->as_array();
    if (!array) return impl_->refuse(key, node, "must be a list of texts");
    std::vector<std::string> texts;
    for (const auto& element : *array) {
        const auto text = element.value_exact<std::string>();
        if (!text) return impl_->refuse(key, &element, "must be a list of texts");
        texts.push_back(*text);
    }
    return texts;
}

std::vector<std::string> Config::tables(std::string_view key) {
    std::vector<std::string> names;
    const auto* node = impl_->find(key);
    const auto* table = node ? node->as_table() : nullptr;
    if (!table) return names;
    for (const auto& [name, inner] : *table) {
        if (inner.is_table()) names.emplace_back(name.str());
    }
    std::ranges::sort(names);
    return names;
}

bool Config::has(std::string_view key) const { return impl_->find(key) != nullptr; }

Status Config::refuse_unknown() const {
    std::map<std::string, std::size_t> leaves;
    collect_leaves(impl_->root, "", leaves);
    for (const auto& [key, line] : leaves) {
        const std::string place = impl_->path + ":" + std::to_string(line) + ": " + key;
        if (impl_->malformed.contains(key)) return bad_config(place + ": wrong type");
        if (!impl_->asked.contains(key)) return bad_config(place + ": unknown key");
    }
    for (const auto& key : impl_->malformed) return impl_->refuse(key, impl_->find(key), "wrong type");
    return {};
}

Result<std::string> read_secret_file(const std::string& path) {
    constexpr std::size_t bytes_max = 64 * 1024;
    const auto refuse = [&](std::string_view why) { return bad_config(path + ": " + std::string(why)); };
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (file < 0) return refuse("cannot be read");
    struct Closer {
        int descriptor;
        ~Closer() { ::close(descriptor); }
    } const closer{file};
    struct stat about {};
    if (::fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) return refuse("is no file");
    if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) return refuse("others than its owner may use it; chmod 0400");
    if (about.st_uid != ::geteuid() && about.st_uid != 0) return refuse("belongs to another user");
    std::string content(bytes_max, '\0');
    std::size_t filled = 0;
    while (filled < content.size()) {
        const auto got = ::read(file, content.data() + filled, content.size() - filled);
        if (got < 0) return refuse("cannot be read");
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    if (filled == bytes_max) return refuse("is too large");
    content.resize(filled);
    return content;
}

}  // namespace postern::ops
