#include <cstring>
#include <limits>

#include <simdjson.h>

#include <dstream/ndjson/ndjson.h>

#include "ndjson/json_number.h"
#include "ndjson/line_walker.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr int kMostLevels = 64;

/// Reads the values of one line with simdjson, which tells what is wrong with it. Functions give false after they have set the reason.
class ValueReader {
 public:
  ValueReader(ondemand::parser& parser, std::string_view text, ScratchText& scratch,
              std::string& reason)
      : parser_(parser), end_(text.data() + text.size()), scratch_(scratch), reason_(reason) {}

  /// Reads what is between the braces.
  bool read_object(ondemand::object& object, const JsonType& type, void* to) {
    if (++level_ > kMostLevels) return fail("more than 64 levels of nesting");
    const JsonField* const fields = type.fields();
    std::uint32_t seen = 0;
    std::size_t next = 0;
    for (auto member : object) {
      if (const auto error = member.error()) return fail(error);
      auto&& field = std::move(member).value_unsafe();
      const std::size_t f = find_field(field.key(), type, next);
      if (f == type.field_count) continue;
      next = f + 1;
      seen |= std::uint32_t{1} << f;
      if (!read_value(field.value(), *fields[f].type, static_cast<char*>(to) + fields[f].offset)) {
        return in_member(fields[f].name);
      }
    }
    --level_;
    for (std::size_t f = 0; f < type.field_count; ++f) {
      if ((seen >> f & 1) != 0) continue;
      if (fields[f].type->kind != JsonKind::optional) {
        reason_.assign("there is no member \"").append(fields[f].name).append("\"");
        return false;
      }
      fields[f].type->clear(static_cast<char*>(to) + fields[f].offset);
    }
    return true;
  }

  bool fail(simdjson::error_code error) { return fail(simdjson::error_message(error)); }
  bool fail(const char* reason) {
    reason_ = reason;
    return false;
  }

 private:
  bool in_member(std::string_view name) {
    reason_ = "member \"" + std::string(name) + "\": " + reason_;
    return false;
  }

  /// The field of this name, looked for first where the last one suggests; field_count for none.
  std::size_t find_field(ondemand::raw_json_string key, const JsonType& type, std::size_t next) {
    const JsonField* const fields = type.fields();
    if (next < type.field_count && is_name(key.raw(), fields[next].name)) return next;
    for (std::size_t f = 0; f < type.field_count; ++f) {
      if (is_name(key.raw(), fields[f].name)) return f;
    }
    std::string_view name;
    if (!has_escapes(key) || !text_of(key, name)) return type.field_count;
    std::size_t f = 0;
    while (f < type.field_count && fields[f].name != name) ++f;
    return f;
  }

  /// Whether the string from `key` on is this name, without escapes.
  bool is_name(const char* key, std::string_view name) const {
    if (static_cast<std::size_t>(end_ - key) <= name.size() || key[name.size()] != '"')
      return false;
    for (std::size_t i = 0; i < name.size(); ++i) {
      if (key[i] != name[i]) return false;
    }
    return true;
  }

  bool has_escapes(ondemand::raw_json_string string) const {
    return *quote_or_escape(string.raw()) == '\\';
  }

  /// The end of a string without escapes, or its first escape. The parser has seen the end.
  const char* quote_or_escape(const char* p) const {
    while (p != end_ && *p != '"' && *p != '\\') ++p;
    return p;
  }

  /// A string's text: where it is, or unescaped in scratch memory.
  bool text_of(ondemand::raw_json_string string, std::string_view& text) {
    const char* const begin = string.raw();
    const char* p = quote_or_escape(begin);
    text = {begin, static_cast<std::size_t>(p - begin)};
    if (p == end_ || *p == '"') return true;
    while (p != end_ && *p != '"') p = quote_or_escape(end_ - p > 1 && *p == '\\' ? p + 2 : p + 1);
    char* const place =
        scratch_.take(static_cast<std::size_t>(p - begin) + simdjson::SIMDJSON_PADDING);
    auto* to = reinterpret_cast<std::uint8_t*>(place);
    if (const auto error = parser_.unescape(string, to).get(text)) return fail(error);
    return true;
  }

  template <class Result>
  bool take(Result&& result, auto& value) {
    const auto error = std::forward<Result>(result).get(value);
    return !error || fail(error);
  }

  template <class T>
  bool read_integer(ondemand::value& value, void* to) {
    std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t> wide;
    if (!take(value.get<decltype(wide)>(), wide)) return false;
    if (wide < std::numeric_limits<T>::min() || wide > std::numeric_limits<T>::max()) {
      return fail("the number is out of the field's range");
    }
    *static_cast<T*>(to) = static_cast<T>(wide);
    return true;
  }

  bool read_text(ondemand::value& value, std::string_view& text) {
    ondemand::raw_json_string string;
    return take(value.get_raw_json_string(), string) && text_of(string, text);
  }

  bool read_list(ondemand::value& value, const JsonType& type, void* to) {
    if (++level_ > kMostLevels) return fail("more than 64 levels of nesting");
    type.clear(to);
    ondemand::array array;
    if (!take(value.get_array(), array)) return false;
    for (auto item : array) {
      if (const auto error = item.error()) return fail(error);
      auto&& element = std::move(item).value_unsafe();
      if (!read_value(element, *type.element, type.add(to))) return false;
    }
    --level_;
    return true;
  }

  /// The common kinds without a call; a call per member costs as much as reading it.
  __attribute__((always_inline)) bool read_value(ondemand::value& value, const JsonType& type,
                                                 void* to) {
    switch (type.kind) {
      case JsonKind::boolean:
        return take(value.get_bool(), *static_cast<bool*>(to));
      case JsonKind::int32:
        return read_integer<std::int32_t>(value, to);
      case JsonKind::int64:
        return read_integer<std::int64_t>(value, to);
      case JsonKind::uint32:
        return read_integer<std::uint32_t>(value, to);
      case JsonKind::uint64:
        return read_integer<std::uint64_t>(value, to);
      case JsonKind::float64:
        return read_double(value, *static_cast<double*>(to));
      case JsonKind::view:
        return read_text(value, *static_cast<std::string_view*>(to));
      default:
        return read_other(value, type, to);
    }
  }

  __attribute__((noinline)) bool read_other(ondemand::value& value, const JsonType& type,
                                            void* to) {
    switch (type.kind) {
      case JsonKind::int8:
        return read_integer<std::int8_t>(value, to);
      case JsonKind::int16:
        return read_integer<std::int16_t>(value, to);
      case JsonKind::uint8:
        return read_integer<std::uint8_t>(value, to);
      case JsonKind::uint16:
        return read_integer<std::uint16_t>(value, to);
      case JsonKind::list:
        return read_list(value, type, to);
      case JsonKind::optional:
        return read_optional(value, type, to);
      case JsonKind::string:
        return read_string(value, *static_cast<std::string*>(to));
      case JsonKind::float32:
        return read_float(value, *static_cast<float*>(to));
      default:
        return read_nested(value, type, to);
    }
  }

  bool read_optional(ondemand::value& value, const JsonType& type, void* to) {
    type.clear(to);
    bool null = false;
    if (!take(value.is_null(), null)) return false;
    return null || read_value(value, *type.element, type.add(to));
  }

  bool read_nested(ondemand::value& value, const JsonType& type, void* to) {
    ondemand::object object;
    return take(value.get_object(), object) && read_object(object, type, to);
  }

  bool read_string(ondemand::value& value, std::string& to) {
    std::string_view text;
    if (!read_text(value, text)) return false;
    to = text;
    return true;
  }

  bool read_double(ondemand::value& value, double& to) {
    // simdjson 3.0 checks it, but gets 0.1234567890123456789012345 wrong.
    const char* const text = value.raw_json_token().data();
    if (!take(value.get_double(), to)) return false;
    double correct;
    if (read_json_number(text, correct)) to = correct;
    return true;
  }

  bool read_float(ondemand::value& value, float& to) {
    double wide = 0;
    if (!read_double(value, wide)) return false;
    to = static_cast<float>(wide);
    return true;
  }

  ondemand::parser& parser_;
  const char* const end_;
  ScratchText& scratch_;
  std::string& reason_;
  int level_ = 0;
};

}  // namespace

struct JsonReader::Parser {
  ondemand::parser parser;
  LineWalker walker;
};

JsonReader::JsonReader() : parser_(std::make_unique<Parser>()) {}
JsonReader::JsonReader(const JsonReader&) : JsonReader() {}
JsonReader& JsonReader::operator=(const JsonReader&) { return *this; }
JsonReader::~JsonReader() = default;

void JsonReader::forget() { parser_->walker.forget(); }

bool JsonReader::read(std::string_view text, std::size_t readable, const JsonType& type, void* to,
                      ScratchText& scratch, std::string& reason) {
  if (parser_->walker.read(text, readable, type, to, parser_->parser, scratch)) [[likely]]
    return true;
  // simdjson reads beyond the end. In most cases other lines follow; else the text is copied.
  if (readable - text.size() < simdjson::SIMDJSON_PADDING) {
    char* const copy = scratch.take(text.size() + simdjson::SIMDJSON_PADDING);
    if (!text.empty()) std::memcpy(copy, text.data(), text.size());
    std::memset(copy + text.size(), ' ', simdjson::SIMDJSON_PADDING);
    text = {copy, text.size()};
  }
  ValueReader reader(parser_->parser, text, scratch, reason);
  ondemand::document document;
  if (const auto error =
          parser_->parser
              .iterate(text.data(), text.size(), text.size() + simdjson::SIMDJSON_PADDING)
              .get(document)) {
    return reader.fail(error);
  }
  ondemand::object object;
  if (const auto error = document.get_object().get(object)) return reader.fail(error);
  if (!reader.read_object(object, type, to)) return false;
  if (!document.current_location().error()) return reader.fail("something follows the object");
  return true;
}

bool is_blank(std::string_view text) noexcept {
  return text.find_first_not_of(" \t\r\n") == text.npos;
}

NdjsonReader::NdjsonReader(const NdjsonOptions& options) : cutter_(options.max_bytes) {}
NdjsonReader::NdjsonReader(const NdjsonReader&) = default;
NdjsonReader& NdjsonReader::operator=(const NdjsonReader&) = default;
NdjsonReader::~NdjsonReader() = default;

std::size_t NdjsonReader::decode(std::string_view bytes, bool last, const JsonType& type,
                                 const DecodeSink& sink) {
  scratch_.clear();
  reader_.forget();
  const char* const end = bytes.data() + bytes.size();
  return cutter_.cut(
      bytes, last,
      [&](std::string_view line) {
        if (reader_.read(line, static_cast<std::size_t>(end - line.data()), type, sink.record,
                         scratch_, reason_)) [[likely]] {
          return sink.take(sink);
        }
        if (!is_blank(line)) sink.bad(reason_, line.substr(0, kReportedBytes));
        sink.reset(sink.record);
      },
      [&](std::string_view begin) { sink.bad("the line is longer than max_bytes", begin); });
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
