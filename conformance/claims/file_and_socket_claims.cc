// Files and sockets between processes.
#include <signal.h>

#include <string>

#include "conformance/claims/areas.h"
#include "conformance/claims/neighbours_support.h"
#include "conformance/claims/process_support.h"
#include "conformance/stage/matchers.h"

namespace conformance {
namespace {

using testing::AnyOf;

// What a process reads that opens the file now.
std::string content(Puppet& puppet, const std::string& path) {
  RemoteFile f = puppet.makes(module::open(path, "r"));
  std::string text = as_text(puppet.must(f.read()));
  puppet.must(f.close());
  return text;
}

void write(Puppet& puppet, const std::string& path, const std::string& mode, std::string text) {
  RemoteFile f = puppet.makes(module::open(path, mode));
  puppet.must(f.write(std::move(text)));
  puppet.must(f.close());
}

Claims file_claims() {
  return {
      {.id = "file.carries_between_processes",
       .level = Level::kMust,
       .says = "What a child has written into a file that it closed its creator reads, and the "
               "other way round, also after the writer's end.",
       .notes = {"ipc.file"},
       .needs = {"file", "process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             write(main, "to child", "w", "question\n");
             EXPECT_EQ(content(child, "to child"), "question\n");
             write(child, "to main", "w", "answer\n");
             child.must(self::returns());
             main.must(child.handle().join());
             EXPECT_EQ(content(main, "to main"), "answer\n");
             EXPECT_THAT(main.does(module::open("never written", "r").op),
                         raises("FileNotFoundError"));
           }},
      {.id = "file.needs_synchronisation",
       .level = Level::kMust,
       .says = "A reader that has come to the end gets nothing and does not wait; what is written "
               "and flushed later comes with its next read.",
       .notes = {"ipc.file"},
       .needs = {"file", "process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             RemoteFile out = child.makes(module::open("log", "w"));
             RemoteFile in = main.makes(module::open("log", "r"));
             EXPECT_THAT(main.does(in.read()), returns(""));
             child.must(out.write("first "));
             child.must(out.flush());
             EXPECT_THAT(main.does(in.read()), returns("first "));
             EXPECT_THAT(main.does(in.read()), returns(""));
             child.must(out.write("second"));
             child.must(out.close());
             EXPECT_THAT(main.does(in.read()), returns("second"));
           }},
      {.id = "file.unflushed_text_stays_with_the_writer",
       .level = Level::kVariation,
       .says = "A little text that was written and not flushed is with its writer, or in the file; "
               "after flush() it is in the file for everybody, also if the writer is killed.",
       .notes = {"ipc.file"},
       .needs = {"file", "process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             RemoteFile out = child.makes(module::open("log", "w"));
             child.must(out.write("flushed "));
             child.must(out.flush());
             child.must(out.write("not flushed"));
             stage.signal(child, SIGKILL);
             EXPECT_TRUE(stage.process_ends(child));
             const std::string left = content(main, "log");
             EXPECT_THAT(left, AnyOf("flushed ", "flushed not flushed"));
             stage.varies(left == "flushed " ? "with the writer" : "in the file",
                          {"with the writer", "in the file"});
           }},
      {.id = "file.appends_follow_each_other",
       .level = Level::kMust,
       .says = "What two processes append by turns stands one after the other; opened for writing "
               "instead, the file begins anew, and the last writer wins.",
       .notes = {"ipc.file"},
       .needs = {"file", "process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Puppet& child = stage.start_process(main);
             RemoteFile mine = main.makes(module::open("log", "a"));
             RemoteFile its = child.makes(module::open("log", "a"));
             for (int i = 0; i < 2; ++i) {
               main.must(mine.write("main "));
               main.must(mine.flush());
               child.must(its.write("child "));
               child.must(its.flush());
             }
             EXPECT_EQ(content(main, "log"), "main child main child ");
             write(child, "log", "w", "anew");
             EXPECT_EQ(content(main, "log"), "anew");
             write(main, "log", "a", " and on");
             EXPECT_EQ(content(child, "log"), "anew and on");
           }},
      {.id = "file.inherited_ones_share_their_position",
       .level = Level::kShould,
       .says = "A file that was open when a child was forked is one open file for both: what both "
               "write and flush follows each other.",
       .notes = {"ipc.file"},
       .needs = {"file", "process", "isolated", "inherits_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteFile f = main.makes(module::open("log", "w"));
             main.must(f.write("main "));
             main.must(f.flush());
             Puppet& child = stage.start_process(main, {f});
             child.must(f.write("child "));
             child.must(f.flush());
             main.must(f.write("main again"));
             main.must(f.close());
             child.must(f.close());
             EXPECT_EQ(content(main, "log"), "main child main again");
           }},
  };
}

// ---------------------------------------------------------------- sockets

Value any_port() { return Value::tuple({"127.0.0.1", 0}); }

// A socket that listens, and where.
struct Server {
  RemoteSocket socket;
  Value address;
};

Server server_in(Puppet& puppet) {
  RemoteSocket s = puppet.makes(module::socket());
  puppet.must(s.bind(any_port()));
  puppet.must(s.listen(1));
  return {s, puppet.must(s.getsockname())};
}

// Accepts in one puppet what the other one connects: {server's end, client's end}.
std::pair<RemoteSocket, RemoteSocket> connected(Puppet& server_puppet, const Server& server,
                                                Puppet& client_puppet) {
  RemoteSocket client = client_puppet.makes(module::socket());
  client_puppet.must(client.connect(server.address));
  return {server_puppet.makes(server.socket.accept()), client};
}

Value bytes_of(std::string text) { return Value::bytes(std::move(text)); }

// Reads until `most` bytes have come, or the end. How many there were.
size_t received(Puppet& puppet, const RemoteSocket& socket, size_t most) {
  size_t all = 0;
  while (all < most) {
    const Value part = puppet.must(socket.recv(1 << 20));
    const auto* bytes = part.get_if<Value::Bytes>();
    const auto* many = part.get_if<Value::Digest>();
    const size_t size = many != nullptr ? many->size : bytes != nullptr ? bytes->data.size() : 0;
    if (size == 0) break;
    all += size;
  }
  return all;
}

Claims socket_claims() {
  return {
      {.id = "socket.carries_between_processes",
       .level = Level::kMust,
       .says = "A child that connects to its creator's listening socket sends bytes both ways.",
       .notes = {"ipc.socket"},
       .needs = {"socket", "process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Server server = server_in(main);
             Puppet& child = stage.start_process(main);
             auto [here, there] = connected(main, server, child);
             child.must(there.sendall("question"));
             EXPECT_THAT(main.does(here.recv(100)), returns(bytes_of("question")));
             main.must(here.sendall("answer"));
             EXPECT_THAT(child.does(there.recv(100)), returns(bytes_of("answer")));
           }},
      {.id = "socket.waits_for_its_peer",
       .level = Level::kMust,
       .says = "accept() waits until somebody connects, recv() until somebody sends, and both go "
               "on when the other process does it.",
       .notes = {"ipc.socket", "gil.released_on_io"},
       .needs = {"socket", "process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Server server = server_in(main);
             Puppet& child = stage.start_process(main);
             Op accept = server.socket.accept().op;
             accept.as = {"accepted"};
             Call accepting = main.begins(accept);
             EXPECT_THAT(accepting, blocks());
             RemoteSocket there = child.makes(module::socket());
             child.must(there.connect(server.address));
             EXPECT_THAT(accepting, returns());
             RemoteSocket here;
             here.name = "accepted";
             Call receiving = child.begins(there.recv(100));
             EXPECT_THAT(receiving, blocks());
             main.must(here.sendall("x"));
             EXPECT_THAT(receiving, returns(bytes_of("x")));
           }},
      {.id = "socket.is_a_stream",
       .level = Level::kMust,
       .says = "Bytes come in the order sent and know no messages: what was sent in two parts is "
               "read as the reader likes.",
       .notes = {"ipc.socket"},
       .needs = {"socket", "process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Server server = server_in(main);
             Puppet& child = stage.start_process(main);
             auto [here, there] = connected(main, server, child);
             child.must(there.sendall("first"));
             child.must(there.sendall("second"));
             child.must(there.close());
             std::string all;
             for (int i = 0; i < 20; ++i) {
               const Value part = main.must(here.recv(3));
               const auto* data = part.get_if<Value::Bytes>();
               ASSERT_NE(data, nullptr);
               EXPECT_LE(data->data.size(), 3u);
               if (data->data.empty()) break;
               all += data->data;
             }
             EXPECT_EQ(all, "firstsecond");
           }},
      {.id = "socket.sendall_sends_all",
       .level = Level::kMust,
       .says =
           "sendall() of millions of bytes sends every one, however few of them the reader takes "
           "at once.",
       .notes = {"ipc.socket"},
       .needs = {"socket", "process", "isolated"},
       .check =
           [](Stage& stage) {
             constexpr size_t kSize = 3'000'000;
             Puppet& main = stage.main();
             Server server = server_in(main);
             Puppet& child = stage.start_process(main);
             auto [here, there] = connected(main, server, child);
             Call sending = child.begins(there.sendall_blob(kSize, /*seed=*/1));
             EXPECT_EQ(received(main, here, kSize), kSize);
             EXPECT_THAT(sending, returns(nullptr));
             child.must(there.close());
             EXPECT_THAT(main.does(here.recv(1)), returns(bytes_of("")));
           }},
      {.id = "socket.address_is_of_one",
       .level = Level::kMust,
       .says = "An address at which a process listens is no other one's: to listen there as well "
               "raises OSError, and so does connect() of a socket that is connected.",
       .notes = {"ipc.socket"},
       .needs = {"socket", "process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Server server = server_in(main);
             Puppet& child = stage.start_process(main);
             RemoteSocket second = child.makes(module::socket());
             EXPECT_THAT(child.does(second.bind(server.address)), raises("OSError"));
             auto [here, there] = connected(main, server, child);
             EXPECT_THAT(child.does(there.connect(server.address)), raises("OSError"));
             child.must(there.sendall("still the first"));
             EXPECT_THAT(main.does(here.recv(100)), returns(bytes_of("still the first")));
           }},
      {.id = "socket.end_is_told",
       .level = Level::kMust,
       .says = "recv() returns no bytes once the peer has closed, has said that it sends no more, "
               "or was killed; the other direction of a half closed one still carries.",
       .notes = {"ipc.socket"},
       .needs = {"socket", "process", "isolated"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Server server = server_in(main);
             Puppet& child = stage.start_process(main);
             auto [half, its_half] = connected(main, server, child);
             child.must(its_half.shutdown(1));
             EXPECT_THAT(main.does(half.recv(10)), returns(bytes_of("")));
             main.must(half.sendall("still"));
             EXPECT_THAT(child.does(its_half.recv(10)), returns(bytes_of("still")));
             auto [here, there] = connected(main, server, child);
             Call receiving = main.begins(here.recv(10));
             EXPECT_THAT(receiving, blocks());
             stage.signal(child, SIGKILL);
             EXPECT_THAT(receiving, returns(bytes_of("")));
           }},
      {.id = "socket.refuses_where_nobody_listens",
       .level = Level::kMust,
       .says = "connect() to an address at which nobody listens any more raises "
               "ConnectionRefusedError; a closed socket is of no use.",
       .notes = {"ipc.socket"},
       .needs = {"socket"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             Server server = server_in(main);
             main.must(server.socket.close());
             RemoteSocket client = main.makes(module::socket());
             EXPECT_THAT(main.does(client.connect(server.address)),
                         raises("ConnectionRefusedError"));
             EXPECT_THAT(main.does(server.socket.accept().op), raises("OSError"));
           }},
      {.id = "socket.pair_reaches_a_forked_child",
       .level = Level::kMust,
       .says = "A pair of connected sockets carries between a process and the child that was "
               "forked with it; the end comes when every copy of the other side is closed.",
       .notes = {"ipc.socket"},
       .needs = {"socket", "process", "isolated", "inherits_memory"},
       .check =
           [](Stage& stage) {
             Puppet& main = stage.main();
             RemoteSocket left, right;
             left.name = "left";
             right.name = "right";
             main.must(module::socketpair(left, right));
             Puppet& child = stage.start_process(main, {left, right});
             child.must(right.sendall("up"));
             EXPECT_THAT(main.does(left.recv(10)), returns(bytes_of("up")));
             main.must(left.sendall("down"));
             EXPECT_THAT(child.does(right.recv(10)), returns(bytes_of("down")));
             main.must(right.close());
             Call receiving = main.begins(left.recv(10));
             EXPECT_THAT(receiving, blocks());
             child.must(right.close());
             EXPECT_THAT(receiving, returns(bytes_of("")));
           }},
  };
}

}  // namespace

Claims file_and_socket_claims() { return all_of({file_claims(), socket_claims()}); }

}  // namespace conformance
