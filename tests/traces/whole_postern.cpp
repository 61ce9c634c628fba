#include "tests/traces/whole_postern.hpp"

#include <boost/asio/detached.hpp>
#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "base/crypto/digest.hpp"
#include "gateway/storage/identity_epoch.hpp"
#include "tests/support/http_request.hpp"
#include "tests/traces/gateway_migrations.hpp"
#include "tests/traces/vault_migrations.hpp"
#include "vault/contract/message_codec.hpp"
#include "vault/contract/vault.pb.h"
#include "vault/sealed/card_frame.hpp"

namespace postern::traces {
namespace {

namespace asio = boost::asio;
const std::string api_key = "sk_traces";
const std::string caller_key(32, 'k');
const vault::Caller admin{"operator test", "uid 0"};

void must(bool good, const char* what) {
    if (!good) throw std::runtime_error(what);
}
template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(std::string(result.error().code) + " " + result.error().detail);
    return std::move(*result);
}

std::string new_folder() {
    std::string path = (std::filesystem::temp_directory_path() / "postern-traces-XXXXXX").string();
    must(::mkdtemp(path.data()) != nullptr, "mkdtemp");
    return path;
}

std::vector<vault::StoredKey> stored(const std::vector<vault::sealed::WrappedKey>& keys) {
    std::vector<vault::StoredKey> out;
    for (const auto& key : keys) out.push_back({std::string(to_text(key.purpose)), key.version, key.wrapped});
    return out;
}

// What stands behind `mark` up to the next '&'.
std::string_view value_behind(std::string_view text, std::string_view mark) {
    const auto at = text.find(mark);
    must(at != text.npos, "a value");
    const auto value = text.substr(at + mark.size());
    return value.substr(0, value.find('&'));
}

template <class Reply, class Request>
asio::awaitable<Reply> call(net::FrameHandler socket, Request request, wiped::Bytes secret = {}) {
    const auto frame = co_await socket({7, request.SerializeAsString(), std::move(secret)}, {1, 4242, 4242});
    Reply reply;
    must(reply.ParseFromString(frame.control), "a reply that can be read");
    co_return reply;
}

template <class Reply>
Result<vault::Verdict> verdict_of(const Reply& reply) {
    if (reply.has_failure()) return vault::decode_failure(reply.failure());
    return vault::decode_verdict(reply.verdict());
}

// Every row of every table, each as JSON, in an order of their own. Not the clock's table, nor the migrations', whose
// first row is written before now() can be told.
void add_rows(const std::string& name, const support::TestDatabase& database, std::map<std::string, std::string>& out) {
    std::istringstream tables(database.value(
        "SELECT string_agg(table_name, ' ') FROM information_schema.tables WHERE table_schema = 'public'"
        " AND table_type = 'BASE TABLE' AND table_name NOT IN ('told_time', 'schema_migrations')"));
    for (std::string table; tables >> table;)
        out[name + "." + table] = database.value("SELECT string_agg(line, E'\\n' ORDER BY line) FROM (SELECT "
                                                 "row_to_json(t)::text AS line FROM " + table + " t) lines");
}

}  // namespace

asio::awaitable<vault::EgressAnswer> SandboxEgress::exchange(vault::EgressHost, wiped::Bytes request,
                                                             std::chrono::milliseconds) {
    using Reached = vault::EgressAnswer::Reached;
    const auto fate = std::exchange(next, Fate::answered);
    if (fate == Fate::nothing_left) co_return vault::EgressAnswer{Reached::nothing_left, "peer_unreachable", 0, {}, {}};
    const std::string_view bytes{request.data(), request.size()};
    const auto body = bytes.substr(bytes.find("\r\n\r\n") + 4);
    auto answer = sandbox_.handle(test::http_request("POST", "/ws/ws.asmx", {}, body));
    if (fate == Fate::answer_lost) co_return vault::EgressAnswer{Reached::maybe_sent, "connection_lost", 0, {}, {}};
    std::string reply{answer.response.body.view()};
    if (fate == Fate::code_echoed)
        reply.insert(reply.find("&lt;/CmdResponse"),
                     "&lt;Note&gt;CVV " + std::string(value_behind(body, "CVVData&gt;")) + " seen&lt;/Note&gt;");
    co_return vault::EgressAnswer{Reached::answered, {}, answer.response.status, "text/xml; charset=utf-8",
                                  wiped::Bytes(reply.begin(), reply.end())};
}

WholeVault::WholeVault(ToldClock& given)
    : clock{given}, database{"postern_vault_admin", vault_migrations::embedded_files, clock},
      journal_folder{new_folder()}, egress{clock},
      arena_{must(vault::sealed::Arena::create(256 * 1024, vault::sealed::Arena::Mode::development))},
      codes_{clock, std::chrono::minutes{15}} {
    store_ = std::make_unique<vault::PgVaultStore>(
        vault::PgVaultStoreOptions{.connection_string = database.get().as("postern_keeper")}, clock);
    const auto root = must(vault::sealed::SecretChars::zeros(*arena_, 32));
    keys_.emplace(must(vault::sealed::KeyRing::open(*arena_, random_, root, {})));
    must(store_->insert_keys(stored(must(keys_->create_missing(root)))).has_value(), "keys");
    journal_ = must(vault::Journal::open({journal_folder, {}}, clock, random_));
    destinations_.emplace("mercury", vault::Destination{must(vault::Policy::load(POSTERN_MERCURY_POLICY)),
                                                        {{"mercury.example", 443, {}}}});
    custody_.emplace(vault::Custody{clock, random_, *arena_, *keys_, codes_, *store_, *journal_});
    forwarder_.emplace(*custody_, destinations_, egress);
    cards_.emplace(*custody_);
    administration_.emplace(*custody_);
    readiness_.emplace(*custody_, std::chrono::milliseconds{0});
    services_.emplace(
        vault::KeeperServices{*custody_, *forwarder_, *cards_, *administration_, *readiness_, "development"});
}

WholeVault::~WholeVault() {
    journal_.reset();
    std::filesystem::remove_all(journal_folder);
}

asio::awaitable<void> WholeVault::open_shop(AccountId account, TenantId tenant, std::string key_digest) {
    wiped::Bytes credentials;
    must(vault::sealed::encode_credentials({"595901", "xyz"}, credentials).has_value(), "credentials");
    const auto put = co_await administration_->put_account(account, tenant, "mercury", credentials, admin);
    must(put.has_value(), "account");
    const auto id = ApiKeyId::create(clock.now(), random_);
    const auto key = co_await administration_->put_caller_key({id, tenant, std::move(key_digest), true}, admin);
    must(key.has_value(), "caller key");
}

asio::awaitable<Result<vault::Verdict>> CalledVault::forward(vault::ForwardRequest request) {
    vault::v1::GatewayRequest wire;
    vault::encode_forward(request, *wire.mutable_forward());
    co_return verdict_of(co_await call<vault::v1::GatewayReply>(vault_.gateway_socket(), std::move(wire)));
}

asio::awaitable<Result<vault::Verdict>> CalledVault::ask(TenantId tenant_id, vault::AttemptKey key,
                                                         std::string known_epoch) {
    vault::v1::GatewayRequest wire;
    vault::encode_ask({std::move(tenant_id), std::move(key), std::move(known_epoch)}, *wire.mutable_ask());
    co_return verdict_of(co_await call<vault::v1::GatewayReply>(vault_.gateway_socket(), std::move(wire)));
}

asio::awaitable<Result<vault::TokenSummary>> CalledVault::describe(TenantId tenant_id, CardToken token) {
    vault::v1::GatewayRequest wire;
    wire.mutable_describe_token()->set_tenant_id(tenant_id.text());
    wire.mutable_describe_token()->set_token(token.text());
    const auto reply = co_await call<vault::v1::GatewayReply>(vault_.gateway_socket(), std::move(wire));
    if (reply.has_failure()) co_return vault::decode_failure(reply.failure());
    co_return vault::decode_summary(reply.token());
}

WholePostern::WholePostern()
    : database_{"postern_admin", gateway_migrations::embedded_files, clock_},
      payments_{{.connection_string = database_.get().as("postern_gateway")}, box_},
      operations_{{.connection_string = database_.get().as("postern_gateway")}, box_},
      directory_{{.connection_string = database_.get().as("postern_gateway")}},
      identities_{must(gateway::take_identity_epoch(database_.get().as("postern_gateway"), "one", clock_.now(), random_))} {
    insert_merchant();
    run(vault_.remember_head());
    run(vault_.open_shop(account_, tenant_, caller_key));
}

void WholePostern::insert_merchant() {
    const auto t = "'" + tenant_.text() + "'", s = "'" + store_.text() + "'";
    const auto& database = database_.get();
    database.execute("INSERT INTO tenants (tenant_id, name) VALUES (" + t + ", 'Bistro')");
    database.execute("INSERT INTO stores (store_id, tenant_id, name, time_zone, cutoff_minutes, currency) VALUES (" + s +
                     ", " + t + ", 'Main', 'America/New_York', 240, 'USD')");
    database.execute("INSERT INTO devices (device_id, tenant_id, store_id, name) VALUES ('" + device_.text() + "', " + t +
                     ", " + s + ", 'Bar')");
    database.execute("INSERT INTO processor_accounts (account_id, tenant_id, store_id, processor, name) VALUES ('" +
                     account_.text() + "', " + t + ", " + s + ", 'mercury', 'Main')");
    database.execute("INSERT INTO api_keys (key_id, tenant_id, name, key_digest) VALUES ('" +
                     ApiKeyId::create(clock_.now(), random_).text() + "', " + t + ", 'till', '" +
                     crypto::sha256_text(api_key) + "')");
}

template <class T>
T WholePostern::run(asio::awaitable<T> work) {
    std::optional<T> result;
    const auto keep = [&]() -> asio::awaitable<void> { result.emplace(co_await std::move(work)); };
    run(keep());
    return std::move(*result);
}

void WholePostern::run(asio::awaitable<void> work) {
    asio::co_spawn(context_, std::move(work), [](const std::exception_ptr& bug) {
        if (bug) std::rethrow_exception(bug);
    });
    context_.restart();
    context_.run();
}

std::string WholePostern::tokenize(std::string_view number, std::string_view code) {
    vault::v1::FrontRequest request;
    request.mutable_tokenize()->set_caller_key(caller_key);
    request.mutable_tokenize()->set_origin("192.0.2.7");
    wiped::Bytes secret;
    const auto framed = vault::sealed::encode_card_frame({12, 2029, number, code, "A. Guest", "1 Main", "38401"}, secret);
    must(framed.has_value(), "card");
    const auto reply = run(call<vault::v1::FrontReply>(vault_.front_socket(), std::move(request), std::move(secret)));
    must(reply.has_token_made(), "a token");
    answers_["token " + std::to_string(answers_.size())] = reply.SerializeAsString();
    return reply.token_made().token();
}

std::string WholePostern::describe(const std::string& token) {
    vault::v1::FrontRequest request;
    request.mutable_read_token()->set_caller_key(caller_key);
    request.mutable_read_token()->set_token(token);
    const auto reply = run(call<vault::v1::FrontReply>(vault_.front_socket(), std::move(request)));
    return answers_["token " + std::to_string(answers_.size())] = reply.SerializeAsString();
}

Answer WholePostern::send(std::string_view path, const std::string& body) {
    const auto number = std::to_string(answers_.size());
    auto request = test::http_request(
        "POST", path,
        {{"authorization", "Bearer " + api_key}, {"idempotency-key", "key-" + number}, {"content-type", "application/json"}},
        body);
    request.received = clock_.instant();
    const auto response = run(api_.handle(request));
    Answer answer{response.status, std::string(response.body.view())};
    answers_["answer " + number] = std::to_string(answer.status) + " " + answer.body;
    return answer;
}

Answer WholePostern::pay(const std::string& intent, int amount_minor, const std::string& token) {
    const boost::json::object body{
        {"intent", intent},
        {"amount", {{"amount_minor", amount_minor}, {"currency", "USD"}}},
        {"token", token},
        {"tender", {{"store_id", store_.text()}, {"device_id", device_.text()},
                    {"tender_id", "check " + std::to_string(answers_.size())}}}};
    return send("/v1/payments", boost::json::serialize(body));
}

Answer WholePostern::act(const std::string& payment, const std::string& verb, const std::string& body) {
    return send("/v1/payments/" + payment + "/" + verb, body);
}

void WholePostern::pass(std::chrono::microseconds time) {
    clock_.move(time);
    database_.tell(clock_);
    vault_.database.tell(clock_);
}

int WholePostern::resolve() {
    gateway::Resolver resolver{services_, {}};
    return run(resolver.run_once());
}

std::map<std::string, std::string> WholePostern::traces() {
    run(vault_.remember_head());
    auto out = answers_;
    add_rows("gateway", database_.get(), out);
    add_rows("vault", vault_.database.get(), out);
    for (const auto& entry : std::filesystem::directory_iterator(vault_.journal_folder)) {
        if (!entry.is_regular_file()) continue;
        std::ifstream in(entry.path(), std::ios::binary);
        out["journal " + entry.path().filename().string()] = {std::istreambuf_iterator<char>(in), {}};
    }
    return out;
}

}  // namespace postern::traces
