# handoffs.pl: cxj from Perl, by FFI::Platypus and the installed header alone. Perl 5.14 or later, with 64-bit integers.
#
# SPDX-License-Identifier: MIT
#
# Run:    perl handoffs.pl [HEADER [LIBRARY]]   (Debian: libffi-platypus-perl)
# Change: @story, the view and @metrics; on macOS the library is libcxj.0.dylib. Texts are bytes in UTF-8 here; those that
#         come decoded (use utf8, files opened with :utf8) go through Encode::encode_utf8() first.
use strict;
use warnings;
use FFI::Platypus 2.00;
use FFI::Platypus::Buffer qw(scalar_to_pointer);

my $header = do {
    my $name = $ARGV[0] // '/usr/local/include/cxj.h';
    open my $file, '<', $name or die "handoffs.pl: $name: $!\n";
    local $/;
    <$file> =~ s{/\*.*?\*/|^#[^\n]*}{}gmsr;
};
my %CXJ = $header =~ /\bCXJ_(\w+) = (-?\d+)/g;    # every constant is an enumerator

# All functions, as the header declares them. Texts end with NUL; other pointers are addresses.
my $cxj = FFI::Platypus->new(api => 2, lib => $ARGV[1] // 'libcxj.so.0.3');
sub type {
    my ($c) = @_;
    return 'string*' if $c =~ /const char \*\*/;
    return 'opaque*' if $c =~ /\*\*/;
    return 'string' if $c =~ /const char \*/;
    return 'opaque' if $c =~ /\*|cxj_read|cxj_write/;
    return $c =~ /cxj_status/ ? 'int32_t' : $c =~ /(\w+)/ && $1;
}
while ($header =~ /CXJ_API ([^(;]+?)(\w+)\(([^;]*)\);/g) {
    my ($result, $name, $parameters) = ($1, $2, $3);
    $cxj->attach($name => [map { type($_) } grep { $_ ne 'void' } split /,\s*/, $parameters] => type($result));
}

# The struct, as the header declares it; a cxj_text x becomes its two members, x and x_length.
{
    package Touchpoint;
    use FFI::Platypus::Record;
    my ($members) = $header =~ /typedef struct cxj_named_touchpoint \{(.*?)\}/s;
    $members =~ s/cxj_text (\w+);/string rw $1; size_t $1_length;/g;
    $members =~ s/(\w+) (\w+)(\[\d+\]);/$1$3 $2;/g;
    record_layout_1($cxj, $members =~ /(\S[^;]*) (\w+);/g);
    my $size = main::cxj_size_of('cxj_named_touchpoint');
    die "handoffs.pl: another layout than the library's\n" if _ffi_record_size() != $size;
}

# Errors are negative. DONE ends a cursor; any other outcome (REFUSED, STALE, ...) is more than this program expects. The
# sentence is in the engine if the call was one that changes it, else in the buffer that was passed.
my ($engine, $view, $cursor);
my $message = "\0" x 320;
my @room = (scalar_to_pointer($message), length $message);
sub must {
    my ($status) = @_;
    return $status if $status == $CXJ{OK} || $status == $CXJ{DONE};
    die 'handoffs.pl: ', cxj_status_text($status), ': ', unpack('Z*', $message), cxj_message($engine), "\n";
}

# Journey and id are numbers (0: none) or texts; then hours since Monday, 2026-03-02, team and facets.
my @story = (
    [{ journey => "Zoë's move", id_number => 1 }, 0, 'Sales "A"', 0],
    [{ journey => 'order-7', id => 'call' }, 0, 'Sales "A"', 0],
    [{ journey_number => 42, id => 'call' }, 1, 'Büro', 0],
    [{ journey => 'order-7', id => 'form' }, 2, 'Büro', 0],
    [{ journey => '42', id_number => 2 }, 3, 'field', 0],    # the text of a number is that number
    [{ journey => 'order-7', id => 'visit' }, 3, 'field', $CXJ{FACET_REPEATED}],
    [{ journey => "Zoë's move", id_number => 2 }, 4, 'Büro', $CXJ{FACET_REPEATED}],
    [{ journey => "Zoë's move", id_number => 3 }, 6, 'Sales "A"', 0],
);
my @metrics = @CXJ{qw(METRIC_TRANSITIONS_TRANSITIONS METRIC_TRANSITIONS_WAIT_MEAN METRIC_TRANSITIONS_LOST_CONTEXT)};

sub handoffs {
    must(cxj_engine_create(undef, @room, \$engine));
    must(cxj_view_add($engine, 'transitions by team', $CXJ{ZERO_TERMINATED}, \$view));

    my @touchpoints = map {
        my ($names, $hour, $team, $facets) = @$_;
        my %fields = (%$names, team => $team, at => 1772409600000 + $hour * 3600000, facets => $facets);
        $fields{"${_}_length"} = $CXJ{ZERO_TERMINATED} for grep { defined $fields{$_} } qw(journey id team);
        Touchpoint->new(%fields);
    } @story;
    my $structs = join '', map { $$_ } @touchpoints;    # one after the other; the texts stay with @touchpoints
    my $size = length ${ $touchpoints[0] };
    must(cxj_record_named($engine, scalar_to_pointer($structs), $size, scalar @touchpoints, 0, undef, 0));

    my $numbers = pack 'L*', @metrics;
    my $values = "\0" x (@metrics * cxj_size_of('cxj_value'));
    must(cxj_cursor_open($view, @room, \$cursor));
    while (must(cxj_cursor_next($cursor)) == $CXJ{OK}) {
        my @part;
        must(cxj_cursor_part($cursor, $_, \$part[$_], undef)) for 0, 1;
        must(cxj_cursor_metrics($cursor, scalar_to_pointer($numbers), scalar @metrics, @room,
            scalar_to_pointer($values), cxj_size_of('cxj_value')));
        my ($times, $wait, $lost) = unpack '(dx24)*', $values;
        printf "%s -> %s: handoffs %d, wait %.1f h, lost context %d\n", @part, $times, $wait / 3600000, $lost;
    }
}

my $done = eval { handoffs(); 1 };
my $why = $@;
cxj_cursor_close($cursor);
cxj_engine_destroy($engine);
die $why if !$done;
