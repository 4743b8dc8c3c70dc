#pragma once

#include <cstdint>
#include <string>

#include <dstream/export.h>
#include <dstream/time.h>

namespace dstream {
inline namespace v1 {

/// Names one write of one batch, so that a sink can tell a repeated write from a new one: the
/// idempotence key is (sink uid, batch time, partition); the attempt only tells stagings apart.
struct WriteKey {
  std::string sink_uid;
  Time batch_time;
  std::uint32_t partition = 0;
  std::uint32_t attempt = 0;
};

/// The contract of outputs that take part in the batch protocol. For every batch and partition:
/// begin, write any number of times, prepare; after the batch's COMMIT commit, otherwise abort.
/// commit and abort are idempotent: after a crash they are called again.
template <class T>
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void begin(const WriteKey& key) = 0;
  virtual void write(const WriteKey& key, const T& record) = 0;
  /// After this the write survives a crash; the returned handle finds it again.
  virtual std::string prepare(const WriteKey& key) = 0;
  virtual void commit(const WriteKey& key, const std::string& handle) = 0;
  virtual void abort(const WriteKey& key, const std::string& handle) = 0;
};

}  // namespace v1
}  // namespace dstream
