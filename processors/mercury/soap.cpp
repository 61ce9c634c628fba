#include "processors/mercury/soap.hpp"

#include <string>
#include <utility>

namespace postern::mercury {

using vault::Leaf;
using vault::Slot;
using vault::XmlElement;

namespace {
constexpr std::string_view name_space = "http://www.mercurypay.com";
}

XmlElement text(std::string_view name, std::string_view value) {
    return {std::string(name), {}, Leaf{std::string(value)}};
}
XmlElement slot(std::string_view name, Slot value) { return {std::string(name), {}, Leaf{value}}; }
XmlElement group(std::string_view name, std::vector<XmlElement> children) {
    return {std::string(name), {}, std::move(children)};
}

vault::MessageTree soap(std::string_view operation, std::vector<XmlElement> parameters) {
    XmlElement call = group(operation, std::move(parameters));
    call.attributes = {{"xmlns", std::string(name_space)}};
    XmlElement envelope = group("soap:Envelope", {group("soap:Body", {std::move(call)})});
    envelope.attributes = {{"xmlns:soap", std::string("http://schemas.xmlsoap.org/soap/envelope/")}};
    vault::MessageTree tree;
    tree.path_template = "/ws/ws.asmx";
    tree.headers = {{"SOAPAction", '"' + std::string(name_space) + '/' + std::string(operation) + '"'}};
    tree.body = vault::XmlBody{std::move(envelope)};
    return tree;
}

vault::MessageTree transaction_call(std::string_view operation, std::vector<XmlElement> transaction) {
    XmlElement tran = text("tran", "");
    tran.content = vault::EmbeddedDocument{{group("TStream", {group("Transaction", std::move(transaction))})}};
    return soap(operation, {std::move(tran), slot("pw", Slot::account_password)});
}

}  // namespace postern::mercury
