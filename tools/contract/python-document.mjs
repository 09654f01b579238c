// The document as openapi-python-client can use it whole: node python-document.mjs DOCUMENT > COPY
// It parses the 200 of a stream as one object, which always fails; described as bytes, a stream arrives as it is.

import { readFileSync } from "node:fs";

import { operations } from "./functions/walk.js";

const doc = JSON.parse(readFileSync(process.argv[2], "utf8"));
for (const { op } of operations(doc)) {
  for (const response of Object.values(op.responses ?? {})) {
    const stream = response.content?.["application/x-ndjson"];
    if (stream) stream.schema = { type: "string", format: "binary" };
  }
}
process.stdout.write(JSON.stringify(doc));
