// Runs the Postman collection with newman, and holds every answer against the document: node newman-run.mjs FOLDER DOCUMENT
// The environment file's empty places are filled from KENPO_*: employer_client_id from KENPO_EMPLOYER_CLIENT_ID.

import { readFileSync } from "node:fs";
import path from "node:path";

import newman from "newman";

import { read as readAnswers } from "./answers.mjs";

const [folder, document] = process.argv.slice(2);
const answers = readAnswers(document);
const read = (name) => JSON.parse(readFileSync(path.join(folder, name), "utf8"));
const environment = read("local.postman_environment.json");
for (const entry of environment.values) {
  const given = process.env[`KENPO_${entry.key.toUpperCase()}`];
  if (given === undefined) throw new Error(`KENPO_${entry.key.toUpperCase()} is not set`);
  entry.value = given;
}

newman.run(
  { collection: read("kenpo.postman_collection.json"), environment, reporters: [], timeoutRequest: 30_000 },
  (error, summary) => {
    if (error) throw error;
    const { requests, assertions } = summary.run.stats;
    for (const failure of summary.run.failures) {
      const answer = summary.run.executions.find((one) => one.item.id === failure.source?.id)?.response;
      console.error(`${failure.source?.name}: ${failure.error.test ?? ""} ${failure.error.message} (${answer?.code} ${answer?.text().slice(0, 500)})`);
    }
    const faults = summary.run.executions.flatMap(({ request, response }) => response === undefined ? ["no answer"] : answers.check({
      method: request.method, url: request.url.toString(), status: response.code,
      type: response.headers.get("content-type"), text: response.text(),
    }));
    for (const fault of faults) console.error(fault);
    // A run that asserted nothing proves nothing.
    const isSound = summary.run.failures.length + faults.length === 0 && requests.total > 0 && assertions.total > 0 && answers.held > 0;
    console.log(`  ${isSound ? "ok" : "FAILED"}  ${requests.total} requests, ${assertions.total} assertions, ${answers.held} answers held against the document`);
    process.exitCode = isSound ? 0 : 1;
  },
);
