#include "gateway/cli/shell.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ostream>

#include "base/base32.hpp"
#include "base/card_shape.hpp"
#include "base/crypto/digest.hpp"
#include "base/utf8.hpp"
#include "base/id.hpp"
#include "base/ops/config.hpp"

namespace postern::gateway::cli {
namespace {

constexpr std::string_view find_operator = R"sql(
    SELECT operator_id, name, role FROM operators WHERE credential_digest = $1 AND enabled
)sql";

std::string unix_user() {
    const passwd* entry = ::getpwuid(::getuid());
    return entry ? "unix:" + std::string{entry->pw_name} : "unix:" + std::to_string(::getuid());
}

}  // namespace

Result<Settings> load_settings(const std::string& path) {
    auto config = ops::Config::load(path);
    if (!config) return config.error();
    Settings settings;
    struct Wanted { std::string_view key; std::string* into; };
    for (const auto& [key, into] : {Wanted{"database.gateway", &settings.gateway_database},
                                    Wanted{"database.vault", &settings.vault_database},
                                    Wanted{"vault.admin_socket", &settings.admin_socket},
                                    Wanted{"kafka.brokers", &settings.kafka_brokers},
                                    Wanted{"kafka.topic", &settings.kafka_topic}}) {
        auto value = config->text(key);
        if (!value) return value.error();
        *into = std::move(*value);
    }
    auto processors = config->has("accounts.processors") ? config->texts("accounts.processors")
                                                         : Result<std::vector<std::string>>{{"mercury"}};
    if (!processors) return processors.error();
    settings.processors = std::move(*processors);
    if (auto known = config->refuse_unknown(); !known) return known.error();
    return settings;
}

Shell::Shell(std::ostream& out, std::ostream& messages, Clock& clock, Random& random)
    : out_{out}, messages_{messages}, clock_{clock}, random_{random} {}

Result<Settings> Shell::settings() {
    if (!settings_) {
        auto loaded = load_settings(config_path);
        if (!loaded) return loaded.error();
        settings_ = std::move(*loaded);
    }
    return *settings_;
}

Result<AdminDatabase*> Shell::database() {
    const auto known = settings();
    if (!known) return known.error();
    if (!database_) database_ = std::make_unique<AdminDatabase>(known->gateway_database);
    return database_.get();
}

Result<VaultAdmin> Shell::vault() {
    const auto known = settings();
    if (!known) return known.error();
    auto who = actor();
    if (!who) return who.error();
    return VaultAdmin{known->admin_socket, std::move(*who)};
}

Result<Operator> Shell::credential_holder() {
    if (credential_file.empty()) {
        return Error{ErrorKind::forbidden, "credential_missing", "give --credential-file, the file of `operator add`"};
    }
    const auto credential = read_secret_line(credential_file);
    if (!credential) return credential.error();
    auto connected = database();
    if (!connected) return connected.error();
    const auto found = (*connected)->read(find_operator, {crypto::sha256_text(credential->view())});
    if (!found) return found.error();
    if (found->rows.empty()) return Error{ErrorKind::forbidden, "credential_unknown", "no enabled operator has it"};
    return Operator{found->text(0, "operator_id"), found->text(0, "name"), found->text(0, "role")};
}

Result<std::string> Shell::actor() {
    if (credential_file.empty()) return unix_user();
    auto holder = credential_holder();
    if (!holder) return holder.error();
    return std::move(holder->name);
}

Result<AdminRecord> Shell::record(std::string action, std::string object_kind, std::string detail) {
    auto who = actor();
    if (!who) return who.error();
    return AdminRecord{"rec_" + new_id_text(clock_.now(), random_), std::move(*who), std::move(action),
                       std::move(object_kind), stored_text(detail)};
}

void Shell::print(const Table& table) { json ? print_json_lines(out_, table) : print_text(out_, table); }
void Shell::say(std::string_view message) { messages_ << message << '\n'; }

std::string Shell::new_secret(std::string_view prefix) {
    for (;;) {  // 12 digits in a row come up about once in a million draws
        std::array<std::uint8_t, 32> bytes{};
        random_.fill(bytes);
        std::string text = base32_encode(bytes);
        if (longest_digit_run(text) < 12) return std::string{prefix} + text;
    }
}

Status check_name(std::string_view name) {
    const bool is_shown = !name.empty() && name.front() != ' ' && name.back() != ' ' && is_utf8(name) &&
                          std::ranges::none_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    const bool fits = is_shown && name.size() <= 80 && longest_digit_run(name) < 12 && !holds_card_number(name);
    if (!fits) {
        return Error{ErrorKind::invalid_request, "bad_name",
                     "1 to 80 bytes of visible text, no card number, fewer than 12 digits in a row"};
    }
    return {};
}

}  // namespace postern::gateway::cli
