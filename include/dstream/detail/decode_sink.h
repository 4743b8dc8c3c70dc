#pragma once

#include <string_view>
#include <utility>

namespace dstream {
inline namespace v1 {
namespace detail {

/// Where a decoder that is compiled in the library puts its records: it fills `record`, a T, and
/// calls `take`, which hands it on and makes it a new one, or `reset`, which drops it.
struct DecodeSink {
  void* record;
  void* out;
  void (*take)(const DecodeSink& sink);
  void (*reset)(void* record);
  void (*report)(void* out, std::string_view reason, std::string_view payload);

  void bad(std::string_view reason, std::string_view payload) const {
    report(out, reason, payload);
  }
};

template <class T>
void reset_decoded(void* record) {
  *static_cast<T*>(record) = T{};
}
template <class T, class Out>
void take_decoded(const DecodeSink& sink) {
  T& record = *static_cast<T*>(sink.record);
  static_cast<Out*>(sink.out)->record(std::move(record));
  reset_decoded<T>(&record);
}
template <class Out>
void report_undecoded(void* out, std::string_view reason, std::string_view payload) {
  static_cast<Out*>(out)->bad(reason, payload);
}
template <class T, class Out>
DecodeSink decode_into(T& record, Out& out) {
  return {&record, &out, &take_decoded<T, Out>, &reset_decoded<T>, &report_undecoded<Out>};
}

}  // namespace detail
}  // namespace v1
}  // namespace dstream
