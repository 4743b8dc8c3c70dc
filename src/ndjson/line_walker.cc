#include "ndjson/line_walker.h"

#include <charconv>
#include <concepts>
#include <cstring>
#include <limits>
#include <string>
#include <system_error>
#include <type_traits>

#include "ndjson/json_number.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

namespace ondemand = simdjson::ondemand;

// Lines whose tokens are found at once: what stays in the first-level cache with its tokens.
constexpr std::size_t kBatchBytes = std::size_t{1} << 14;
constexpr int kMostLevels = 64;

/// Walks over the tokens of one line. Every function gives false to give up. Each looks at what a
/// token is before it goes on to the next, so none passes the '\n' that stands behind the last one.
class Walk {
 public:
  Walk(const char* base, const char* end, const char* readable_end, const std::uint32_t* token,
       ondemand::parser& parser, ScratchText& scratch)
      : base_(base),
        end_(end),
        readable_end_(readable_end),
        token_(token),
        parser_(parser),
        scratch_(scratch) {}

  const std::uint32_t* token() const { return token_; }
  char next() { return base_[*token_++]; }

  /// What follows the opening brace.
  bool object(const JsonType& type, void* to) {
    if (++level_ > kMostLevels) return false;
    const JsonField* const fields = type.fields();
    std::uint32_t seen = 0;
    std::size_t expected = 0;
    if (*at() == '}') {
      ++token_;
    } else {
      for (char c = ','; c != '}'; c = next()) {
        if (c != ',' || next() != '"') return false;
        const char* const key = base_ + token_[-1] + 1;
        std::size_t f = expected;
        if (f == type.field_count || !is_name(key, fields[f])) {
          if (!find_field(key, type, f)) return false;
        }
        if (next() != ':') return false;
        if (f == type.field_count) {
          if (!skip()) return false;
          continue;
        }
        if (!value(*fields[f].type, static_cast<char*>(to) + fields[f].offset)) return false;
        seen |= std::uint32_t{1} << f;
        expected = f + 1;
      }
    }
    --level_;
    return seen == ~std::uint32_t{0} >> (32 - type.field_count) || clear_unseen(type, to, seen);
  }

 private:
  const char* at() const { return base_ + *token_; }

  static bool clear_unseen(const JsonType& type, void* to, std::uint32_t seen) {
    const JsonField* const fields = type.fields();
    for (std::size_t f = 0; f < type.field_count; ++f) {
      if ((seen >> f & 1) != 0) continue;
      if (fields[f].type->kind != JsonKind::optional) return false;
      fields[f].type->clear(static_cast<char*>(to) + fields[f].offset);
    }
    return true;
  }

  /// Whether the string from `key` on is the name of this field, without escapes.
  bool is_name(const char* key, const JsonField& field) const {
    const std::size_t size = field.name.size();
    const auto left = static_cast<std::size_t>(end_ - key);
    if (left <= size || left < sizeof(std::uint64_t)) [[unlikely]]
      return false;
    std::uint64_t text;
    std::uint64_t name;
    std::uint64_t mask;
    std::memcpy(&text, key, sizeof text);
    std::memcpy(&name, field.quoted.data(), sizeof name);
    std::memcpy(&mask, field.mask.data(), sizeof mask);
    if ((text & mask) != name) return false;
    return size < sizeof text ||
           (key[size] == '"' && std::memcmp(key, field.name.data(), size) == 0);
  }

  /// The field of this name, or field_count; gives up where the name has escapes.
  bool find_field(const char* key, const JsonType& type, std::size_t& f) const {
    std::string_view name;
    if (!text_from(key, name)) return false;
    const JsonField* const fields = type.fields();
    for (f = 0; f < type.field_count && fields[f].name != name; ++f) {
    }
    return true;
  }

  /// The text of the string that began at the last token; false where it has escapes.
  bool text_from(const char* begin, std::string_view& text) const {
    // The next token tells where the string ends, up to white space.
    const char* end = at() - 1;
    while (end > begin && *end != '"') --end;
    text = {begin, static_cast<std::size_t>(end - begin)};
    if (text.size() > 16) return std::memchr(begin, '\\', text.size()) == nullptr;
    for (const char c : text) {
      if (c == '\\') return false;
    }
    return true;
  }

  bool text(std::string_view& to) {
    if (next() != '"') return false;
    const char* const begin = base_ + token_[-1] + 1;
    return text_from(begin, to) || unescape(begin, to);
  }

  /// Rewrites a string with escapes in scratch memory.
  bool unescape(const char* begin, std::string_view& to) {
    if (static_cast<std::size_t>(readable_end_ - at()) < simdjson::SIMDJSON_PADDING) return false;
    // The parser has nothing to unescape with before it has been given memory.
    if (parser_.capacity() == 0 && parser_.allocate(kBatchBytes)) return false;
    char* const place =
        scratch_.take(static_cast<std::size_t>(at() - begin) + simdjson::SIMDJSON_PADDING);
    auto* out = reinterpret_cast<std::uint8_t*>(place);
    const ondemand::raw_json_string raw(reinterpret_cast<const std::uint8_t*>(begin));
    return !parser_.unescape(raw, out).get(to);
  }

  bool literal(std::string_view word) {
    const char* p = base_ + *token_++;
    for (const char c : word) {
      if (*p++ != c) return false;
    }
    return ends_json_scalar(*p);
  }

  bool boolean(bool& to) {
    to = *at() == 't';
    return to ? literal("true") : literal("false");
  }

  template <std::integral T>
  bool integer(void* to) {
    using Wide = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
    const char* const begin = base_ + *token_++;
    const bool negative = std::is_signed_v<T> && *begin == '-';
    std::uint64_t number = 0;
    const char* const p = json_digits(begin + (negative ? 1 : 0), end_, number);
    if (p == nullptr || !ends_json_scalar(*p)) return false;
    auto wide = static_cast<Wide>(negative ? 0 - number : number);
    if (p - begin > std::numeric_limits<std::int64_t>::digits10 &&
        std::from_chars(begin, p, wide).ec != std::errc()) {
      return false;
    }
    if (wide < std::numeric_limits<T>::min() || wide > std::numeric_limits<T>::max()) return false;
    *static_cast<T*>(to) = static_cast<T>(wide);
    return true;
  }

  bool number(double& to) { return read_json_number(base_ + *token_++, to); }

  /// A value that no field takes: strictly JSON, as what is wrong in it is not for this class.
  bool skip() {
    double ignored;
    switch (*at()) {
      case '"':
        ++token_;
        return true;
      case '{':
      case '[':
        return skip_all();
      case 't':
        return literal("true");
      case 'f':
        return literal("false");
      case 'n':
        return literal("null");
      default:
        return number(ignored);
    }
  }

  bool skip_all() {
    if (++level_ > kMostLevels) return false;
    const bool is_object = next() == '{';
    const char close = is_object ? '}' : ']';
    if (*at() == close) {
      ++token_;
    } else {
      for (char c = ','; c != close; c = next()) {
        if (c != ',') return false;
        if (is_object && (next() != '"' || next() != ':')) return false;
        if (!skip()) return false;
      }
    }
    --level_;
    return true;
  }

  /// The common kinds without a call.
  __attribute__((always_inline)) bool value(const JsonType& type, void* to) {
    switch (type.kind) {
      case JsonKind::boolean:
        return boolean(*static_cast<bool*>(to));
      case JsonKind::int32:
        return integer<std::int32_t>(to);
      case JsonKind::int64:
        return integer<std::int64_t>(to);
      case JsonKind::uint32:
        return integer<std::uint32_t>(to);
      case JsonKind::uint64:
        return integer<std::uint64_t>(to);
      case JsonKind::float64:
        return number(*static_cast<double*>(to));
      case JsonKind::view:
        return text(*static_cast<std::string_view*>(to));
      default:
        return other_value(type, to);
    }
  }

  __attribute__((noinline)) bool other_value(const JsonType& type, void* to) {
    switch (type.kind) {
      case JsonKind::int8:
        return integer<std::int8_t>(to);
      case JsonKind::int16:
        return integer<std::int16_t>(to);
      case JsonKind::uint8:
        return integer<std::uint8_t>(to);
      case JsonKind::uint16:
        return integer<std::uint16_t>(to);
      case JsonKind::list:
        return list(type, to);
      case JsonKind::optional:
        type.clear(to);
        return *at() == 'n' ? literal("null") : value(*type.element, type.add(to));
      case JsonKind::string:
        return string(*static_cast<std::string*>(to));
      case JsonKind::float32:
        return real(*static_cast<float*>(to));
      default:
        return next() == '{' && object(type, to);
    }
  }

  bool string(std::string& to) {
    std::string_view view;
    if (!text(view)) return false;
    to = view;
    return true;
  }

  bool real(float& to) {
    double wide;
    if (!number(wide)) return false;
    to = static_cast<float>(wide);
    return true;
  }

  bool list(const JsonType& type, void* to) {
    if (++level_ > kMostLevels || next() != '[') return false;
    type.clear(to);
    if (*at() == ']') {
      ++token_;
    } else {
      for (char c = ','; c != ']'; c = next()) {
        if (c != ',' || !value(*type.element, type.add(to))) return false;
      }
    }
    --level_;
    return true;
  }

  const char* const base_;
  const char* const end_;
  const char* const readable_end_;
  const std::uint32_t* token_;
  ondemand::parser& parser_;
  ScratchText& scratch_;
  int level_ = 0;
};

}  // namespace

bool LineWalker::read(std::string_view line, std::size_t readable, const JsonType& type, void* to,
                      ondemand::parser& parser, ScratchText& scratch) {
  const char* const begin = line.data();
  if (begin < begin_ || begin >= end_) find_tokens(begin, readable);
  if (token_ == nullptr) return false;
  const auto first = static_cast<std::uint32_t>(begin - begin_);
  const std::size_t stop = first + line.size();
  while (*token_ < first) ++token_;
  Walk walk(begin_, end_, begin + readable, token_, parser, scratch);
  if (*token_ >= stop || walk.next() != '{' || !walk.object(type, to)) return false;
  token_ = walk.token();
  // Tokens of a later line are none of this object, and nothing may follow it.
  return token_[-1] < stop && *token_ >= stop;
}

/// Of the whole lines from `begin` on.
void LineWalker::find_tokens(const char* begin, std::size_t readable) {
  const std::size_t most = readable < kBatchBytes ? readable : kBatchBytes;
  const auto* const last = static_cast<const char*>(memrchr(begin, '\n', most));
  begin_ = begin;
  end_ = last == nullptr ? begin + 1 : last + 1;
  token_ = nullptr;
  if (last == nullptr) return;
  if (finder_ == nullptr && simdjson::get_active_implementation()->create_dom_parser_implementation(
                                kBatchBytes, kMostLevels, finder_) != simdjson::SUCCESS) {
    return;
  }
  // A string cannot go on in the next line, so one line's tokens do not depend on the others; where
  // one has no end or is no UTF-8, all of these lines are read one by one.
  if (finder_->stage1(reinterpret_cast<const std::uint8_t*>(begin),
                      static_cast<std::size_t>(end_ - begin), simdjson::stage1_mode::regular)) {
    return;
  }
  std::uint32_t* const tokens = finder_->structural_indexes.get();
  tokens[finder_->n_structural_indexes] = static_cast<std::uint32_t>(last - begin);
  token_ = tokens;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
