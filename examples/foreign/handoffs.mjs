// handoffs.mjs: cxj from Node.js, by koffi and the installed header alone. Node 18 or later, koffi 2.
//
// SPDX-License-Identifier: MIT
//
// Run:    npm install koffi@2 && node handoffs.mjs [HEADER [LIBRARY]]
// Change: story, the view and metrics; on macOS the library is libcxj.0.dylib. A server keeps one engine and uses it from
//         its one thread; what takes long (a large save, a merge) can go through koffi's .async().
import { readFileSync } from 'node:fs';
import koffi from 'koffi';

// Functions, structs and constants, from the header. What has 64 bits may be a BigInt.
const header = readFileSync(process.argv[2] ?? '/usr/local/include/cxj.h', 'utf8').replace(/\/\*.*?\*\/|^#.*?$/gms, '');
const lib = koffi.load(process.argv[3] ?? 'libcxj.so.0.3');
const CXJ = {};
const c = {};
for (const [, name, number] of header.matchAll(/\bCXJ_(\w+) = (-?\d+)/g)) CXJ[name] = Number(number);
koffi.alias('cxj_status', 'int32_t');
for (const [, name] of header.matchAll(/typedef struct (cxj_\w+) \1;/g)) koffi.opaque(name);
for (const name of ['cxj_text', 'cxj_named_touchpoint', 'cxj_value']) {
    const [, inside] = header.match(new RegExp(`typedef struct ${name} \\{(.*?)\\}`, 's'));
    const members = [...inside.matchAll(/([\w *]+?)(\w+)(\[\d+\])?;/g)];
    koffi.struct(name, Object.fromEntries(members.map(([, type, member, array]) => [member, type.trim() + (array ?? '')])));
}
// What is written goes out by _Out_; a sentence and results into a Buffer.
const wanted = 'engine_create|engine_destroy|message|status_text|size_of|view_add|record_named|cursor_\\w+';
for (const [, result, name, given] of header.matchAll(new RegExp(`CXJ_API ([^(;]+?)(cxj_(?:${wanted}))\\(([^;]*)\\);`, 'g'))) {
    const parameters = given.replace(/\s+/g, ' ').replace(/char \*message/, 'void *message').replace(/cxj_value \*/, 'void *')
        .replace(/(const char|cxj_\w+) \*\*/g, '_Out_ $1 **').replace(/const cxj_options|cxj_receipt/g, 'void');
    c[name] = lib.func(`${result}${name}(${parameters})`);
}
if (Number(c.cxj_size_of('cxj_named_touchpoint')) !== koffi.sizeof('cxj_named_touchpoint')) throw Error('another layout');

// Errors are negative. DONE ends a cursor; any other outcome (REFUSED, STALE, …) is more than this program expects. The
// sentence is in the engine if the call was one that changes it, else in the buffer that was passed.
const message = Buffer.alloc(320);
const engine = [null];
const cursor = [null];
function must(status) {
    if (status === CXJ.OK || status === CXJ.DONE) return status;
    const why = message.toString('utf8', 0, message.indexOf(0)) + c.cxj_message(engine[0]);
    throw Error(`${c.cxj_status_text(status)}: ${why}`);
}

// Journey and id are texts or numbers (0: none); then hours since Monday, 2026-03-02, team and facets.
const story = [
    ["Zoë's move", 1, 0, 'Sales "A"', 0],
    ['order-7', 'call', 0, 'Sales "A"', 0],
    [42, 'call', 1, 'Büro', 0],
    ['order-7', 'form', 2, 'Büro', 0],
    ['42', 2, 3, 'field', 0], // the text of a number is that number
    ['order-7', 'visit', 3, 'field', CXJ.FACET_REPEATED],
    ["Zoë's move", 2, 4, 'Büro', CXJ.FACET_REPEATED],
    ["Zoë's move", 3, 6, 'Sales "A"', 0],
];
const metrics = [CXJ.METRIC_TRANSITIONS_TRANSITIONS, CXJ.METRIC_TRANSITIONS_WAIT_MEAN, CXJ.METRIC_TRANSITIONS_LOST_CONTEXT];

// A touchpoint with all of its members; what a member is not given is zero, which states nothing.
const text = (value) => ({ text: value, length: Buffer.byteLength(value) });
const nothing = koffi.decode(Buffer.alloc(koffi.sizeof('cxj_named_touchpoint')), 'cxj_named_touchpoint');
const touchpoint = ([journey, id, hour, team, facets]) => ({
    ...nothing,
    ...(typeof journey === 'string' ? { journey: text(journey) } : { journey_number: journey }),
    ...(typeof id === 'string' ? { id: text(id) } : { id_number: id }),
    team: text(team),
    at: 1772409600000n + BigInt(hour) * 3600000n,
    facets,
});

try {
    must(c.cxj_engine_create(null, message, message.length, engine));
    const view = [null];
    must(c.cxj_view_add(engine[0], 'transitions by team', CXJ.ZERO_TERMINATED, view));
    const size = koffi.sizeof('cxj_named_touchpoint');
    must(c.cxj_record_named(engine[0], story.map(touchpoint), size, story.length, 0, null, 0));

    const size_of_value = koffi.sizeof('cxj_value');
    const values = Buffer.alloc(metrics.length * size_of_value);
    must(c.cxj_cursor_open(view[0], message, message.length, cursor));
    while (must(c.cxj_cursor_next(cursor[0])) === CXJ.OK) {
        const [from, to] = [0, 1].map((part) => {
            const room = [null];
            must(c.cxj_cursor_part(cursor[0], part, room, null));
            return room[0];
        });
        must(c.cxj_cursor_metrics(cursor[0], metrics, metrics.length, message, message.length, values, size_of_value));
        const [times, wait, lost] = metrics.map((_, i) => koffi.decode(values, i * size_of_value, 'cxj_value').value);
        console.log(`${from} -> ${to}: handoffs ${times}, wait ${(wait / 3600000).toFixed(1)} h, lost context ${lost}`);
    }
} catch (error) {
    console.error(`handoffs.mjs: ${error.message}`);
    process.exitCode = 1;
} finally {
    c.cxj_cursor_close(cursor[0]);
    c.cxj_engine_destroy(engine[0]);
}
