#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <dstream/error.h>
#include <dstream/stream.h>
#include <dstream/testing/capturing_sink.h>

#include "property/element.h"

/// Every output operation, recording what it is given.
namespace property {

template <class T>
class CaptureOutput final : public Output {
 public:
  explicit CaptureOutput(const dstream::DStream<T>& s) : captured_(dstream::testing::capture(s)) {}
  AnySlices take() override {
    Slices<Held<T>> all;
    for (auto& batch : captured_.batches()) all.push_back(std::move(batch.records));
    return AnySlices::of(std::move(all));
  }

 private:
  dstream::testing::Captured<T> captured_;
};

template <class T>
class ForEachOutput final : public Output {
 public:
  ForEachOutput(const dstream::DStream<T>& s, Faults* faults) {
    s.for_each([to = seen_, faults](const T& record) {
      try {
        if (faults != nullptr) faults->point(0xf0, word(record));
      } catch (...) {
        to->records.resize(to->committed);  // the retry repeats the batch
        throw;
      }
      to->records.push_back(Held<T>(record));
    });
  }
  void batch_done() override { seen_->committed = seen_->records.size(); }
  AnySlices take() override { return AnySlices::of(Slices<Held<T>>{seen_->records}); }

 private:
  struct Seen {
    std::vector<Held<T>> records;
    std::size_t committed = 0;
  };
  std::shared_ptr<Seen> seen_ = std::make_shared<Seen>();
};

/// Collects with every action; a set of records on which they disagree is delivered as no batch.
template <class T>
class ForeachRddOutput final : public Output {
 public:
  ForeachRddOutput(const dstream::DStream<T>& s, Faults* faults) {
    s.foreach_rdd([to = batches_, faults](const dstream::Rdd<T>& rdd, dstream::Time time) {
      if (faults != nullptr) faults->point(0xf1, static_cast<std::uint64_t>(time.ns()));
      std::vector<Held<T>> records = rdd.collect();
      std::vector<Held<T>> parts;
      rdd.for_each_partition([&](std::span<const Held<T>> part) {
        parts.insert(parts.end(), part.begin(), part.end());
      });
      const std::vector<Held<T>> some = rdd.take(3);
      const bool agree = rdd.count() == static_cast<std::int64_t>(records.size()) &&
                         same(parts, records, records.size()) &&
                         some.size() == std::min<std::size_t>(3, records.size()) &&
                         same(some, records, some.size());
      if (agree) {
        (*to)[time.ns()] = std::move(records);
      } else {
        to->erase(time.ns());
      }
    });
  }
  AnySlices take() override {
    Slices<Held<T>> all;
    for (auto& [time, records] : *batches_) all.push_back(records);
    return AnySlices::of(std::move(all));
  }

 private:
  static bool same(const std::vector<Held<T>>& a, const std::vector<Held<T>>& b, std::size_t n) {
    if (a.size() < n || b.size() < n) return false;
    for (std::size_t i = 0; i < n; ++i) {
      if (exact_bytes(a[i]) != exact_bytes(b[i])) return false;
    }
    return true;
  }
  std::shared_ptr<std::map<std::int64_t, std::vector<Held<T>>>> batches_ =
      std::make_shared<std::map<std::int64_t, std::vector<Held<T>>>>();
};

template <class T>
class ChannelOutput final : public Output {
 public:
  explicit ChannelOutput(const dstream::DStream<T>& s) : channel_(s.to_channel()) {}
  AnySlices take() override {
    Slices<Held<T>> all;
    while (auto batch = channel_.try_pop()) all.push_back(std::move(batch->records));
    return AnySlices::of(std::move(all));
  }

 private:
  dstream::Channel<T> channel_;
};

template <class T>
class LatestOutput final : public Output {
 public:
  explicit LatestOutput(const dstream::DStream<T>& s) : latest_(s.latest()) {}
  AnySlices take() override {
    Slices<Held<T>> all;
    if (const auto batch = latest_.get()) all.push_back(batch->records);
    return AnySlices::of(std::move(all));
  }

 private:
  dstream::Latest<T> latest_;
};

template <class T>
std::unique_ptr<Output> make_output_of(const dstream::DStream<T>& s, OutputKind kind,
                                       Faults* faults) {
  switch (kind) {
    case OutputKind::capture:
      return std::make_unique<CaptureOutput<T>>(s);
    case OutputKind::for_each:
      return std::make_unique<ForEachOutput<T>>(s, faults);
    case OutputKind::foreach_rdd:
      return std::make_unique<ForeachRddOutput<T>>(s, faults);
    case OutputKind::channel:
      return std::make_unique<ChannelOutput<T>>(s);
    case OutputKind::latest:
      return std::make_unique<LatestOutput<T>>(s);
  }
  return nullptr;
}

}  // namespace property
