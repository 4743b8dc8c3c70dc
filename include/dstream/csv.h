#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/decoder.h>
#include <dstream/detail/csv_scanner.h>
#include <dstream/detail/field_reader.h>
#include <dstream/detail/find_bytes.h>
#include <dstream/field_names.h>
#include <dstream/reflect.h>

namespace dstream {
inline namespace v1 {
namespace detail {

template <class Fields>
inline constexpr bool kReadableFields = false;
template <class... Field>
inline constexpr bool kReadableFields<TypeList<Field...>> = (has_field_reader<Field>() && ...);

/// The fields of T as the columns of a file, by number.
template <class T>
class CsvFields {
 public:
  static constexpr std::size_t kCount = field_count<T>;

  /// Reads field `f`; false where the text is none of its type. An empty field that was not quoted
  /// leaves an optional empty.
  static bool read(std::size_t f, T& record, std::string_view text, bool quoted) {
    return kReaders[f](record, text, quoted);
  }
  static const char* wanted(std::size_t f) { return kWanted[f]; }
  /// Reads all fields, none of them quoted, field by field in order; `text(I)` is field I's.
  template <class Text>
  static bool read_all(T& record, Text text) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (read_one<I>(record, text(I), false) && ...);
    }(std::make_index_sequence<kCount>());
  }
  static constexpr std::array<CsvColumn, kCount> columns() {
    return each([]<std::size_t... I>(std::index_sequence<I...>) {
      return std::array<CsvColumn, kCount>{CsvColumn{field_names<T>[I], kIsOptional<Type<I>>}...};
    });
  }

 private:
  template <std::size_t I>
  using Type = std::remove_reference_t<decltype(std::get<I>(as_tuple(std::declval<T&>())))>;
  using Reader = bool (*)(T&, std::string_view, bool);

  template <std::size_t I>
  static bool read_one(T& record, std::string_view text, bool quoted) {
    if (kIsOptional<Type<I>> && text.empty() && !quoted) return true;
    return read_field(text, std::get<I>(as_tuple(record)));
  }
  template <class Make>
  static constexpr auto each(Make make) {
    return make(std::make_index_sequence<kCount>());
  }

  static constexpr std::array<Reader, kCount> kReaders =
      each([]<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<Reader, kCount>{&read_one<I>...};
      });
  static constexpr std::array<const char*, kCount> kWanted =
      each([]<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<const char*, kCount>{wanted_text<Type<I>>()...};
      });
};

/// The CSV decoder of a type that has passed csv's checks.
template <class T>
class CsvDecoder {
 public:
  using Record = T;

  explicit CsvDecoder(const CsvOptions& options) : scanner_(options) {
    if (options.header) return;
    columns_.resize(Fields::kCount);
    for (std::size_t c = 0; c < Fields::kCount; ++c) columns_[c] = c;
    note_mapped();
  }

  SplitRule split_rule() const {
    const CsvOptions& options = scanner_.options();
    const bool at_newlines = !options.multiline || options.quote == '\0';
    return {.at_newlines = at_newlines, .header = at_newlines && options.header};
  }

  template <class Out>
  std::size_t decode(std::string_view bytes, bool last, Out& out) {
    scratch_.clear();
    std::size_t begin = skipping_ ? skip(bytes, 0) : 0;
    while (begin < bytes.size() && !skipping_) {
      if (mapped_ && careful_ == 0) {
        const std::size_t done = plain_records(bytes, begin, out);
        if (done != begin) {
          begin = done;
          continue;
        }
        careful_ = 1;
      }
      const std::size_t done = one_record(bytes, begin, last, out);
      if (done == begin) break;
      begin = done;
    }
    if (last) skipping_ = false;
    return last ? bytes.size() : begin;
  }

 private:
  using Fields = CsvFields<T>;
  static constexpr std::size_t kWindow = 2048;
  // Records that go the careful way once one had a quote.
  static constexpr std::uint32_t kCareful = 16;

  static std::string_view without_cr(std::string_view text) {
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    return text;
  }

  /// Records without quotes, as many as there are: gives the begin of the first other one. All
  /// separators and line ends of a stretch of bytes are found at once.
  template <class Out>
  std::size_t plain_records(std::string_view bytes, std::size_t begin, Out& out) {
    const CsvOptions& options = scanner_.options();
    const char quote = options.quote == '\0' ? '\n' : options.quote;
    std::uint32_t ends[kWindow + kFindSlack];
    Row row(*this);
    std::size_t field = begin;
    for (std::size_t at = begin; at < bytes.size(); at += kWindow) {
      const std::size_t left = bytes.size() - at;
      const std::size_t count =
          find_bytes(bytes.data() + at, left < kWindow ? left : kWindow,
                     ThreeBytes{options.separator, '\n', quote}, ends);
      for (std::size_t i = 0; i < count; ++i) {
        if (straight_ && field == begin && count - i >= Fields::kCount) [[likely]] {
          const std::size_t next = straight_record(bytes, begin, at, ends + i, out);
          if (next != begin) {
            field = begin = next;
            i += Fields::kCount - 1;
            continue;
          }
        }
        const std::size_t end = at + ends[i];
        const char c = bytes[end];
        if (c == options.separator) {
          row.add({bytes.data() + field, end - field}, false);
          field = end + 1;
        } else if (c == '\n') {
          if (end - begin > options.max_bytes) return begin;
          const auto record = without_cr({bytes.data() + begin, end - begin});
          if (!record.empty()) {
            row.add(without_cr({bytes.data() + field, end - field}), false);
            row.finish(record, out);
          }
          field = begin = end + 1;
        } else if (end == field) {
          careful_ = kCareful;
          return begin;
        }
      }
    }
    return begin;
  }

  /// The commonest kind of record, without state from field to field: the columns are the fields in
  /// order, and all of them can be read. Gives the begin of the next one, or its own if it is not.
  template <class Out>
  std::size_t straight_record(std::string_view bytes, std::size_t begin, std::size_t at,
                              const std::uint32_t* ends, Out& out) const {
    constexpr std::size_t kLast = Fields::kCount - 1;
    const std::size_t end = at + ends[kLast];
    const char* const text = bytes.data();
    if (text[end] != '\n' || end - begin > scanner_.options().max_bytes) return begin;
    for (std::size_t f = 0; f < kLast; ++f) {
      if (text[at + ends[f]] != scanner_.options().separator) return begin;
    }
    T record{};
    const bool read = Fields::read_all(record, [&](std::size_t f) {
      const std::size_t from = f == 0 ? begin : at + ends[f - 1] + 1;
      const std::size_t until = f == kLast && text[end - 1] == '\r' ? end - 1 : at + ends[f];
      return std::string_view(text + from, until - from);
    });
    if (!read) return begin;
    out.record(std::move(record));
    return end + 1;
  }

  /// One record, with quotes or without; gives its begin where it is not whole.
  template <class Out>
  std::size_t one_record(std::string_view bytes, std::size_t begin, bool last, Out& out) {
    const std::size_t most = scanner_.options().max_bytes;
    const std::string_view rest = bytes.substr(begin);
    const std::size_t end = scanner_.find_end(rest.substr(0, most + 1));
    if (end == rest.npos && rest.size() <= most && !last) return begin;
    scanner_.restart();
    if (careful_ != 0) --careful_;
    if (end == rest.npos && rest.size() > most) {
      out.bad("the record is longer than max_bytes",
              rest.substr(0, most < kReportedBytes ? most + 1 : kReportedBytes));
      return skip(bytes, begin + most);
    }
    take_record(without_cr(rest.substr(0, end)), out);
    return end == rest.npos ? bytes.size() : begin + end + 1;
  }

  /// Goes on behind the next line end.
  std::size_t skip(std::string_view bytes, std::size_t from) {
    const std::size_t newline = bytes.find('\n', from);
    skipping_ = newline == bytes.npos;
    return skipping_ ? bytes.size() : newline + 1;
  }

  template <class Out>
  void take_record(std::string_view record, Out& out) {
    if (record.empty()) return;
    const char* reason = nullptr;
    const bool split = scanner_.split(record, scratch_, fields_, reason);
    if (!mapped_) {
      map_columns(record, split ? nullptr : reason);
      return;
    }
    if (!split) return out.bad(reason, record.substr(0, kReportedBytes));
    Row row(*this);
    for (const CsvField& field : fields_) row.add(field.text, field.quoted);
    row.finish(record, out);
  }

  void map_columns(std::string_view header, const char* reason) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (header.substr(0, 3) == kByteOrderMark && reason == nullptr) {
      scanner_.split(header.substr(3), scratch_, fields_, reason);
    }
    static constexpr auto kColumns = Fields::columns();
    header_problem_ = reason != nullptr
                          ? std::string("the header cannot be read: ") + reason
                          : map_csv_columns(fields_, kColumns.data(), kColumns.size(), columns_);
    note_mapped();
  }

  void note_mapped() {
    mapped_ = true;
    straight_ = Fields::kCount > 1 && columns_.size() == Fields::kCount && header_problem_.empty();
    for (std::size_t c = 0; c < columns_.size(); ++c) straight_ = straight_ && columns_[c] == c;
  }

  /// A record that is being read field by field.
  class Row {
   public:
    explicit Row(const CsvDecoder& decoder)
        : columns_(decoder.columns_), header_problem_(decoder.header_problem_) {}

    void add(std::string_view text, bool quoted) {
      const std::size_t column = next_++;
      if (column >= columns_.size() || columns_[column] == kNoField) return;
      if (!Fields::read(columns_[column], record_, text, quoted) && wrong_ == kNoField) {
        wrong_ = column;
        wrong_text_ = text;
      }
    }

    /// Hands the record on, or what is wrong with it, and begins the next.
    template <class Out>
    void finish(std::string_view whole, Out& out) {
      if (next_ == columns_.size() && wrong_ == kNoField && header_problem_.empty()) [[likely]] {
        out.record(std::move(record_));
      } else {
        out.bad(reason(), whole.substr(0, kReportedBytes));
      }
      record_ = T{};
      next_ = 0;
      wrong_ = kNoField;
    }

   private:
    std::string reason() const {
      if (!header_problem_.empty()) return header_problem_;
      if (next_ != columns_.size()) return csv_count_reason(next_, columns_.size());
      const std::size_t field = columns_[wrong_];
      return csv_field_reason(field_names<T>[field], wrong_, wrong_text_, Fields::wanted(field));
    }

    const std::vector<std::size_t>& columns_;
    const std::string& header_problem_;
    T record_{};
    std::size_t next_ = 0;
    std::size_t wrong_ = kNoField;  ///< the first column that cannot be read
    std::string_view wrong_text_;
  };

  CsvScanner scanner_;
  std::vector<std::size_t> columns_;  ///< per column its field
  std::string header_problem_;
  bool mapped_ = false;        ///< the header has been seen, or there is none
  bool straight_ = false;      ///< the columns are the fields in order
  bool skipping_ = false;      ///< inside a record that is too long, which has been reported
  std::uint32_t careful_ = 0;  ///< records that are not tried as plain ones
  std::vector<CsvField> fields_;
  ScratchText scratch_;
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
