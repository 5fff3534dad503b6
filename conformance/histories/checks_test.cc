// For each check a history that it finds, and that no other check finds; and good neighbours of it,
// which none does.
#include "conformance/histories/checks.h"

#include "conformance/histories/test_support.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace conformance::histories {
namespace {

std::vector<std::string> found_by(const Program& program, const History& history) {
  std::vector<std::string> names;
  for (const Check& check : all_checks()) {
    if (check.find(program, history)) names.emplace_back(check.name);
  }
  return names;
}

void expect_only(const std::string& check, const char* of, const std::vector<Told>& calls) {
  EXPECT_THAT(found_by(program(of), history(program(of), calls)), testing::ElementsAre(check));
}

void expect_fine(const char* of, const std::vector<Told>& calls) {
  EXPECT_THAT(found_by(program(of), history(program(of), calls)), testing::IsEmpty());
}

TEST(OddOutcome, AWaitWithoutLimitNeverGivesUp) {
  const char* of = "lock: acquire; release | acquire 5ms; release";
  expect_only("odd_outcome", of, {{0, 0, 1, "acquire", false}});
  expect_fine(of, {{1, 0, 1, "acquire 5ms", false}});
  expect_only("odd_outcome", "queue: get", {{0, 0, 1, "get", nullptr, "Empty"}});
  expect_only("odd_outcome", "queue: put 1 5ms", {{0, 0, 1, "put 1 5ms", nullptr, "Full"}});
  expect_fine("queue size=1: put 1 5ms", {{0, 0, 1, "put 1 5ms", nullptr, "Full"}});
  expect_only("odd_outcome", "event: is_set", {{0, 0, 1, "is_set", nullptr}});
  expect_only("odd_outcome", "managed_dict: get 1", {{0, 0, 1, "get 1", nullptr, "KeyError"}});
  expect_fine("managed_dict: getitem 1", {{0, 0, 1, "getitem 1", nullptr, "KeyError"}});
}

TEST(FromNowhere, NobodyPutWhatWasGot) {
  const char* of = "queue size=1: put 1 0ms | get";
  expect_only("from_nowhere", of, {{1, 0, 1, "get", 7}});
  expect_only("from_nowhere", of, {{1, 0, 1, "get", 1}, {0, 2, 3, "put 1 0ms"}});
  expect_only("from_nowhere", of, {{0, 0, 1, "put 1 0ms", nullptr, "Full"}, {1, 2, 3, "get", 1}});
  expect_fine(of, {{1, 0, 3, "get", 1}, {0, 2, 4, "put 1 0ms"}});
}

TEST(GotTwice, OneItemIsGotOnce) {
  const char* of = "queue: put 1 | get | get";
  expect_only("got_twice", of, {{0, 0, 1, "put 1"}, {1, 2, 3, "get", 1}, {2, 2, 3, "get", 1}});
  expect_fine(of, {{0, 0, 1, "put 1"}, {1, 2, 3, "get", 1}});
}

TEST(Lost, WhatWasPutComesOut) {
  const char* of = "pipe: send 1; send 2 | recv";
  expect_only("lost", of, {{0, 0, 1, "send 1"}, {0, 2, 3, "send 2"}, {1, 2, 3, "recv", 1}});
  expect_fine(
      of, {{0, 0, 1, "send 1"}, {0, 2, 3, "send 2"}, {1, 2, 3, "recv", 1}, {2, 8, 9, "recv", 2}});
}

TEST(Lost, AKilledProcessMayTakeOneItemWithIt) {
  const char* of = "queue: put 1; put 2 | get ! kill 1 after 5us";
  const std::vector<Told> took_one = {
      {0, 0, 1, "put 1"}, {1, 0, 5, "get", nullptr, "killed"}, {0, 2, 3, "put 2"}};
  expect_only("lost", of, took_one);
  std::vector<Told> rest = took_one;
  rest.push_back({2, 8, 9, "get", 2});
  expect_fine(of, rest);
}

TEST(OutOfOrder, ItemsOfOneProcessKeepTheirOrder) {
  const char* of = "queue: put 1; put 2 | get; get";
  const std::vector<Told> puts = {{0, 0, 1, "put 1"}, {0, 2, 3, "put 2"}};
  auto with = [&](std::vector<Told> gets) {
    gets.insert(gets.begin(), puts.begin(), puts.end());
    return gets;
  };
  expect_only("out_of_order", of, with({{1, 4, 5, "get", 2}, {1, 6, 7, "get", 1}}));
  expect_only("out_of_order", of, with({{1, 4, 5, "get", 2}, {2, 6, 7, "get", 1}}));
  expect_fine(of, with({{1, 4, 6, "get", 2}, {2, 5, 7, "get", 1}}));
}

TEST(TwoHolders, SectionsDoNotOverlap) {
  const char* of = "lock: acquire; release | acquire; release";
  expect_only("two_holders", of,
              {{0, 0, 1, "acquire", true},
               {1, 2, 3, "acquire", true},
               {0, 4, 5, "release"},
               {1, 6, 7, "release"}});
  expect_fine(of, {{0, 0, 1, "acquire", true},
                   {1, 2, 6, "acquire", true},
                   {0, 4, 5, "release"},
                   {1, 6, 7, "release"}});
}

TEST(TwoHolders, ARecursiveLockIsHeldUntilItsLastRelease) {
  const char* of = "rlock: acquire; acquire; release; release | acquire; release";
  expect_only("two_holders", of,
              {{0, 0, 1, "acquire", true},
               {0, 2, 3, "acquire", true},
               {0, 4, 5, "release"},
               {1, 6, 7, "acquire", true},
               {0, 8, 9, "release"},
               {1, 8, 9, "release"}});
}

TEST(TwoHolders, WhoWaitsLetsGo) {
  const char* of = "condition: acquire; wait 5ms; release | acquire; release";
  expect_fine(of, {{0, 0, 1, "acquire", true},
                   {0, 2, 9, "wait 5ms", false},
                   {0, 10, 11, "release"},
                   {1, 3, 4, "acquire", true},
                   {1, 5, 6, "release"}});
  expect_only("two_holders", of,
              {{0, 0, 1, "acquire", true},
               {0, 2, 9, "wait 5ms", false},
               {0, 20, 21, "release"},
               {1, 3, 4, "acquire", true},
               {1, 15, 16, "release"}});
}

TEST(TwoHolders, AKilledHolderHasItUntilThen) {
  const char* of = "lock: acquire; release | acquire; release ! kill 0 after 5us";
  const std::vector<Told> early = {{0, 0, 1, "acquire", true},
                                   {0, 2, 9, "acquire", nullptr, "killed"},
                                   {1, 3, 4, "acquire", true},
                                   {1, 12, 13, "release"}};
  expect_only("two_holders", of, early);
  std::vector<Told> late = early;
  late[2] = {1, 3, 10, "acquire", true};
  expect_fine(of, late);
}

TEST(TooMany, ASemaphoreAdmitsItsValue) {
  const char* of = "semaphore size=1: acquire; release | acquire; release | give";
  std::vector<Told> calls = {{0, 0, 1, "acquire", true},
                             {1, 4, 5, "acquire", true},
                             {0, 6, 7, "release"},
                             {1, 8, 9, "release"}};
  expect_only("too_many", of, calls);
  calls.push_back({2, 4, 5, "give"});
  expect_fine(of, calls);
}

TEST(TooMany, AQueueHoldsItsMaxsize) {
  const char* of = "queue size=1: put 1 | put 2 | get; get";
  std::vector<Told> calls = {
      {0, 0, 1, "put 1"}, {1, 2, 3, "put 2"}, {2, 4, 5, "get", 1}, {2, 6, 7, "get", 2}};
  expect_only("too_many", of, calls);
  calls[2].t0 = 2;
  expect_fine(of, calls);
}

TEST(BrokenRound, AllComeBeforeAnyLeaves) {
  const char* of = "barrier: wait | wait";
  expect_only("broken_round", of, {{0, 0, 1, "wait", 0}, {1, 2, 3, "wait", 1}});
  expect_only("broken_round", of, {{0, 0, 3, "wait", 0}, {1, 2, 3, "wait", 0}});
  expect_only("broken_round", of, {{0, 0, 3, "wait", 1}, {1, 2, 3, "wait", 2}});
  expect_fine(of, {{0, 0, 3, "wait", 1}, {1, 2, 3, "wait", 0}});
}

TEST(EarlyJoin, AJoinWaitsForTheTasks) {
  const char* of = "joinable_queue: put 1; join | get; task_done";
  std::vector<Told> calls = {
      {0, 0, 1, "put 1"}, {0, 2, 5, "join"}, {1, 3, 4, "get", 1}, {1, 6, 7, "task_done"}};
  expect_only("early_join", of, calls);
  calls[1].t1 = 8;
  expect_fine(of, calls);
}

TEST(WrongSum, NoAdditionIsLost) {
  const char* of = "value size=1: enter; add 2; exit";
  std::vector<Told> calls = {
      {0, 0, 1, "enter"}, {0, 2, 3, "add 2"}, {0, 4, 5, "exit"}, {1, 6, 7, "get", 1}};
  expect_only("wrong_sum", of, calls);
  calls.back().value = 3;
  expect_fine(of, calls);
}

TEST(NotNotified, WhoIsWokenWasNotified) {
  const char* of = "condition: acquire; wait 5ms; release | acquire; notify 1; release";
  std::vector<Told> calls = {
      {0, 0, 1, "acquire", true}, {0, 2, 9, "wait 5ms", true}, {0, 10, 11, "release"}};
  expect_only("not_notified", of, calls);
  calls.insert(calls.end(),
               {{1, 3, 4, "acquire", true}, {1, 5, 6, "notify 1"}, {1, 7, 8, "release"}});
  expect_fine(of, calls);
}

TEST(NotNotified, ANotificationWakesOne) {
  const char* of =
      "condition: acquire; wait 5ms; release | acquire; wait 5ms; release | acquire; notify 1; "
      "release";
  expect_only("not_notified", of,
              {{0, 0, 1, "acquire", true},
               {0, 2, 19, "wait 5ms", true},
               {0, 20, 21, "release"},
               {1, 3, 4, "acquire", true},
               {1, 5, 29, "wait 5ms", true},
               {1, 30, 31, "release"},
               {2, 6, 7, "acquire", true},
               {2, 8, 9, "notify 1"},
               {2, 10, 11, "release"}});
}

}  // namespace
}  // namespace conformance::histories
