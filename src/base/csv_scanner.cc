#include "dstream/detail/csv_scanner.h"

#include <algorithm>
#include <cstring>

#include "dstream/error.h"
#include "dstream/text.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

bool ends_line(char c) { return c == '\n' || c == '\r'; }

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kMost = 60;
  std::string quoted = "\"";
  quoted += text.substr(0, kMost);
  quoted += text.size() > kMost ? "…\"" : "\"";
  return quoted;
}

}  // namespace

CsvScanner::CsvScanner(const CsvOptions& options) : options_(options) {
  if (ends_line(options.separator) || ends_line(options.quote) ||
      options.separator == options.quote || options.max_bytes == 0) {
    throw Error(Errc::invalid_argument,
                "csv: separator and quote must be two different bytes and no line ends, and "
                "max_bytes must be at least 1");
  }
}

std::size_t CsvScanner::find_end(std::string_view bytes) {
  if (!options_.multiline || options_.quote == '\0') {
    const std::size_t end = bytes.find('\n', scanned_);
    scanned_ = end == bytes.npos ? bytes.size() : end;
    return end;
  }
  const char quote = options_.quote;
  State state = state_;
  std::size_t at = scanned_;
  for (; at < bytes.size(); ++at) {
    const char c = bytes[at];
    if (state == State::quoted) {
      const void* const found = std::memchr(bytes.data() + at, quote, bytes.size() - at);
      if (found == nullptr) {
        at = bytes.size();
        break;
      }
      at = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
      state = State::quote_in_quoted;
    } else if (c == quote && state != State::plain) {
      state = State::quoted;
    } else if (c == '\n') {
      break;
    } else {
      state = c == options_.separator ? State::field_start : State::plain;
    }
  }
  scanned_ = at;
  state_ = state;
  return at < bytes.size() ? at : bytes.npos;
}

bool CsvScanner::split(std::string_view record, ScratchText& scratch, std::vector<CsvField>& fields,
                       const char*& reason) const {
  fields.clear();
  const char* p = record.data();
  const char* const end = p + record.size();
  const char quote = options_.quote;
  for (;;) {
    if (quote == '\0' || p == end || *p != quote) {
      const char* const stop = std::find(p, end, options_.separator);
      fields.push_back({{p, static_cast<std::size_t>(stop - p)}, false});
      p = stop;
    } else {
      const char* const begin = ++p;
      const char* stop = std::find(p, end, quote);
      bool doubled = false;
      while (end - stop >= 2 && stop[1] == quote) {
        doubled = true;
        stop = std::find(stop + 2, end, quote);
      }
      if (stop == end) {
        reason = "a quoted field has no closing quote";
        return false;
      }
      std::string_view text(begin, static_cast<std::size_t>(stop - begin));
      if (doubled) {
        char* const copy = scratch.take(text.size());
        char* to = copy;
        for (std::size_t i = 0; i < text.size(); ++i) {
          *to++ = text[i];
          if (text[i] == quote) ++i;
        }
        text = {copy, static_cast<std::size_t>(to - copy)};
      }
      fields.push_back({text, true});
      p = stop + 1;
      if (p != end && *p != options_.separator) {
        reason = "a quoted field goes on behind its closing quote";
        return false;
      }
    }
    if (p == end) return true;
    ++p;
  }
}

std::string map_csv_columns(const std::vector<CsvField>& header, const CsvColumn* fields,
                            std::size_t field_count, std::vector<std::size_t>& columns) {
  columns.assign(header.size(), kNoField);
  for (std::size_t f = 0; f < field_count; ++f) {
    std::size_t found = 0;
    for (std::size_t c = 0; c < header.size(); ++c) {
      if (trim(header[c].text) != fields[f].name) continue;
      columns[c] = f;
      ++found;
    }
    if (found == 1 || (found == 0 && fields[f].optional)) continue;
    return "the header has " + std::string(found == 0 ? "no column " : "several columns ") +
           in_quotes(fields[f].name);
  }
  return {};
}

std::string csv_field_reason(std::string_view name, std::size_t column, std::string_view text,
                             const char* wanted) {
  return "column " + (name.empty() ? std::to_string(column + 1) : in_quotes(name)) + ": " +
         in_quotes(text) + " is not " + wanted;
}

std::string csv_count_reason(std::size_t fields, std::size_t wanted) {
  return "the record has " + std::to_string(fields) + (fields == 1 ? " field" : " fields") +
         " instead of " + std::to_string(wanted);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
