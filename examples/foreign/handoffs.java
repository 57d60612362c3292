// handoffs.java: cxj from Java, by JNA and the installed header. Java 11 or later, on a machine of 64 bits.
//
// SPDX-License-Identifier: MIT
//
// Run:    java -cp jna.jar handoffs.java [HEADER [LIBRARY]]   (Debian: libjna-java, /usr/share/java/jna.jar)
// Change: STORY, the view and the metrics; on macOS the library is libcxj.0.dylib. Engines are not Java's: what may end by an
//         exception ends them in a finally, or is AutoCloseable.
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

class handoffs {
    // The functions that are used; a size_t is a long here.
    public interface Cxj extends Library {
        int cxj_engine_create(Pointer options, Pointer message, long messageCapacity, PointerByReference engine);
        void cxj_engine_destroy(Pointer engine);
        Pointer cxj_message(Pointer engine);
        String cxj_status_text(int status);
        long cxj_size_of(String name);
        int cxj_view_add(Pointer engine, String text, long length, PointerByReference view);
        int cxj_record_named(Pointer engine, named_touchpoint[] touchpoints, long size, long count, int flags, Pointer receipt,
                             long receiptSize);
        int cxj_cursor_open(Pointer view, Pointer message, long messageCapacity, PointerByReference cursor);
        int cxj_cursor_next(Pointer cursor);
        int cxj_cursor_part(Pointer cursor, int part, PointerByReference text, Pointer length);
        int cxj_cursor_metrics(Pointer cursor, int[] metrics, long count, Pointer message, long messageCapacity,
                               value[] results, long size);
        void cxj_cursor_close(Pointer cursor);
    }

    // The structs: types as in the header, and the order of the members from it.
    static String header;

    public abstract static class Struct extends Structure {
        @Override
        protected List<String> getFieldOrder() {
            String name = getClass().getSimpleName();
            Matcher inside = Pattern.compile("typedef struct cxj_" + name + " \\{(.*?)\\}", Pattern.DOTALL).matcher(header);
            List<String> order = new ArrayList<>();
            if (inside.find()) {
                Matcher member = Pattern.compile("(\\w+)(\\[\\d+\\])?;").matcher(inside.group(1));
                while (member.find()) order.add(member.group(1));
            }
            return order;
        }
    }

    public static class text extends Struct {
        public Pointer text;
        public long length;
    }

    public static class named_touchpoint extends Struct {
        public text journey;
        public text id;
        public text customer;
        public text owner;
        public text team;
        public text activity;
        public text channel;
        public text stage;
        public text cause;
        public text type;
        public text segment;
        public text reason;
        public long journey_number;
        public long id_number;
        public long customer_number;
        public long revision;
        public long at;
        public long due;
        public long value;
        public int sequence;
        public int facets;
        public byte scale;
        public byte score;
        public byte scope;
        public byte commitment;
        public byte outcome;
        public byte[] reserved = new byte[3];
    }

    public static class value extends Struct {
        public double value;
        public double low;
        public double high;
        public long n;
    }

    // Journey and id are texts or numbers (0: none); then hours since Monday, 2026-03-02, team and whether it is repeated.
    static final Object[][] STORY = {
        {"Zo\u00EB's move", 1L, 0, "Sales \"A\"", false},
        {"order-7", "call", 0, "Sales \"A\"", false},
        {42L, "call", 1, "B\u00FCro", false},
        {"order-7", "form", 2, "B\u00FCro", false},
        {"42", 2L, 3, "field", false}, // the text of a number is that number
        {"order-7", "visit", 3, "field", true},
        {"Zo\u00EB's move", 2L, 4, "B\u00FCro", true},
        {"Zo\u00EB's move", 3L, 6, "Sales \"A\"", false},
    };

    final Map<String, Integer> constants = new HashMap<>();
    final List<Memory> kept = new ArrayList<>(); // what C is to read, until the call is over
    final Memory message = new Memory(320);
    final Cxj cxj;
    final PointerByReference engine = new PointerByReference();

    handoffs(String name, String library) throws IOException {
        header = Pattern.compile("/\\*.*?\\*/|^#.*?$", Pattern.DOTALL | Pattern.MULTILINE)
            .matcher(Files.readString(Path.of(name))).replaceAll("");
        Matcher matcher = Pattern.compile("\\bCXJ_(\\w+) = (-?\\d+)").matcher(header);
        while (matcher.find()) {
            constants.put(matcher.group(1), Integer.parseInt(matcher.group(2)));
        }
        cxj = Native.load(library, Cxj.class, Map.of(Library.OPTION_STRING_ENCODING, "UTF-8"));
        message.clear();
        if (cxj.cxj_size_of("cxj_named_touchpoint") != new named_touchpoint().size()) {
            throw new IllegalStateException("another layout than the library's");
        }
    }

    // Errors are negative. DONE ends a cursor; any other outcome (REFUSED, STALE, ...) is more than this program expects. The
    // sentence is in the engine if the call was one that changes it, else in the buffer that was passed.
    int must(int status) {
        if (status != constants.get("OK") && status != constants.get("DONE")) {
            String why = message.getString(0, "UTF-8") + cxj.cxj_message(engine.getValue()).getString(0, "UTF-8");
            throw new IllegalStateException(cxj.cxj_status_text(status) + ": " + why);
        }
        return status;
    }

    // Java's texts are no bytes of C: these are, with their lengths.
    void give(text to, String given) {
        byte[] bytes = given.getBytes(StandardCharsets.UTF_8);
        Memory memory = new Memory(bytes.length + 1L);
        memory.write(0, bytes, 0, bytes.length);
        kept.add(memory);
        to.text = memory;
        to.length = bytes.length;
    }

    void record() {
        named_touchpoint[] touchpoints = (named_touchpoint[]) new named_touchpoint().toArray(STORY.length);
        for (int i = 0; i < STORY.length; i++) {
            named_touchpoint t = touchpoints[i]; // all zero
            Object[] told = STORY[i];
            if (told[0] instanceof String) give(t.journey, (String) told[0]);
            else t.journey_number = (Long) told[0];
            if (told[1] instanceof String) give(t.id, (String) told[1]);
            else t.id_number = (Long) told[1];
            t.at = 1_772_409_600_000L + (Integer) told[2] * 3_600_000L;
            give(t.team, (String) told[3]);
            t.facets = (Boolean) told[4] ? constants.get("FACET_REPEATED") : 0;
        }
        must(cxj.cxj_record_named(engine.getValue(), touchpoints, touchpoints[0].size(), STORY.length, 0, null, 0));
    }

    void show(Pointer view, PrintStream out) {
        int[] metrics = {constants.get("METRIC_TRANSITIONS_TRANSITIONS"), constants.get("METRIC_TRANSITIONS_WAIT_MEAN"),
            constants.get("METRIC_TRANSITIONS_LOST_CONTEXT")};
        value[] values = (value[]) new value().toArray(metrics.length);
        PointerByReference cursor = new PointerByReference();
        try {
            must(cxj.cxj_cursor_open(view, message, message.size(), cursor));
            while (must(cxj.cxj_cursor_next(cursor.getValue())) == constants.get("OK")) {
                String[] parts = new String[2];
                for (int part = 0; part < parts.length; part++) {
                    PointerByReference room = new PointerByReference();
                    must(cxj.cxj_cursor_part(cursor.getValue(), part, room, null));
                    parts[part] = room.getValue().getString(0, "UTF-8");
                }
                must(cxj.cxj_cursor_metrics(cursor.getValue(), metrics, metrics.length, message, message.size(), values,
                    values[0].size()));
                out.printf(Locale.ROOT, "%s -> %s: handoffs %.0f, wait %.1f h, lost context %.0f%n", parts[0], parts[1],
                    values[0].value, values[1].value / 3_600_000, values[2].value);
            }
        } finally {
            cxj.cxj_cursor_close(cursor.getValue());
        }
    }

    public static void main(String[] arguments) throws IOException {
        handoffs host = new handoffs(arguments.length > 0 ? arguments[0] : "/usr/local/include/cxj.h",
            arguments.length > 1 ? arguments[1] : "libcxj.so.0.3");
        int status = 0;
        try {
            PointerByReference view = new PointerByReference();
            host.must(host.cxj.cxj_engine_create(null, host.message, host.message.size(), host.engine));
            host.must(host.cxj.cxj_view_add(host.engine.getValue(), "transitions by team",
                host.constants.get("ZERO_TERMINATED"), view));
            host.record();
            host.show(view.getValue(), new PrintStream(System.out, true, StandardCharsets.UTF_8));
        } catch (IllegalStateException failure) {
            System.err.println("handoffs.java: " + failure.getMessage());
            status = 1;
        } finally {
            host.cxj.cxj_engine_destroy(host.engine.getValue());
        }
        System.exit(status);
    }
}
