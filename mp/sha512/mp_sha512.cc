// The SHA-512 of every file below some directories, by as many processes as there are CPUs.
//
//   mp_sha512 [--workers=N] DIR... > SUMS
//   sha512sum --check SUMS
//
// Prints what sha512sum prints, in no certain order. A file that can't be read is told on standard error and passed
// over. How far it is is shown if standard error is a terminal. Symbolic links are not followed; only regular files count.
//
// Exit codes: 0 all were read, 1 some were not, 64 bad usage.
#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/os_error.h"
#include "base/unique_fd.h"
#include "mp/errors.h"
#include "mp/pool.h"
#include "mp/process.h"

namespace {

namespace fs = std::filesystem;

constexpr int kSomeNotRead = 1, kBadUsage = 64;
constexpr int kFilesAtOnce = 20;
constexpr size_t kBytesAtOnce = 256 << 10;

// ---------------------------------------------------------------- in a worker

struct Sum {
  std::string file;
  std::string digest;  // in hexadecimal digits; empty: it could not be read, and
  std::string error;   // why
};

std::string hexadecimal(std::string_view bytes) {
  std::string digits;
  for (const unsigned char byte : bytes) {
    digits += "0123456789abcdef"[byte / 16];
    digits += "0123456789abcdef"[byte % 16];
  }
  return digits;
}

std::string sha512_of(int fd) {
  static const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                               EVP_MD_CTX_free);
  static std::vector<char> buffer(kBytesAtOnce);
  EVP_DigestInit_ex(context.get(), EVP_sha512(), nullptr);
  while (true) {
    const ssize_t size = base::check(
        base::retry_eintr([&] { return ::read(fd, buffer.data(), buffer.size()); }), "read");
    if (size == 0) break;
    EVP_DigestUpdate(context.get(), buffer.data(), static_cast<size_t>(size));
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_DigestFinal_ex(context.get(), digest, &size);
  return hexadecimal({reinterpret_cast<const char*>(digest), size});
}

Sum sum_of(std::string file) {
  try {
    const base::UniqueFd fd(
        base::check(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY), "open"));
    return {.file = file, .digest = sha512_of(fd.get())};
  } catch (const base::OsError& error) {
    return {.file = file, .error = base::describe_errno(error.code())};
  }
}

// ---------------------------------------------------------------- in the main program

void complain(const std::string& file, const std::string& why) {
  std::fprintf(stderr, "mp_sha512: %s: %s\n", file.c_str(), why.c_str());
}

// The regular files below some directories, one after the other.
class Walk {
 public:
  Walk(std::vector<std::string> directories, bool* complained)
      : directories_(std::move(directories)), complained_(complained) {}

  std::optional<std::string> operator()() {
    while (true) {
      if (at_ != fs::recursive_directory_iterator()) {
        std::error_code error;
        const bool counts = at_->symlink_status(error).type() == fs::file_type::regular;
        std::string file = at_->path().string();
        go_on(file);
        if (counts) return file;
      } else if (next_ < directories_.size()) {
        begin(directories_[next_++]);
      } else {
        return std::nullopt;
      }
    }
  }

 private:
  void begin(const std::string& directory) {
    std::error_code error;
    at_ = fs::recursive_directory_iterator(directory, error);
    if (error) note(directory, error);
  }
  // A directory below that can't be opened is told of, and passed over.
  void go_on(const std::string& here) {
    std::error_code error;
    at_.increment(error);
    if (!error) return;
    note(here, error);
    // The iterator is at its end then, with all that is left above.
    at_ = fs::recursive_directory_iterator();
  }
  void note(const std::string& where, const std::error_code& error) {
    complain(where, error.message());
    *complained_ = true;
  }

  std::vector<std::string> directories_;
  bool* complained_;
  size_t next_ = 0;
  fs::recursive_directory_iterator at_;
};

// sha512sum marks a line whose name had to be written otherwise.
std::string line_of(const Sum& sum) {
  std::string name;
  bool marked = false;
  for (const char c : sum.file) {
    const char* instead = c == '\\' ? "\\\\" : c == '\n' ? "\\n" : c == '\r' ? "\\r" : nullptr;
    marked |= instead != nullptr;
    instead != nullptr ? name += instead : name += c;
  }
  return (marked ? "\\" : "") + sum.digest + "  " + name + "\n";
}

// A line on a terminal that is written over again and again.
class Progress {
 public:
  ~Progress() {
    if (shown_) std::fprintf(stderr, "\r%*s\r", 40, "");
  }
  void one_more() {
    if (++files_ % 100 != 0 || !is_terminal_) return;
    std::fprintf(stderr, "\rmp_sha512: %ld files", files_);
    shown_ = true;
  }

 private:
  const bool is_terminal_ = ::isatty(STDERR_FILENO) == 1;
  bool shown_ = false;
  long files_ = 0;
};

int print_sums(int workers, std::vector<std::string> directories) {
  bool complained = false;
  mp::Pool pool(workers);
  {
    Progress progress;
    auto sums =
        pool.imap_unordered(sum_of, Walk(std::move(directories), &complained), kFilesAtOnce);
    for (const Sum& sum : sums) {
      progress.one_more();
      if (sum.digest.empty()) {
        complain(sum.file, sum.error);
        complained = true;
      } else {
        const std::string line = line_of(sum);
        std::fwrite(line.data(), 1, line.size(), stdout);
      }
    }
  }
  pool.close();
  pool.join();
  if (std::fflush(stdout) != 0) {
    complain("standard output", base::describe_errno(errno));
    complained = true;
  }
  return complained ? kSomeNotRead : 0;
}

int refuse(const std::string& why) {
  std::fprintf(stderr, "mp_sha512: %s\nusage: mp_sha512 [--workers=N] DIR...\n", why.c_str());
  return kBadUsage;
}

}  // namespace

int main(int argc, char** argv) {
  mp::run_if_child(argc, argv);
  int workers = mp::cpu_count();
  std::vector<std::string> directories;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    constexpr std::string_view kWorkers = "--workers=";
    if (argument.starts_with(kWorkers)) {
      workers = std::atoi(argument.c_str() + kWorkers.size());
      if (workers < 1) return refuse("--workers wants a number of one or more: " + argument);
    } else if (argument.starts_with("-")) {
      return refuse("unknown flag " + argument);
    } else {
      directories.push_back(argument);
    }
  }
  if (directories.empty()) return refuse("no directory was given");
  return print_sums(workers, std::move(directories));
}
