// Probot as its documentation starts it, with a handler that does nothing and its log off.
import { generateKeyPairSync } from "node:crypto";
import { run } from "probot";

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
});

// Port 0 would mean 3000 to it.
const port = String(30000 + (process.pid % 20000));

const server = await run(
  (app) => {
    app.on("workflow_run", async () => {});
  },
  {
    env: {
      APP_ID: "1",
      PRIVATE_KEY: privateKey,
      WEBHOOK_SECRET: process.env.WEBHOOK_SECRET,
      HOST: "127.0.0.1",
      LOG_LEVEL: "silent",
      NODE_ENV: "production",
      PORT: port,
    },
  },
);
console.error(`probot: listening on http://${server.host}:${server.port}`);
