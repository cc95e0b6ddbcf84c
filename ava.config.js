/** The tests take some minutes: those that take longest begin first, so that no processor waits for the last one. */
const LONGEST = [
  'interrupted',
  'every-command',
  'commit',
  'signals',
  'report-explorer',
  'interrupted-commits',
  'outputs',
  'prune',
  'associations',
  'interrupted-associations',
  'concurrent',
  'replace',
  'generate',
  'check',
  'cli',
  'many-runs',
  'api-page',
  'package',
  'one-run',
]

function rankOf(file) {
  const rank = LONGEST.findIndex((name) => file.endsWith(`/${name}.test.js`))
  return rank < 0 ? LONGEST.length : rank
}

// biome-ignore lint/style/noDefaultExport: it is what ava asks for
export default {
  files: ['dist/test/**/*.test.js'],
  timeout: '20m',
  workerThreads: false,
  // Without a network nobody needs them: to read a list of certificates takes each process that starts 40 ms.
  environmentVariables: { NODE_EXTRA_CA_CERTS: '' },
  sortTestFiles: (one, other) => rankOf(one) - rankOf(other) || (one < other ? -1 : 1),
}
