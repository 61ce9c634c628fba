#pragma once

#include <map>
#include <string>
#include <string_view>

#include "processors/mercury/sandbox/sandbox.hpp"
#include "tests/support/http_request.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/seeded_random.hpp"

namespace postern::mercury::sandbox::test {

// Hand-written requests: the sandbox is tested without the adapter.
using Fields = std::map<std::string, std::string>;
inline Fields sale_fields(const Fields& changes = {}) {
    Fields fields{{"MerchantID", "595901"}, {"TranType", "Credit"}, {"TranCode", "Sale"}, {"InvoiceNo", "inv.1"},
                  {"RefNo", "0001"}, {"Purchase", "1.00"}, {"AcctNo", "4003000123456781"}, {"ExpDate", "1230"}};
    for (const auto& [name, value] : changes) fields[name] = value;
    return fields;
}
inline std::string tstream(const Fields& fields) {
    std::string out = "<TStream><Transaction>";
    for (const auto& [name, value] : fields) out += "<" + name + ">" + value + "</" + name + ">";
    return out + "</Transaction></TStream>";
}
inline std::string envelope(std::string_view operation, std::string_view parameters) {
    const std::string name(operation);
    return "<?xml version=\"1.0\"?><soap:Envelope xmlns:soap=\"u\"><soap:Body><" + name +
           " xmlns=\"http://www.mercurypay.com\">" + std::string(parameters) + "</" + name +
           "></soap:Body></soap:Envelope>";
}
inline std::string in_cdata(const Fields& fields, std::string_view password = "xyz") {
    return envelope("CreditTransaction", "<tran>\n<![CDATA[" + tstream(fields) + "]]>\n</tran><pw>" +
                                             std::string(password) + "</pw>");
}
inline std::string inquiry(std::string_view invoice, std::string_view password = "xyz") {
    return envelope("CTranDetail", "<merchant>595901</merchant><pw>" + std::string(password) + "</pw><invoice>" +
                                       std::string(invoice) + "</invoice>");
}

struct Bench {
    explicit Bench(const Settings& settings = default_settings()) : sandbox{settings, {}, clock, random, {}} {}
    Exchange post(std::string_view path, std::string_view body) {
        return sandbox.handle(::postern::test::http_request("POST", path, {{"soapaction", "anything"}}, body));
    }
    std::string get(std::string_view target) {
        return std::string(sandbox.handle(::postern::test::http_request("GET", target)).response.body.view());
    }
    std::string ask(const Fields& fields) {
        return std::string(post("/ws/ws.asmx", in_cdata(fields)).response.body.view());
    }
    std::string look_up(std::string_view invoice) {
        return std::string(post("/ws/ws.asmx", inquiry(invoice)).response.body.view());
    }
    postern::test::ManualClock clock;
    postern::test::SeededRandom random;
    Sandbox sandbox;
};

// What stands between the escaped tags of a reply.
inline std::string value(std::string_view reply, std::string_view name) {
    const std::string open = "&lt;" + std::string(name) + "&gt;", close = "&lt;/" + std::string(name) + "&gt;";
    const std::size_t start = reply.find(open);
    if (start == reply.npos) return "(none)";
    const std::size_t from = start + open.size();
    return std::string(reply.substr(from, reply.find(close, from) - from));
}

}  // namespace postern::mercury::sandbox::test
