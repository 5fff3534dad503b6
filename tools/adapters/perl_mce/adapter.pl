#!/usr/bin/perl
# Puts MCE, Perl's many-core engine, under mpcheck: processes (MCE::Child), queues and pipes (MCE::Channel). Without a
# kit: conformance/PROTOCOL.md is all that it follows.
#
#   adapter.pl            (Debian: libmce-perl, libcpanel-json-xs-perl)
#
# Only what means the same as in Python is offered. Left out, and why:
#   - locks: an MCE::Mutex belongs to the process that has locked it, which may lock it again, but only once
#     unlocks it; for others unlock() does nothing. That is neither a Lock nor an RLock;
#   - the end of a pipe: a channel is not closed, it is told to end;
#   - a Process before its start: MCE::Child->create makes it and starts it.
#
# MCE's manual has a program wait for its children before it ends, or they are killed and the exit code is another one:
# each process here does, by the system's waitpid, for MCE's own waiting looks again and again.
use strict;
use warnings;

use B ();
use Config;
use Cpanel::JSON::XS ();
use Cwd ();
use Digest::SHA qw(sha256_hex);
use MCE::Channel;
use MCE::Child;
use MIME::Base64 qw(decode_base64 encode_base64);
use POSIX ();
use Socket qw(AF_UNIX SOCK_STREAM pack_sockaddr_un);
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

use constant LINE_LIMIT => 1 << 20;     # bytes, with the newline
use constant PLAIN_BYTES => 4096;       # more are told by their digest

my $json = Cpanel::JSON::XS->new->utf8->allow_nonref;

my %ABOUT = (
  name => 'MCE', version => $MCE::Child::VERSION, language => 'Perl', start_method => 'fork',
  home => 'https://metacpan.org/dist/MCE');
my @FEATURES = qw(batch.if connection inherits_memory isolated pipe process process.kill simple_queue);

# ---- This process ----

my %objects;    # by name
my %globals;
my %noted;      # signal -> how often it came
my %ended;      # pid of a child -> its exit code, as Python counts
my @connections;
my @exit_markers;    # files that an END block creates

sub now { int(clock_gettime(CLOCK_MONOTONIC) * 1e9) }

END { create_file($_) for @exit_markers }

sub create_file { open my $file, '>', $_[0] or die "cannot create $_[0]: $!\n"; close $file }

# MCE tells how a child ended to a function that is registered in each process that has children.
sub watch_children {
  MCE::Child->init(on_finish => sub {
    my ($pid, $code, $ident, $signal, $error) = @_;
    $ended{$pid} = $signal ? -$signal : $code;
    print STDERR "Child $pid: $error" if $error;    # as MCE itself says without such a function
  });
}

sub wait_for_children {
  local $?;
  waitpid $_->pid, 0 for MCE::Child->list;
  MCE::Child->finish('MCE');
}

# ---- Failures ----

my %PARENTS = (
  OSError => 'Exception', TypeError => 'Exception', ValueError => 'Exception', RuntimeError => 'Exception',
  AssertionError => 'Exception', MemoryError => 'Exception', GeneratorExit => 'BaseException', KeyError => 'LookupError', LookupError => 'Exception', IndexError => 'LookupError',
  EOFError => 'Exception', ZeroDivisionError => 'ArithmeticError', ArithmeticError => 'Exception',
  NotImplementedError => 'RuntimeError', StopIteration => 'Exception', KeyboardInterrupt => 'BaseException',
  SystemExit => 'BaseException', Exception => 'BaseException', BaseException => 'object');

sub unsupported { die bless {why => $_[0]}, 'Unsupported' }
sub failure { my ($type, @args) = @_; bless {type => $type, args => \@args}, 'Failure' }

# What a die of the implementation stands for in Python.
sub translated {
  my ($error) = @_;
  return $error if ref $error eq 'Failure';
  chomp(my $text = "$error");
  return failure('TypeError', $text) if $text =~ /^Can't store/;             # Storable, of code
  return failure('AssertionError', $text) if $text =~ /not called by managed process|Cannot join self/;
  return failure('OSError', $text) if $text =~ /Too many open files/;
  return failure('RuntimeError', $text);
}

sub described {
  my ($error) = @_;
  my @bases = ($error->{type});
  push @bases, $PARENTS{$bases[-1]} // 'Exception' while $bases[-1] ne 'object';
  my $message = @{$error->{args}} ? $error->{args}[0] : '';
  return {
    type => $error->{type}, bases => \@bases, args => to_wire($error->{args}),
    message => ref $message ? $json->encode(to_wire($message)) : "$message"};
}

# ---- Values ----

# Text and numbers are Perl's own, and so are lists. Bytes are a blessed string; what Perl has no form for stays as its tag.
sub from_wire {
  my ($value) = @_;
  return [map { from_wire($_) } @$value] if ref $value eq 'ARRAY';
  return $value if ref $value ne 'HASH';
  my ($tag, $content) = %$value;
  return bless \(my $bytes = decode_base64($content)), 'Bytes' if $tag eq '$bytes';
  return bless \(my $blob = blob(@$content{qw(size seed)})), 'Bytes' if $tag eq '$blob';
  return $content eq 'nan' ? 9**9**9 - 9**9**9 : $content eq 'inf' ? 9**9**9 : -9**9**9 if $tag eq '$float';
  return sub { } if $tag eq '$unpicklable';    # code is what Perl cannot freeze
  return $objects{$content} // unsupported("no object named '$content'") if $tag eq '$object';
  return {$tag => from_wire($content)};
}

sub blob {
  my ($size, $seed) = @_;
  my $words = int(($size + 3) / 4);
  return substr pack('V*', map { ($seed + $_) & 0xffffffff } 0 .. $words - 1), 0, $size;
}

sub to_wire {
  my ($value) = @_;
  my $kind = ref $value;
  return [map { to_wire($_) } @$value] if $kind eq 'ARRAY';
  return {map { $_ => to_wire($value->{$_}) } keys %$value} if $kind eq 'HASH';
  return $value if $kind eq 'JSON::PP::Boolean' || !defined $value;
  return {'$unpicklable' => Cpanel::JSON::XS::true} if $kind eq 'CODE';
  return length $$value <= PLAIN_BYTES ? {'$bytes' => encode_base64($$value, '')}
    : {'$blob' => {size => length $$value, sha256 => sha256_hex($$value)}} if $kind eq 'Bytes';
  return {'$other' => $kind} if $kind;
  return $value if B::svref_2object(\$value)->FLAGS & B::SVf_POK;
  my $number = $value;    # a look at $value itself could make an integer of it
  return $value if $number == $number && abs $number != 9**9**9;
  return {'$float' => $number != $number ? 'nan' : $number > 0 ? 'inf' : '-inf'};
}

# ---- The connection ----

sub give_up { POSIX::_exit(99) }

sub connect_puppet {
  my ($name, $args, $kwargs) = @_;
  my ($path) = $ENV{MPCHECK_ADDRESS} =~ /^unix:(.*)/ or die "this adapter knows Unix sockets only\n";
  socket my $socket, AF_UNIX, SOCK_STREAM, 0 or give_up();
  connect $socket, pack_sockaddr_un($path) or give_up();
  push @connections, $socket;
  return {name => $name, socket => $socket, received => '', args => $args // [], kwargs => $kwargs // {'$dict' => []}, markers => []};
}

sub send_message {
  my ($puppet, $message) = @_;
  my $line = $json->encode($message) . "\n";
  $line = $json->encode({id => $message->{id}, unsupported => 'a reply of ' . length($line) . ' bytes'}) . "\n"
    if length $line > LINE_LIMIT;
  while (length $line) {
    my $sent = syswrite $puppet->{socket}, $line;
    next if !defined $sent && $!{EINTR};
    give_up() if !$sent;
    substr $line, 0, $sent, '';
  }
}

sub read_command {
  my ($puppet) = @_;
  my $end;
  while (($end = index $puppet->{received}, "\n") < 0) {
    give_up() if length $puppet->{received} >= LINE_LIMIT;
    my $got = sysread $puppet->{socket}, $puppet->{received}, 65536, length $puppet->{received};
    next if !defined $got && $!{EINTR};
    give_up() if !$got;
  }
  my $line = substr $puppet->{received}, 0, $end + 1, '';
  my $command = eval { $json->decode($line) };
  give_up() if ref $command ne 'HASH' || !defined $command->{id} || !defined $command->{op};
  return $command;
}

sub hello {
  my ($puppet) = @_;
  my %hello = (
    mpcheck => 1, token => $ENV{MPCHECK_TOKEN}, puppet => $puppet->{name}, pid => $$ + 0, ppid => getppid() + 0, tid => $$ + 0);
  @hello{qw(about features)} = (\%ABOUT, \@FEATURES) if $puppet->{name} eq 'main';
  send_message($puppet, \%hello);
}

# ---- Puppets ----

# Obeys until it is told how to end: returns the value, or dies of what the runner says.
sub obey {
  my $puppet = connect_puppet(@_);
  hello($puppet);
  my $end;
  until ($end) {
    my $command = read_command($puppet);
    my $reply;
    ($reply, $end) = answer($puppet, $command);
    send_message($puppet, {%$reply, id => $command->{id}});
  }
  $end->() if ref $end eq 'AtOnce';
  create_file($_) for @{$puppet->{markers}};
  @connections = grep { $_ != $puppet->{socket} } @connections;
  close $puppet->{socket};
  return $end->();
}

my %ENDINGS = (
  'puppet.return' => sub { my $value = $_[0]; sub { from_wire($value->{value}) } },
  'puppet.raise' => sub {
    my ($args) = @_;
    $PARENTS{$args->{type}} or unsupported("no exception that is called $args->{type}");
    sub { die failure($args->{type}, exists $args->{message} ? from_wire($args->{message}) : ()) };
  },
  'puppet.exit' => sub { my ($args) = @_; sub { die bless {code => $args->{code}}, 'Exit' } },
  'puppet._exit' => sub { my ($args) = @_; bless sub { POSIX::_exit($args->{code}) }, 'AtOnce' });

sub answer {
  my ($puppet, $command) = @_;
  my $ending = $ENDINGS{$command->{op}} or return perform($puppet, $command);
  my $end = eval { $ending->($command->{args} // {}) } or return {unsupported => $@->{why}};
  return ({ok => undef}, $end);
}

my %OPERATIONS;    # op -> [its parameters, its function of the puppet, the object that it is on, and the arguments]

sub perform {
  my ($puppet, $command) = @_;
  my ($op, $args) = ($command->{op}, $command->{args} // {});
  my ($parameters, $function) = @{$OPERATIONS{$op} // return {unsupported => "unknown operation $op"}};
  for my $name (keys %$args) {
    return {unsupported => "$op with $name"} if " $parameters " !~ / \Q$name\E /;
  }
  my ($t0, $ok, $result);
  $ok = eval {
    my $on = defined $command->{on} ? $objects{$command->{on}} // unsupported("no object named '$command->{on}'") : undef;
    my %given = $op eq 'batch' ? %$args : map { $_ => from_wire($args->{$_}) } keys %$args;
    $t0 = now();
    $result = $function->($puppet, $on, \%given, $command);
    1;
  };
  my ($t1, $error) = (now(), $@);
  return {unsupported => $error->{why}} if !$ok && ref $error eq 'Unsupported';
  return {raise => described(translated($error)), t0 => $t0 // $t1, t1 => $t1} if !$ok;
  return {ok => $op eq 'batch' ? $result : to_wire($result), t0 => $t0, t1 => $t1};
}

# Whether what a command of a batch depends on, so many places before it, returned, and not false.
sub is_due {
  my ($command, $done) = @_;
  my $back = $command->{if} or return 1;
  return 0 if $back > @$done || !exists $done->[-$back]{ok};
  my $ok = $done->[-$back]{ok};
  return !(ref $ok eq 'JSON::PP::Boolean' && !$ok);
}

sub batch {
  my ($puppet, $args) = @_;
  my @replies;
  for (1 .. $args->{times} // 1) {
    my @done;
    push @done, is_due($_, \@done) ? perform($puppet, $_) : {ok => Cpanel::JSON::XS::false} for @{$args->{commands}};
    push @replies, @done;
  }
  return \@replies;
}

# What a child does: it is a puppet with the objects that were passed to it, and nothing else of its parent's.
sub child_of {
  my ($args) = @_;
  my %passed = map { $_ => $objects{$_} // unsupported("no object named '$_'") } @{$args->{objects} // []};
  my ($name, $func) = @$args{qw(puppet func)};
  my $function = $name || !$func ? undef : function_named($func);
  return sub {
    close $_ for splice @connections;
    %objects = %passed;
    watch_children();
    my $done = eval {
      $name ? obey($name, $args->{args}, $args->{kwargs}) : $function ? $function->(@{$args->{args} // []}) : undef;
      1;
    };
    my $error = $@;
    wait_for_children();
    end_of_child($error) if !$done;
    return;
  };
}

sub end_of_child {
  my ($error) = @_;
  MCE::Child->exit(exit_code($error->{code})) if ref $error eq 'Exit';
  die "$error->{type}: " . ($error->{args}[0] // '') . "\n" if ref $error eq 'Failure';
  die $error;
}

sub exit_code {
  my ($code) = @_;
  return $code ? 1 : 0 if ref $code eq 'JSON::PP::Boolean' || !defined $code;
  return $code if !ref $code && $code =~ /^-?\d+$/;
  print STDERR "$code\n";
  return 1;
}

sub function_named {
  my ($name) = @_;
  my %functions = (
    nothing => sub { }, identity => sub { $_[0] }, square => sub { $_[0] * $_[0] }, arguments => sub { [@_] },
    pid => sub { $$ }, fail => sub { die failure('ValueError', $_[0]) },
    exit_with_count => sub { die bless {code => scalar @_}, 'Exit' });
  return $functions{$name} // unsupported("no function named '$name'");
}

# The child behind a process that has been started.
sub started { $_[0]{child} // unsupported('MCE::Child has no process that is not started') }

# An end of a pipe: which pair of the channel's calls it uses.
sub end_of { my ($channel, $side) = @_; bless {channel => $channel, side => $side}, 'End' }

%OPERATIONS = (
  'process.new' => ['puppet func objects args kwargs', sub {
    my ($puppet, $on, $args, $command) = @_;
    $objects{$command->{as}} = {work => child_of($args), maker => $$};
    return;
  }],
  'process.start' => ['', sub {
    my ($puppet, $on) = @_;
    unsupported('MCE::Child->create makes a process and starts it: there is no other start')
      if $on->{child} || $on->{maker} != $$;
    $on->{child} = MCE::Child->create($on->{work}) // die failure('OSError', "fork: $!");
    return;
  }],
  'process.join' => ['', sub { started($_[1])->join; return }],
  'process.is_alive' => ['', sub { started($_[1])->is_running ? Cpanel::JSON::XS::true : Cpanel::JSON::XS::false }],
  'process.terminate' => ['', sub { started($_[1])->kill('TERM'); return }],
  'process.kill' => ['', sub { started($_[1])->kill('KILL'); return }],
  'process.pid' => ['', sub { started($_[1])->pid + 0 }],
  'process.exitcode' => ['', sub {
    my $child = started($_[1]);
    $child->is_running;    # which reaps it, if it has ended
    return $ended{$child->pid};
  }],

  'simple_queue.new' => ['', sub { $objects{$_[3]{as}} = MCE::Channel->new(impl => 'Mutex', mp => 1); return }],
  'simple_queue.put' => ['item', sub { $_[1]->enqueue($_[2]{item}); return }],
  'simple_queue.get' => ['', sub { scalar $_[1]->dequeue }],

  'pipe.new' => ['duplex', sub {
    my $channel = MCE::Channel->new(impl => 'Mutex', mp => 1);
    my ($first, $second) = @{$_[3]{as}};
    # Of a pipe with one direction the first end receives, and the second one sends.
    @objects{$first, $second} = (end_of($channel, 2), end_of($channel, 1));
    return;
  }],
  'connection.send' => ['item', sub {
    my ($end, $item) = ($_[1], $_[2]{item});
    $end->{side} == 1 ? $end->{channel}->send($item) : $end->{channel}->send2($item);
    return;
  }],
  'connection.recv' => ['', sub {
    my $end = $_[1];
    return $end->{side} == 1 ? scalar $end->{channel}->recv2 : scalar $end->{channel}->recv;
  }],

  'puppet.arguments' => ['', sub { {'$dict' => [['args', $_[0]{args}], ['kwargs', $_[0]{kwargs}]]} }],
  'puppet.ids' => ['', sub { {'$dict' => [['pid', $$ + 0], ['ppid', getppid() + 0], ['tid', $$ + 0]]} }],
  'puppet.names' => ['', sub { [sort keys %objects] }],
  'puppet.drop' => ['', sub {
    my $on = $_[1];
    delete @objects{grep { $objects{$_} == $on } keys %objects};
    return;
  }],
  'puppet.getcwd' => ['', sub { Cwd::getcwd() }],
  'puppet.chdir' => ['path', sub { chdir $_[2]{path} or die failure('OSError', "$!"); return }],
  'puppet.stdin' => ['', sub { local $/; return scalar(<STDIN>) // '' }],
  'puppet.print' => ['text stream flush', sub {
    my ($puppet, $on, $args) = @_;
    my $stream = ($args->{stream} // 'stdout') eq 'stderr' ? \*STDERR : \*STDOUT;
    print $stream $args->{text};
    $stream->flush if $args->{flush};
    return;
  }],
  'puppet.on_signal' => ['signal action', sub {
    my ($number, $action) = @{$_[2]}{qw(signal action)};
    my $name = (split ' ', $Config{sig_name})[$number];
    my %handlers = (ignore => 'IGNORE', default => 'DEFAULT', note => sub { ++$noted{$number} });
    $SIG{$name} = $handlers{$action} // unsupported("the action $action");
    return;
  }],
  'puppet.noted' => ['signal', sub { $noted{$_[2]{signal}} // 0 }],
  'puppet.at_exit' => ['marker', sub { push @exit_markers, $_[2]{marker}; return }],
  'puppet.finally' => ['marker', sub { push @{$_[0]{markers}}, $_[2]{marker}; return }],
  'puppet.until' => ['at', sub { 1 while now() < $_[2]{at}; return }],
  'global.set' => ['name value', sub { $globals{$_[2]{name}} = $_[2]{value}; return }],
  'global.get' => ['name', sub { $globals{$_[2]{name}} }],
  'list.new' => ['items', sub { $objects{$_[3]{as}} = $_[2]{items} // []; return }],
  'list.append' => ['item', sub { push @{$_[1]}, $_[2]{item}; return }],
  'list.get' => ['', sub { $_[1] }],
  'batch' => ['commands times', sub { batch($_[0], $_[2]) }],
);

# ---- The program ----

# Forks a main program whenever the runner asks; returns in each of them.
sub be_nursery {
  my $nursery = connect_puppet('nursery');
  hello($nursery);
  while (1) {
    my $command = read_command($nursery);
    pipe(my $adopted, my $tell) or give_up();
    my $middle = fork // give_up();
    if (!$middle) {
      close $tell;
      POSIX::_exit(0) if fork;
      sysread $adopted, my $nothing, 1;    # ends when the nursery has reaped the middle one
      POSIX::setsid();
      close $_ for splice @connections;
      return;
    }
    close $adopted;
    waitpid $middle, 0;
    close $tell;
    send_message($nursery, {id => $command->{id}, ok => undef});
  }
}

if (!defined $ENV{MPCHECK_ADDRESS}) {
  print STDERR "adapter.pl: MPCHECK_ADDRESS is not set; mpcheck starts this program\n";
  exit 64;
}
$SIG{PIPE} = 'IGNORE';
be_nursery() if delete $ENV{MPCHECK_NURSERY};
watch_children();
my $returned = eval { obey('main'); 1 };
my $error = $@;
wait_for_children();
exit 0 if $returned;
exit exit_code($error->{code}) if ref $error eq 'Exit';
print STDERR ref $error eq 'Failure' ? "$error->{type}: " . ($error->{args}[0] // '') . "\n" : $error;
exit 1;
