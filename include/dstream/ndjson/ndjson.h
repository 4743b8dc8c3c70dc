#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <dstream/decoder.h>
#include <dstream/detail/decode_sink.h>
#include <dstream/detail/line_cutter.h>
#include <dstream/detail/scratch_text.h>
#include <dstream/export.h>
#include <dstream/ndjson/json_type.h>

namespace dstream {
inline namespace v1 {

/// Settings of the decoder `ndjson`.
struct NdjsonOptions {
  std::size_t max_bytes = std::size_t{1} << 20;  ///< of a line; longer ones are bad records
};

namespace detail {

/// Reads JSON objects with simdjson. A copy is a new reader. For one thread at a time.
class DSTREAM_EXPORT JsonReader {
 public:
  JsonReader();
  JsonReader(const JsonReader&);
  JsonReader& operator=(const JsonReader&);
  ~JsonReader();

  /// To be called where the bytes at the addresses of earlier texts may have changed.
  void forget();
  /// Reads one object into what `type` describes. `readable`: how many bytes from the begin of
  /// `text` may be read, at least text.size(); what follows it are the next lines. Views point into `text` or `scratch`. False, with
  /// `reason`, where the text is no such object; then `to` holds a part of it.
  bool read(std::string_view text, std::size_t readable, const JsonType& type, void* to,
            ScratchText& scratch, std::string& reason);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

/// Whether there is nothing but white space in it.
DSTREAM_EXPORT bool is_blank(std::string_view text) noexcept;

/// The NDJSON decoder, for any struct. A copy is a new one. For one thread at a time.
class DSTREAM_EXPORT NdjsonReader {
 public:
  explicit NdjsonReader(const NdjsonOptions& options);
  NdjsonReader(const NdjsonReader&);
  NdjsonReader& operator=(const NdjsonReader&);
  ~NdjsonReader();

  std::size_t decode(std::string_view bytes, bool last, const JsonType& type,
                     const DecodeSink& sink);

 private:
  LineCutter cutter_;
  JsonReader reader_;
  ScratchText scratch_;
  std::string reason_;
};

/// The NDJSON decoder of a type that has passed ndjson's checks.
template <class T>
class NdjsonDecoder {
 public:
  using Record = T;

  explicit NdjsonDecoder(const NdjsonOptions& options) : reader_(options) {}

  SplitRule split_rule() const { return {.at_newlines = true}; }

  template <class Out>
  std::size_t decode(std::string_view bytes, bool last, Out& out) {
    T record{};
    return reader_.decode(bytes, last, kJsonType<T>, decode_into(record, out));
  }

 private:
  NdjsonReader reader_;
};

}  // namespace detail

/// Decodes JSON objects, one a line, into plain structs: `ndjson<Trade>()`. A member is read into the
/// field of its name; members without a field are left out, and a field without a member must be a
/// std::optional. Fields may be numbers, bool, std::string, std::string_view, plain structs,
/// std::vector and std::optional of these (no vector<bool>); null leaves an optional empty. Which of
/// several members with one name counts is not said. Blank lines are skipped.
///
/// Bad records: what is no JSON object or no valid UTF-8, a missing member, a value of another type or
/// out of the field's range, more than 64 levels, more than max_bytes. What is left out is not looked
/// at closely: wrong values in it may pass. Read with simdjson; link dstream::ndjson.
template <class T>
auto ndjson(const NdjsonOptions& options = {}) {
  static_assert(
      PlainStruct<T>,
      "ndjson: T must be a plain struct (an aggregate without bases) whose fields are the "
      "members of the objects");
  if constexpr (PlainStruct<T>) {
    constexpr bool kReadable = detail::has_json_reader<T>();
    static_assert(
        kReadable,
        "ndjson: a field of T has a type that cannot be read from JSON; use numbers, bool, "
        "std::string, std::string_view, plain structs, std::vector and std::optional of "
        "these");
    static_assert(kHasFieldNames,
                  "ndjson: this compiler does not tell the names of fields; use g++, or clang from "
                  "version 18 on");
    if constexpr (kReadable && kHasFieldNames) return detail::NdjsonDecoder<T>(options);
  }
}

}  // namespace v1
}  // namespace dstream
