<?php
// handoffs.php: cxj from PHP, by FFI and the installed header alone. PHP 7.4 or later.
//
// SPDX-License-Identifier: MIT
//
// Run:    php handoffs.php [HEADER [LIBRARY]]
// Change: $story, the view and $metrics; on macOS the library is libcxj.0.dylib. A web server needs ffi.enable=true, or
//         better a preloaded script with FFI::load(), so that the header is not read for each request.
$header = $argv[1] ?? '/usr/local/include/cxj.h';
$library = $argv[2] ?? 'libcxj.so.0.3';

// FFI reads C, but not its preprocessor. Every constant is an enumerator: $cxj->CXJ_OK.
$c = preg_replace('/^#ifdef __cplusplus.*?^#endif|^#[^\n]*|\bCXJ_API\b/ms', '', file_get_contents($header));
$cxj = FFI::cdef($c, $library);

// Errors are negative. DONE ends a cursor; any other outcome (REFUSED, STALE, ...) is more than this program expects.
// The sentence is in the engine if the call was one that changes it, else in the buffer that was passed.
$message = $cxj->new('char[320]');
$must = function (int $status) use ($cxj, $message, &$engine): int {
    if ($status === $cxj->CXJ_OK || $status === $cxj->CXJ_DONE) {
        return $status;
    }
    $why = FFI::string($message) . $cxj->cxj_message($engine);
    throw new RuntimeException($cxj->cxj_status_text($status) . ": $why");
};

// PHP's strings have their lengths; what C is to read lies in memory that $kept holds until the call is over.
$kept = [];
$give = function (FFI\CData $text, string $bytes) use ($cxj, &$kept): void {
    $kept[] = $copy = $cxj->new('char[' . (strlen($bytes) + 1) . ']');
    FFI::memcpy($copy, $bytes, strlen($bytes));
    $text->text = $cxj->cast('char *', $copy);
    $text->length = strlen($bytes);
};

// Journey and id are texts or numbers (0: none); then hours since Monday, 2026-03-02, team and facets.
$story = [
    ["Zoë's move", 1, 0, 'Sales "A"', 0],
    ['order-7', 'call', 0, 'Sales "A"', 0],
    [42, 'call', 1, 'Büro', 0],
    ['order-7', 'form', 2, 'Büro', 0],
    ['42', 2, 3, 'field', 0], // the text of a number is that number
    ['order-7', 'visit', 3, 'field', $cxj->CXJ_FACET_REPEATED],
    ["Zoë's move", 2, 4, 'Büro', $cxj->CXJ_FACET_REPEATED],
    ["Zoë's move", 3, 6, 'Sales "A"', 0],
];

$engine = $cxj->new('cxj_engine *');
$cursor = $cxj->new('cxj_cursor *');
try {
    $must($cxj->cxj_engine_create(null, $message, FFI::sizeof($message), FFI::addr($engine)));
    $view = $cxj->new('cxj_view *');
    $must($cxj->cxj_view_add($engine, 'transitions by team', $cxj->CXJ_ZERO_TERMINATED, FFI::addr($view)));

    $touchpoints = $cxj->new('cxj_named_touchpoint[' . count($story) . ']'); // FFI sets it to zero
    foreach ($story as $i => [$journey, $id, $hour, $team, $facets]) {
        $t = $touchpoints[$i];
        is_string($journey) ? $give($t->journey, $journey) : $t->journey_number = $journey;
        is_string($id) ? $give($t->id, $id) : $t->id_number = $id;
        $give($t->team, $team);
        $t->at = 1772409600000 + $hour * 3600000;
        $t->facets = $facets;
    }
    $size = FFI::sizeof($touchpoints[0]);
    $must($cxj->cxj_record_named($engine, $touchpoints, $size, count($story), 0, null, 0));

    $metrics = $cxj->new('uint32_t[3]');
    $metrics[0] = $cxj->CXJ_METRIC_TRANSITIONS_TRANSITIONS;
    $metrics[1] = $cxj->CXJ_METRIC_TRANSITIONS_WAIT_MEAN;
    $metrics[2] = $cxj->CXJ_METRIC_TRANSITIONS_LOST_CONTEXT;
    $values = $cxj->new('cxj_value[3]');
    $part = $cxj->new('char *[2]');
    $must($cxj->cxj_cursor_open($view, $message, FFI::sizeof($message), FFI::addr($cursor)));
    while ($must($cxj->cxj_cursor_next($cursor)) === $cxj->CXJ_OK) {
        foreach ([0, 1] as $i) {
            $must($cxj->cxj_cursor_part($cursor, $i, FFI::addr($part[$i]), null));
        }
        $must($cxj->cxj_cursor_metrics($cursor, $metrics, 3, $message, FFI::sizeof($message), $values,
            FFI::sizeof($values[0])));
        printf("%s -> %s: handoffs %d, wait %.1f h, lost context %d\n", FFI::string($part[0]), FFI::string($part[1]),
            $values[0]->value, $values[1]->value / 3600000, $values[2]->value);
    }
} catch (RuntimeException $e) {
    fwrite(STDERR, 'handoffs.php: ' . $e->getMessage() . "\n");
    $failed = 1;
} finally {
    $cxj->cxj_cursor_close($cursor);
    $cxj->cxj_engine_destroy($engine);
}
exit($failed ?? 0);
