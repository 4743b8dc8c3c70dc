#include <cstring>
#include <limits>

#include <simdjson.h>

#include <dstream/ndjson/ndjson.h>

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr int kMostLevels = 64;

/// Reads values into fields. Functions give false after they have set the reason.
class ValueReader {
 public:
  ValueReader(ondemand::parser& parser, std::string_view text, ScratchText& scratch,
              std::string& reason)
      : parser_(parser), end_(text.data() + text.size()), scratch_(scratch), reason_(reason) {}

  bool read_object(ondemand::object& object, const JsonType& type, void* to) {
    if (++level_ > kMostLevels) return fail("more than 64 levels of nesting");
    std::uint32_t seen = 0;
    std::size_t next = 0;
    for (auto member : object) {
      ondemand::field field;
      if (const auto error = std::move(member).get(field)) return fail(error);
      const std::size_t f = find_field(field.key(), type, next);
      if (f == type.field_count) continue;
      next = f + 1;
      seen |= std::uint32_t{1} << f;
      if (!read_value(field.value(), *type.fields[f].type,
                      static_cast<char*>(to) + type.fields[f].offset)) {
        return in_member(type.fields[f].name);
      }
    }
    --level_;
    for (std::size_t f = 0; f < type.field_count; ++f) {
      if ((seen >> f & 1) != 0) continue;
      if (type.fields[f].type->kind != JsonKind::optional) {
        reason_.assign("there is no member \"").append(type.fields[f].name).append("\"");
        return false;
      }
      type.fields[f].type->clear(static_cast<char*>(to) + type.fields[f].offset);
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
    if (next < type.field_count && key.unsafe_is_equal(type.fields[next].name)) return next;
    for (std::size_t f = 0; f < type.field_count; ++f) {
      if (key.unsafe_is_equal(type.fields[f].name)) return f;
    }
    std::string_view name;
    if (!has_escapes(key) || !text_of(key, name)) return type.field_count;
    std::size_t f = 0;
    while (f < type.field_count && type.fields[f].name != name) ++f;
    return f;
  }

  bool has_escapes(ondemand::raw_json_string string) const {
    const char* const begin = string.raw();
    const char* const quote = find(begin, '"');
    return std::memchr(begin, '\\', static_cast<std::size_t>(quote - begin)) != nullptr;
  }

  const char* find(const char* from, char wanted) const {
    const auto* found = static_cast<const char*>(
        std::memchr(from, wanted, static_cast<std::size_t>(end_ - from)));
    return found != nullptr ? found : end_;
  }

  /// A string's text: where it is, or unescaped in scratch memory.
  bool text_of(ondemand::raw_json_string string, std::string_view& text) {
    const char* const begin = string.raw();
    const char* quote = find(begin, '"');
    text = {begin, static_cast<std::size_t>(quote - begin)};
    if (text.find('\\') == text.npos) return true;
    while (quote != end_ && escaped(begin, quote)) quote = find(quote + 1, '"');
    char* const place =
        scratch_.take(static_cast<std::size_t>(quote - begin) + simdjson::SIMDJSON_PADDING);
    auto* to = reinterpret_cast<std::uint8_t*>(place);
    if (const auto error = parser_.unescape(string, to).get(text)) return fail(error);
    return true;
  }

  /// Whether an odd number of backslashes stands before `at`.
  static bool escaped(const char* begin, const char* at) {
    const char* p = at;
    while (p != begin && p[-1] == '\\') --p;
    return (at - p) % 2 != 0;
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
      ondemand::value element;
      if (!take(std::move(item), element)) return false;
      if (!read_value(element, *type.element, type.add(to))) return false;
    }
    --level_;
    return true;
  }

  bool read_value(ondemand::value value, const JsonType& type, void* to) {
    switch (type.kind) {
      case JsonKind::boolean:
        return take(value.get_bool(), *static_cast<bool*>(to));
      case JsonKind::int8:
        return read_integer<std::int8_t>(value, to);
      case JsonKind::int16:
        return read_integer<std::int16_t>(value, to);
      case JsonKind::int32:
        return read_integer<std::int32_t>(value, to);
      case JsonKind::int64:
        return read_integer<std::int64_t>(value, to);
      case JsonKind::uint8:
        return read_integer<std::uint8_t>(value, to);
      case JsonKind::uint16:
        return read_integer<std::uint16_t>(value, to);
      case JsonKind::uint32:
        return read_integer<std::uint32_t>(value, to);
      case JsonKind::uint64:
        return read_integer<std::uint64_t>(value, to);
      case JsonKind::float64:
        return take(value.get_double(), *static_cast<double*>(to));
      case JsonKind::view:
        return read_text(value, *static_cast<std::string_view*>(to));
      case JsonKind::list:
        return read_list(value, type, to);
      case JsonKind::optional:
        return read_optional(value, type, to);
      default:
        return read_other(value, type, to);
    }
  }

  bool read_optional(ondemand::value& value, const JsonType& type, void* to) {
    type.clear(to);
    bool null = false;
    if (!take(value.is_null(), null)) return false;
    return null || read_value(value, *type.element, type.add(to));
  }

  bool read_other(ondemand::value& value, const JsonType& type, void* to) {
    if (type.kind == JsonKind::object) {
      ondemand::object object;
      return take(value.get_object(), object) && read_object(object, type, to);
    }
    if (type.kind == JsonKind::string) {
      std::string_view text;
      if (!read_text(value, text)) return false;
      *static_cast<std::string*>(to) = text;
      return true;
    }
    double wide = 0;
    if (!take(value.get_double(), wide)) return false;
    *static_cast<float*>(to) = static_cast<float>(wide);
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
};

JsonReader::JsonReader() : parser_(std::make_unique<Parser>()) {}
JsonReader::JsonReader(const JsonReader&) : JsonReader() {}
JsonReader& JsonReader::operator=(const JsonReader&) { return *this; }
JsonReader::~JsonReader() = default;

bool JsonReader::read(std::string_view text, std::size_t readable, const JsonType& type, void* to,
                      ScratchText& scratch, std::string& reason) {
  // simdjson reads beyond the end. In most cases other lines follow; else the text is copied.
  if (readable - text.size() < simdjson::SIMDJSON_PADDING) {
    char* const copy = scratch.take(text.size() + simdjson::SIMDJSON_PADDING);
    if (!text.empty()) std::memcpy(copy, text.data(), text.size());
    std::memset(copy + text.size(), ' ', simdjson::SIMDJSON_PADDING);
    text = {copy, text.size()};
  }
  ValueReader reader(parser_->parser, text, scratch, reason);
  ondemand::document document;
  if (const auto error = parser_->parser
                             .iterate(text.data(), text.size(),
                                      text.size() + simdjson::SIMDJSON_PADDING)
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

}  // namespace detail
}  // namespace v1
}  // namespace dstream
