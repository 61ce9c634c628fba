#pragma once

#include <string>

#include "gateway/app/store.hpp"
#include "gateway/http/commands.hpp"

namespace postern::gateway {

// Who calls, under which key, until when.
struct CallFrame {
    Caller caller;
    std::string key;   // of money-moving calls
    std::string path;  // the same key elsewhere is another meaning
    Instant deadline;
};
struct CallResult {
    Answer answer;
    bool replayed = false;
    PaymentId payment_id;
};

// The use cases as the routes see them.
class PaymentCalls {
public:
    virtual ~PaymentCalls() = default;
    virtual Awaitable<Result<CallResult>> create(CallFrame frame, CreateCommand command) = 0;
    virtual Awaitable<Result<CallResult>> change(CallFrame frame, PaymentId payment, ChangeCommand command) = 0;
    virtual Awaitable<Result<PaymentView>> get(CallFrame frame, PaymentId payment) = 0;
    virtual Awaitable<Result<ListPage>> list(ListQuery query, Instant deadline) = 0;
};

// Whether this process can take payments now: a commit came back and the vault answers.
class Readiness {
public:
    virtual ~Readiness() = default;
    virtual Awaitable<Status> check(Instant deadline) = 0;
};

}  // namespace postern::gateway
