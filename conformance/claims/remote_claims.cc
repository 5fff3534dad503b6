// Listener and Client: connections between processes that share nothing but an address and a key.
#include <signal.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "conformance/claims/areas.h"
#include "conformance/claims/items.h"
#include "conformance/claims/managed_support.h"
#include "conformance/claims/waits.h"

namespace conformance {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Ne;

const Value kAnyPort = Value::tuple({"127.0.0.1", 0});
const Value kKey = Value::bytes("the secret key");
const Value kWrongKey = Value::bytes("another key");

// A listener of main's, and a thread of main's that will be the client: as far away as any process,
// for both sides know the address only.
struct Remote {
  Remote(Stage& stage, ListenerOptions options = {})
      : main(stage.main()),
        thread(stage.start_thread(main)),
        authkey(options.authkey),
        listener(main.makes(module::listener(std::move(options)))),
        address(main.must(listener.address())) {}

  // Both ends of a new connection: the accepted one and the client's.
  std::pair<RemoteConnection, RemoteConnection> connect() {
    Making<RemoteConnection> accept = listener.accept();
    Making<RemoteConnection> client = module::client(address, {.authkey = authkey});
    accept.handle.name = "accepted" + std::to_string(++connections);
    client.handle.name = "client" + std::to_string(connections);
    Call accepted = main.begins(named(accept.op, accept.handle));
    Call connected = thread.begins(named(client.op, client.handle));
    accepted.value();
    connected.value();
    return {accept.handle, client.handle};
  }
  // Expects that a message gets through in each direction.
  void expect_to_work() {
    auto [ours, theirs] = connect();
    EXPECT_THAT(thread.does(theirs.send("there")), returns(nullptr));
    EXPECT_THAT(main.does(ours.recv()), returns("there"));
    EXPECT_THAT(main.does(ours.send("and back")), returns(nullptr));
    EXPECT_THAT(thread.does(theirs.recv()), returns("and back"));
  }

  Puppet& main;
  Puppet& thread;
  std::optional<Value> authkey;
  RemoteListener listener;
  Value address;
  int connections = 0;
};

// What the peer sends next; empty if it says nothing for a while.
std::string heard(RawSocket& from) {
  std::string first = from.receive(1);
  return first + from.received_so_far();
}

// Expects that no other user can connect to what listens at `path`, as the process `pid` sees it.
void expect_only_the_user_reaches(pid_t pid, const std::string& path) {
  ASSERT_FALSE(path.empty() || path[0] == '\0' || path[0] == '@')
      << "an address without a file, to which anybody may connect: " << path;
  const std::string seen_by = absl::StrCat("/proc/", pid, path[0] == '/' ? "/root" : "/cwd/");
  const std::filesystem::path file = seen_by + path;
  const auto forbidden = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
  std::error_code error;
  const auto of_folder = std::filesystem::status(file.parent_path(), error).permissions();
  ASSERT_FALSE(error) << file << ": " << error.message();
  EXPECT_EQ(of_folder & forbidden, std::filesystem::perms::none) << file.parent_path();
}

// Where a process listens to AF_UNIX, as the kernel tells it: a name without a file begins with @.
std::set<std::string> unix_addresses_of(pid_t pid) {
  std::set<std::string> sockets, found;
  std::error_code gone;
  const std::string process = absl::StrCat("/proc/", pid);
  for (std::filesystem::directory_iterator fd(process + "/fd", gone), end; !gone && fd != end;
       fd.increment(gone)) {
    sockets.insert(std::filesystem::read_symlink(fd->path(), gone));
  }
  std::ifstream table(process + "/net/unix");
  for (std::string line; std::getline(table, line);) {
    std::istringstream columns(line);
    std::string number, references, protocol, flags, type, state, inode, path;
    columns >> number >> references >> protocol >> flags >> type >> state >> inode >> path;
    constexpr std::string_view kListens = "00010000";  // __SO_ACCEPTCON
    if (flags == kListens && sockets.contains("socket:[" + inode + "]")) found.insert(path);
  }
  return found;
}

Claims listeners() {
  return {
      {.id = "remote.listener_has_an_address_of_its_own",
       .level = Level::kMust,
       .says = "A Listener without arguments is bound to a new address, where clients reach it.",
       .documented = {"LSN-01", "LSN-02"},
       .needs = {"remote"},
       .check =
           [](Stage& stage) {
             Remote remote(stage);
             RemoteListener another = remote.main.makes(module::listener());
             Value others = remote.main.must(another.address());
             EXPECT_THAT(remote.address, Ne(others));
             EXPECT_THAT(remote.main.does(remote.listener.last_accepted()), returns(nullptr));
             remote.expect_to_work();
             EXPECT_THAT(remote.main.does(another.close()), returns());
             EXPECT_THAT(remote.main.does(remote.listener.close()), returns());
           }},
      {.id = "remote.accept_waits_for_a_client",
       .level = Level::kMust,
       .says = "accept() waits until a client of another process connects; then both have an end.",
       .notes = {"ipc.remote_concurrency"},
       .documented = {"LSN-05"},
       .needs = {"remote"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteListener listener = main.makes(module::listener());
             Value address = main.must(listener.address());
             Puppet& child = stage.start_process(main);
             auto ours = handle_named<RemoteConnection>("ours");
             Call accept = main.begins(named(listener.accept().op, ours));
             EXPECT_THAT(accept, blocks());
             RemoteConnection theirs = child.makes(module::client(address));
             EXPECT_THAT(accept, returns());
             EXPECT_THAT(child.does(theirs.send(Value::dict({{"k", Value::list({1, nullptr})}}))),
                         returns(nullptr));
             EXPECT_THAT(main.does(ours.recv()),
                         returns(Value::dict({{"k", Value::list({1, nullptr})}})));
             EXPECT_THAT(main.does(ours.send(Value::tuple({1, 0.5}))), returns(nullptr));
             EXPECT_THAT(child.does(theirs.recv()), returns(Value::tuple({1, 0.5})));
             child.must(self::returns());
             EXPECT_TRUE(stage.process_ends(child));
             EXPECT_THAT(main.does(ours.recv()), raises("EOFError"));
             main.must(listener.close());
           }},
      {.id = "remote.tcp_port_is_told",
       .level = Level::kMust,
       .says = "A Listener at port 0 tells the port that it got, and last_accepted the client's.",
       .documented = {"LSN-02", "LSN-03"},
       .needs = {"remote", "remote.tcp"},
       .check =
           [](Stage& stage) {
             Remote remote(stage, {.address = kAnyPort});
             EXPECT_EQ(as_list(remote.address).at(0), Value("127.0.0.1"));
             EXPECT_GT(as_int(as_list(remote.address).at(1)), 0);
             EXPECT_THAT(remote.main.does(remote.listener.last_accepted()), returns(nullptr));
             remote.expect_to_work();
             Value client = remote.main.must(remote.listener.last_accepted());
             EXPECT_EQ(as_list(client).at(0), Value("127.0.0.1"));
             EXPECT_GT(as_int(as_list(client).at(1)), 0);
             EXPECT_THAT(client, Ne(remote.address));
             remote.main.must(remote.listener.close());
           }},
      {.id = "remote.family_follows_the_address",
       .level = Level::kMust,
       .says = "A path means AF_UNIX, a tuple AF_INET; to name that family changes nothing, and "
               "without an address there is a new one of it.",
       .documented = {"LSN-03", "LSN-01"},
       .needs = {"remote", "remote.tcp"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteListener unix = main.makes(module::listener({.address = "here.sock"}));
             EXPECT_THAT(main.does(unix.address()), returns("here.sock"));
             EXPECT_TRUE(stage.has_file("here.sock"));
             EXPECT_THAT(main.does(module::client("here.sock", {.family = "AF_UNIX"}).op),
                         returns());
             RemoteListener tcp =
                 main.makes(module::listener({.address = kAnyPort, .family = "AF_INET"}));
             EXPECT_THAT(main.does(module::client(main.must(tcp.address())).op), returns());
             RemoteListener any_tcp = main.makes(module::listener({.family = "AF_INET"}));
             EXPECT_EQ(as_list(main.must(any_tcp.address())).size(), 2u);
             RemoteListener any_unix = main.makes(module::listener({.family = "AF_UNIX"}));
             EXPECT_THAT(as_text(main.must(any_unix.address())), Ne("here.sock"));
             for (const RemoteListener& each : {unix, tcp, any_tcp, any_unix})
               main.must(each.close());
           }},
      {.id = "remote.unknown_address_is_refused",
       .level = Level::kMust,
       .says = "An address of no known form raises ValueError or TypeError, on both sides.",
       .documented = {"LSN-03"},
       .needs = {"remote"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             auto is_refused = testing::AnyOf(raises("ValueError"), raises("TypeError"));
             EXPECT_THAT(main.does(module::listener({.address = 5}).op), is_refused);
             EXPECT_THAT(main.does(module::client(5).op), is_refused);
             EXPECT_THAT(main.does(module::client(0.5).op), is_refused);
           }},
      {.id = "remote.unknown_family_is_a_value_error",
       .level = Level::kMust,
       .says = "A family that nobody knows, or that this system lacks, raises ValueError.",
       .documented = {"LSN-03"},
       .needs = {"remote"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             EXPECT_THAT(main.does(module::listener({.family = "AF_NOWHERE"}).op),
                         raises("ValueError"));
             for (const char* address : {"p.sock", "\\\\.\\pipe\\p"}) {
               EXPECT_THAT(
                   main.does(module::listener({.address = address, .family = "AF_PIPE"}).op),
                   raises("ValueError"));
               EXPECT_THAT(main.does(module::client(address, {.family = "AF_PIPE"}).op),
                           raises("ValueError"));
             }
           }},
      {.id = "remote.listener_refuses_a_family_that_is_not_its_address_s",
       .level = Level::kShould,
       .says = "A Listener whose family contradicts its address raises.",
       .documented = {"LSN-03"},
       .needs = {"remote", "remote.tcp"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             EXPECT_THAT(main.does(module::listener({.address = "p.sock", .family = "AF_INET"}).op),
                         raises());
             EXPECT_THAT(main.does(module::listener({.address = kAnyPort, .family = "AF_UNIX"}).op),
                         raises());
             EXPECT_FALSE(stage.has_file("p.sock"));
           }},
      {.id = "remote.address_in_use_raises_os_error",
       .level = Level::kMust,
       .says = "A Listener at an address that another one has raises OSError; that one goes on.",
       .documented = {"LSN-08"},
       .needs = {"remote", "remote.tcp"},
       .check =
           [](Stage& stage) {
             for (const Value& address : {Value("used.sock"), kAnyPort}) {
               Remote remote(stage, {.address = address});
               EXPECT_THAT(remote.main.does(module::listener({.address = remote.address}).op),
                           raises("OSError"));
               remote.expect_to_work();
               remote.main.must(remote.listener.close());
             }
           }},
      {.id = "remote.close_gives_the_address_back",
       .level = Level::kMust,
       .says = "close() may be repeated, removes the socket's file and frees the address; accept() "
               "then raises OSError.",
       .documented = {"LSN-07"},
       .needs = {"remote", "remote.tcp"},
       .check =
           [](Stage& stage) {
             for (const Value& address : {Value("closed.sock"), kAnyPort}) {
               Remote remote(stage, {.address = address});
               EXPECT_THAT(remote.main.does(remote.listener.close()), returns(nullptr));
               EXPECT_THAT(remote.main.does(remote.listener.close()), returns(nullptr));
               EXPECT_FALSE(stage.has_file("closed.sock"));
               EXPECT_THAT(remote.main.does(remote.listener.accept().op), raises("OSError"));
               Remote again(stage, {.address = remote.address});
               again.expect_to_work();
               again.main.must(again.listener.close());
             }
           }},
      {.id = "remote.last_accepted_is_the_latest",
       .level = Level::kMust,
       .says = "last_accepted is the address of the client that was accepted last.",
       .documented = {"LSN-02"},
       .needs = {"remote", "remote.tcp"},
       .check =
           [](Stage& stage) {
             Remote remote(stage, {.address = kAnyPort});
             auto first = remote.connect();
             Value address = remote.main.must(remote.listener.last_accepted());
             auto second = remote.connect();
             EXPECT_THAT(remote.main.does(remote.listener.last_accepted()),
                         returns_what(Ne(address)));
             remote.main.must(remote.listener.close());
           }},
      {.id = "remote.port_can_be_had_again_at_once",
       .level = Level::kShould,
       .says = "A port is free for a new listener as soon as the old one is closed, although the "
               "listener's side was the first to close a connection.",
       .documented = {"LSN-07"},
       .needs = {"remote", "remote.tcp"},
       .check =
           [](Stage& stage) {
             Remote remote(stage, {.address = kAnyPort});
             auto [ours, theirs] = remote.connect();
             remote.main.must(ours.close());
             EXPECT_THAT(remote.thread.does(theirs.recv()), raises("EOFError"));
             remote.thread.must(theirs.close());
             remote.main.must(remote.listener.close());
             Remote again(stage, {.address = remote.address});
             again.main.must(again.listener.close());
           }},
      {.id = "remote.abstract_address_needs_no_file",
       .level = Level::kShould,
       .says = "A name that begins with a NUL is an address without a file: clients reach it, and "
               "close() frees it.",
       .documented = {"LSN-03"},
       .needs = {"remote"},
       .check =
           [](Stage& stage) {
             const std::string name = "mpcheck-" + std::to_string(::getpid());
             for (int i = 0; i < 2; ++i) {
               Remote remote(stage, {.address = Value(std::string(1, '\0') + name)});
               remote.expect_to_work();
               EXPECT_THAT(remote.main.does(remote.listener.close()), returns(nullptr));
             }
           }},
      {.id = "remote.file_stays_when_a_child_ends",
       .level = Level::kMust,
       .says = "The socket's file of a listener stays when children of its process are started and "
               "end.",
       .documented = {"LSN-07"},
       .needs = {"remote", "process"},
       .check =
           [](Stage& stage) {
             Remote remote(stage, {.address = "stays.sock"});
             Puppet& child = stage.start_process(remote.main);
             EXPECT_TRUE(stage.has_file("stays.sock"));
             child.must(self::returns());
             remote.main.must(child.handle().join());
             EXPECT_TRUE(stage.has_file("stays.sock"));
             remote.expect_to_work();
             remote.main.must(remote.listener.close());
           }},
      {.id = "remote.with_block_closes",
       .level = Level::kMust,
       .says = "A with block gives the listener itself and closes it at its end.",
       .documented = {"LSN-09"},
       .needs = {"remote"},
       .check =
           [](Stage& stage) {
             Remote remote(stage, {.address = "with.sock"});
             auto same = handle_named<RemoteListener>("same");
             EXPECT_THAT(remote.main.does(named(remote.listener.enter(), same)), returns());
             EXPECT_THAT(remote.main.does(same.address()), returns("with.sock"));
             remote.expect_to_work();
             EXPECT_THAT(remote.main.does(remote.listener.exit()), returns());
             EXPECT_FALSE(stage.has_file("with.sock"));
             EXPECT_THAT(remote.main.does(same.accept().op), raises("OSError"));
           }},
      {.id = "remote.dropped_listener_is_closed",
       .level = Level::kShould,
       .says = "A listener that nobody holds any more leaves no file.",
       .documented = {"LSN-07"},
       .needs = {"remote"},
       .check =
           [](Stage& stage) {
             Remote remote(stage, {.address = "dropped.sock"});
             EXPECT_TRUE(stage.has_file("dropped.sock"));
             remote.main.must(remote.listener.drop());
             EXPECT_FALSE(stage.has_file("dropped.sock"));
             EXPECT_THAT(remote.thread.does(module::client("dropped.sock").op), raises("OSError"));
           }},
      {.id = "remote.close_leaves_accepted_connections",
       .level = Level::kMust,
       .says = "Connections that were accepted work on when their listener is closed.",
       .documented = {"LSN-16"},
       .needs = {"remote"},
       .check =
           [](Stage& stage) {
             Remote remote(stage);
             auto [ours, theirs] = remote.connect();
             remote.main.must(remote.listener.close());
             EXPECT_THAT(remote.main.does(ours.send(1)), returns());
             EXPECT_THAT(remote.thread.does(theirs.recv()), returns(1));
             EXPECT_THAT(remote.thread.does(theirs.send(2)), returns());
             EXPECT_THAT(remote.main.does(ours.recv()), returns(2));
           }},
      {.id = "remote.client_without_a_listener_fails_at_once",
       .level = Level::kMust,
       .says = "Where nobody listens, Client raises: FileNotFoundError for a path without a file, "
               "ConnectionRefusedError where a listener has been.",
       .documented = {"LSN-04"},
       .needs = {"remote", "remote.tcp", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             EXPECT_THAT(main.does(module::client("nobody.sock").op), raises("FileNotFoundError"));
             RemoteListener tcp = main.makes(module::listener({.address = kAnyPort}));
             Value port = main.must(tcp.address());
             main.must(tcp.close());
             EXPECT_THAT(main.does(module::client(port).op), raises("ConnectionRefusedError"));
             Puppet& child = stage.start_process(main);
             child.makes(module::listener({.address = "dead.sock"}));
             child.must(self::exits_at_once(0));
             EXPECT_TRUE(stage.process_ends(child));
             EXPECT_TRUE(stage.has_file("dead.sock"));
             EXPECT_THAT(main.does(module::client("dead.sock").op),
                         raises("ConnectionRefusedError"));
           }},
      {.id = "remote.clients_are_served_in_turn",
       .level = Level::kShould,
       .says =
           "Clients that connect before accept() wait in a row, and are accepted in that order.",
       .documented = {"LSN-01", "LSN-05"},
       .needs = {"remote"},
       .check =
           [](Stage& stage) {
             Remote remote(stage, {.backlog = 5});
             std::vector<RemoteConnection> clients;
             for (int i = 0; i < 4; ++i) {
               clients.push_back(remote.thread.makes(module::client(remote.address)));
               EXPECT_THAT(remote.thread.does(clients.back().send(i)), returns());
             }
             std::vector<RemoteConnection> accepted;
             for (int i = 0; i < 4; ++i) {
               accepted.push_back(remote.main.makes(remote.listener.accept()));
               EXPECT_THAT(remote.main.does(accepted.back().recv()), returns(i));
             }
             EXPECT_THAT(remote.main.does(accepted[2].send("for the third")), returns());
             EXPECT_THAT(remote.thread.does(clients[2].recv()), returns("for the third"));
             EXPECT_THAT(remote.thread.does(clients[1].poll()), returns(false));
             remote.main.must(remote.listener.close());
           }},
      {.id = "remote.backlog_lets_clients_in_before_accept",
       .level = Level::kShould,
       .says = "As many clients as the backlog says connect before anybody calls accept().",
       .documented = {"LSN-06"},
       .needs = {"remote"},
       .check =
           [](Stage& stage) {
             constexpr int kBacklog = 8;
             Remote remote(stage, {.backlog = kBacklog});
             for (int i = 0; i < kBacklog; ++i) {
               auto client = handle_named<RemoteConnection>("client" + std::to_string(i));
               EXPECT_THAT(remote.thread.does(named(module::client(remote.address).op, client)),
                           returns());
             }
             for (int i = 0; i < kBacklog; ++i)
               EXPECT_THAT(remote.main.does(remote.listener.accept().op), returns());
             remote.main.must(remote.listener.close());
           }},
      {.id = "remote.many_clients_at_once",
       .level = Level::kMust,
       .says = "More clients than the backlog holds are served all the same, each once.",
       .documented = {"LSN-05", "LSN-06"},
       .needs = {"remote"},
       .check =
           [](Stage& stage) {
             constexpr int kClients = 5;
             Remote remote(stage);
             std::vector<Call> connects;
             std::vector<Puppet*> threads;
             std::vector<RemoteConnection> clients;
             for (int i = 0; i < kClients; ++i) {
               threads.push_back(&stage.start_thread(remote.main));
               clients.push_back(handle_named<RemoteConnection>("client" + std::to_string(i)));
               connects.push_back(
                   threads.back()->begins(named(module::client(remote.address).op, clients[i])));
             }
             std::vector<RemoteConnection> accepted;
             for (int i = 0; i < kClients; ++i)
               accepted.push_back(remote.main.makes(remote.listener.accept()));
             std::vector<int64_t> got;
             for (int i = 0; i < kClients; ++i) {
               EXPECT_THAT(connects[i], returns());
               EXPECT_THAT(threads[i]->does(clients[i].send(i)), returns());
             }
             for (const RemoteConnection& each : accepted)
               got.push_back(as_int(remote.main.must(each.recv())));
             EXPECT_THAT(got, testing::UnorderedElementsAre(0, 1, 2, 3, 4));
             remote.main.must(remote.listener.close());
           }},
  };
}

Claims remote_connections() {
  return {
      {.id = "remote.carries_what_a_pipe_carries",
       .level = Level::kMust,
       .says = "An accepted connection is a duplex one with the operations of a Pipe's ends, over "
               "paths and ports.",
       .documented = {"LSN-05"},
       .needs = {"remote", "remote.tcp"},
       .check =
           [](Stage& stage) {
             for (const Value& address : {Value("carry.sock"), kAnyPort}) {
               Remote remote(stage, {.address = address});
               auto [ours, theirs] = remote.connect();
               Puppet& main = remote.main;
               Puppet& thread = remote.thread;
               for (const Op& flag : {ours.readable(), ours.writable(), theirs.readable()})
                 EXPECT_THAT(main.does(flag), returns(true));
               EXPECT_THAT(main.does(ours.poll()), returns(false));
               EXPECT_THAT(thread.does(theirs.send_bytes(bytes("0123456"), 2, 3)), returns());
               EXPECT_THAT(main.does(ours.poll(kLong)), returns(true));
               EXPECT_THAT(main.does(ours.recv_bytes()), returns(bytes("234")));
               EXPECT_THAT(thread.does(theirs.send_bytes(bytes(""))), returns());
               EXPECT_THAT(main.does(ours.recv_bytes(10)), returns(bytes("")));
               EXPECT_THAT(thread.does(theirs.send(Value::unpicklable())), raises("TypeError"));
               for (int i = 0; i < 3; ++i) EXPECT_THAT(main.does(ours.send(i)), returns());
               for (int i = 0; i < 3; ++i) EXPECT_THAT(thread.does(theirs.recv()), returns(i));
               Call recv = main.begins(ours.recv());
               EXPECT_THAT(recv, blocks());
               EXPECT_THAT(thread.does(theirs.send("late")), returns());
               EXPECT_THAT(recv, returns("late"));
               main.must(remote.listener.close());
             }
           }},
      {.id = "remote.big_messages_arrive_whole",
       .level = Level::kMust,
       .says = "A message that no socket takes in one piece arrives whole, in both directions.",
       .documented = {"LSN-05"},
       .needs = {"remote", "remote.tcp"},
       .check =
           [](Stage& stage) {
             for (const Value& address : {Value("big.sock"), kAnyPort}) {
               Remote remote(stage, {.address = address});
               auto [ours, theirs] = remote.connect();
               Value big = Value::blob(3 << 20, 3);
               Call send = remote.thread.begins(theirs.send(big));
               EXPECT_THAT(remote.main.does(ours.recv()), returns(big));
               EXPECT_THAT(send, returns(nullptr));
               Call back = remote.main.begins(ours.send_bytes(big));
               EXPECT_THAT(remote.thread.does(theirs.recv_bytes()), returns(big));
               EXPECT_THAT(back, returns(nullptr));
               remote.main.must(remote.listener.close());
             }
           }},
      {.id = "remote.end_of_file_after_the_last_message",
       .level = Level::kMust,
       .says = "When a peer has closed, what it sent comes first, then EOFError; to send to it "
               "raises OSError.",
       .documented = {"LSN-05"},
       .needs = {"remote", "remote.tcp"},
       .check =
           [](Stage& stage) {
             for (const Value& address : {Value("eof.sock"), kAnyPort}) {
               Remote remote(stage, {.address = address});
               auto [ours, theirs] = remote.connect();
               remote.thread.must(theirs.send("last"));
               remote.thread.must(theirs.close());
               EXPECT_THAT(remote.main.does(ours.recv()), returns("last"));
               EXPECT_THAT(remote.main.does(ours.poll(kLong)), returns(true));
               EXPECT_THAT(remote.main.does(ours.recv()), raises("EOFError"));
               remote.main.does(ours.send(1));  // over TCP the first one may still be taken
               EXPECT_THAT(remote.main.does(ours.send(2)), raises("OSError"));
               remote.main.must(remote.listener.close());
             }
           }},
      {.id = "remote.silence_is_no_end",
       .level = Level::kMust,
       .says = "recv() of an accepted connection waits on however long its peer says nothing.",
       .documented = {"LSN-05"},
       .needs = {"remote"},
       .slow = true,
       .check =
           [](Stage& stage) {
             Remote remote(stage);
             auto [ours, theirs] = remote.connect();
             Call receiving = remote.main.begins(ours.recv());
             // Time passes meanwhile: longer than anybody would set a limit by mistake for.
             EXPECT_THAT(remote.thread.does(theirs.poll(1500ms)), returns(false));
             EXPECT_THAT(receiving, blocks());
             EXPECT_THAT(remote.thread.does(theirs.send("at last")), returns(nullptr));
             EXPECT_THAT(receiving, returns("at last"));
           }},
      {.id = "remote.death_of_the_peer_is_end_of_file",
       .level = Level::kMust,
       .says = "When the process at the other end is killed, recv() ends with an error.",
       .documented = {"LSN-05"},
       .needs = {"remote", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteListener listener = main.makes(module::listener());
             Puppet& child = stage.start_process(main);
             RemoteConnection theirs = child.makes(module::client(main.must(listener.address())));
             RemoteConnection ours = main.makes(listener.accept());
             Call recv = main.begins(ours.recv());
             EXPECT_THAT(recv, blocks());
             stage.signal(child, SIGKILL);
             EXPECT_THAT(recv, raises_that_the_peer_is_gone());
             main.must(listener.close());
           }},
      {.id = "remote.connection_goes_to_a_child",
       .level = Level::kMust,
       .says = "An accepted connection can be handed to a child, which talks to the client.",
       .documented = {"LSN-05"},
       .needs = {"remote"},
       .check =
           [](Stage& stage) {
             Remote remote(stage);
             auto [ours, theirs] = remote.connect();
             Puppet& child = stage.start_process(remote.main, {ours});
             EXPECT_THAT(child.does(ours.send("from the child")), returns());
             EXPECT_THAT(remote.thread.does(theirs.recv()), returns("from the child"));
             EXPECT_THAT(remote.thread.does(theirs.send("to the child")), returns());
             EXPECT_THAT(child.does(ours.recv()), returns("to the child"));
           }},
      {.id = "remote.wait_tells_who_has_something",
       .level = Level::kMust,
       .says = "wait() over connections of several clients returns those that have something to "
               "read, one at its end of file included.",
       .documented = {"LSN-05"},
       .needs = {"remote"},
       .check =
           [](Stage& stage) {
             Remote remote(stage, {.backlog = 2});
             auto [first, first_client] = remote.connect();
             auto [second, second_client] = remote.connect();
             Call wait = remote.main.begins(module::wait({first, second}));
             EXPECT_THAT(wait, blocks());
             remote.thread.must(second_client.send(1));
             EXPECT_THAT(wait, returns(Value::list({second.name})));
             remote.main.must(second.recv());
             remote.thread.must(first_client.close());
             EXPECT_THAT(remote.main.does(module::wait({first, second}, kLong)),
                         returns(Value::list({first.name})));
           }},
  };
}

Claims keys() {
  return {
      {.id = "remote.same_key_connects",
       .level = Level::kMust,
       .says = "Where listener and client have the same key, the connection works, over paths and "
               "ports.",
       .documented = {"LSN-10"},
       .needs = {"remote", "remote.authkey", "remote.tcp"},
       .check =
           [](Stage& stage) {
             for (const Value& address : {Value("key.sock"), kAnyPort}) {
               Remote remote(stage, {.address = address, .authkey = kKey});
               remote.expect_to_work();
               remote.expect_to_work();
               remote.main.must(remote.listener.close());
             }
           }},
      {.id = "remote.empty_key_is_a_key",
       .level = Level::kShould,
       .says = "Where listener and client both have an empty key the connection works, and a "
               "client with another key is refused.",
       .documented = {"LSN-10", "LSN-11"},
       .needs = {"remote", "remote.authkey"},
       .check =
           [](Stage& stage) {
             Remote remote(stage, {.authkey = Value::bytes("")});
             remote.expect_to_work();
             Call accept = remote.main.begins(remote.listener.accept().op);
             Call client =
                 remote.thread.begins(module::client(remote.address, {.authkey = kKey}).op);
             EXPECT_THAT(accept, raises("AuthenticationError"));
             EXPECT_THAT(client, raises("AuthenticationError"));
             remote.main.must(remote.listener.close());
           }},
      {.id = "remote.accept_waits_for_the_key",
       .level = Level::kMust,
       .says =
           "accept() of a listener with a key does not return before the client has proved that "
           "it knows it.",
       .documented = {"LSN-10"},
       .needs = {"remote", "remote.authkey"},
       .check =
           [](Stage& stage) {
             Remote remote(stage, {.authkey = kKey});
             RawSocket silent = stage.connect_raw(remote.address);
             Call accept = remote.main.begins(remote.listener.accept().op);
             EXPECT_THAT(accept, blocks());
             silent.hang_up();
             EXPECT_THAT(accept, raises());
           }},
      {.id = "remote.wrong_key_raises_authentication_error_on_both_sides",
       .level = Level::kMust,
       .says = "Where the keys differ, accept() and Client both raise AuthenticationError, and the "
               "listener goes on.",
       .documented = {"LSN-11"},
       .needs = {"remote", "remote.authkey"},
       .check =
           [](Stage& stage) {
             Remote remote(stage, {.authkey = kKey});
             const auto refused = AllOf(raises("AuthenticationError"), raises("ProcessError"));
             for (const Value& key : {kWrongKey, bytes("the secret key "), bytes("")}) {
               Call accept = remote.main.begins(remote.listener.accept().op);
               Call connect =
                   remote.thread.begins(module::client(remote.address, {.authkey = key}).op);
               EXPECT_THAT(accept, refused) << key;
               EXPECT_THAT(connect, refused) << key;
             }
             remote.expect_to_work();
           }},
      {.id = "remote.all_of_a_long_key_counts",
       .level = Level::kMust,
       .says = "Keys of any length work, and two long ones that differ at their ends only are "
               "different keys.",
       .documented = {"LSN-11"},
       .needs = {"remote", "remote.authkey"},
       .check =
           [](Stage& stage) {
             const std::string key(1000, 'k');
             Remote remote(stage, {.authkey = bytes(key)});
             Call accept = remote.main.begins(remote.listener.accept().op);
             Call connect = remote.thread.begins(
                 module::client(remote.address, {.authkey = bytes(key.substr(1) + "l")}).op);
             EXPECT_THAT(accept, raises("AuthenticationError"));
             EXPECT_THAT(connect, raises("AuthenticationError"));
             remote.expect_to_work();
             remote.main.must(remote.listener.close());
           }},
      {.id = "remote.failed_clients_leave_no_descriptor",
       .level = Level::kShould,
       .says = "Clients that were refused leave no open descriptor behind, on either side.",
       .documented = {"LSN-15", "LSN-11"},
       .needs = {"remote", "remote.authkey"},
       .check =
           [](Stage& stage) {
             Remote remote(stage, {.authkey = kKey});
             auto refused_once = [&] {
               Call accept = remote.main.begins(remote.listener.accept().op);
               Call connect =
                   remote.thread.begins(module::client(remote.address, {.authkey = kWrongKey}).op);
               EXPECT_THAT(accept, raises());
               EXPECT_THAT(connect, raises());
             };
             refused_once();
             std::optional<int> before = stage.open_files(remote.main);
             for (int i = 0; i < 5; ++i) refused_once();
             EXPECT_EQ(stage.open_files(remote.main), before);
           }},
      {.id = "remote.key_is_bytes",
       .level = Level::kMust,
       .says = "A key that is text raises TypeError, on both sides.",
       .documented = {"LSN-13"},
       .needs = {"remote", "remote.authkey"},
       .check =
           [](Stage& stage) {
             Remote remote(stage);
             EXPECT_THAT(remote.main.does(module::listener({.authkey = "text"}).op),
                         raises("TypeError"));
             EXPECT_THAT(remote.main.does(module::client(remote.address, {.authkey = "text"}).op),
                         raises("TypeError"));
           }},
      {.id = "remote.key_never_crosses_the_wire",
       .level = Level::kMust,
       .says = "Neither side sends its key; each challenge is a new one.",
       .documented = {"LSN-14"},
       .needs = {"remote", "remote.authkey"},
       .check =
           [](Stage& stage) {
             const std::string key = "the secret key";
             Remote remote(stage, {.authkey = kKey});
             std::vector<std::string> heard;
             for (int i = 0; i < 2; ++i) {  // the listener's side: what it sends to a stranger
               RawSocket stranger = stage.connect_raw(remote.address);
               Call accept = remote.main.begins(remote.listener.accept().op);
               EXPECT_TRUE(stage.comes_to_rest());
               heard.push_back(stranger.received_so_far());
               stranger.send(framed("an answer that is none"));
               stranger.hang_up();
               EXPECT_THAT(accept, raises());
             }
             EXPECT_NE(heard[0], heard[1]);
             RawListener server = stage.listen_raw("stranger.sock");
             Call connect =
                 remote.thread.begins(module::client("stranger.sock", {.authkey = kKey}).op);
             RawSocket client = server.accept();
             client.send(heard[0]);  // the client's side: what it answers to a listener's words
             client.send(std::string(64, 'x'));
             EXPECT_TRUE(stage.comes_to_rest());
             heard.push_back(client.received_so_far());
             client.hang_up();
             EXPECT_THAT(connect, raises());
             for (const std::string& bytes : heard)
               EXPECT_EQ(bytes.find(key), std::string::npos) << "the key itself was sent";
             EXPECT_FALSE(heard[0].empty());
           }},
      {.id = "remote.client_without_a_key_gets_nothing_through",
       .level = Level::kShould,
       .says =
           "A client without a key at a listener with one delivers nothing: accept() raises, and "
           "the listener goes on.",
       .documented = {"LSN-12", "ROB-39"},
       .needs = {"remote", "remote.authkey"},
       .check =
           [](Stage& stage) {
             Remote remote(stage, {.authkey = kKey});
             Call accept = remote.main.begins(remote.listener.accept().op);
             RemoteConnection theirs = remote.thread.makes(module::client(remote.address));
             remote.thread.does(theirs.send("let me in"));
             EXPECT_THAT(accept, raises());
             remote.expect_to_work();
           }},
      {.id = "remote.client_with_a_key_is_told_that_the_listener_has_none",
       .level = Level::kBeyond,
       .says = "A client with a key at a listener without one gets an error, and does not wait for "
               "ever.",
       .documented = {"ROB-39", "LSN-12"},
       .needs = {"remote", "remote.authkey"},
       .slow = true,
       .check =
           [](Stage& stage) {
             Remote remote(stage);
             Call accept = remote.main.begins(remote.listener.accept().op);
             Call connect =
                 remote.thread.begins(module::client(remote.address, {.authkey = kKey}).op);
             EXPECT_THAT(connect, raises());
             EXPECT_THAT(accept, returns());
           }},
  };
}

Claims strangers() {
  return {
      {.id = "remote.silent_client_does_not_block_the_others",
       .level = Level::kBeyond,
       .says = "accept() serves a client with the key, while one that says nothing keeps its "
               "connection open.",
       .documented = {"ROB-37"},
       .needs = {"remote", "remote.authkey"},
       .check =
           [](Stage& stage) {
             Remote remote(stage, {.backlog = 5, .authkey = kKey});
             RawSocket silent = stage.connect_raw(remote.address);
             Call accept = remote.main.begins(remote.listener.accept().op);
             Call connect =
                 remote.thread.begins(module::client(remote.address, {.authkey = kKey}).op);
             EXPECT_THAT(accept, returns()) << "one silent client is enough to keep all others out";
             EXPECT_THAT(connect, returns());
           }},
      {.id = "remote.hang_up_in_the_handshake_is_survived",
       .level = Level::kMust,
       .says = "A client that goes away before it has proved its key makes accept() raise, and the "
               "listener goes on.",
       .documented = {"LSN-11"},
       .needs = {"remote", "remote.authkey", "remote.tcp"},
       .check =
           [](Stage& stage) {
             for (const Value& address : {Value("gone.sock"), kAnyPort}) {
               Remote remote(stage, {.address = address, .authkey = kKey});
               for (bool in_mid_message : {false, true}) {
                 RawSocket client = stage.connect_raw(remote.address);
                 Call accept = remote.main.begins(remote.listener.accept().op);
                 if (in_mid_message) client.send(frame_header(16) + "abc");
                 EXPECT_TRUE(stage.comes_to_rest());
                 client.hang_up();
                 EXPECT_THAT(accept, raises_that_the_peer_is_gone());
               }
               remote.expect_to_work();
               remote.main.must(remote.listener.close());
             }
           }},
      {.id = "remote.nothing_is_deserialised_before_the_handshake",
       .level = Level::kMust,
       .says = "What a stranger sends instead of a proof is refused unread, and the listener goes "
               "on.",
       .documented = {"LSN-10", "LSN-11"},
       .needs = {"remote", "remote.authkey"},
       .check =
           [](Stage& stage) {
             Remote remote(stage, {.authkey = kKey});
             std::string poison = framed(pickle_that_creates("hacked"));
             for (const std::string& greeting :
                  {poison, poison + poison + poison, framed(""), framed(std::string(16, '\0')),
                   framed("#WELCOME#") + framed("#WELCOME#")}) {
               RawSocket stranger = stage.connect_raw(remote.address);
               Call accept = remote.main.begins(remote.listener.accept().op);
               stranger.send(greeting);
               // To who frames messages otherwise, that may be half a one.
               if (!stage.has_feature("remote.wire") && testing::Matches(blocks())(accept))
                 stranger.hang_up();
               EXPECT_THAT(accept, raises());
             }
             EXPECT_FALSE(stage.has_file("hacked"));
             remote.expect_to_work();
           }},
      {.id = "remote.huge_length_in_the_handshake_is_refused_at_once",
       .level = Level::kShould,
       .says =
           "A stranger that announces more than any proof has is refused; nobody waits for it to "
           "come.",
       .documented = {"ROB-42", "LSN-11"},
       .needs = {"remote", "remote.authkey", "remote.wire"},
       .check =
           [](Stage& stage) {
             Remote remote(stage, {.authkey = kKey});
             for (const std::string& header :
                  {frame_header(257), frame_header(0x7fffffff), std::string(12, '\xff')}) {
               RawSocket stranger = stage.connect_raw(remote.address);
               Call accept = remote.main.begins(remote.listener.accept().op);
               stranger.send(header);
               EXPECT_THAT(accept, raises());
               EXPECT_TRUE(stranger.is_hung_up());
             }
             remote.expect_to_work();
           }},
      {.id = "remote.bad_server_makes_client_raise",
       .level = Level::kShould,
       .says =
           "A client with a key whose server sends anything but a challenge, or hangs up, raises.",
       .documented = {"LSN-10", "LSN-11"},
       .needs = {"remote", "remote.authkey"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RawListener server = stage.listen_raw("bad.sock");
             for (const std::string& words :
                  {std::string(), framed("hello"), framed(pickle_that_creates("hacked")),
                   framed("#WELCOME#"), std::string(300, '\xff')}) {
               Call connect = main.begins(module::client("bad.sock", {.authkey = kKey}).op);
               RawSocket client = server.accept();
               client.send(words);
               client.hang_up();
               EXPECT_THAT(connect, raises());
             }
             EXPECT_FALSE(stage.has_file("hacked"));
           }},
      {.id = "remote.server_without_the_key_does_not_fool_a_client",
       .level = Level::kMust,
       .says = "The client asks for a proof as well: a server that only welcomes it is refused.",
       .documented = {"LSN-10"},
       .needs = {"remote", "remote.authkey"},
       .check =
           [](Stage& stage) {
             Remote remote(stage, {.authkey = kKey});
             RawListener impostor = stage.listen_raw("impostor.sock");
             // The impostor hands the challenge of the true listener on, and makes up the rest.
             RawSocket to_listener = stage.connect_raw(remote.address);
             Call accept = remote.main.begins(remote.listener.accept().op);
             EXPECT_TRUE(stage.comes_to_rest());
             std::string challenge = to_listener.received_so_far();
             Call connect =
                 remote.thread.begins(module::client("impostor.sock", {.authkey = kKey}).op);
             RawSocket client = impostor.accept();
             client.send(challenge + framed("#WELCOME#"));
             client.send(framed(std::string(16, 'x')) + framed(std::string(32, 'x')));
             EXPECT_TRUE(stage.comes_to_rest());  // whatever else it would hear
             client.hang_up();
             EXPECT_THAT(connect, raises());
             to_listener.hang_up();
             EXPECT_THAT(accept, raises());
           }},
      {.id = "remote.recorded_proof_is_worth_nothing",
       .level = Level::kMust,
       .says = "A server that repeats to a client with the key what the true listener has sent to "
               "another one does not convince it.",
       .documented = {"LSN-11", "LSN-14"},
       .needs = {"remote", "remote.authkey"},
       .slow = true,
       .check =
           [](Stage& stage) {
             Remote remote(stage, {.authkey = kKey});
             RawListener between = stage.listen_raw("between.sock");
             const Making<RemoteConnection> client =
                 module::client("between.sock", {.authkey = kKey});
             RawSocket to_listener = stage.connect_raw(remote.address);
             Call accept = remote.main.begins(remote.listener.accept().op);
             Call connect = remote.thread.begins(client.op);
             RawSocket to_client = between.accept();
             std::string recorded;
             for (bool talking = true; talking;) {
               const std::string one = heard(to_listener);
               to_client.send(one);
               const std::string other = heard(to_client);
               to_listener.send(other);
               recorded += one;
               talking = !one.empty() || !other.empty();
             }
             EXPECT_THAT(accept, returns());
             EXPECT_THAT(connect, returns());
             Call again = remote.thread.begins(client.op);
             RawSocket deceived = between.accept();
             deceived.send(recorded);
             EXPECT_THAT(again, raises("AuthenticationError"));
           }},
      {.id = "remote.part_of_a_proof_is_none",
       .level = Level::kMust,
       .says = "The beginning of the right answer to a listener's challenge is a wrong one.",
       .documented = {"LSN-11"},
       .needs = {"remote", "remote.authkey", "remote.wire"},
       .check =
           [](Stage& stage) {
             Remote remote(stage, {.authkey = kKey});
             RawListener between = stage.listen_raw("between.sock");
             RawSocket to_listener = stage.connect_raw(remote.address);
             Call accept = remote.main.begins(remote.listener.accept().op);
             Call connect =
                 remote.thread.begins(module::client("between.sock", {.authkey = kKey}).op);
             RawSocket to_client = between.accept();
             to_client.send(heard(to_listener));
             const std::string answer = heard(to_client);
             ASSERT_GT(answer.size(), frame_header(0).size() + 8);
             to_listener.send(framed(answer.substr(frame_header(0).size(), 8)));
             EXPECT_THAT(accept, raises("AuthenticationError"));
             to_client.hang_up();
             EXPECT_THAT(connect, raises());
           }},
      {.id = "remote.torn_message_raises",
       .level = Level::kShould,
       .says =
           "A peer that goes away in the middle of a message or of its announcement makes recv() "
           "raise OSError rather than EOFError, however much it announced.",
       .documented = {"PIPE-30", "ROB-42"},
       .needs = {"remote"},
       .check =
           [](Stage& stage) {
             Remote remote(stage);
             for (const std::string& words : {std::string("\0\0", 2), frame_header(10) + "abc",
                                              frame_header(0x7ffffff0) + "abc"}) {
               RawSocket client = stage.connect_raw(remote.address);
               RemoteConnection ours = remote.main.makes(remote.listener.accept());
               Call recv = remote.main.begins(ours.recv_bytes());
               client.send(words);
               client.hang_up();
               EXPECT_THAT(recv, raises("OSError"));
               remote.main.must(ours.close());
             }
             remote.expect_to_work();
           }},
      {.id = "remote.maxlength_protects_from_big_messages",
       .level = Level::kMust,
       .says = "recv_bytes(maxlength) refuses a longer message by its announcement alone.",
       .documented = {"LSN-05", "ROB-42"},
       .needs = {"remote", "remote.wire"},
       .check =
           [](Stage& stage) {
             Remote remote(stage);
             RawSocket client = stage.connect_raw(remote.address);
             RemoteConnection ours = remote.main.makes(remote.listener.accept());
             client.send(frame_header(0x7ffffff0));
             EXPECT_THAT(remote.main.does(ours.recv_bytes(100)), raises("OSError"));
           }},
      {.id = "remote.negative_length_is_refused",
       .level = Level::kBeyond,
       .says = "A message whose length makes no sense raises; it is not taken for an empty one.",
       .documented = {"ROB-42"},
       .needs = {"remote", "remote.wire"},
       .check =
           [](Stage& stage) {
             Remote remote(stage);
             RawSocket client = stage.connect_raw(remote.address);
             RemoteConnection ours = remote.main.makes(remote.listener.accept());
             client.send(frame_header(-5) + std::string(12, '\0'));
             EXPECT_THAT(remote.main.does(ours.recv_bytes()), raises());
           }},
  };
}

Claims privacy() {
  return {
      {.id = "remote.maxlength_is_as_with_a_pipe",
       .level = Level::kMust,
       .says = "recv_bytes(maxlength) of an accepted connection returns a message of exactly that "
               "length; one that is longer raises OSError, and nothing can be received afterwards, "
               "but still be sent.",
       .documented = {"LSN-05", "PIPE-18"},
       .needs = {"remote"},
       .check =
           [](Stage& stage) {
             Remote remote(stage);
             auto [ours, theirs] = remote.connect();
             for (const char* text : {"", "1", "exactly 10", "less"}) {
               remote.thread.must(theirs.send_bytes(bytes(text)));
               const int length = static_cast<int>(std::strlen(text));
               EXPECT_THAT(remote.main.does(ours.recv_bytes(length)), returns(bytes(text)));
             }
             remote.thread.must(theirs.send_bytes(bytes("eleven char")));
             remote.thread.must(theirs.send_bytes(bytes("next")));
             EXPECT_THAT(remote.main.does(ours.recv_bytes(10)), raises("OSError"));
             EXPECT_THAT(remote.main.does(ours.recv_bytes()), raises("OSError"));
             EXPECT_THAT(remote.main.does(ours.readable()), returns(false));
             EXPECT_THAT(remote.main.does(ours.send("still")), returns(nullptr));
             EXPECT_THAT(remote.thread.does(theirs.recv()), returns("still"));
           }},
      {.id = "remote.chosen_address_is_private",
       .level = Level::kMust,
       .says = "Where a Listener chooses its address itself, that is a file in a folder that only "
               "its user may enter.",
       .documented = {"LSN-01"},
       .needs = {"remote"},
       .check =
           [](Stage& stage) {
             Remote remote(stage);
             expect_only_the_user_reaches(remote.main.pid(), as_text(remote.address));
             remote.main.must(remote.listener.close());
           }},
      {.id = "remote.chosen_port_is_local",
       .level = Level::kMust,
       .says =
           "A Listener that is told a family with ports, and no address, chooses a port of this "
           "machine, which no other machine reaches.",
       .documented = {"LSN-01", "LSN-02"},
       .needs = {"remote", "remote.tcp"},
       .check =
           [](Stage& stage) {
             Remote remote(stage, {.family = "AF_INET"});
             EXPECT_EQ(as_list(remote.address).at(0), Value("127.0.0.1"));
             EXPECT_GT(as_int(as_list(remote.address).at(1)), 0);
             remote.expect_to_work();
             remote.main.must(remote.listener.close());
           }},
      {.id = "remote.file_goes_with_its_process",
       .level = Level::kShould,
       .says =
           "A process that ends with a listener open, be it the main program or a child, leaves "
           "no file of it.",
       .documented = {"LSN-07"},
       .needs = {"remote", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             main.makes(module::listener({.address = "of_main.sock"}));
             child.makes(module::listener({.address = "of_child.sock"}));
             EXPECT_TRUE(stage.has_file("of_child.sock"));
             child.must(self::returns());
             main.must(child.handle().join());
             EXPECT_FALSE(stage.has_file("of_child.sock"));
             EXPECT_TRUE(stage.has_file("of_main.sock"));
             main.must(self::returns());
             EXPECT_TRUE(stage.main_ends().succeeded());
             EXPECT_FALSE(stage.has_file("of_main.sock"));
           }},
      {.id = "remote.helpers_listen_in_private",
       .level = Level::kBeyond,
       .says = "What starts children, serves a manager's objects and hands over ends of pipes "
               "listens, if at all, where only the program's user can connect.",
       .documented = {"LSN-01", "MAN-01"},
       .needs = {"manager", "pipe", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteManager manager = main.manager();
             auto [here, there] = main.pipe();
             stage.start_process(main, {there});
             auto [receiver, sender] = main.pipe(false);
             main.must(here.send(sender.value()));  // it is on its way as long as nobody takes it
             for (pid_t pid : stage.processes()) {
               for (const std::string& path : unix_addresses_of(pid))
                 expect_only_the_user_reaches(pid, path);
             }
             main.must(manager.shutdown());
           }},
  };
}

}  // namespace

Claims remote_claims() {
  Claims all = listeners();
  for (auto more : {remote_connections, keys, strangers, privacy}) {
    for (const Claim& claim : more()) all.push_back(claim);
  }
  return all;
}

}  // namespace conformance
