#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/detail/scratch_text.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {

/// Settings of the decoder `csv`.
struct CsvOptions {
  char separator = ',';
  /// Encloses fields with separators, line ends or quotes in them; '\0': there are no quotes.
  char quote = '"';
  /// Whether the first record names the columns. Without it they are T's fields in order.
  bool header = true;
  /// Whether a quoted field may hold line ends. Without it a large file is read by several tasks.
  bool multiline = true;
  /// Of a record; longer ones are bad.
  std::size_t max_bytes = std::size_t{1} << 20;
};

namespace detail {

/// A field of a record; `text` points into the record or into scratch memory.
struct CsvField {
  std::string_view text;
  bool quoted = false;
};

/// The part of the CSV decoder that knows quotes but not types (RFC 4180). A field is quoted if it
/// begins with the quote; in it two quotes stand for one. A quote elsewhere is an ordinary byte.
class DSTREAM_EXPORT CsvScanner {
 public:
  /// Throws Error{Errc::invalid_argument} for a separator or quote that is a line end, or where both
  /// are the same.
  explicit CsvScanner(const CsvOptions& options);

  const CsvOptions& options() const { return options_; }

  /// The end of the record that `bytes` begin with (the place of its '\n'), or npos where they hold
  /// none. Remembers how far it looked: the next call is given the same bytes and more.
  std::size_t find_end(std::string_view bytes);
  /// Forgets the record that find_end() looked at.
  void restart() {
    scanned_ = 0;
    state_ = State::field_start;
  }

  /// The fields of a whole record without its line end. False, with `reason`, where its quotes are
  /// wrong.
  bool split(std::string_view record, ScratchText& scratch, std::vector<CsvField>& fields,
             const char*& reason) const;

 private:
  enum class State : std::uint8_t { field_start, plain, quoted, quote_in_quoted };

  CsvOptions options_;
  std::size_t scanned_ = 0;
  State state_ = State::field_start;
};

/// Which field of a struct a column is; kNoField where it is none.
inline constexpr std::size_t kNoField = SIZE_MAX;

/// What of a struct the mapping of columns has to know.
struct CsvColumn {
  std::string_view name;
  bool optional = false;
};

/// Maps the names in a header to fields, in any order; blanks around names do not count. Empty if
/// all went well, else what is wrong with the header.
DSTREAM_EXPORT std::string map_csv_columns(const std::vector<CsvField>& header,
                                           const CsvColumn* fields, std::size_t field_count,
                                           std::vector<std::size_t>& columns);

/// `column "price": "abc" is not a number`
DSTREAM_EXPORT std::string csv_field_reason(std::string_view name, std::size_t column,
                                            std::string_view text, const char* wanted);
/// `the record has 5 fields instead of 6`
DSTREAM_EXPORT std::string csv_count_reason(std::size_t fields, std::size_t wanted);

}  // namespace detail
}  // namespace v1
}  // namespace dstream
