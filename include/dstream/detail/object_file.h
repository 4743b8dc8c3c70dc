#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include <dstream/byte_reader.h>
#include <dstream/codec.h>
#include <dstream/detail/box.h>
#include <dstream/export.h>
#include <dstream/file_system.h>
#include <dstream/owned.h>
#include <dstream/type_name.h>

namespace dstream {
inline namespace v1 {
namespace detail {

// The object file: records of one type, each as its codec writes it. All numbers are little-endian.
//
//   header   "dstrobj1", u32 length of the type's name, the name, u32 CRC of all before
//   record   u32 length (at least 1), u32 CRC of length and code, the code
//   trailer  u32 0, u32 CRC of the rest, u64 number of records
//
// CRC is CRC-32C. The trailer tells a complete file from one that was cut between two records.

/// Appends the header of a file of `type_name`.
DSTREAM_EXPORT void append_object_header(std::string& out, std::string_view type_name);
/// Begins a record: append its code to `out`, then end it with the value that this returns.
DSTREAM_EXPORT std::size_t begin_object_record(std::string& out);
/// Throws Error{Errc::capacity} for a code of 4 GiB or more.
DSTREAM_EXPORT void end_object_record(std::string& out, std::size_t begun);
DSTREAM_EXPORT void append_object_trailer(std::string& out, std::uint64_t records);

/// Whether records of T can be in object files: their owned form has a codec.
template <class T>
inline constexpr bool kHasObjectForm = kHasCodec<Owned<T>>;

/// Appends one whole record.
template <class T>
void append_object_record(std::string& out, const T& record) {
  const std::size_t begun = begin_object_record(out);
  if constexpr (std::is_same_v<T, std::string_view>) {
    write_text(out, record);  // as a std::string's code, without the copy
  } else if constexpr (std::is_same_v<T, Owned<T>>) {
    Codec<T>::encode(out, record);
  } else {
    Codec<Owned<T>>::encode(out, own(record));
  }
  end_object_record(out, begun);
}

/// Writes one object file through a buffer. Members throw Error{Errc::io}; after that the file is
/// not complete. For one thread.
class DSTREAM_EXPORT ObjectFileWriter {
 public:
  /// Takes an empty file.
  ObjectFileWriter(std::unique_ptr<File> file, std::string_view type_name);

  template <class T>
  void write(const T& record) {
    append_object_record(buffer_, record);
    wrote_one();
  }
  /// The same for a record without its type: `append` appends it whole.
  void write_with(void (*append)(std::string& out, const void* record), const void* record) {
    append(buffer_, record);
    wrote_one();
  }
  /// Writes the trailer; with `sync` the contents then survive a loss of power.
  void finish(bool sync);

 private:
  void wrote_one();

  Box<File> file_;
  std::string buffer_;
  std::uint64_t records_ = 0;
};

/// Reads one object file from front to back. Members throw Error{Errc::corrupt_data} that names the
/// file and the offset, and Error{Errc::io}. Memory: a buffer, and the longest record. For one
/// thread.
class DSTREAM_EXPORT ObjectFileReader {
 public:
  /// Throws Error{Errc::invalid_argument} where the file holds another type.
  ObjectFileReader(FileSystem& files, std::string path, std::string_view type_name);

  /// The next record's code, valid until the next call; false behind the last one, once the trailer
  /// has been checked.
  bool next(std::span<const std::byte>& code);

  /// The next record; T is an owned type.
  template <class T>
  bool next(T& record) {
    std::span<const std::byte> code;
    if (!next(code)) return false;
    ByteReader reader(code);
    record = Codec<T>::decode(reader);
    if (reader.remaining() != 0) fail("a record is longer than its value");
    return true;
  }

 private:
  std::string_view take(std::size_t size);
  void check_header(std::string_view type_name);
  void check_trailer(std::string_view head);
  [[noreturn]] void fail(const std::string& what) const;

  Box<File> file_;
  const std::string path_;
  std::uint64_t size_;
  std::uint64_t offset_ = 0;  // of the next byte to be taken
  std::string buffer_;
  std::size_t at_ = 0;  // offset_'s place in the buffer
  std::uint64_t records_ = 0;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
