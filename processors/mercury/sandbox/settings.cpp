#include "processors/mercury/sandbox/settings.hpp"

namespace postern::mercury::sandbox {

Result<DuplicateRule> parse_duplicate_rule(std::string_view text) {
    if (text == "merchant+trancode+invoice+card+amount") return DuplicateRule::merchant_code_invoice_card_amount;
    if (text == "invoice+card+amount") return DuplicateRule::invoice_card_amount;
    if (text == "off") return DuplicateRule::off;
    return Error{ErrorKind::invalid_request, "bad_config", "duplicate_rule: " + std::string(text)};
}

Settings default_settings() {
    Settings settings;
    for (const char* id : {"595901", "023358150511666", "089716741701445", "118725340908147", "019588466313922",
                           "337234001", "337234005", "494901", "62589006=TEST"})
        settings.merchants[id] = "xyz";
    settings.merchants["395347306=TOKEN"] = "123TOKEN";
    settings.merchants["395347308=E2ETKN"] = "123E2ETKN";
    return settings;
}

}  // namespace postern::mercury::sandbox
