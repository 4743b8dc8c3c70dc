#include "dstream/detail/object_file.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/crc32c.h"
#include "dstream/error.h"

namespace dstream {
inline namespace v1 {
namespace detail {
namespace {

constexpr std::string_view kMagic = "dstrobj1";
constexpr std::size_t kBufferBytes = std::size_t{256} << 10;
constexpr std::size_t kRecordHead = 8;

template <class Number>
void put(std::string& out, Number number) {
  for (std::size_t i = 0; i < sizeof(Number); ++i) out += static_cast<char>(number >> (8 * i));
}

void put_at(std::string& out, std::size_t at, std::uint32_t number) {
  for (std::size_t i = 0; i < sizeof(number); ++i)
    out[at + i] = static_cast<char>(number >> (8 * i));
}

template <class Number>
Number get(std::string_view bytes) {
  Number number = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    number |= static_cast<Number>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return number;
}

}  // namespace

void append_object_header(std::string& out, std::string_view type_name) {
  const std::size_t begin = out.size();
  out += kMagic;
  put(out, static_cast<std::uint32_t>(type_name.size()));
  out += type_name;
  put(out, crc32c(std::string_view(out).substr(begin)));
}

std::size_t begin_object_record(std::string& out) {
  const std::size_t begun = out.size();
  out.append(kRecordHead, '\0');
  return begun;
}

void end_object_record(std::string& out, std::size_t begun) {
  const std::size_t size = out.size() - begun - kRecordHead;
  if (size > std::numeric_limits<std::uint32_t>::max()) {
    throw Error(Errc::capacity, "a record of an object file must be shorter than 4 GiB");
  }
  put_at(out, begun, static_cast<std::uint32_t>(size));
  const std::string_view record = std::string_view(out).substr(begun);
  put_at(out, begun + 4, crc32c(record.substr(kRecordHead), crc32c(record.substr(0, 4))));
}

void append_object_trailer(std::string& out, std::uint64_t records) {
  const std::size_t begun = begin_object_record(out);
  put(out, records);
  const std::string_view trailer = std::string_view(out).substr(begun);
  put_at(out, begun + 4, crc32c(trailer.substr(kRecordHead), crc32c(trailer.substr(0, 4))));
}

ObjectFileWriter::ObjectFileWriter(std::unique_ptr<File> file, std::string_view type_name)
    : file_(std::move(file)) {
  append_object_header(buffer_, type_name);
}

void ObjectFileWriter::wrote_one() {
  ++records_;
  if (buffer_.size() < kBufferBytes) return;
  file_->append(buffer_);
  buffer_.clear();
}

void ObjectFileWriter::finish(bool sync) {
  append_object_trailer(buffer_, records_);
  file_->append(buffer_);
  buffer_.clear();
  if (sync) file_->sync();
}

ObjectFileReader::ObjectFileReader(FileSystem& files, std::string path, std::string_view type_name)
    : file_(files.open(path, OpenMode::read)), path_(std::move(path)), size_(file_->size()) {
  check_header(type_name);
}

void ObjectFileReader::check_header(std::string_view type_name) {
  const std::string begin(take(kMagic.size() + 4));
  if (begin.substr(0, kMagic.size()) != kMagic) fail("it is no object file");
  const std::string rest(take(get<std::uint32_t>(begin.substr(kMagic.size())) + std::size_t{4}));
  const std::string name = rest.substr(0, rest.size() - 4);
  if (crc32c(name, crc32c(begin)) != get<std::uint32_t>(rest.substr(name.size()))) {
    fail("the checksum of its header is wrong");
  }
  if (name != type_name) {
    throw Error(Errc::invalid_argument, "the object file " + path_ + " holds records of " + name +
                                            ", not of " + std::string(type_name) +
                                            "; read it as that type");
  }
}

bool ObjectFileReader::next(std::span<const std::byte>& code) {
  const std::string_view head = take(kRecordHead);
  const std::size_t size = get<std::uint32_t>(head);
  if (size == 0) {
    check_trailer(head);
    return false;
  }
  const std::uint32_t head_crc = crc32c(head.substr(0, 4));
  const std::uint32_t wanted = get<std::uint32_t>(head.substr(4));
  const std::string_view bytes = take(size);
  if (crc32c(bytes, head_crc) != wanted) fail("the checksum of a record is wrong");
  code = std::as_bytes(std::span(bytes));
  ++records_;
  return true;
}

void ObjectFileReader::check_trailer(std::string_view head) {
  const std::uint32_t head_crc = crc32c(head.substr(0, 4));
  const std::uint32_t wanted = get<std::uint32_t>(head.substr(4));
  const std::string_view count = take(8);
  if (crc32c(count, head_crc) != wanted || get<std::uint64_t>(count) != records_ ||
      offset_ != size_) {
    fail("its end is damaged");
  }
  // A further call finds the trailer again.
  offset_ -= kRecordHead + 8;
  at_ -= kRecordHead + 8;
}

/// The next `size` bytes; valid until the next call.
std::string_view ObjectFileReader::take(std::size_t size) {
  if (size > size_ - offset_) fail("it ends too early");
  if (buffer_.size() - at_ < size) {
    // The head of a record stays, for check_trailer() to go back to.
    const std::size_t keep = std::min(at_, kRecordHead);
    buffer_.erase(0, at_ - keep);
    at_ = keep;
    const std::size_t have = buffer_.size();
    buffer_.resize(at_ + std::max(size, kBufferBytes));
    const std::size_t got =
        file_->read_at(offset_ + (have - at_), std::span(buffer_).subspan(have));
    buffer_.resize(have + got);
    if (buffer_.size() - at_ < size) fail("it ends too early");
  }
  const std::string_view taken = std::string_view(buffer_).substr(at_, size);
  at_ += size;
  offset_ += size;
  return taken;
}

void ObjectFileReader::fail(const std::string& what) const {
  throw Error(Errc::corrupt_data, "the object file " + path_ + " is damaged before byte " +
                                      std::to_string(offset_) + ": " + what);
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
