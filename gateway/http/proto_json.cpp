#include "gateway/http/proto_json.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>

#include <algorithm>
#include <charconv>

#include "gateway/http/time_text.hpp"

namespace postern::gateway {
namespace {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptor;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool is_time(const pb::Descriptor* type) { return type == pb::Timestamp::descriptor(); }

// PAYMENT_STATUS_PARTIALLY_REFUNDED of PaymentStatus reads "partially_refunded".
std::string shown_name(const pb::EnumValueDescriptor& value) {
    const std::string& zero = value.type()->value(0)->name();
    constexpr std::string_view zero_end = "UNSPECIFIED";
    std::string text = value.name().substr(zero.size() - zero_end.size());
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

// ---- Reading --------------------------------------------------------------------------------------------------------

class Reader {
public:
    std::vector<FieldError> errors;

    void object(const JsonNode& json, pb::Message& message, const std::string& pointer) {
        if (json.kind != JsonNode::Kind::object) return refuse(pointer, "wrong_type");
        for (std::size_t i = 0; i < json.children.size(); ++i) {
            const std::string name{json.name(i)};
            const std::string here = pointer_to(pointer, name);
            const Field* field = message.GetDescriptor()->FindFieldByName(name);
            if (!field) refuse(here, "unknown_field");
            else if (json.children[i].kind != JsonNode::Kind::null) one(json.children[i], message, *field, here);
        }
    }

private:
    void refuse(const std::string& pointer, std::string_view code) { errors.push_back({pointer, code}); }

    // Requests hold no lists: a repeated field in one would have to be thought about first.
    void one(const JsonNode& json, pb::Message& message, const Field& field, const std::string& pointer) {
        const pb::Reflection& reflection = *message.GetReflection();
        switch (field.cpp_type()) {
            case Field::CPPTYPE_MESSAGE: {
                pb::Message& child = *reflection.MutableMessage(&message, &field);
                return is_time(field.message_type()) ? time(json, child, pointer) : object(json, child, pointer);
            }
            case Field::CPPTYPE_STRING:
                if (json.kind != JsonNode::Kind::string) return refuse(pointer, "wrong_type");
                if (std::ranges::any_of(json.view(), is_control)) return refuse(pointer, "control_character");
                return reflection.SetString(&message, &field, std::string{json.view()});
            case Field::CPPTYPE_BOOL:
                if (json.kind != JsonNode::Kind::boolean) return refuse(pointer, "wrong_type");
                return reflection.SetBool(&message, &field, json.boolean);
            case Field::CPPTYPE_ENUM: return enumerator(json, message, field, pointer);
            case Field::CPPTYPE_INT64:
            case Field::CPPTYPE_INT32: return integer(json, message, field, pointer);
            default: return refuse(pointer, "unknown_field");
        }
    }
    void enumerator(const JsonNode& json, pb::Message& message, const Field& field, const std::string& pointer) {
        if (json.kind != JsonNode::Kind::string) return refuse(pointer, "wrong_type");
        const pb::EnumDescriptor& type = *field.enum_type();
        for (int i = 1; i < type.value_count(); ++i) {  // 0 is "unspecified": absent, never said
            if (shown_name(*type.value(i)) == json.view()) {
                return message.GetReflection()->SetEnum(&message, &field, type.value(i));
            }
        }
        refuse(pointer, "unknown_value");
    }
    void integer(const JsonNode& json, pb::Message& message, const Field& field, const std::string& pointer) {
        if (json.kind != JsonNode::Kind::number) return refuse(pointer, "wrong_type");
        const std::string_view text = json.view();
        if (text.find_first_of(".eE") != text.npos) return refuse(pointer, "not_an_integer");
        std::int64_t value = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (failure != std::errc{} || end != text.data() + text.size()) return refuse(pointer, "out_of_range");
        if (field.cpp_type() == Field::CPPTYPE_INT64) {
            return message.GetReflection()->SetInt64(&message, &field, value);
        }
        if (value != static_cast<std::int32_t>(value)) return refuse(pointer, "out_of_range");
        message.GetReflection()->SetInt32(&message, &field, static_cast<std::int32_t>(value));
    }
    void time(const JsonNode& json, pb::Message& message, const std::string& pointer) {
        if (json.kind != JsonNode::Kind::string) return refuse(pointer, "wrong_type");
        const auto parsed = parse_rfc3339(json.view());
        if (!parsed) return refuse(pointer, "not_a_time");
        const auto seconds = std::chrono::floor<std::chrono::seconds>(*parsed);
        auto& time = dynamic_cast<pb::Timestamp&>(message);
        time.set_seconds(seconds.time_since_epoch().count());
        time.set_nanos(static_cast<std::int32_t>(std::chrono::nanoseconds{*parsed - seconds}.count()));
    }
};

// ---- Writing --------------------------------------------------------------------------------------------------------

class Writer {
public:
    Writer(std::string& out, std::string_view list_always) : out_{out}, list_always_{list_always} {}

    void object(const pb::Message& message) {
        out_ += '{';
        bool first = true;
        for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
            const Field& field = *message.GetDescriptor()->field(i);
            if (!is_written(message, field)) continue;
            if (!std::exchange(first, false)) out_ += ',';
            append_json_text(out_, field.name());
            out_ += ':';
            field.is_repeated() ? list(message, field) : one(message, field);
        }
        out_ += '}';
    }

private:
    bool is_written(const pb::Message& message, const Field& field) const {
        const pb::Reflection& reflection = *message.GetReflection();
        if (field.is_repeated()) return reflection.FieldSize(message, &field) > 0 || field.name() == list_always_;
        switch (field.cpp_type()) {
            case Field::CPPTYPE_MESSAGE:
            case Field::CPPTYPE_STRING:
            case Field::CPPTYPE_ENUM: return reflection.HasField(message, &field);
            default: return !field.has_presence() || reflection.HasField(message, &field);
        }
    }
    // The contract's lists hold messages or texts.
    void list(const pb::Message& message, const Field& field) {
        const pb::Reflection& reflection = *message.GetReflection();
        out_ += '[';
        for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
            if (i > 0) out_ += ',';
            if (field.cpp_type() == Field::CPPTYPE_STRING)
                append_json_text(out_, reflection.GetRepeatedString(message, &field, i));
            else
                object(reflection.GetRepeatedMessage(message, &field, i));
        }
        out_ += ']';
    }
    void one(const pb::Message& message, const Field& field) {
        const pb::Reflection& reflection = *message.GetReflection();
        switch (field.cpp_type()) {
            case Field::CPPTYPE_MESSAGE: {
                const pb::Message& child = reflection.GetMessage(message, &field);
                return is_time(field.message_type()) ? time(child) : object(child);
            }
            case Field::CPPTYPE_STRING: return append_json_text(out_, reflection.GetString(message, &field));
            case Field::CPPTYPE_ENUM: return append_json_text(out_, shown_name(*reflection.GetEnum(message, &field)));
            case Field::CPPTYPE_BOOL: out_ += reflection.GetBool(message, &field) ? "true" : "false"; return;
            case Field::CPPTYPE_INT64: out_ += std::to_string(reflection.GetInt64(message, &field)); return;
            case Field::CPPTYPE_INT32: out_ += std::to_string(reflection.GetInt32(message, &field)); return;
            default: out_ += "null";
        }
    }
    void time(const pb::Message& message) {
        const auto& time = dynamic_cast<const pb::Timestamp&>(message);
        // Never in nanoseconds: 64 bits of them end in 2262.
        const auto since_epoch = std::chrono::seconds{time.seconds()} + std::chrono::microseconds{time.nanos() / 1000};
        append_json_text(out_, to_rfc3339(Timestamp{since_epoch}));
    }

    std::string& out_;
    std::string_view list_always_;
};

}  // namespace

std::vector<FieldError> read_message(const JsonNode& json, pb::Message& message) {
    Reader reader;
    reader.object(json, message, "");
    return std::move(reader.errors);
}

std::string write_message(const pb::Message& message, std::string_view list_always) {
    std::string out;
    Writer{out, list_always}.object(message);
    return out;
}

}  // namespace postern::gateway
