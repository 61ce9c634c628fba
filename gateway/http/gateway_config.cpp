#include "gateway/http/gateway_config.hpp"

#include <algorithm>
#include <thread>

#include "base/ops/users.hpp"
#include "gateway/http/tip_rules_file.hpp"

namespace postern::gateway {
namespace {

// Takes required values and remembers the first that is wrong.
class Reader {
public:
    explicit Reader(ops::Config config) : config_{std::move(config)} {}

    void text(std::string_view key, std::string& into) { take(config_.text(key), into); }
    // An integer within bounds; `fallback` where the key is absent.
    template <class T>
    void integer(std::string_view key, T& into, std::int64_t least, std::int64_t most, std::int64_t fallback) {
        if (!config_.has(key)) {
            into = T(fallback);
            return;
        }
        std::int64_t value = fallback;
        take(config_.integer(key, least, most), value);
        into = T(value);
    }
    void flag(std::string_view key, bool& into) { into = config_.flag_or(key, into); }
    void users(std::string_view key, std::vector<uid_t>& into) {
        std::vector<std::string> names;
        take(config_.texts(key), names);
        if (status_) take(ops::uids_of(names), into);
    }
    template <class T>
    void one_of(std::string_view key, std::string_view fallback, std::initializer_list<std::pair<std::string_view, T>> all,
                T& into) {
        const std::string value = config_.text_or(key, fallback);
        const auto found = std::ranges::find(all, value, &std::pair<std::string_view, T>::first);
        if (found != all.end()) into = found->second;
        else refuse(Error{ErrorKind::invalid_request, "bad_config", std::string{key} + ": \"" + value + "\" is not known"});
    }
    // The table of another file; without one, nothing is allowed.
    void tip_rules(std::string_view key, domain::TipRules& into) {
        if (config_.has(key)) {
            std::string path;
            take(config_.text(key), path);
            if (status_) take(read_tip_rules(path), into);
        }
    }
    Status finish() {
        if (status_) status_ = config_.refuse_unknown();
        return status_;
    }

private:
    template <class T, class Into>
    void take(Result<T> value, Into& into) {
        if (value) into = std::move(*value);
        else refuse(value.error());
    }
    void refuse(const Error& error) {
        if (status_) status_ = error;
    }
    ops::Config config_;
    Status status_;
};

std::int64_t cores() { return std::max<std::int64_t>(1, std::thread::hardware_concurrency()); }

void read_http(Reader& reader, GatewayConfig& out) {
    reader.text("http.address", out.address);
    reader.integer("http.port", out.port, 0, 65'535, 8443);
    reader.text("http.certificate_file", out.certificate_file);
    reader.text("http.key_file", out.key_file);
    reader.integer("http.threads", out.threads, 0, 256, 0);
    if (out.threads == 0) out.threads = static_cast<std::size_t>(cores());
    reader.integer("http.connections_max", out.connections_max, 1, 1'000'000, 10'000);
    reader.integer("http.in_flight_max", out.in_flight_max, 1, 1'000'000, 2'048);
    reader.integer("http.drain_seconds", out.drain_max, 0, 600, 15);
}

void read_resolver(Reader& reader, GatewayConfig& out) {
    reader.flag("resolver.enabled", out.resolver_enabled);
    reader.integer("resolver.pause_ms", out.resolver_pause, 10, 60'000, 250);
    reader.integer("resolver.parallel_max", out.resolver_parallel_max, 1, 1'000, 16);
    reader.integer("resolver.lease_seconds", out.resolver_lease, 1, 3'600, 85);
}

}  // namespace

Result<GatewayConfig> read_gateway_config(ops::Config config) {
    Reader reader{std::move(config)};
    GatewayConfig out;
    reader.one_of<std::string>("mode", "production", {{"production", "production"}, {"development", "development"}},
                               out.mode);
    reader.text("instance", out.instance);
    read_http(reader, out);
    reader.text("database.connection", out.database);
    reader.text("evidence.key_file", out.evidence_key_file);
    reader.text("vault.socket", out.vault_socket);
    reader.users("vault.users", out.vault_uids);
    read_resolver(reader, out);
    reader.tip_rules("tips.rules_file", out.tip_rules);
    reader.integer("keys.answers_kept_hours", out.answers_kept, 30 * 24, 10 * 366 * 24, 30 * 24);
    reader.integer("clock.accept_seconds", out.acceptance_time, 1, 86'400, 120);
    reader.integer("clock.pause_ms", out.clock_pause, 10, 60'000, 1'000);
    reader.integer("accounts.in_flight_max", out.account_in_flight_max, 1, 100'000, 256);
    reader.integer("accounts.faults_max", out.account_faults_max, 1, 100'000, 20);
    reader.integer("accounts.pause_seconds", out.account_pause, 1, 600, 5);
    reader.one_of<ops::Level>("log.level", "info",
                              {{"debug", ops::Level::debug}, {"info", ops::Level::info}, {"warn", ops::Level::warn},
                               {"error", ops::Level::error}},
                              out.log_level);
    if (const auto status = reader.finish(); !status) return status.error();
    return out;
}

}  // namespace postern::gateway
