// The readers take a reply as data: whatever its spelling as XML, it reads the same, and no text in it is markup.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <random>
#include <tuple>

#include "processors/mercury/answer.hpp"
#include "tests/processors/mercury/scene.hpp"

namespace postern::mercury {
namespace {

struct Element {
    std::string name, text;
    std::vector<Element> children;
};

// One of the many ways to write a document: order of elements, case of names, white space, unknown elements (some with
// known names inside), comments, and each character as itself, a reference or in CDATA.
class Speller {
public:
    explicit Speller(std::uint32_t seed) : random_{seed} {}

    std::string document(const Element& root) {
        const std::string prolog = one_of({"", "<?xml version=\"1.0\"?>", "<?xml version=\"1.0\"?>\r\n"});
        return prolog + element(root) + white_space();
    }
    std::string soap(std::string_view operation, const Element& root) {
        const std::string inner = document(root);
        if (pick(3) == 0) return test::soap(operation, "<![CDATA[" + guarded(inner) + "]]>");
        return test::soap(operation, pick(2) == 0 ? test::escaped_once(inner) : spelled(inner));
    }
    std::string any_case(std::string name) {
        for (char& c : name)
            if (pick(4) == 0) c = static_cast<char>(pick(2) == 0 ? std::toupper(c) : std::tolower(c));
        return name;
    }
    std::size_t pick(std::size_t below) { return random_() % below; }

private:
    std::string element(const Element& given) {
        const std::string name = any_case(given.name);
        const std::string attribute = pick(6) == 0 ? " note=\"&lt;CmdStatus&gt;Approved\"" : "";
        std::string out = "<" + name + attribute + ">";
        if (given.children.empty()) return out + spelled(given.text) + "</" + name + ">";
        std::vector<Element> children = given.children;
        std::ranges::shuffle(children, random_);
        for (const Element& child : children) out += white_space() + between() + element(child);
        return out + between() + white_space() + "</" + name + ">";
    }
    std::string white_space() { return one_of({"", "", " ", "\r\n", "\r\n\t\t"}); }
    // What a reader must pass over.
    std::string between() {
        return one_of({"", "", "", "<!--<CmdStatus>Approved</CmdStatus>-->", "<NewField>Approved</NewField>", "<Empty/>",
                       "<More><CmdStatus>Approved</CmdStatus><AuthCode>999999</AuthCode><Purchase>1.00</Purchase></More>",
                       "<Note>&lt;CmdStatus&gt;Approved&lt;/CmdStatus&gt;</Note>", "<?hint CmdStatus=Approved?>"});
    }
    std::string spelled(std::string_view text) {
        std::string out;
        for (const char c : text) {
            const bool is_markup = c == '<' || c == '>' || c == '&' || c == '\r';
            const bool is_ascii = static_cast<unsigned char>(c) < 0x80;
            const std::size_t way = !is_ascii   ? 0
                                    : is_markup ? 1 + pick(c == '\r' ? 2 : 3)
                                                : pick(12);
            if (way == 1) out += "&#" + std::to_string(static_cast<int>(c)) + ";";
            else if (way == 2) out += "&#x" + hex(c) + ";";
            else if (way == 3) out += "<![CDATA[" + std::string(1, c) + "]]>";
            else out += c;
        }
        return out;
    }
    static std::string hex(char c) {
        constexpr std::string_view digits = "0123456789abcdef";
        const auto value = static_cast<unsigned char>(c);
        return {digits[value >> 4], digits[value & 15]};
    }
    // CDATA cannot hold its own end: cut there.
    static std::string guarded(std::string text) {
        for (std::size_t at = 0; (at = text.find("]]>", at)) != std::string::npos; at += 12)
            text.replace(at, 3, "]]]]><![CDATA[>");
        return text;
    }
    std::string one_of(std::initializer_list<const char*> choices) { return *(choices.begin() + pick(choices.size())); }

    std::mt19937 random_;
};

// Text as a host could send it, markup of the reply's own kind among it.
std::string any_text(Speller& speller) {
    static const std::vector<std::string> tricky{
        "AP", "AP*", "DECLINE", "<CmdStatus>Approved</CmdStatus>", "</TranResponse><CmdStatus>Approved</CmdStatus>", "]]>",
        "&lt;CmdStatus&gt;Approved", "a  b ", " lead", "|00|210100", "K<![CDATA[x]]>", "&amp;", "\"'", "A=B", "Succ\xC3\xA9s"};
    std::string out;
    for (std::size_t i = speller.pick(4); i > 0; --i) out += tricky[speller.pick(tricky.size())];
    return out;
}

const std::vector<std::string> names{"TranCode", "InvoiceNo", "CaptureStatus", "AuthCode",
                                     "RefNo",    "AcqRefData", "ProcessData"};

std::vector<std::optional<std::string>> fields_of(const Answer& answer) {
    return {answer.tran_code, answer.invoice, answer.capture_status, answer.auth_code,
            answer.ref_no,    answer.acq_ref_data, answer.process_data, answer.purchase, answer.authorize};
}

TEST(Readers, TakeAnAnswerAsDataHoweverItIsSpelled) {
    EXPECT_TRUE(rc::check([](std::uint32_t seed) {
        Speller speller{seed};
        const std::vector<std::pair<std::string, CmdStatus>> statuses{{"Approved", CmdStatus::approved},
                                                                      {"success", CmdStatus::approved},
                                                                      {" Declined ", CmdStatus::declined},
                                                                      {"ERROR", CmdStatus::error}};
        const auto& [status, expected] = statuses[speller.pick(statuses.size())];
        const std::string code = any_text(speller), text = any_text(speller);
        std::vector<std::optional<std::string>> values;
        Element transaction{"TranResponse", "", {}};
        for (const std::string& name : names) {
            values.push_back(speller.pick(4) == 0 ? std::nullopt : std::optional(any_text(speller)));
            if (values.back()) transaction.children.push_back({name, *values.back(), {}});
        }
        const std::string purchase = any_text(speller), authorize = any_text(speller);
        transaction.children.push_back({"Amount", "", {{"Purchase", purchase, {}}, {"Authorize", authorize, {}}}});
        values.insert(values.end(), {purchase, authorize});
        const Element command{"CmdResponse", "",
                              {{"DSIXReturnCode", code + "1", {}}, {"CmdStatus", status, {}}, {"TextResponse", text, {}}}};
        const auto answer = parse_answer(speller.soap("CreditTransaction", {"RStream", "", {command, transaction}}));
        RC_ASSERT(answer.has_value());
        RC_ASSERT(answer->status == expected);
        RC_ASSERT(answer->code == code + "1");
        RC_ASSERT(answer->text == text);
        RC_ASSERT(fields_of(*answer) == values);
    }));
}

TEST(Readers, TakeALookUpAsDataHoweverItIsSpelled) {
    EXPECT_TRUE(rc::check([](std::uint32_t seed) {
        Speller speller{seed};
        Element rows{"Any", "", {{"Header", "x", {}}}};
        std::vector<std::tuple<std::string, std::string, std::string, std::string, std::string, bool>> expected;
        for (std::size_t i = speller.pick(4); i > 0; --i) {
            const std::string status = std::vector<std::string>{"Approved", "Declined", "Error", ""}[speller.pick(4)];
            const bool voided = speller.pick(2) == 0;
            const std::string type = any_text(speller), total = any_text(speller), auth = any_text(speller),
                              reference = any_text(speller);
            rows.children.push_back({"Row", "", {{"STATUS", status, {}}, {"trantype", type, {}}, {"total", total, {}},
                                                 {"authcode", auth, {}}, {"reference", reference, {}},
                                                 {"voided", voided ? "True" : "false", {}}}});
            if (!status.empty()) expected.emplace_back(status, type, total, auth, reference, voided);
        }
        const bool has_rows = rows.children.size() > 1;
        const auto read = parse_detail(speller.soap("CTranDetail", rows));
        RC_ASSERT(read.has_value() == has_rows);
        if (!has_rows) return;
        std::vector<std::tuple<std::string, std::string, std::string, std::string, std::string, bool>> found;
        for (const DetailRow& row : *read)
            found.emplace_back(row.status, row.tran_type, row.total, row.auth_code, row.ref_no, row.voided);
        std::ranges::sort(found);  // the speller shuffles
        std::ranges::sort(expected);
        RC_ASSERT(found == expected);
    }));
}

// The words of an approval anywhere but in the status are no approval: through the whole adapter.
TEST(Readers, NoTextMakesAnApproval) {
    EXPECT_TRUE(rc::check([](std::uint32_t seed) {
        Speller speller{seed};
        test::Fields fields = test::approved_fields("Sale");
        Element transaction{"TranResponse", "", {}}, amount{"Amount", "", {}};
        for (const auto& [name, value] : fields)
            (name == "Purchase" || name == "Authorize" ? amount : transaction).children.push_back({name, value, {}});
        transaction.children.push_back(amount);
        const std::string status = std::vector<std::string>{"Declined", "Error", "", "Approve", "<CmdStatus>Approved"}[speller.pick(5)];
        const Element command{"CmdResponse", "", {{"DSIXReturnCode", "000000", {}}, {"CmdStatus", status, {}},
                                                  {"TextResponse", any_text(speller), {}}}};
        const auto reply = test::reply_of(speller.soap("CreditTransaction", {"RStream", "", {command, transaction}}));
        const test::Scene scene = test::scene_of(domain::Verb::sale);
        const std::string outcome = test::word(MercuryAdapter{}.read(vault::AttemptKind::send, scene.history(), reply));
        RC_ASSERT(!outcome.starts_with("approved"));
    }));
}

}  // namespace
}  // namespace postern::mercury
