#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include <dstream/detail/kept.h>
#include <dstream/export.h>

namespace dstream {
inline namespace v1 {

/// Where the ready listeners write. Called by one thread at a time.
class DSTREAM_EXPORT TextOutput {
 public:
  virtual ~TextOutput();
  virtual void write(std::string_view text) = 0;
};

/// The process's stderr.
DSTREAM_EXPORT std::shared_ptr<TextOutput> stderr_output();

/// A function of one's own: f(std::string_view), called with one piece of text at a time.
template <class F>
std::shared_ptr<TextOutput> callback_output(F f) {
  class Callback final : public TextOutput {
   public:
    explicit Callback(F function) : f_(std::move(function)) {}
    void write(std::string_view text) override { f_(text); }

   private:
    F f_;
  };
  return detail::make_kept<Callback, TextOutput>(std::move(f));
}

}  // namespace v1
}  // namespace dstream
