#!/bin/sh
# page.sh TEMPLATE FILE.c: makes C of the page's template: bytes, with a zero behind them.
set -eu
{
    echo '#include "page.h"'
    echo 'const unsigned char page_template[] = {'
    od -An -v -tu1 "$1" | sed 's/[0-9][0-9]*/&,/g'
    echo '0};'
    echo 'const size_t page_template_length = sizeof page_template - 1;'
} >"$2"
