#include "gateway/http/reporting_observer.hpp"

#include "base/ops/log.hpp"
#include "base/ops/metrics.hpp"

namespace postern::gateway {

ReportingObserver::ReportingObserver() {
    ops::describe("postern_operations_total", "Operations that got a status, by verb; unknown ones may still end.");
    ops::describe("postern_alarms_total", "What people must look at, by kind.");
    ops::describe("postern_breaker_open", "1 while nothing new is sent for the account: its processor is unreachable.");
    ops::describe("postern_fenced_commits_total", "Evidence kept without moving a payment: somebody else had moved it.");
    ops::describe("postern_answers_forgotten_total", "Answers of old idempotency keys that were forgotten.");
    ops::describe("postern_step_failures_total", "Steps of operations that failed, by step and code.");
}

void ReportingObserver::operation_ended(domain::Verb verb, domain::OperationStatus status) {
    ops::count("postern_operations_total",
               {{"verb", std::string{domain::to_text(verb)}}, {"status", std::string{domain::to_text(status)}}});
}

void ReportingObserver::alarm(std::string_view code, const PaymentId& payment, const OperationId& operation) {
    ops::count("postern_alarms_total", {{"code", std::string{code}}});
    ops::error("alarm", {{"code", std::string{code}}, {"payment_id", payment.text()}, {"operation_id", operation.text()}});
}

void ReportingObserver::breaker_turned(const AccountId& account, bool is_open) {
    ops::set_gauge("postern_breaker_open", {{"account_id", account.text()}}, is_open ? 1 : 0);
    ops::warn(is_open ? "processor unreachable: nothing new is sent" : "processor reachable again",
              {{"account_id", account.text()}});
}

void ReportingObserver::fenced(const OperationId& operation) {
    ops::count("postern_fenced_commits_total");
    ops::info("fenced", {{"operation_id", operation.text()}});
}

void ReportingObserver::answers_forgotten(std::int64_t count) {
    ops::count("postern_answers_forgotten_total", {}, static_cast<double>(count));
    ops::info("old answers forgotten", {{"count", std::to_string(count)}});
}

void ReportingObserver::failure(std::string_view step, const Error& error, std::string_view subject) {
    ops::count("postern_step_failures_total", {{"step", std::string{step}}, {"code", std::string{error.code}}});
    ops::warn("step failed", {{"step", std::string{step}}, {"code", std::string{error.code}}, {"detail", error.detail},
                              {"subject", std::string{subject}}});
}

}  // namespace postern::gateway
