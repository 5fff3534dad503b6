#!/usr/bin/perl
# An adapter without a kit, to show what crosses the wire. What it puts under test is a Perl array in the role of a queue
# that one process uses. See conformance/ADAPTERS.md.
use strict;
use warnings;
use IO::Socket::UNIX;
use JSON::PP;
use POSIX ();
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

my $json = JSON::PP->new->utf8->allow_nonref;
my %queues;

sub now { int(clock_gettime(CLOCK_MONOTONIC) * 1e9) }
# As Python would call it.
sub failure { {type => $_[0], bases => [$_[0], qw(Exception BaseException object)], message => '', args => []} }

# The outcome of one command: an answer, without its id.
sub outcome {
  my ($op, $on, $args, $as) = @_;
  my $queue = defined $on ? $queues{$on} : undef;
  my $t0 = now();
  if ($op eq 'queue.new') {
    $queues{$as} = {items => [], room => $args->{maxsize} || 9**9**9};
    return {ok => undef, t0 => $t0, t1 => now()};
  }
  return {unsupported => "no $op here"} if $op !~ /^queue\.(put|get|put_nowait|get_nowait|empty|full)$/;
  return {unsupported => 'a value of a kind of its own'} if ref $args->{item} eq 'HASH';    # bytes, a tuple, ...
  my $full = @{$queue->{items}} >= $queue->{room};
  my $may_wait = $op !~ /nowait/ && ($args->{block} // 1);
  my $must_wait = $op =~ /put/ ? $full : $op =~ /get/ ? !@{$queue->{items}} : 0;
  select undef, undef, undef, $args->{timeout} if $must_wait && $may_wait;    # undef: for ever, as nobody else is here
  return {raise => failure($op =~ /put/ ? 'Full' : 'Empty'), t0 => $t0, t1 => now()} if $must_wait;
  push @{$queue->{items}}, $args->{item} if $op =~ /put/;
  my $result = $op =~ /get/ ? shift @{$queue->{items}} : $op =~ /put/ ? undef
    : ($op =~ /full/ ? $full : !@{$queue->{items}}) ? JSON::PP::true : JSON::PP::false;
  return {ok => $result, t0 => $t0, t1 => now()};
}

my ($path) = $ENV{MPCHECK_ADDRESS} =~ /^unix:(.*)/;
my $socket = IO::Socket::UNIX->new($path) or POSIX::_exit(99);
sub send_line { print $socket $json->encode($_[0]), "\n"; $socket->flush }

send_line({
  mpcheck => 1, token => $ENV{MPCHECK_TOKEN}, puppet => 'main', pid => $$ + 0, ppid => getppid() + 0, tid => $$ + 0,
  about => {name => 'a Perl array', version => "$^V", language => 'Perl', start_method => 'none', home => ''},
  features => ['queue']});
my $received = '';
while (length $received < 1 << 20 && sysread $socket, $received, 65536, length $received) {
  while ($received =~ s/^(.*)\n//) {
    my $command = eval { $json->decode($1) };
    POSIX::_exit(99) if ref $command ne 'HASH';
    my $ends = $command->{op} eq 'puppet.return';
    my $answer = $ends ? {ok => undef} : outcome(@$command{qw(op on args as)});
    send_line({id => $command->{id}, %$answer});
    exit 0 if $ends;
  }
}
POSIX::_exit(99);    # the runner is gone, or broken
