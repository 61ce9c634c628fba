#include "processors/mercury/sandbox/wsdl.hpp"

#include "processors/mercury/sandbox/operations.hpp"
#include "processors/mercury/sandbox/reply.hpp"

namespace postern::mercury::sandbox {
namespace {

std::string attribute(std::string_view name, std::string_view value) {
    return " " + std::string(name) + "=\"" + std::string(value) + "\"";
}

std::string element(std::string_view name, std::string_view content) {
    return "<s:element" + attribute("name", name) + "><s:complexType><s:sequence>" + std::string(content) +
           "</s:sequence></s:complexType></s:element>\n";
}

std::string result_type(const OperationShape& shape) {
    const std::string name = attribute("name", std::string(shape.name) + "Result");
    switch (shape.result) {
        case OperationShape::Result::text:
            return "<s:element minOccurs=\"0\" maxOccurs=\"1\"" + name + " type=\"s:string\"/>";
        case OperationShape::Result::boolean:
            return "<s:element minOccurs=\"1\" maxOccurs=\"1\"" + name + " type=\"s:boolean\"/>";
        case OperationShape::Result::data_set:
            return "<s:element minOccurs=\"0\" maxOccurs=\"1\"" + name +
                   "><s:complexType><s:sequence><s:element ref=\"s:schema\"/><s:any/></s:sequence></s:complexType>"
                   "</s:element>";
    }
    __builtin_unreachable();
}

std::string types(const OperationShape& shape) {
    std::string parameters;
    for (const std::string_view parameter : shape.parameters)
        parameters += "<s:element minOccurs=\"0\" maxOccurs=\"1\"" + attribute("name", parameter) +
                      " type=\"s:string\"/>";
    return element(shape.name, parameters) + element(std::string(shape.name) + "Response", result_type(shape));
}

std::string messages(const OperationShape& shape) {
    const std::string name(shape.name);
    const auto message = [](const std::string& of, const std::string& holds) {
        return "<wsdl:message" + attribute("name", of) + "><wsdl:part name=\"parameters\"" +
               attribute("element", "tns:" + holds) + "/></wsdl:message>\n";
    };
    return message(name + "SoapIn", name) + message(name + "SoapOut", name + "Response");
}

std::string port_operation(const OperationShape& shape) {
    const std::string name(shape.name);
    return "<wsdl:operation" + attribute("name", name) + "><wsdl:input" +
           attribute("message", "tns:" + name + "SoapIn") + "/><wsdl:output" + attribute("message", "tns:" + name + "SoapOut") + "/></wsdl:operation>\n";
}

std::string bound_operation(const OperationShape& shape) {
    const std::string action = "http://www.mercurypay.com/" + std::string(shape.name);
    return "<wsdl:operation" + attribute("name", shape.name) + "><soap:operation" + attribute("soapAction", action) +
           " style=\"document\"/><wsdl:input><soap:body use=\"literal\"/></wsdl:input><wsdl:output>"
           "<soap:body use=\"literal\"/></wsdl:output></wsdl:operation>\n";
}

std::string all(std::string (*write)(const OperationShape&)) {
    std::string out;
    for (const OperationShape& shape : operations()) out += write(shape);
    return out;
}

}  // namespace

std::string wsdl(std::string_view address) {
    return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<wsdl:definitions"
           " xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\" xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\""
           " xmlns:s=\"http://www.w3.org/2001/XMLSchema\" xmlns:tns=\"http://www.mercurypay.com\""
           " targetNamespace=\"http://www.mercurypay.com\">\n<wsdl:types><s:schema elementFormDefault=\"qualified\""
           " targetNamespace=\"http://www.mercurypay.com\">\n" + all(types) + "</s:schema></wsdl:types>\n" +
           all(messages) + "<wsdl:portType name=\"wsSoap\">\n" + all(port_operation) +
           "</wsdl:portType>\n<wsdl:binding name=\"wsSoap\" type=\"tns:wsSoap\">"
           "<soap:binding transport=\"http://schemas.xmlsoap.org/soap/http\"/>\n" + all(bound_operation) +
           "</wsdl:binding>\n<wsdl:service name=\"ws\"><wsdl:port name=\"wsSoap\" binding=\"tns:wsSoap\">"
           "<soap:address" +
           attribute("location", escaped(address)) + "/></wsdl:port></wsdl:service>\n</wsdl:definitions>\n";
}

}  // namespace postern::mercury::sandbox
