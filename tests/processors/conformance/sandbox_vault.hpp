#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/processors/conformance/findings.hpp"
#include "tests/processors/conformance/processor.hpp"
#include "tests/processors/conformance/virtual_time.hpp"
#include "vault/contract/vault_client.hpp"
#include "vault/keeper/policy.hpp"

namespace postern::conformance {

// The vault's part without its processes: checks the policy, fills the slots, writes the bytes, journals attempts, and
// carries them to the sandbox in virtual time. What no adapter may send is a finding.
class SandboxVault final : public vault::VaultClient {
public:
    SandboxVault(VirtualTime& time, Findings& findings, const std::string& scene)
        : time_{time}, findings_{findings}, scene_{scene} {}

    void add(Processor& processor, const vault::Policy& policy) {
        ways_.emplace(processor.adapter().capabilities().name, Way{&processor, &policy});
    }
    void add_card(const CardToken& token, std::string number) { cards_[token] = std::move(number); }
    std::function<void(Processor&, const vault::ForwardRequest&)> before_message;
    int messages() const { return messages_; }
    int underway() const { return underway_; }  // late messages that the processor will still book

    Awaitable<Result<vault::Verdict>> forward(vault::ForwardRequest request) override;
    Awaitable<Result<vault::Verdict>> ask(TenantId tenant, vault::AttemptKey key, std::string epoch) override;
    Awaitable<Result<vault::TokenSummary>> describe(TenantId tenant, CardToken token) override;
    std::string epoch() const override { return "j1"; }

private:
    struct Way {
        Processor* processor;
        const vault::Policy* policy;
    };
    Awaitable<vault::Verdict> carry(Processor& processor, net::HttpRequest request, std::chrono::milliseconds time_left,
                                    std::string card);
    Awaitable<void> book_late(Exchange exchange);
    bool is_refused(const Way& way, const vault::ForwardRequest& request);
    void check_repeat(const vault::ForwardRequest& request);
    void find(Check check, std::string what) { findings_.push_back({check, scene_, std::move(what)}); }

    VirtualTime& time_;
    Findings& findings_;
    const std::string& scene_;
    std::map<std::string, Way> ways_;
    std::map<CardToken, std::string> cards_;
    std::map<vault::AttemptKey, vault::Verdict> journal_;
    std::map<OperationId, std::vector<vault::MessageTree>> sent_;  // without the security code
    int messages_ = 0, underway_ = 0;
};

}  // namespace postern::conformance
