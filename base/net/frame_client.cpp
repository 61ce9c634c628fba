#include <algorithm>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <unordered_map>

#include "base/net/frame_wire.hpp"

namespace postern::net {
namespace {

constexpr auto quiet = asio::as_tuple(asio::use_awaitable);
using Executor = asio::io_context::executor_type;
using Strand = asio::strand<Executor>;
using namespace std::chrono_literals;

// One call, from its arrival to its answer. Lives in the call's coroutine; the maps below point at it meanwhile.
struct Call {
    Call(const Executor& executor, Frame what) : frame(std::move(what)), bell(executor) {}
    enum class Stage { queued, leaving, may_have_left, ended } stage = Stage::queued;
    Frame frame;
    bool of_hello = false;
    asio::steady_timer bell;  // runs out at the deadline; rung early by the end of the call
    std::optional<Result<Frame>> outcome;

    void end(Result<Frame> with) {
        if (stage == Stage::ended) return;
        stage = Stage::ended;
        outcome.emplace(std::move(with));
        bell.cancel();
    }
};

Error nothing_left(std::string_view code) { return Error{ErrorKind::unavailable, code}; }
Error may_have_left(std::string_view code) { return Error{ErrorKind::outcome_unknown, code}; }

}  // namespace

struct FrameClient::Impl : std::enable_shared_from_this<FrameClient::Impl> {
    Impl(asio::io_context& context, FrameClientOptions given)
        : options(std::move(given)), executor(context.get_executor()), hello_strand(asio::make_strand(context)),
          outbox_bell(executor), state_bell(executor) {}

    enum class State { disconnected, greeting, open, stopped };

    FrameClientOptions options;
    Executor executor;
    Strand hello_strand;  // the hello runs here: this is how its own calls are known
    std::shared_ptr<UnixSocket> socket;  // a new one for each connection: a late write never meets another's socket
    asio::steady_timer outbox_bell;  // rung when the writer has something to do
    asio::steady_timer state_bell;   // rung when the connection is lost
    std::function<asio::awaitable<void>()> hello;
    State state = State::disconnected;
    std::atomic<bool> is_open = false;
    std::uint64_t generation = 0;  // of the connection: a coroutine of an older one knows that it is over
    std::uint64_t last_correlation = 0;
    std::deque<Call*> queued;
    std::unordered_map<std::uint64_t, Call*> sent;

    void set_state(State next);
    asio::awaitable<void> run();
    asio::awaitable<bool> connect();
    asio::awaitable<void> greet(std::uint64_t mine);
    asio::awaitable<void> read_replies(std::uint64_t mine);
    asio::awaitable<void> write_calls(std::uint64_t mine);
    std::vector<Call*> take_sendable();
    struct Batch {
        wiped::Bytes bytes;
        std::vector<std::pair<std::uint64_t, std::size_t>> begins;  // correlation and where its frame begins
    };
    Batch encode(const std::vector<Call*>& calls);
    void settle_written(const Batch& batch, std::size_t left, bool lost);
    void settle(Frame reply);
    void lose_connection(std::uint64_t mine);
    asio::awaitable<Result<Frame>> call(Frame frame, Instant deadline, bool of_hello);
    asio::awaitable<void> wait_for_end(Call& call, Instant deadline);
    bool serves(const Call& call) const { return state == State::open || (state == State::greeting && call.of_hello); }
    void stop();
};

void FrameClient::Impl::set_state(State next) {
    if (state == State::stopped) return;
    state = next;
    is_open = next == State::open;
    outbox_bell.cancel();
    state_bell.cancel();
}

// Keeps one connection: connects, serves it until it is lost, waits a little longer each time it cannot.
asio::awaitable<void> FrameClient::Impl::run() {
    auto pause = 10ms;
    while (state != State::stopped) {
        if (co_await connect()) {
            const auto mine = ++generation;
            set_state(State::greeting);
            const auto self = shared_from_this();
            asio::co_spawn(executor, [self, mine] { return self->write_calls(mine); }, asio::detached);
            asio::co_spawn(executor, [self, mine] { return self->greet(mine); }, asio::detached);
            co_await read_replies(mine);
            lose_connection(mine);
            pause = 10ms;
        }
        if (state == State::stopped) break;
        state_bell.expires_after(pause);
        co_await state_bell.async_wait(quiet);
        pause = std::min(pause * 2, 1000ms);
    }
}

asio::awaitable<bool> FrameClient::Impl::connect() {
    socket = std::make_shared<UnixSocket>(executor);
    const auto [error] = co_await socket->async_connect(options.path, quiet);
    if (error || state == State::stopped) co_return false;
    if (options.allowed_uids.empty()) co_return true;
    const auto peer = peer_of(*socket);
    co_return peer && holds_uid(options.allowed_uids, peer->uid);
}

asio::awaitable<void> FrameClient::Impl::greet(std::uint64_t mine) {
    bool welcome = true;
    if (hello) {
        try {
            co_await asio::co_spawn(hello_strand, hello, asio::use_awaitable);
        } catch (const std::exception&) {
            welcome = false;
        }
    }
    if (generation != mine || state != State::greeting) co_return;
    if (welcome) set_state(State::open);
    else lose_connection(mine);
}

asio::awaitable<void> FrameClient::Impl::read_replies(std::uint64_t mine) {
    const auto mine_socket = socket;
    FrameReader reader;
    while (generation == mine && state != State::disconnected && state != State::stopped) {
        auto parse = reader.next();
        if (parse.kind == FrameParse::Kind::malformed) co_return;
        if (parse.kind == FrameParse::Kind::frame) settle(std::move(parse.frame));
        else if (!co_await reader.fill(*mine_socket)) co_return;
    }
}

void FrameClient::Impl::settle(Frame reply) {
    const auto found = sent.find(reply.correlation & ~handler_failed);
    if (found == sent.end()) return;  // its caller has gone
    Call& call = *found->second;
    sent.erase(found);
    if (reply.correlation & handler_failed) call.end(may_have_left("peer_failed"));
    else call.end(std::move(reply));
}

std::vector<Call*> FrameClient::Impl::take_sendable() {
    std::vector<Call*> batch;
    std::deque<Call*> kept;
    for (Call* call : queued) (serves(*call) ? batch.push_back(call) : kept.push_back(call));
    queued = std::move(kept);
    return batch;
}

asio::awaitable<void> FrameClient::Impl::write_calls(std::uint64_t mine) {
    const auto mine_socket = socket;
    while (generation == mine && (state == State::greeting || state == State::open)) {
        const auto calls = take_sendable();
        if (calls.empty()) {
            outbox_bell.expires_at(asio::steady_timer::time_point::max());
            co_await outbox_bell.async_wait(quiet);
            continue;
        }
        Batch batch = encode(calls);
        const auto [error, left] = co_await asio::async_write(*mine_socket, asio::buffer(batch.bytes), quiet);
        const bool lost = error || generation != mine || state == State::disconnected;
        settle_written(batch, left, lost);
        if (lost) co_return lose_connection(mine);
    }
}

FrameClient::Impl::Batch FrameClient::Impl::encode(const std::vector<Call*>& calls) {
    Batch batch;
    for (Call* call : calls) {
        batch.begins.emplace_back(call->frame.correlation, batch.bytes.size());
        encode_frame(call->frame, batch.bytes);
        call->stage = Call::Stage::leaving;
        sent.emplace(call->frame.correlation, call);
    }
    return batch;
}

// Of a connection that was lost meanwhile, a call whose first byte did not leave goes back into the queue, as if it had
// never been taken; the others may have reached the peer.
void FrameClient::Impl::settle_written(const Batch& batch, std::size_t left, bool lost) {
    for (const auto& [correlation, begin] : batch.begins) {
        const auto found = sent.find(correlation);
        if (found == sent.end()) continue;  // answered already, or its caller has gone
        Call& call = *found->second;
        call.stage = Call::Stage::may_have_left;
        if (!lost) continue;
        sent.erase(found);
        if (begin < left) {
            call.end(may_have_left("connection_lost"));
        } else if (call.of_hello) {
            call.end(nothing_left("peer_unreachable"));
        } else {
            call.stage = Call::Stage::queued;
            queued.push_back(&call);
        }
    }
}

void FrameClient::Impl::lose_connection(std::uint64_t mine) {
    if (generation != mine || state == State::disconnected) return;
    boost::system::error_code ignored;
    socket->close(ignored);
    std::erase_if(sent, [](const auto& entry) {
        if (entry.second->stage == Call::Stage::leaving) return false;  // write_calls knows how far it got
        entry.second->end(may_have_left("connection_lost"));
        return true;
    });
    std::erase_if(queued, [](Call* call) {
        if (call->of_hello) call->end(nothing_left("peer_unreachable"));  // the next connection greets anew
        return call->of_hello;
    });
    set_state(State::disconnected);
}

asio::awaitable<Result<Frame>> FrameClient::Impl::call(Frame frame, Instant deadline, bool of_hello) {
    if (state == State::stopped) co_return nothing_left("stopped");
    if (encoded_bytes(frame) > frame_bytes_max) co_return Error{ErrorKind::invalid_request, "frame_too_large"};
    if (queued.size() + sent.size() >= options.in_flight_max) co_return nothing_left("too_many_in_flight");
    const auto callers_correlation = frame.correlation;
    frame.correlation = ++last_correlation;
    Call call(executor, std::move(frame));
    call.of_hello = of_hello;
    queued.push_back(&call);
    outbox_bell.cancel();
    co_await wait_for_end(call, deadline);
    if (!call.outcome) {
        const bool left = call.stage != Call::Stage::queued;
        const auto code = serves(call) ? "deadline" : "peer_unreachable";
        call.outcome.emplace(left ? may_have_left("deadline") : nothing_left(code));
        std::erase(queued, &call);
        sent.erase(call.frame.correlation);
    }
    if (*call.outcome) (**call.outcome).correlation = callers_correlation;
    co_return std::move(*call.outcome);
}

asio::awaitable<void> FrameClient::Impl::wait_for_end(Call& call, Instant deadline) {
    const auto connect_deadline = std::min(deadline, std::chrono::steady_clock::now() + options.connect_wait);
    call.bell.expires_at(connect_deadline);
    co_await call.bell.async_wait(quiet);
    const auto going_on = [&] { return !call.outcome && std::chrono::steady_clock::now() < deadline; };
    if (!going_on() || (call.stage == Call::Stage::queued && !serves(call))) co_return;
    call.bell.expires_at(deadline);
    co_await call.bell.async_wait(quiet);
}

void FrameClient::Impl::stop() {
    if (state == State::stopped) return;
    const auto lost = std::move(sent);
    const auto unsent = std::move(queued);
    sent.clear();
    queued.clear();
    for (const auto& entry : lost) entry.second->end(may_have_left("connection_lost"));
    for (Call* call : unsent) call->end(nothing_left("stopped"));
    set_state(State::stopped);
    boost::system::error_code ignored;
    if (socket) socket->close(ignored);
}

FrameClient::FrameClient(asio::io_context& context, FrameClientOptions options)
    : impl_(std::make_shared<Impl>(context, std::move(options))) {
    asio::co_spawn(impl_->executor, [self = impl_] { return self->run(); }, asio::detached);
}

FrameClient::~FrameClient() { stop(); }

asio::awaitable<Result<Frame>> FrameClient::call(Frame frame, std::chrono::milliseconds time_left) {
    const auto self = impl_;  // outlives this object where the call does
    const auto deadline = std::chrono::steady_clock::now() + time_left;
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const auto* on_strand = executor.target<Strand>();
    const bool of_hello = on_strand && *on_strand == self->hello_strand;
    if (self->executor.running_in_this_thread()) co_return co_await self->call(std::move(frame), deadline, of_hello);
    co_return co_await asio::co_spawn(
        self->executor, self->call(std::move(frame), deadline, of_hello), asio::use_awaitable);
}

bool FrameClient::connected() const { return impl_->is_open; }

void FrameClient::on_connect(std::function<asio::awaitable<void>()> hello) { impl_->hello = std::move(hello); }

void FrameClient::stop() {
    asio::dispatch(impl_->executor, [self = impl_] { self->stop(); });
}

}  // namespace postern::net
