#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <dstream/file_system.h>
#include <dstream/receiver_streams.h>

#include "receivers/byte_receiver.h"

namespace dstream {
inline namespace v1 {
namespace detail {

/// Records of a file that grows. The thread looks at the file every poll interval, reads what has
/// come, and finds out what became of its name:
///   another file has it   rotated: the old one is read until one whole interval brought nothing
///                         more (its writer may be slow to change over), then the new one
///   the file is shorter   truncated: its new content is read from the begin
///   no file has it        the old one is followed until one appears
/// A file is told from another by FileInfo::id. While the bound of the BlockGenerator is reached,
/// nothing is read; a file that waits loses nothing.
class TailSource final : public ByteReceiver {
 public:
  TailSource(ByteSourceParts parts, std::string path, const TailOptions& tail,
             const Options& options);
  ~TailSource() override;

 private:
  /// The file that is followed, until it is rotated away.
  struct Followed {
    std::unique_ptr<File> file;
    std::uint64_t id;
    std::uint64_t offset;
    Feed feed;
    bool replaced = false;  // another file had its name when it was looked at last
  };

  void receive() override;
  void poll();
  std::optional<FileInfo> look() const;
  bool open_file(bool from_begin);
  bool read_new_bytes();
  void begin_anew();
  void finish_file();
  Box<RecordDecoder> make_decoder() const override;

  const std::string path_;
  const TailOptions tail_;
  const bool lines_;  // no decoder of the user's
  const std::shared_ptr<FileSystem> files_;
  std::optional<Followed> followed_;  // the thread's own, as all below
  bool first_look_ = true;
  bool missing_told_ = false;
};

}  // namespace detail
}  // namespace v1
}  // namespace dstream
