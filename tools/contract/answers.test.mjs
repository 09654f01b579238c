// An answer that the document does not promise is found: its status, its media type, its members, a line of a stream.

import assert from "node:assert/strict";
import test from "node:test";

import { answersOf } from "./answers.mjs";

const json = (schema) => ({ content: { "application/json": { schema } } });
const doc = {
  openapi: "3.1.0",
  paths: {
    "/v1/things/{thing_id}": {
      get: {
        operationId: "getThing",
        responses: { 200: json({ $ref: "#/components/schemas/Thing" }), 204: {}, 404: { $ref: "#/components/responses/Missing" } },
      },
    },
    "/v1/things/all": {
      get: { operationId: "exportThings", responses: { 200: { content: { "application/x-ndjson": { schema: { $ref: "#/components/schemas/Thing" } } } } } },
    },
  },
  components: {
    schemas: {
      Thing: {
        type: "object",
        required: ["id", "on"],
        additionalProperties: false,
        properties: { id: { type: "string", format: "uuid" }, on: { type: ["string", "null"], format: "date" } },
      },
    },
    responses: { Missing: { content: { "application/problem+json": { schema: { type: "object", required: ["code"] } } } } },
  },
};
const THING = { id: "01900000-0000-7000-8000-000000000000", on: "2026-11-22" };
const answer = (status, body, type = "application/json", url = "/v1/things/1?limit=2") => ({
  method: "GET", url: `http://127.0.0.1:1${url}`, status, type, text: typeof body === "string" ? body : JSON.stringify(body),
});

test("what the document promises is right, and counted", () => {
  const { check, ...known } = answersOf(doc);
  assert.equal(known.held, 0);
  for (const one of [
    answer(200, THING), answer(200, { ...THING, on: null }, "application/json; charset=utf-8"), answer(204, "", ""),
    answer(404, { code: "not-found" }, "application/problem+json"),
    answer(200, `${JSON.stringify(THING)}\n${JSON.stringify(THING)}\n`, "application/x-ndjson", "/v1/things/all"),
  ]) assert.deepEqual(check(one), []);
});

test("what it does not promise is found", () => {
  const held = answersOf(doc);
  for (const one of [
    answer(201, THING), answer(200, { id: THING.id }), answer(200, { ...THING, more: 1 }), answer(200, { ...THING, id: "1" }),
    answer(200, { ...THING, on: "2026-02-30" }), answer(200, THING, "text/html"), answer(204, "x"), answer(404, {}, "application/problem+json"),
    answer(200, `${JSON.stringify(THING)}\n{}\n`, "application/x-ndjson", "/v1/things/all"),
  ]) assert.equal(held.check(one).length, 1, JSON.stringify(one));
  assert.equal(held.held, 9);
  assert.deepEqual(held.check(answer(200, "x", "text/plain", "/oauth/token")), [], "no operation of the document");
  assert.equal(held.held, 9);
});
