// A manager's server, and a client that was started apart: it has neither inherited anything nor any memory in common.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mp/manager.h"
#include "mp/process.h"

namespace mp {
namespace {

using testing::ElementsAre;

const std::string kKey = "a key that both were told";

class Office {
 public:
  std::shared_ptr<managed::Queue<std::string>> in() { return in_; }
  int pid() { return ::getpid(); }

 private:
  const std::shared_ptr<managed::Queue<std::string>> in_ =
      std::make_shared<managed::Queue<std::string>>(0);
};

std::shared_ptr<Office> the_office() {
  static const auto it = std::make_shared<Office>();
  return it;
}

Address address_in(const std::string& text) {
  const size_t colon = text.find(':');
  if (colon == std::string::npos) return Address(text);
  return Address(text.substr(0, colon), std::stoi(text.substr(colon + 1)));
}

// The other program. Returns its exit code.
int be_the_client(const std::string& address) {
  SyncManager manager({.address = address_in(address), .authkey = kKey});
  manager.connect();
  Proxy<Office> office = manager.create<the_office>();
  if (office.call<&Office::pid>() == ::getpid()) return 2;
  office.call<&Office::in>().put("hello");
  ListProxy<ListProxy<int>> lists = manager.list<ListProxy<int>>();
  lists.append(manager.list<int>({1, 2}));
  lists[0].append(3);
  return lists[0].getvalue() == std::vector{1, 2, 3} ? 0 : 3;
}

int run_client(const std::string& address) {
  std::string program = "/proc/self/exe", flag = "--client", where = address;
  char* argv[] = {program.data(), flag.data(), where.data(), nullptr};
  pid_t pid;
  EXPECT_EQ(::posix_spawn(&pid, program.c_str(), nullptr, nullptr, argv, environ), 0);
  int status = -1;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  return WEXITSTATUS(status);
}

void expect_hello(SyncManager& manager) {
  EXPECT_EQ(manager.create<the_office>().call<&Office::in>().get(), "hello");
}

TEST(ManagerApart, client_by_a_path) {
  SyncManager manager({.authkey = kKey});
  manager.start();
  EXPECT_EQ(run_client(manager.address().path()), 0);
  expect_hello(manager);
}

TEST(ManagerApart, client_by_tcp) {
  SyncManager manager({.address = Address("127.0.0.1", 0), .authkey = kKey});
  manager.start();
  EXPECT_EQ(run_client("127.0.0.1:" + std::to_string(manager.address().port())), 0);
  expect_hello(manager);
}

}  // namespace

int run_as_client(const std::string& address) {
  try {
    return be_the_client(address);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "the client: %s\n", error.what());
    return 1;
  }
}

}  // namespace mp

int main(int argc, char** argv) {
  mp::run_if_child(argc, argv);
  if (argc == 3 && std::string(argv[1]) == "--client") return mp::run_as_client(argv[2]);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
