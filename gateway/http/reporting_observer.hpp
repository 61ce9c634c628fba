#pragma once

#include "gateway/app/services.hpp"

namespace postern::gateway {

// What the use cases tell, as metrics and log lines.
class ReportingObserver final : public Observer {
public:
    ReportingObserver();
    void operation_ended(domain::Verb verb, domain::OperationStatus status) override;
    void alarm(std::string_view code, const PaymentId& payment, const OperationId& operation) override;
    void breaker_turned(const AccountId& account, bool is_open) override;
    void fenced(const OperationId& operation) override;
    void answers_forgotten(std::int64_t count) override;
    void failure(std::string_view step, const Error& error, std::string_view subject) override;
};

}  // namespace postern::gateway
