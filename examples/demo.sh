#!/bin/sh
# demo.sh: builds cxj, and shows what it has to say about a log.
#
#     sh examples/demo.sh           about the sample log, onboarding.csv
#     sh examples/demo.sh FILE [OPTION]...   about your own: a CSV with at least a journey and a time in each row; what it
#                                   says of a file that it cannot read names the OPTIONs to add
#
# Needs a Debian-like machine; what is missing is installed, and named first. The build stays in build/.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
build=$root/build
report=$build/examples/cxj-report
sample=$here/onboarding.csv

. "$here/need.sh"
need gcc cc
need libc6-dev header:stdio.h
need meson meson
need ninja-build ninja

if [ ! -f "$build/build.ninja" ]; then
    echo "Building in $build" >&2
    need_quietly meson setup "$build" "$root" --buildtype=release
fi
need_quietly ninja -C "$build" examples/cxj-report

if [ $# -gt 0 ]; then
    exec "$report" "$@"
fi

# ask OPTION...: lets the report program answer about the sample log, into $answer, of which what matters is then shown. What
# was read and refused is of interest only if it fails.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
answer=$scratch/answer
ask() {
    if ! "$report" "$@" "$sample" >"$answer" 2>"$scratch/words"; then
        cat "$scratch/words" >&2
        exit 1
    fi
}

cat <<'END'
A pay-TV company brings its customers on board. It takes about three months, six
calls and more, and a technician's visit. The same customers rated both: each
touchpoint, and, asked several times on the way, the journey as a whole. In two
segments the journey loses more than a third of its first rating (journey_fall),
while every touchpoint is rated as well as anywhere. What is wrong lies between
the touchpoints, where no survey asks.

END
ask --view 'journeys by segment' --metrics touch_satisfaction,touch_drop,journey_satisfaction,journey_fall
cat "$answer"
cat <<'END'

What weighs, in the journeys that are over. One handoff more takes next to
nothing from their rating (of 0 to 1); one that loses what the customer has said
takes much, and so does a delay that nobody explains. Errors, which everybody
counts, weigh least. This is association, which proves no cause; in this log it
is one, for so it was made (sample_log --coefficients).

END
ask --view 'journeys where outcome in (completed, abandoned) with drivers' --metrics journeys
sed -n '/^  satisfaction:/,/^  churn:/{/^  churn:/d;p;}' "$answer"
cat <<'END'

Since when: the part of touchpoints at which customers have to say again what
they have said. Since December it is more than chance brings. (! is beyond the
limits, ~ one of eight or more months in a row on one side of the centre.)

END
ask --view 'touchpoints per month' --metrics repeat_rate --control repeat_rate
sed -n 's/^  all: /  /p' "$answer"
sed -n 's/^  \([ !~] 20[^%]*%\).*/\1/p' "$answer" |
    awk '{ printf NR % 4 ? "  %-18s" : "  %s\n", $0 } END { if (NR % 4) print "" }' | sed 's/ *$//'
cat <<'END'

Where it differs: does it depend on the team, or on the channel, how touchpoints
are rated? Hardly; at 0 it would be one experience for all. Least liked are
answers by mail.

END
ask --view 'touchpoints by team' --view 'touchpoints by channel' --metrics satisfaction --spread satisfaction
sed -n -e '/^touchpoints by/p' -e 's/.*adjusted/  adjusted/p' -e '/^  lowest/p' -e '/^  highest/p' "$answer"
cat <<'END'

How many were answered within four hours: the first time, by the channel where
the journey began; and by mail, by the team that answers.

END
ask --view 'journeys by entry' --metrics first_responses --within first_response=4h
sed -n '/^within/,$p' "$answer"
ask --view 'touchpoints by team where channel = mail' --metrics responses --within response=4h
sed -n '/^within/,$p' "$answer"
cat <<'END'

Which customers wait for an answer now; and which journeys were closed as
completed, every box ticked, before the customer left: there is somebody to ask.

END
ask --view 'journeys by segment' --metrics open,waiting
cat "$answer"
ask --view 'journeys by segment where outcome = completed and churned = yes' --metrics journeys --drill
sed -n '/^journeys behind/,$p' "$answer"
cat <<'END'

Who waits for an answer now, and who has the work: the worklist of a rule.

END
ask --rule 'waiting for 4h'
sed '1d' "$answer"
cat <<'END'

Which rules are worth an alert? The log is played again as if it came live: how
many of the journeys that were late, chased or lost would each have warned of,
how long before, and how often for nothing. A promise that moves tells, a week
ahead, of two in three that will be late; and of those who left, four in five
had had to repeat themselves twice, ten weeks before.

END
ask --rule 'shifts over 0' --rule 'repeats over 1' --replay
sed -n '/^replay/,$p' "$answer"
cat <<'END'

All of that to look at, and more, on one page that needs no network:

END
if ! "$report" --page "$build/onboarding.html" "$sample" >"$scratch/words" 2>&1; then
    cat "$scratch/words" >&2
    exit 1
fi
echo "  $build/onboarding.html"
