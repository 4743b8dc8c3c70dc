#pragma once

#include <cstddef>
#include <string_view>

#include <dstream/decoder.h>
#include <dstream/detail/csv_reader.h>
#include <dstream/detail/csv_scanner.h>
#include <dstream/detail/field_reader.h>
#include <dstream/reflect.h>

namespace dstream {
inline namespace v1 {
namespace detail {

template <class Fields>
inline constexpr bool kReadableFields = false;
template <class... Field>
inline constexpr bool kReadableFields<TypeList<Field...>> = (has_field_reader<Field>() && ...);

/// The CSV decoder of a type that has passed csv's checks.
template <class T>
class CsvDecoder {
 public:
  using Record = T;

  explicit CsvDecoder(const CsvOptions& options)
      : reader_(options, csv_fields<T>(), field_count<T>) {}

  SplitRule split_rule() const { return reader_.split_rule(); }

  template <class Out>
  std::size_t decode(std::string_view bytes, bool last, Out& out) {
    T record{};
    return reader_.decode(bytes, last, decode_into(record, out));
  }

 private:
  CsvReader reader_;
};

}  // namespace detail

/// Decodes comma-separated values (RFC 4180) into plain structs: `csv<Trade>()`. The names in the
/// header say which field a column is, in any order; columns without a field are left out, and a
/// field without a column must be a std::optional. Without a header the columns are the fields in
/// order. Fields may be numbers (read like `parse`), bool, std::string, std::string_view (of the
/// input), std::optional of these, and types with a FieldText. An empty field leaves an optional
/// empty. Blank lines are skipped, and so is a byte order mark before the header.
///
/// Bad records: another number of columns than the header has, a field that is not of its type,
/// quotes that do not match, more than max_bytes; behind a header without a needed column all are.
/// Throws Error{Errc::invalid_argument} for options that contradict each other.
template <class T>
auto csv(const CsvOptions& options = {}) {
  static_assert(PlainStruct<T>,
                "csv: T must be a plain struct (an aggregate without bases) whose fields are the "
                "columns");
  if constexpr (PlainStruct<T>) {
    constexpr bool kReadable = detail::kReadableFields<detail::FieldTypes<T>>;
    static_assert(kReadable,
                  "csv: a field of T has a type that cannot be read from text; use numbers, bool, "
                  "std::string, std::string_view, std::optional of these, or specialise "
                  "dstream::FieldText for its type");
    if constexpr (kReadable) return detail::CsvDecoder<T>(options);
  }
}

}  // namespace v1
}  // namespace dstream
