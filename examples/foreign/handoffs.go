// handoffs.go: cxj from Go, by cgo and the installed header. Go 1.21 or later, nothing else.
//
// SPDX-License-Identifier: MIT
//
// Run:    go run .   (pkg-config must find cxj: PKG_CONFIG_PATH; and the loader the library: LD_LIBRARY_PATH)
// Change: story, the view and metrics. A server keeps one engine behind a sync.RWMutex: functions that take a const
// engine, a view or a cursor read, all others write.
package main

// #cgo pkg-config: cxj
// #include <cxj.h>
// #include <stdlib.h>
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"unsafe"
)

// Journey and id are texts or, where the text is "", numbers (0: none); then hours since Monday, 2026-03-02.
type told struct {
	journey       string
	journeyNumber uint64
	id            string
	idNumber      uint64
	hour          int64
	team          string
	facets        uint32
}

var story = []told{
	{journey: "Zoë's move", idNumber: 1, hour: 0, team: `Sales "A"`},
	{journey: "order-7", id: "call", hour: 0, team: `Sales "A"`},
	{journeyNumber: 42, id: "call", hour: 1, team: "Büro"},
	{journey: "order-7", id: "form", hour: 2, team: "Büro"},
	{journey: "42", idNumber: 2, hour: 3, team: "field"}, // the text of a number is that number
	{journey: "order-7", id: "visit", hour: 3, team: "field", facets: C.CXJ_FACET_REPEATED},
	{journey: "Zoë's move", idNumber: 2, hour: 4, team: "Büro", facets: C.CXJ_FACET_REPEATED},
	{journey: "Zoë's move", idNumber: 3, hour: 6, team: `Sales "A"`},
}

var metrics = []C.uint32_t{
	C.CXJ_METRIC_TRANSITIONS_TRANSITIONS, C.CXJ_METRIC_TRANSITIONS_WAIT_MEAN, C.CXJ_METRIC_TRANSITIONS_LOST_CONTEXT,
}

// failure is nil for OK and DONE, which ends a cursor. Errors are negative; any other outcome (REFUSED, STALE, …) is more
// than this program expects. The sentence is in the engine if the call was one that changes it, else in message.
func failure(status C.cxj_status, engine *C.cxj_engine, message []C.char) error {
	if status == C.CXJ_OK || status == C.CXJ_DONE {
		return nil
	}
	why := C.GoString(C.cxj_message(engine)) + C.GoString(&message[0])
	return fmt.Errorf("%s: %s", C.GoString(C.cxj_status_text(status)), why)
}

// record passes Go's texts as they are, with their lengths: pinned, they stay where they are until the call is over.
func record(engine *C.cxj_engine, story []told) C.cxj_status {
	var pinner runtime.Pinner
	defer pinner.Unpin()
	text := func(s string) C.cxj_text {
		if s == "" {
			return C.cxj_text{}
		}
		pinner.Pin(unsafe.StringData(s))
		return C.cxj_text{text: (*C.char)(unsafe.Pointer(unsafe.StringData(s))), length: C.size_t(len(s))}
	}
	touchpoints := make([]C.cxj_named_touchpoint, len(story))
	for i, s := range story {
		t := &touchpoints[i]
		t.journey, t.journey_number = text(s.journey), C.uint64_t(s.journeyNumber)
		t.id, t.id_number = text(s.id), C.uint64_t(s.idNumber)
		t.team = text(s.team)
		t.at = C.int64_t(1772409600000 + s.hour*3600000)
		t.facets = C.uint32_t(s.facets)
	}
	return C.cxj_record_named(engine, unsafe.SliceData(touchpoints), C.sizeof_cxj_named_touchpoint,
		C.size_t(len(touchpoints)), 0, nil, 0)
}

func handoffs() error {
	message := make([]C.char, 320)
	var engine *C.cxj_engine
	if err := failure(C.cxj_engine_create(nil, &message[0], 320, &engine), nil, message); err != nil {
		return err
	}
	defer C.cxj_engine_destroy(engine)
	question := C.CString("transitions by team")
	defer C.free(unsafe.Pointer(question))
	var view *C.cxj_view
	if err := failure(C.cxj_view_add(engine, question, C.CXJ_ZERO_TERMINATED, &view), engine, message); err != nil {
		return err
	}
	if err := failure(record(engine, story), engine, message); err != nil {
		return err
	}

	var cursor *C.cxj_cursor
	if err := failure(C.cxj_cursor_open(view, &message[0], 320, &cursor), engine, message); err != nil {
		return err
	}
	defer C.cxj_cursor_close(cursor)
	status := C.cxj_cursor_next(cursor)
	for ; status == C.CXJ_OK; status = C.cxj_cursor_next(cursor) {
		var part [2]*C.char // C's, until the cursor moves
		for i := range part {
			if err := failure(C.cxj_cursor_part(cursor, C.uint32_t(i), &part[i], nil), engine, message); err != nil {
				return err
			}
		}
		values := make([]C.cxj_value, len(metrics))
		status = C.cxj_cursor_metrics(cursor, &metrics[0], C.size_t(len(metrics)), &message[0], 320, &values[0],
			C.sizeof_cxj_value)
		if err := failure(status, engine, message); err != nil {
			return err
		}
		fmt.Printf("%s -> %s: handoffs %.0f, wait %.1f h, lost context %.0f\n", C.GoString(part[0]), C.GoString(part[1]),
			values[0].value, values[1].value/3600000, values[2].value)
	}
	return failure(status, engine, message)
}

func main() {
	if err := handoffs(); err != nil {
		fmt.Fprintln(os.Stderr, "handoffs.go:", err)
		os.Exit(1)
	}
}
