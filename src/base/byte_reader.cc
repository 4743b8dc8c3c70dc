#include <dstream/byte_reader.h>
#include <dstream/codec.h>
#include <dstream/error.h>

#include <string>

namespace dstream {
inline namespace v1 {

namespace detail {

void throw_corrupt(const char* what) {
  throw Error(Errc::corrupt_data, std::string("cannot decode a value: ") + what +
                                      "; the bytes are damaged or were written for another type");
}

}  // namespace detail

std::size_t ByteReader::read_size() {
  std::uint64_t size = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const auto byte = std::to_integer<std::uint64_t>(take(1)[0]);
    if (shift == 63 && byte > 1) break;
    size |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      if (size > remaining()) detail::throw_corrupt("a length is greater than the data");
      return size;
    }
  }
  detail::throw_corrupt("a length is malformed");
}

std::string ByteReader::read_text() {
  const auto bytes = take(read_size());
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void write_size(std::string& out, std::size_t size) {
  for (; size >= 0x80; size >>= 7) out += static_cast<char>(size | 0x80);
  out += static_cast<char>(size);
}

void write_text(std::string& out, std::string_view text) {
  write_size(out, text.size());
  out += text;
}

void detail::append_bytes(std::string& out, const void* bytes, std::size_t size) {
  if (size > 0) out.append(static_cast<const char*>(bytes), size);
}

}  // namespace v1
}  // namespace dstream
