// A small chat client of the ordinary kind: React, and the hook `useStream` of LangGraph's SDK as
// it is published. It does what its steps say and prints, after each, what the hook then shows.
//
//   node use_stream.mjs ADDRESS TOKEN ASSISTANT < steps.json
//
// A step: {"say": input} | {"resume": value} | {"stop": input} (say it, and stop at once) |
// {"open": threadId} | {"leave": input} (say it, go away at once, and come back)

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const dom = new JSDOM("<!doctype html><div id=root></div>", { url: "http://127.0.0.1/" });
globalThis.window = dom.window;
globalThis.document = dom.window.document;
globalThis.navigator ??= dom.window.navigator;
globalThis.IS_REACT_ACT_ENVIRONMENT = false;

const require = createRequire(import.meta.url);
const React = require("react");
const { createRoot } = require("react-dom/client");
const { useStream } = await import("@langchain/langgraph-sdk/react");

const [apiUrl, apiKey, assistantId] = process.argv.slice(2);
const steps = JSON.parse(readFileSync(0, "utf-8"));

let stream = null;
let threadId = null;
let created = 0;
const errors = [];
const custom = [];
const updates = [];

function Page({ at }) {
  stream = useStream({
    apiUrl,
    apiKey,
    assistantId,
    threadId: at,
    reconnectOnMount: true,
    fetchStateHistory: true,
    onThreadId: (id) => { threadId = id; render(); },
    onCreated: () => { created += 1; },
    onError: (error) => errors.push(String(error.message ?? error)),
    onCustomEvent: (event) => custom.push(event),
    onUpdateEvent: (event) => updates.push(...Object.keys(event)),
  });
  return React.createElement("p", null, JSON.stringify([stream.values, stream.messages.length]));
}

let root = null;
const render = () => root.render(React.createElement(Page, { at: threadId }));

function come() {
  root = createRoot(document.getElementById("root"));
  render();
}

async function until(condition, what) {
  for (let tries = 0; tries < 1500; tries += 1) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited in vain until ${what}`);
}

function shown() {
  return {
    threadId,
    keys: Object.keys(stream.values ?? {}),
    asked: stream.interrupt?.value?.action_requests?.[0]?.name ?? null,
    messages: stream.messages.map((one) => [one.type, one.content]),
    history: stream.history.length,
    custom: custom.length,
    updates: updates.splice(0),
    errors: errors.splice(0),
  };
}

// A run that was begun has either been created or refused, and then come to its end.
async function submit(...given) {
  const before = created;
  stream.submit(...given);
  await until(() => created > before || errors.length > 0, "the run has begun");
}

console.error = () => {}; // the hook tells of refusals there too; onError has them
come();
await until(() => stream !== null, "it is drawn");
for (const step of steps) {
  if ("open" in step) {
    threadId = step.open;
    render();
    await until(() => stream.history.length > 0, "the thread is read");
  } else if ("say" in step) {
    await submit(step.say);
  } else if ("resume" in step) {
    await submit(undefined, { command: { resume: step.resume } });
  } else if ("stop" in step) {
    await submit(step.stop);
    await stream.stop();
  } else if ("leave" in step) {
    await submit(step.leave);
    root.unmount();
    come();
  }
  await until(() => !stream.isLoading && !stream.isThreadLoading, "the stream has ended");
  await new Promise((resolve) => setTimeout(resolve, 300)); // the hook reads the thread anew
  await until(() => !stream.isLoading && !stream.isThreadLoading, "the thread is read anew");
  console.log(JSON.stringify(shown()));
}
root.unmount();
process.exit(0);
