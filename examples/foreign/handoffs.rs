// handoffs.rs: cxj from Rust, by declarations written by hand. rustc alone, 1.56 or later.
//
// SPDX-License-Identifier: MIT
//
// Run:    rustc --edition 2021 handoffs.rs -L "$(pkg-config --variable=libdir cxj)" && ./handoffs
//         (the loader must find the library: LD_LIBRARY_PATH)
// Change: STORY, the view and METRICS. What else you need of cxj.h is declared in the same way, or all of it by bindgen.
use std::ffi::CStr;
use std::os::raw::{c_char, c_void};
use std::ptr::{null, null_mut};

// What this program needs of cxj.h; main() asks the library whether the structs are of its size.
type Status = i32;
const OK: Status = 0;
const DONE: Status = 1;
const ZERO_TERMINATED: usize = 2147483647;
const FACET_REPEATED: u32 = 256;
const METRICS: [u32; 3] = [2000, 2004, 2008]; // CXJ_METRIC_TRANSITIONS_TRANSITIONS, …_WAIT_MEAN, …_LOST_CONTEXT

#[repr(C)]
pub struct Text {
    text: *const u8,
    length: usize,
}

#[repr(C)]
pub struct NamedTouchpoint {
    journey: Text,
    id: Text,
    customer: Text,
    owner: Text,
    team: Text,
    activity: Text,
    channel: Text,
    stage: Text,
    cause: Text,
    r#type: Text,
    segment: Text,
    reason: Text,
    journey_number: u64,
    id_number: u64,
    customer_number: u64,
    revision: u64,
    at: i64,
    due: i64,
    value: i64,
    sequence: u32,
    facets: u32,
    scale: u8,
    score: u8,
    scope: u8,
    commitment: u8,
    outcome: u8,
    reserved: [u8; 3],
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Value {
    value: f64,
    low: f64,
    high: f64,
    n: u64,
}

pub enum CEngine {}
pub enum CView {}
pub enum CCursor {}

#[link(name = "cxj")]
extern "C" {
    fn cxj_status_text(status: Status) -> *const c_char;
    fn cxj_size_of(name: *const c_char) -> usize;
    fn cxj_engine_create(
        options: *const c_void,
        message: *mut c_char,
        message_capacity: usize,
        engine: *mut *mut CEngine,
    ) -> Status;
    fn cxj_engine_destroy(engine: *mut CEngine);
    fn cxj_message(engine: *const CEngine) -> *const c_char;
    fn cxj_view_add(engine: *mut CEngine, text: *const c_char, length: usize, view: *mut *mut CView) -> Status;
    fn cxj_record_named(
        engine: *mut CEngine,
        touchpoints: *const NamedTouchpoint,
        touchpoint_size: usize,
        count: usize,
        flags: u32,
        receipt: *mut c_void,
        receipt_size: usize,
    ) -> Status;
    fn cxj_cursor_open(
        view: *const CView,
        message: *mut c_char,
        message_capacity: usize,
        cursor: *mut *mut CCursor,
    ) -> Status;
    fn cxj_cursor_next(cursor: *mut CCursor) -> Status;
    fn cxj_cursor_part(cursor: *mut CCursor, part: u32, text: *mut *const c_char, length: *mut usize) -> Status;
    fn cxj_cursor_metrics(
        cursor: *mut CCursor,
        metrics: *const u32,
        metric_count: usize,
        message: *mut c_char,
        message_capacity: usize,
        results: *mut Value,
        result_size: usize,
    ) -> Status;
    fn cxj_cursor_close(cursor: *mut CCursor);
}

// A literal that ends with NUL. (From Rust 1.77 on, c"…" says the same.)
fn c(text: &'static str) -> *const c_char {
    text.as_ptr().cast()
}

fn text_of(c: *const c_char) -> String {
    unsafe { CStr::from_ptr(c) }.to_string_lossy().into_owned()
}

// What is created or opened ends with the scope that holds this, whatever happens: the cursor before its engine.
struct AtEnd<F: FnMut()>(F);
impl<F: FnMut()> Drop for AtEnd<F> {
    fn drop(&mut self) {
        (self.0)()
    }
}

// Errors are negative. DONE ends a cursor; any other outcome (REFUSED, STALE, …) is more than this program expects. The
// sentence is in the engine if the call was one that changes it, else in the buffer that was passed.
fn must(status: Status, engine: *const CEngine, message: *const c_char) -> Result<Status, String> {
    if status == OK || status == DONE {
        return Ok(status);
    }
    let why = text_of(message) + &text_of(unsafe { cxj_message(engine) });
    Err(format!("{}: {}", text_of(unsafe { cxj_status_text(status) }), why))
}

// Journey and id are texts or, where the text is "", numbers (0: none); then hours since Monday, 2026-03-02.
type Told = (&'static str, u64, &'static str, u64, i64, &'static str, u32);
const STORY: [Told; 8] = [
    ("Zoë's move", 0, "", 1, 0, "Sales \"A\"", 0),
    ("order-7", 0, "call", 0, 0, "Sales \"A\"", 0),
    ("", 42, "call", 0, 1, "Büro", 0),
    ("order-7", 0, "form", 0, 2, "Büro", 0),
    ("42", 0, "", 2, 3, "field", 0), // the text of a number is that number
    ("order-7", 0, "visit", 0, 3, "field", FACET_REPEATED),
    ("Zoë's move", 0, "", 2, 4, "Büro", FACET_REPEATED),
    ("Zoë's move", 0, "", 3, 6, "Sales \"A\"", 0),
];

// Texts are passed as they are, with their lengths; they are read during the call alone.
fn touchpoint(&(journey, journey_number, id, id_number, hour, team, facets): &Told) -> NamedTouchpoint {
    let text = |s: &'static str| Text { text: s.as_ptr(), length: s.len() };
    let nothing: NamedTouchpoint = unsafe { std::mem::zeroed() }; // states nothing
    NamedTouchpoint {
        journey: text(journey),
        journey_number,
        id: text(id),
        id_number,
        team: text(team),
        at: 1772409600000 + hour * 3600000,
        facets,
        ..nothing
    }
}

unsafe fn handoffs() -> Result<(), String> {
    let (size, value_size) = (std::mem::size_of::<NamedTouchpoint>(), std::mem::size_of::<Value>());
    if (cxj_size_of(c("cxj_named_touchpoint\0")), cxj_size_of(c("cxj_value\0"))) != (size, value_size) {
        return Err("another layout than the library's".into());
    }
    let mut room = [0; 320];
    let (message, capacity) = (room.as_mut_ptr(), room.len());
    let (mut engine, mut view, mut cursor) = (null_mut(), null_mut(), null_mut());

    must(cxj_engine_create(null(), message, capacity, &mut engine), engine, message)?;
    let _engine = AtEnd(|| cxj_engine_destroy(engine));
    must(cxj_view_add(engine, c("transitions by team\0"), ZERO_TERMINATED, &mut view), engine, message)?;

    let touchpoints: Vec<NamedTouchpoint> = STORY.iter().map(touchpoint).collect();
    let status = cxj_record_named(engine, touchpoints.as_ptr(), size, touchpoints.len(), 0, null_mut(), 0);
    must(status, engine, message)?;

    must(cxj_cursor_open(view, message, capacity, &mut cursor), engine, message)?;
    let _cursor = AtEnd(|| cxj_cursor_close(cursor));
    while must(cxj_cursor_next(cursor), engine, message)? == OK {
        let (mut from, mut to) = (null(), null()); // the library's, until the cursor moves
        must(cxj_cursor_part(cursor, 0, &mut from, null_mut()), engine, message)?;
        must(cxj_cursor_part(cursor, 1, &mut to, null_mut()), engine, message)?;
        let mut v = [Value::default(); METRICS.len()];
        let (numbers, count) = (METRICS.as_ptr(), METRICS.len());
        let status = cxj_cursor_metrics(cursor, numbers, count, message, capacity, v.as_mut_ptr(), value_size);
        must(status, engine, message)?;
        let (times, wait, lost) = (v[0].value, v[1].value / 3600000.0, v[2].value);
        println!("{} -> {}: handoffs {}, wait {:.1} h, lost context {}", text_of(from), text_of(to), times, wait, lost);
    }
    Ok(())
}

fn main() {
    if let Err(why) = unsafe { handoffs() } {
        eprintln!("handoffs.rs: {}", why);
        std::process::exit(1);
    }
}
