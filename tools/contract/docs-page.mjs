// Opens {base}/docs in headless Chromium: it must show an operation, say nothing on the console, and ask nobody but
// the server itself. Chromium's own background traffic is off, so every request seen is the page's.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { chromium } from "playwright-core";

const base = process.env.KENPO_BASE_URL;
const documentFile = process.argv[2];
const profile = mkdtempSync(path.join(tmpdir(), "kenpo-docs-"));
const complaints = [];
const strangers = [];

/** A title that the page must show: the summary of the document's first operation. */
function firstSummary() {
  const [item] = Object.values(JSON.parse(readFileSync(documentFile, "utf8")).paths);
  return Object.values(item).find((operation) => operation?.summary).summary;
}

function watch(page) {
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`page: ${error.message}`));
  page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["data:", "blob:"].includes(url.protocol) && url.origin !== new URL(base).origin) strangers.push(request.url());
  });
}

const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.KENPO_CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
try {
  const page = await browser.newPage();
  watch(page);
  await page.goto(`${base}/docs`, { waitUntil: "networkidle" });
  await page.locator(".opblock-summary").first().waitFor({ timeout: 15_000 });
  const title = firstSummary();
  assert.ok((await page.getByText(title, { exact: false }).count()) > 0, `"${title}" is not on the page`);
  // Unfolding an operation renders its schemas and examples: where a broken reference would show.
  await page.locator(".opblock-summary").first().click();
  await page.locator(".opblock-body").first().waitFor();
  assert.deepEqual({ strangers, complaints }, { strangers: [], complaints: [] });
  console.log(`  ok  ${await page.locator(".opblock-summary").count()} operations shown, no complaint, no outside request`);
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}
