// Pastes every command of the demo's guided tour into a shell and holds that it does what its title says.
// KENPO_TOUR: what the demo printed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const printed = readFileSync(process.env.KENPO_TOUR, 'utf8');
const steps = [...printed.matchAll(/^ *\d+\. (.+)\n(.+)\n/gm)].map(([, title, command]) => ({ title, command }));
const json = (text) => JSON.parse(text);
// What must come of a step, by the beginning of its title.
const expected = {
  'What may this employer file today?': (out) => json(out).forms.length > 2,
  'Its receipts and results': (out) => json(out).items.length > 0,
  'A dry run': (out) => json(out).records[0].findings[0].code === 'E-MYNUMBER-CHECK-DIGIT',
  'File it': (out) => /^R\d{8}-\d{6}$/.test(json(out).receipt_number) && json(out).results[0].state === 'accepted',
  'The work list': (out) => json(out).items.length > 0,
  'A member': (out) => json(out).personal_number_state.state === 'registered' && !/\d{12}/.test(out),
  'Refused: a clerk': (out) => out.startsWith('HTTP/1.1 403'),
  'Refused: the privileged': (out) => out.startsWith('HTTP/1.1 401') && out.includes('insufficient_user_authentication'),
  'Granted': (out) => /^9999\d{8}$/.test(json(out).personal_number),
  'The audit entries of both': (out) => {
    const entries = json(out).items;
    return entries.some((e) => e.outcome === 'refused') && entries.some((e) => (e.disclosed ?? []).includes('personal_number'));
  },
  'As of a day': (out) => out.trim().split('\n').map((page) => json(page).items.length).join() === '0,1',
  'The whole log': (out) => /^intact: \d+ entries/.test(out),
  'Why this standard remuneration?': (out) => json(out).ja.includes('標準報酬月額は') && json(out).trace.steps.every((s) => s.article),
};
// A person's shell has none of the tools' variables, and the program refuses those that are no settings of its own.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KENPO_')));
const folder = mkdtempSync(join(tmpdir(), 'kenpo-tour-'));
let failed = 0;
for (const [title, holds] of Object.entries(expected)) {
  const step = steps.find((s) => s.title.startsWith(title));
  const run = step && spawnSync('bash', ['-c', step.command], { cwd: folder, env, encoding: 'utf8', timeout: 60_000 });
  let is_right = false;
  try {
    is_right = Boolean(run && run.status === 0 && holds(run.stdout));
  } catch {
    // what is no JSON is wrong
  }
  console.log(`  ${is_right ? 'ok' : 'WRONG'}  ${title}`);
  if (!is_right) {
    failed += 1;
    console.error(step ? `${step.command}\n${run.stdout.slice(0, 2000)}\n${run.stderr}` : 'the tour has no such step');
  }
}
rmSync(folder, { recursive: true });
if (steps.length !== Object.keys(expected).length) {
  console.error(`the tour has ${steps.length} steps, ${Object.keys(expected).length} are known here`);
  failed += 1;
}
process.exit(failed ? 1 : 0);
