/**
 * `npm run package:dir`: the built program with the run-time packages of one platform, ready to run with Node or as an Electron app folder.
 *
 *     npm run package:dir -- --platform win32 --arch x64    for another platform (default: this one)
 *     npm run package:dir -- --into DIR                      default: dist/rftt-workbench-PLATFORM-ARCH
 *
 * The packages bring binaries for every platform, sources and declarations; only what runs is taken. Start it with
 * `node DIR/out/main/local-host.cjs --renderer DIR/out/renderer`. Prints the size of each part.
 */
import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from './ground/pinned-node.mjs';

const { values: options } = parseArgs({
  options: {
    platform: { type: 'string', default: process.platform },
    arch: { type: 'string', default: process.arch },
    into: { type: 'string' },
  },
});
const { platform, arch } = options;
const target = resolve(options.into ?? join(projectRoot, 'dist', `rftt-workbench-${platform}-${arch}`));

/** What of each package runs: files and folders, relative to it; and of these, what is left out. */
const PACKAGES = {
  'better-sqlite3': {
    keep: ['package.json', 'LICENSE', 'lib', 'build/Release/better_sqlite3.node', ...sqliteBinaries()],
    required: sqliteBinaries()[0],
  },
  'onnxruntime-node': {
    keep: ['package.json', 'dist', `bin/napi-v6/${platform}/${arch}`],
    required: `bin/napi-v6/${platform}/${arch}/onnxruntime_binding.node`,
    // Hundreds of megabytes that its installer adds where it finds CUDA; the program asks for the processor or WebGPU.
    leaveOut: /providers_(cuda|tensorrt)/,
  },
  'onnxruntime-common': { keep: ['package.json', 'dist/cjs'], required: 'dist/cjs/index.js' },
  ws: { keep: ['package.json', 'LICENSE', 'index.js', 'wrapper.mjs', 'lib'], required: 'lib/websocket.js' },
};
/** Declarations and maps of sources that are not there. */
const NOT_RUN = /\.(d\.[cm]?ts|map)$/;

main();

function main() {
  if (!existsSync(join(projectRoot, 'out', 'main', 'local-host.cjs')))
    throw new Error('The program is not built; run npm run build first.');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const path of ['out', 'resources', 'LICENSE']) copy(join(projectRoot, path), join(target, path), /\.map$/);
  for (const [name, { keep, required, leaveOut }] of Object.entries(PACKAGES)) {
    const from = join(projectRoot, 'node_modules', name);
    if (!existsSync(join(from, required)))
      throw new Error(`${name} has no ${required}: nothing for ${platform}-${arch}.`);
    for (const path of keep)
      if (existsSync(join(from, path)))
        copy(join(from, path), join(target, 'node_modules', name, path), NOT_RUN, leaveOut);
  }
  writeManifest();
  const parts = ['out', 'resources', ...Object.keys(PACKAGES).map((name) => `node_modules/${name}`)];
  for (const part of parts) process.stdout.write(`${megabytes(part)} MB  ${part}\n`);
  process.stdout.write(`${megabytes('.')} MB  ${relative(process.cwd(), target) || '.'}\n`);
}

/** Both C libraries of Linux: which one a machine has is known only there. */
function sqliteBinaries() {
  const kinds = platform === 'linux' ? ['linux', 'linuxmusl'] : [platform];
  return kinds.map((kind) => `prebuilds/${kind}-${arch}.node`);
}

function copy(from, to, ...leaveOut) {
  const skipped = leaveOut.filter((pattern) => pattern !== undefined);
  cpSync(from, to, {
    recursive: true,
    dereference: true,
    filter: (path) => !skipped.some((pattern) => pattern.test(path.split(sep).join('/'))),
  });
}

/** package.json as Electron and Node read it: what begins, and no tools. */
function writeManifest() {
  const {
    name,
    productName,
    version,
    description,
    license,
    type,
    main: entry,
    dependencies,
  } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  const manifest = { name, productName, version, description, license, type, main: entry, dependencies };
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

function megabytes(part) {
  return (sizeOnDisk(join(target, part)) / 2 ** 20).toFixed(1).padStart(7);
}

function sizeOnDisk(path) {
  const entry = lstatSync(path);
  if (!entry.isDirectory()) return entry.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOnDisk(join(path, name)), 0);
}
