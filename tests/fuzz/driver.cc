// Usage: fuzz_NAME CORPUS SECONDS
//
// Runs the fuzzer's function on every file of the folder CORPUS, and then on mutations of them until
// the time is over. The mutations follow from a fixed seed and their number, so a failure comes
// again; its input is left in the working folder as failed-input.

#include <dstream/clock.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t kMostBytes = 4096;

std::vector<std::string> read_corpus(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> seeds;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return seeds;
}

class Mutator {
 public:
  explicit Mutator(const std::vector<std::string>& seeds) : seeds_(seeds) {}

  std::string next() {
    std::string bytes = seeds_[below(seeds_.size())];
    for (std::size_t i = 0, count = 1 + below(6); i < count; ++i) mutate(bytes);
    if (bytes.size() > kMostBytes) bytes.resize(kMostBytes);
    return bytes;
  }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  void mutate(std::string& bytes) {
    const std::size_t at = below(bytes.size() + 1);
    const std::size_t length = below(std::min<std::size_t>(bytes.size() - at, 64) + 1);
    const std::string& other = seeds_[below(seeds_.size())];
    const std::size_t from = below(other.size() + 1);
    constexpr char kTelling[] = {'\n', '\r', '"', ',',  '\\',   '{', '}',
                                 '[',  ']',  ':', '\0', '\xff', '-', '9'};
    switch (below(8)) {
      case 0:
        bytes.erase(at, length);
        break;
      case 1:
        bytes.insert(at, bytes.substr(at, length));
        break;
      case 2:
        bytes.insert(at, other.substr(from, below(64)));
        break;
      case 3:
        bytes.insert(at, 1 + below(8), kTelling[below(sizeof kTelling)]);
        break;
      case 4:
        bytes.insert(at, below(600), static_cast<char>('a' + below(26)));
        break;
      case 5:
        bytes.resize(at);
        break;
      default:
        if (at < bytes.size()) {
          bytes[at] =
              below(2) == 0 ? kTelling[below(sizeof kTelling)] : static_cast<char>(below(256));
        }
    }
  }

  const std::vector<std::string>& seeds_;
  std::mt19937_64 random_{2026};
};

/// The input at hand, for whoever looks for the cause when the process ends here.
std::string current;

void keep_current() {
  std::ofstream("failed-input", std::ios::binary) << current;
  std::fputs("the input is in ./failed-input\n", stderr);
}

void run(std::string bytes) {
  current = std::move(bytes);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(current.data()), current.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::vector<std::string> seeds = read_corpus(argv[1]);
  if (seeds.empty()) return 2;
  std::set_terminate([] {
    keep_current();
    std::abort();
  });
  for (const std::string& seed : seeds) run(seed);
  dstream::Clock& clock = *dstream::Clock::system();
  const dstream::Duration end = clock.monotonic() + std::chrono::seconds(std::atoi(argv[2]));
  Mutator mutator(seeds);
  std::uint64_t runs = seeds.size();
  for (; clock.monotonic() < end; ++runs) run(mutator.next());
  std::printf("%llu inputs\n", static_cast<unsigned long long>(runs));
  return 0;
}
