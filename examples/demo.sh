#!/bin/sh
# demo.sh: builds cxj, and shows what it has to say about a log.
#
#     sh examples/demo.sh           about the sample log, onboarding.csv
#     sh examples/demo.sh FILE      about your own: a CSV with at least a journey and a time in each row
#
# Needs a Debian-like machine; what is missing is installed, and named first. The build stays in build/.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
build=$root/build
report=$build/examples/cxj-report
sample=$here/onboarding.csv

# One table about the sample log: the view, then its columns. What was read and refused is of interest only if it fails.
show() {
    words=$(mktemp)
    if "$report" --view "$1" --metrics "$2" "$sample" 2>"$words"; then
        rm -f "$words"
    else
        cat "$words" >&2
        rm -f "$words"
        exit 1
    fi
}

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
    exec "$report" "$1"
fi

cat <<'END'
A pay-TV company brings its customers on board. It takes about three months, six
calls and more, and a technician's visit. The same customers rated both: each
touchpoint, and, asked several times on the way, the journey as a whole.
touch_drop is what the touchpoints' rating loses from the first to the last,
journey_fall the part of its first rating that the journey loses.

END
show 'journeys by segment' touch_satisfaction,touch_drop,journey_satisfaction,journey_fall
cat <<'END'

In every segment the touchpoints are rated alike. The journeys are not. What
differs lies between the touchpoints, where no survey asks: dates that move
and nobody says why, customers who must say again what they have said (context
lost at a handoff), and customers who must ask where things stand (chases).

END
show 'journeys by segment' journeys,shifts,late_unexplained,lost_context,repeats,chases,churned
cat <<'END'

Where two of the segments lose the context: the handoffs between teams, the
busiest first. satisfaction_step is what the touchpoints' rating makes of it,
from before a handoff to after it.

END
show 'transitions by team where segment in (mover, switcher)' changes,lost_context_rate,satisfaction_step,wait_p50
cat <<'END'

And why it goes on: two causes come back quarter after quarter. The customers
rate even these touchpoints well; ask those who work there.

END
show 'touchpoints by cause per quarter where cause in (policy, tool)' journeys,faults,satisfaction,employee_satisfaction
