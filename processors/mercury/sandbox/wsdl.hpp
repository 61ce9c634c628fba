#pragma once

#include <string>
#include <string_view>

namespace postern::mercury::sandbox {

// The service's own description (SOAP 1.1, document/literal), written from the public facts; `address` is where it says
// that the service is.
std::string wsdl(std::string_view address);

}  // namespace postern::mercury::sandbox
