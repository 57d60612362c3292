#!/bin/sh
# page.sh TEMPLATE FILE.c: makes C of the page's template: its bytes, with a zero behind them.
set -eu
{
    echo 'extern const unsigned char page_template[];'
    echo 'const unsigned char page_template[] = {'
    od -An -v -tu1 "$1" | sed 's/[0-9][0-9]*/&,/g'
    echo '0};'
} >"$2"
