# handoffs.rb: cxj from Ruby, by Fiddle and the installed header alone. Ruby 2.7 or later.
#
# SPDX-License-Identifier: MIT
#
# Run:    ruby handoffs.rb [HEADER [LIBRARY]]
# Change: STORY, the view and METRICS; on macOS the library is libcxj.0.dylib.
require 'fiddle/import'

# Functions, structs and constants, from the header. Fiddle knows no structs within structs, so a cxj_text x becomes its
# two members, x and x_length.
module Cxj
  extend Fiddle::Importer
  dlload(ARGV[1] || 'libcxj.so.0.3')
  header = File.read(ARGV[0] || '/usr/local/include/cxj.h', encoding: 'UTF-8').gsub(%r{/\*.*?\*/|^#.*?$}m, '')
  header.scan(/\b(CXJ_\w+) = (-?\d+)/) { |name, number| const_set(name.delete_prefix('CXJ_'), number.to_i) }
  typealias 'cxj_status', 'int32_t'
  %w[cxj_read cxj_write].each { |callback| typealias callback, 'void *' }
  header.scan(/CXJ_API ([^;]+)/) { |(signature)| extern signature }
  members = lambda do |name|
    inside = header[/typedef struct #{name} \{(.*?)\}/m, 1].strip
    inside.gsub(/cxj_text (\w+);/, 'char *\1; size_t \1_length;').split(/;\s*/)
  end
  Touchpoint = struct(members['cxj_named_touchpoint'])
  Value = struct(members['cxj_value'])
  raise 'another layout than the library\'s' if Touchpoint.size != cxj_size_of('cxj_named_touchpoint')
end

# Journey and id are texts or numbers (0: none); then hours since Monday, 2026-03-02, team and facets.
STORY = [
  ["Zoë's move", 1, 0, 'Sales "A"', 0],
  ['order-7', 'call', 0, 'Sales "A"', 0],
  [42, 'call', 1, 'Büro', 0],
  ['order-7', 'form', 2, 'Büro', 0],
  ['42', 2, 3, 'field', 0], # the text of a number is that number
  ['order-7', 'visit', 3, 'field', Cxj::FACET_REPEATED],
  ["Zoë's move", 2, 4, 'Büro', Cxj::FACET_REPEATED],
  ["Zoë's move", 3, 6, 'Sales "A"', 0]
]
METRICS = [Cxj::METRIC_TRANSITIONS_TRANSITIONS, Cxj::METRIC_TRANSITIONS_WAIT_MEAN, Cxj::METRIC_TRANSITIONS_LOST_CONTEXT]

# Room for a pointer that a function gives.
def out
  room = Fiddle::Pointer.malloc(Fiddle::SIZEOF_VOIDP, Fiddle::RUBY_FREE)
  room[0, room.size] = "\0" * room.size
  room
end

# Errors are negative. DONE ends a cursor; any other outcome (REFUSED, STALE, …) is more than this program expects. The
# sentence is in the engine if the call was one that changes it, else in the buffer that was passed.
MESSAGE = Fiddle::Pointer.malloc(320, Fiddle::RUBY_FREE)
MESSAGE[0] = 0
def must(status, engine)
  return status if [Cxj::OK, Cxj::DONE].include?(status)
  abort "handoffs.rb: #{Cxj.cxj_status_text(status)}: #{MESSAGE}#{Cxj.cxj_message(engine)}"
end

# A touchpoint as the bytes of its struct. The texts' own pointers, with lengths; kept holds them until the call is over.
def touchpoint((journey, id, hour, team, facets), kept)
  t = Cxj::Touchpoint.malloc(Fiddle::RUBY_FREE)
  t.to_ptr[0, Cxj::Touchpoint.size] = "\0" * Cxj::Touchpoint.size
  { journey: journey, id: id, team: team }.each do |name, value|
    next t["#{name}_number"] = value if value.is_a?(Integer)
    kept << t[name.to_s] = Fiddle::Pointer[value]
    t["#{name}_length"] = value.bytesize
  end
  t.at = 1_772_409_600_000 + hour * 3_600_000
  t.facets = facets
  t.to_ptr[0, Cxj::Touchpoint.size]
end

engine = out
cursor = out
begin
  must(Cxj.cxj_engine_create(nil, MESSAGE, MESSAGE.size, engine), nil)
  view = out
  must(Cxj.cxj_view_add(engine.ptr, 'transitions by team', Cxj::ZERO_TERMINATED, view), engine.ptr)

  kept = []
  touchpoints = STORY.map { |told| touchpoint(told, kept) }.join
  must(Cxj.cxj_record_named(engine.ptr, touchpoints, Cxj::Touchpoint.size, STORY.size, 0, nil, 0), engine.ptr)

  metrics = METRICS.pack('L*')
  values = "\0" * (METRICS.size * Cxj::Value.size)
  must(Cxj.cxj_cursor_open(view.ptr, MESSAGE, MESSAGE.size, cursor), engine.ptr)
  while must(Cxj.cxj_cursor_next(cursor.ptr), engine.ptr) == Cxj::OK
    from, to = [0, 1].map do |part|
      text = out
      must(Cxj.cxj_cursor_part(cursor.ptr, part, text, nil), engine.ptr)
      text.ptr.to_s.force_encoding('UTF-8')
    end
    must(Cxj.cxj_cursor_metrics(cursor.ptr, metrics, METRICS.size, MESSAGE, MESSAGE.size, values, Cxj::Value.size),
         engine.ptr)
    times, wait, lost = values.unpack('dx24' * METRICS.size)
    printf("%s -> %s: handoffs %d, wait %.1f h, lost context %d\n", from, to, times, wait / 3_600_000, lost)
  end
ensure
  Cxj.cxj_cursor_close(cursor.ptr)
  Cxj.cxj_engine_destroy(engine.ptr)
end
