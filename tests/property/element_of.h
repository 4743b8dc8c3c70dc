#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <dstream/detail/source_blocks.h>
#include <dstream/queue_source.h>

#include "property/element.h"
#include "property/outputs.h"

namespace property {

template <class T>
class SourceOf final : public Source {
 public:
  explicit SourceOf(dstream::StreamingContext& context) : SourceOf(context.queue_stream<T>()) {}
  AnyStream stream() const override { return AnyStream::of(stream_); }
  void push(const AnySlices& blocks) override {
    std::vector<std::vector<T>> views;
    for (const auto& block : blocks.as<Held<T>>()) {
      views.emplace_back();
      for (const Held<T>& record : block) views.back().push_back(seen<T>(record));
    }
    queue_.push_blocks(std::move(views));
  }

 private:
  explicit SourceOf(std::pair<dstream::QueueInput<T>, dstream::DStream<T>> made)
      : queue_(std::move(made.first)), stream_(std::move(made.second)) {}
  dstream::QueueInput<T> queue_;
  dstream::DStream<T> stream_;
};

template <class T>
class ElementOf final : public Element {
  using H = Held<T>;

 public:
  std::unique_ptr<Source> make_source(dstream::StreamingContext& context) const override {
    return std::make_unique<SourceOf<T>>(context);
  }
  std::unique_ptr<Output> make_output(const AnyStream& stream, OutputKind kind,
                                      Faults* faults) const override {
    return make_output_of<T>(stream.as<T>(), kind, faults);
  }

  AnySlices random_blocks(Rng& rng, Size size) const override {
    Slices<H> blocks;
    auto shape = static_cast<Shape>(rng.below(3));
    if (size == Size::large && rng.one_in(2)) shape = Shape::distinct;
    std::uint64_t made = 0;
    for (std::uint32_t b = rng.between(0, 4); b > 0; --b) {
      blocks.emplace_back();
      for (std::uint64_t n = block_size(rng, size); n > 0; --n) {
        blocks.back().push_back(random_value(rng, shape, made++, H{}));
      }
    }
    return AnySlices::of(std::move(blocks));
  }

  std::vector<dstream::detail::BlockPtr> engine_blocks(const AnySlices& blocks) const override {
    std::vector<dstream::detail::BlockPtr> result;
    for (const auto& block : blocks.as<H>()) {
      std::vector<T> records;
      for (const H& record : block) records.push_back(seen<T>(record));
      dstream::detail::append_blocks<T>(std::move(records), result);
    }
    return result;
  }

  std::uint64_t records(const AnySlices& slices) const override {
    return static_cast<std::uint64_t>(count_records(slices.as<H>()));
  }

  AnySlices cut(const AnySlices& blocks, const OracleSettings& settings) const override {
    return AnySlices::of(property::cut(blocks.as<H>(), settings));
  }

  AnySlices delivered(const std::vector<AnySlices>& batches, OutputKind kind) const override {
    Slices<H> lists;
    for (const AnySlices& batch : batches) {
      if (lists.empty() || kind != OutputKind::for_each) lists.emplace_back();
      for (const auto& slice : batch.as<H>()) {
        lists.back().insert(lists.back().end(), slice.begin(), slice.end());
      }
    }
    if (kind == OutputKind::latest) lists.erase(lists.begin(), lists.end() - 1);
    return AnySlices::of(std::move(lists));
  }

  std::optional<std::string> difference(const AnySlices& expected, const AnySlices& got,
                                        bool ordered) const override {
    const Slices<H>& want = expected.as<H>();
    const Slices<H>& have = got.as<H>();
    if (want.size() != have.size()) {
      return std::to_string(have.size()) + " batches instead of " + std::to_string(want.size());
    }
    for (std::size_t b = 0; b < want.size(); ++b) {
      const auto a = in_bytes(want[b], ordered);
      const auto c = in_bytes(have[b], ordered);
      if (a != c) return describe(b, a, c);
    }
    return std::nullopt;
  }

 private:
  struct Bits {
    std::string bytes;
    const H* record;
    bool operator==(const Bits& other) const { return bytes == other.bytes; }
    bool operator<(const Bits& other) const { return bytes < other.bytes; }
  };
  using Bytes = std::vector<Bits>;

  static std::uint64_t block_size(Rng& rng, Size size) {
    if (size == Size::large) return rng.between(10000, 40000);
    switch (rng.below(4)) {
      case 0:
        return rng.below(2);
      case 1:
        return rng.between(1, size == Size::small ? 8 : 3000);
      default:
        return rng.between(1, size == Size::small ? 60 : 300);
    }
  }

  static Bytes in_bytes(const std::vector<H>& records, bool ordered) {
    Bytes bytes;
    bytes.reserve(records.size());
    for (const H& record : records) bytes.push_back({exact_bytes(record), &record});
    if (!ordered) std::sort(bytes.begin(), bytes.end());
    return bytes;
  }
  static std::string describe(std::size_t batch, const Bytes& want, const Bytes& have) {
    std::size_t i = 0;
    while (i < want.size() && i < have.size() && want[i] == have[i]) ++i;
    const auto at = [i](const Bytes& list) {
      return i < list.size() ? show(*list[i].record) : std::string("nothing");
    };
    return "batch " + std::to_string(batch) + ", record " + std::to_string(i) + ": " + at(have) +
           " instead of " + at(want) + "; " + std::to_string(have.size()) + " records instead of " +
           std::to_string(want.size());
  }
};

}  // namespace property
