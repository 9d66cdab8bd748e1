# A FUSE server for tests: perl server.pl /dev/fd/N MODE. Its root has one file, "offer", whose content is what INIT offered:
# minor, flags and the pid of this process.
use strict;
use warnings;

my ($device, $mode) = @ARGV;
my ($number) = $device =~ m{^/dev/fd/(\d+)$} or die "no device: $device\n";
open(my $fuse, '+<&=', $number) or die "fd $number: $!\n";
$SIG{TERM} = 'IGNORE' if $mode eq 'stubborn';
print "standard output\n" if $mode eq 'talk';
print STDERR "error \e[31mred\n" if $mode eq 'talk';
my $offer = '';

sub reply {
    my ($unique, $error, $body) = @_;
    my $message = pack('LlQ', 16 + length($body), -$error, $unique) . $body;
    syswrite($fuse, $message) == length($message) or die "send: $!\n";
}

sub attributes {
    my ($node) = @_;
    my ($mode, $size) = $node == 1 ? (040755, 0) : (0100644, length $offer);
    return pack('Q6L10', $node, $size, 0, 0, 0, 0, 0, 0, 0, $mode, 1, 0, 0, 0, 4096, 0);
}

while (1) {
    my $n = sysread($fuse, my $request, 2 << 20);
    if (!$n) {
        exit 7 if $mode ne 'stubborn';
        sleep 1 while 1;
    }
    my ($length, $opcode, $unique, $node) = unpack('LLQQ', $request);
    my $body = substr($request, 40);
    if ($opcode == 26) {
        my ($major, $minor, $readahead, $flags) = unpack('L4', $body);
        $offer = "$minor " . sprintf('%08x', $flags) . " $$\n";
        reply($unique, 0, pack('L4SSLLSSL8', 7, 45, 0, $flags, 0, 0, 1 << 20, 1, 256, 0, (0) x 8));
    } elsif ($opcode == 1) {
        $body eq "offer\0" ? reply($unique, 0, pack('Q4L2', 2, 0, 0, 0, 0, 0) . attributes(2)) : reply($unique, 2, '');
    } elsif ($opcode == 3) {
        reply($unique, 0, pack('QLL', 0, 0, 0) . attributes($node));
    } elsif ($opcode == 14) {
        reply($unique, 0, pack('QLL', 0, 0, 0));
    } elsif ($opcode == 15) {
        my ($handle, $offset, $size) = unpack('QQL', $body);
        reply($unique, 0, $offset < length $offer ? substr($offer, $offset, $size) : '');
    } elsif ($opcode == 2 || $opcode == 42) {
        exit 9 if $mode eq 'forgetful';
    } else {
        exit 9 if $mode eq 'fragile' && $opcode == 17;
        reply($unique, $opcode == 18 || $opcode == 25 ? 0 : 38, '');
    }
}
