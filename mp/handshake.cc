#include "mp/handshake.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "base/os_error.h"
#include "mp/errors.h"
#include "mp/os/readable.h"

namespace mp {
namespace {

// How each message begins. The proofs' texts begin with these, too.
constexpr std::string_view kChallenge = "#mp1 challenge#", kAnswer = "#mp1 answer#",
                           kWelcome = "#mp1 welcome#", kRefused = "#mp1 refused#";
constexpr size_t kNumber = 32, kProof = 32;

std::string random_number() {
  std::string number(kNumber, '\0');
  // So many bytes come whole, if the kernel has enough of chance; else it waits, and a signal may end that.
  base::check(base::retry_eintr([&] { return ::getrandom(number.data(), number.size(), 0); }),
              "make a random number");
  return number;
}

std::string proof(const std::string& key, std::string_view giver, const std::string& challenge,
                  std::string_view clients_number) {
  std::string text(giver);
  text.append(challenge).append(clients_number);
  std::array<unsigned char, kProof> mac;
  unsigned size = 0;
  const unsigned char* made =
      ::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &size);
  if (made == nullptr || size != kProof) throw AuthenticationError("SHA-256 is not to be had");
  return std::string(mac.begin(), mac.end());
}

// In a time that does not tell where they differ.
bool are_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// Short as it is, a new connection has room for it.
void send(int socket, std::string_view kind, const std::string& content) {
  const std::string message = frame_head(kind.size() + content.size()).append(kind).append(content);
  const ssize_t sent = base::retry_eintr(
      [&] { return ::send(socket, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL); });
  if (base::check(sent, "send a proof of the key") != static_cast<ssize_t>(message.size()))
    throw base::OsError(EAGAIN, "send a proof of the key");
}

// What follows its kind, if it has this one and this length.
std::string content_of(const std::string& message, std::string_view kind, size_t size) {
  if (message == kRefused) throw AuthenticationError("the listener has another key");
  if (!message.starts_with(kind) || message.size() != kind.size() + size)
    throw AuthenticationError("the other side does not prove that it has the key");
  return message.substr(kind.size());
}

// False: the rest of the message is still to come.
bool has_come(FrameReader* reader, int socket) {
  switch (reader->read(socket, kLongestInHandshake)) {
    case FrameReader::Found::kMessage:
      return true;
    case FrameReader::Found::kNotYet:
      return false;
    case FrameReader::Found::kEndOfFile:
      throw EOFError();
    case FrameReader::Found::kTooLong:
      break;
  }
  throw AuthenticationError("the other side sends more than any proof has");
}

std::string receive(int socket, base::Deadline deadline) {
  FrameReader reader;
  while (!has_come(&reader, socket)) {
    if (!os::wait_readable(socket, deadline))
      throw TimeoutError("the listener has not proved in time that it has the key");
  }
  return reader.take();
}

}  // namespace

ListenersHandshake::ListenersHandshake(int socket, std::string key)
    : socket_(socket), key_(std::move(key)), challenge_(random_number()) {
  send(socket_, kChallenge, challenge_);
}

bool ListenersHandshake::go_on() try {
  if (!has_come(&reader_, socket_)) return false;
  const std::string answer = content_of(reader_.take(), kAnswer, kNumber + kProof);
  const std::string clients_number = answer.substr(0, kNumber);
  if (!are_equal(answer.substr(kNumber), proof(key_, kAnswer, challenge_, clients_number)))
    throw AuthenticationError("the client has another key");
  send(socket_, kWelcome, proof(key_, kWelcome, challenge_, clients_number));
  return true;
} catch (const AuthenticationError&) {
  try {
    send(socket_, kRefused, "");
  } catch (const OSError&) {  // it has gone, and need not know
  }
  throw;
}

void prove_to_listener(int socket, const std::string& key, base::Deadline deadline) {
  const std::string challenge = content_of(receive(socket, deadline), kChallenge, kNumber);
  const std::string number = random_number();
  send(socket, kAnswer, number + proof(key, kAnswer, challenge, number));
  const std::string answer = content_of(receive(socket, deadline), kWelcome, kProof);
  if (!are_equal(answer, proof(key, kWelcome, challenge, number)))
    throw AuthenticationError("the listener has another key");
}

}  // namespace mp
