// GitHub on this machine: emulate with its state, behind prism, which holds every request and answer
// against GitHub's own OpenAPI. Ends when its standard input does.

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createEmulator } from 'emulate'

const require = createRequire(import.meta.url)

// What is used of the API.
const PATHS = [
  '/repos/{owner}/{repo}',
  '/repos/{owner}/{repo}/installation',
  '/repos/{owner}/{repo}/issues',
  '/repos/{owner}/{repo}/issues/{issue_number}',
  '/repos/{owner}/{repo}/issues/{issue_number}/comments',
  '/repos/{owner}/{repo}/issues/comments/{comment_id}',
  '/repos/{owner}/{repo}/commits/{ref}',
  '/repos/{owner}/{repo}/commits/{commit_sha}/pulls',
  '/repos/{owner}/{repo}/commits/{ref}/check-runs',
  '/repos/{owner}/{repo}/check-runs',
  '/repos/{owner}/{repo}/check-runs/{check_run_id}',
  '/app/installations',
  '/app/installations/{installation_id}/access_tokens',
  '/rate_limit',
]

// Of these the stand-in's answers lack fields that GitHub's have; only requests are held to them.
const ANSWERS_IN_PART = [
  '/repos/{owner}/{repo}',
  '/repos/{owner}/{repo}/installation',
  '/repos/{owner}/{repo}/commits/{ref}',
  '/app/installations',
]

function contract() {
  const whole = JSON.parse(readFileSync(require.resolve('@octokit/openapi/generated/api.github.com.json')))
  const paths = Object.fromEntries(PATHS.map((path) => [path, whole.paths[path]]))
  for (const path of ANSWERS_IN_PART) delete paths[path].get.responses['200'].content
  const components = {}
  const take = (part) => {
    if (part === null || typeof part !== 'object') return
    if (typeof part.$ref === 'string') {
      const [, , kind, name] = part.$ref.split('/')
      components[kind] ??= {}
      if (!(name in components[kind])) {
        components[kind][name] = whole.components[kind][name]
        take(components[kind][name])
      }
    }
    // Without a type beside it, it keeps prism from validating anything.
    if ('nullable' in part && !('type' in part)) delete part.nullable
    Object.values(part).forEach(take)
  }
  take(paths)
  // The stand-in leaves out where the annotations of a check-run are.
  const { output } = components.schemas['check-run'].properties
  output.required = output.required.filter((name) => name !== 'annotations_url')
  // The addresses of an App's account have brackets in them, which prism takes for none.
  const accounts = Object.values(components.schemas).filter((schema) => schema.properties?.avatar_url)
  accounts.flatMap((schema) => Object.values(schema.properties)).forEach((part) => delete part.format)
  return { openapi: whole.openapi, info: whole.info, paths, components }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

const names = ['r1', 'r2', ...Array.from({ length: 40 }, (_, nth) => `t${nth + 1}`)]
const github = await createEmulator({
  service: 'github',
  port: await freePort(),
  seed: {
    tokens: { 'a-token-of-the-tests': { login: 'octocat', scopes: ['repo'] } },
    github: {
      users: [{ login: 'octocat', name: 'Octocat', email: 'octocat@example.com' }],
      orgs: [{ login: 'acme', name: 'Acme', members: [{ login: 'octocat', role: 'admin' }] }],
      repos: names.map((name) => ({ owner: 'acme', name, auto_init: true })),
      apps: [
        {
          app_id: 12,
          slug: 'laptime',
          name: 'Laptime',
          permissions: { issues: 'write', metadata: 'read', checks: 'write', pull_requests: 'write' },
          installations: [{ installation_id: 100, account: 'acme', repository_selection: 'all' }],
        },
      ],
    },
  },
})
const key = github.generatedSecrets.find((secret) => secret.kind === 'github.app_private_key').value

const folder = mkdtempSync(join(tmpdir(), 'laptime-github-'))
writeFileSync(join(folder, 'github.json'), JSON.stringify(contract()))
const port = await freePort()
const upstream = github.url.replace('localhost', '127.0.0.1')
const cli = require.resolve('@stoplight/prism-cli/package.json').replace('package.json', 'dist/index.js')
const args = [cli, 'proxy', join(folder, 'github.json'), upstream, '--errors', '-h', '127.0.0.1', '-p', `${port}`]
const prism = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
prism.stdout.on('data', (text) => {
  if (process.env.LAPTIME_GITHUB_LOG) process.stderr.write(text)
  if (String(text).includes('Prism is listening')) {
    const said = { github: `http://127.0.0.1:${port}`, key, token: 'a-token-of-the-tests' }
    process.stdout.write(JSON.stringify(said) + '\n')
  }
})

process.stdin.resume()
process.stdin.on('end', async () => {
  prism.kill()
  rmSync(folder, { recursive: true })
  await github.close()
  process.exit()
})
