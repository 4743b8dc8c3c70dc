#include "dstream/detail/csv_reader.h"

#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/short_number.h"
#include "dstream/detail/find_bytes.h"
#include "dstream/detail/scratch_text.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

constexpr std::size_t kWindow = 2048;
// Records that go the careful way once one had a quote.
constexpr std::uint32_t kCareful = 16;

std::string_view without_cr(std::string_view text) {
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  return text;
}

/// Reads one field; false where the text is none of its type. An empty field that was not quoted
/// leaves an optional empty. kBehind: kShortNumber bytes before the text's end may be read.
template <bool kBehind>
[[gnu::always_inline]] inline bool read_csv_field(const CsvFieldType& type, void* record,
                                                  std::string_view text, bool quoted) {
  void* const to = static_cast<char*>(record) + type.offset;
  const auto number = [&]<class T>(T* value) [[gnu::always_inline]] {
    if constexpr (kBehind && !std::is_same_v<T, float>) return read_number_behind(text, *value);
    return read_number(text, *value);
  };
  switch (type.kind) {
    case FieldKind::int8:
      return number(static_cast<std::int8_t*>(to));
    case FieldKind::int16:
      return number(static_cast<std::int16_t*>(to));
    case FieldKind::int32:
      return number(static_cast<std::int32_t*>(to));
    case FieldKind::int64:
      return number(static_cast<std::int64_t*>(to));
    case FieldKind::uint8:
      return number(static_cast<std::uint8_t*>(to));
    case FieldKind::uint16:
      return number(static_cast<std::uint16_t*>(to));
    case FieldKind::uint32:
      return number(static_cast<std::uint32_t*>(to));
    case FieldKind::uint64:
      return number(static_cast<std::uint64_t*>(to));
    case FieldKind::float32:
      return number(static_cast<float*>(to));
    case FieldKind::float64:
      return number(static_cast<double*>(to));
    case FieldKind::boolean:
      if constexpr (kBehind) return read_bool_behind(text, *static_cast<bool*>(to));
      return read_bool(text, *static_cast<bool*>(to));
    case FieldKind::string:
      *static_cast<std::string*>(to) = text;
      return true;
    case FieldKind::view:
      *static_cast<std::string_view*>(to) = text;
      return true;
    case FieldKind::other:
      break;
  }
  if (type.column.optional && text.empty() && !quoted) return true;
  return type.read(text, to);
}

}  // namespace

class CsvReader::State {
 public:
  State(const CsvOptions& options, const CsvFieldType* fields, std::size_t field_count);

  SplitRule split_rule() const;
  std::size_t decode(std::string_view bytes, bool last, const DecodeSink& sink);

 private:
  /// A record that is being read field by field.
  class Row {
   public:
    Row(const State& reader, const DecodeSink& sink) : reader_(reader), sink_(sink) {}

    void add(std::string_view text, bool quoted) {
      const std::size_t column = next_++;
      const std::vector<std::size_t>& columns = reader_.columns_;
      if (column >= columns.size() || columns[column] == kNoField) return;
      if (!read_csv_field<false>(reader_.types_[columns[column]], sink_.record, text, quoted) &&
          wrong_ == kNoField) {
        wrong_ = column;
        wrong_text_ = text;
      }
    }

    /// Hands the record on, or what is wrong with it, and begins the next.
    void finish(std::string_view whole) {
      if (next_ == reader_.columns_.size() && wrong_ == kNoField && reader_.header_problem_.empty())
          [[likely]] {
        sink_.take(sink_);
      } else {
        sink_.bad(reason(), whole.substr(0, kReportedBytes));
        sink_.reset(sink_.record);
      }
      next_ = 0;
      wrong_ = kNoField;
    }
    /// Drops what has been read of a record.
    void drop() {
      if (next_ != 0) sink_.reset(sink_.record);
      next_ = 0;
      wrong_ = kNoField;
    }

   private:
    std::string reason() const {
      if (!reader_.header_problem_.empty()) return reader_.header_problem_;
      const std::vector<std::size_t>& columns = reader_.columns_;
      if (next_ != columns.size()) return csv_count_reason(next_, columns.size());
      const CsvFieldType& type = reader_.types_[columns[wrong_]];
      return csv_field_reason(type.column.name, wrong_, wrong_text_, type.wanted);
    }

    const State& reader_;
    const DecodeSink& sink_;
    std::size_t next_ = 0;
    std::size_t wrong_ = kNoField;  ///< the first column that cannot be read
    std::string_view wrong_text_;
  };

  std::size_t plain_records(std::string_view bytes, std::size_t begin, const DecodeSink& sink);
  std::size_t straight_records(std::string_view bytes, std::size_t begin, std::size_t at,
                               std::span<const std::uint32_t> ends, const DecodeSink& sink) const;
  std::size_t one_record(std::string_view bytes, std::size_t begin, bool last,
                         const DecodeSink& sink);
  std::size_t skip(std::string_view bytes, std::size_t from);
  void take_record(std::string_view record, const DecodeSink& sink);
  void map_columns(std::string_view header, const char* reason);
  void note_mapped();

  const CsvFieldType* types_;
  std::size_t count_;
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

CsvReader::CsvReader(const CsvOptions& options, const CsvFieldType* fields, std::size_t field_count)
    : state_(new State(options, fields, field_count)) {}
CsvReader::CsvReader(const CsvReader& other) : state_(new State(*other.state_)) {}
CsvReader& CsvReader::operator=(const CsvReader& other) {
  if (this != &other) *state_ = *other.state_;
  return *this;
}
CsvReader::~CsvReader() = default;

SplitRule CsvReader::split_rule() const { return state_->split_rule(); }
std::size_t CsvReader::decode(std::string_view bytes, bool last, const DecodeSink& sink) {
  return state_->decode(bytes, last, sink);
}

CsvReader::State::State(const CsvOptions& options, const CsvFieldType* fields,
                        std::size_t field_count)
    : types_(fields), count_(field_count), scanner_(options) {
  if (options.header) return;
  columns_.resize(count_);
  for (std::size_t c = 0; c < count_; ++c) columns_[c] = c;
  note_mapped();
}
SplitRule CsvReader::State::split_rule() const {
  const CsvOptions& options = scanner_.options();
  const bool at_newlines = !options.multiline || options.quote == '\0';
  return {.at_newlines = at_newlines, .header = at_newlines && options.header};
}

std::size_t CsvReader::State::decode(std::string_view bytes, bool last, const DecodeSink& sink) {
  scratch_.clear();
  std::size_t begin = skipping_ ? skip(bytes, 0) : 0;
  while (begin < bytes.size() && !skipping_) {
    if (mapped_ && careful_ == 0) {
      const std::size_t done = plain_records(bytes, begin, sink);
      if (done != begin) {
        begin = done;
        continue;
      }
      careful_ = 1;
    }
    const std::size_t done = one_record(bytes, begin, last, sink);
    if (done == begin) break;
    begin = done;
  }
  if (last) skipping_ = false;
  return last ? bytes.size() : begin;
}

/// Records without quotes, as many as there are: gives the begin of the first other one. All
/// separators and line ends of a stretch of bytes are found at once.
std::size_t CsvReader::State::plain_records(std::string_view bytes, std::size_t begin,
                                            const DecodeSink& sink) {
  const CsvOptions& options = scanner_.options();
  const char quote = options.quote == '\0' ? '\n' : options.quote;
  std::uint32_t ends[kWindow + kFindSlack];
  Row row(*this, sink);
  std::size_t field = begin;
  for (std::size_t at = begin; at < bytes.size(); at += kWindow) {
    const std::size_t left = bytes.size() - at;
    const std::size_t count = find_bytes(bytes.data() + at, left < kWindow ? left : kWindow,
                                         ThreeBytes{options.separator, '\n', quote}, ends);
    for (std::size_t i = 0; i < count; ++i) {
      if (straight_ && field == begin && begin >= kShortNumber) {
        const std::size_t records =
            straight_records(bytes, begin, at, {ends + i, ends + count}, sink);
        if (records != 0) {
          i += records * count_ - 1;
          field = begin = at + ends[i] + 1;
          continue;
        }
      }
      const std::size_t end = at + ends[i];
      const char c = bytes[end];
      if (c == options.separator) {
        row.add({bytes.data() + field, end - field}, false);
        field = end + 1;
      } else if (c == '\n') {
        if (end - begin > options.max_bytes) return row.drop(), begin;
        const auto record = without_cr({bytes.data() + begin, end - begin});
        if (!record.empty()) {
          row.add(without_cr({bytes.data() + field, end - field}), false);
          row.finish(record);
        }
        field = begin = end + 1;
      } else if (end == field) {
        careful_ = kCareful;
        return row.drop(), begin;
      }
    }
  }
  return row.drop(), begin;
}

/// The commonest kind of record, without state from field to field: the columns are the fields in
/// order, and all of them can be read. Gives how many such records begin at `begin`.
std::size_t CsvReader::State::straight_records(std::string_view bytes, std::size_t begin,
                                               std::size_t at, std::span<const std::uint32_t> ends,
                                               const DecodeSink& sink) const {
  // Locals: a field that is written might be any member, as far as the compiler knows.
  const CsvFieldType* const types = types_;
  const std::size_t last = count_ - 1;
  const std::size_t most = scanner_.options().max_bytes;
  const char separator = scanner_.options().separator;
  const char* const window = bytes.data() + at;
  const char* from = bytes.data() + begin;
  std::size_t records = 0;
  for (; ends.size() > last; ends = ends.subspan(last + 1)) {
    const char* const newline = window + ends[last];
    if (*newline != '\n' || static_cast<std::size_t>(newline - from) > most) break;
    for (std::size_t f = 0; f <= last; ++f) {
      const char* const end = window + ends[f];
      const char* const until = f == last && end[-1] == '\r' ? end - 1 : end;
      const std::string_view text(from, static_cast<std::size_t>(until - from));
      if ((f != last && *end != separator) ||
          !read_csv_field<true>(types[f], sink.record, text, false)) [[unlikely]] {
        sink.reset(sink.record);
        return records;
      }
      from = end + 1;
    }
    sink.take(sink);
    ++records;
  }
  return records;
}

/// One record, with quotes or without; gives its begin where it is not whole.
std::size_t CsvReader::State::one_record(std::string_view bytes, std::size_t begin, bool last,
                                         const DecodeSink& sink) {
  const std::size_t most = scanner_.options().max_bytes;
  const std::string_view rest = bytes.substr(begin);
  const std::size_t end = scanner_.find_end(rest.substr(0, most + 1));
  if (end == rest.npos && rest.size() <= most && !last) return begin;
  scanner_.restart();
  if (careful_ != 0) --careful_;
  if (end == rest.npos && rest.size() > most) {
    sink.bad("the record is longer than max_bytes",
             rest.substr(0, most < kReportedBytes ? most + 1 : kReportedBytes));
    return skip(bytes, begin + most);
  }
  take_record(without_cr(rest.substr(0, end)), sink);
  return end == rest.npos ? bytes.size() : begin + end + 1;
}

/// Goes on behind the next line end.
std::size_t CsvReader::State::skip(std::string_view bytes, std::size_t from) {
  const std::size_t newline = bytes.find('\n', from);
  skipping_ = newline == bytes.npos;
  return skipping_ ? bytes.size() : newline + 1;
}

void CsvReader::State::take_record(std::string_view record, const DecodeSink& sink) {
  if (record.empty()) return;
  const char* reason = nullptr;
  const bool split = scanner_.split(record, scratch_, fields_, reason);
  if (!mapped_) {
    map_columns(record, split ? nullptr : reason);
    return;
  }
  if (!split) return sink.bad(reason, record.substr(0, kReportedBytes));
  Row row(*this, sink);
  for (const CsvField& field : fields_) row.add(field.text, field.quoted);
  row.finish(record);
}

void CsvReader::State::map_columns(std::string_view header, const char* reason) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (header.substr(0, 3) == kByteOrderMark && reason == nullptr) {
    scanner_.split(header.substr(3), scratch_, fields_, reason);
  }
  std::vector<CsvColumn> columns;
  for (std::size_t f = 0; f < count_; ++f) columns.push_back(types_[f].column);
  header_problem_ = reason != nullptr ? std::string("the header cannot be read: ") + reason
                                      : map_csv_columns(fields_, columns.data(), count_, columns_);
  note_mapped();
}

void CsvReader::State::note_mapped() {
  mapped_ = true;
  straight_ = count_ > 1 && columns_.size() == count_ && header_problem_.empty();
  for (std::size_t c = 0; c < columns_.size(); ++c) straight_ = straight_ && columns_[c] == c;
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
