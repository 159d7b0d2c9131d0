/**
 * `POST /v1/completions` over llama.cpp in node-llama-cpp, for tests where llama.cpp's own server is not installed: text in, text and the
 * log-probability of each token out, one request after the other. `node llama-completions.mjs PACKAGES_FOLDER MODEL.gguf`; prints its address.
 */
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [packages, gguf] = process.argv.slice(2);
const { getLlama, LlamaLogLevel } = await import(
  pathToFileURL(createRequire(join(packages, 'package.json')).resolve('node-llama-cpp')).href
);
const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error });
const model = await llama.loadModel({ modelPath: gguf, gpuLayers: 0 });
const context = await model.createContext({ contextSize: 2048 });
const sequence = context.getSequence();

async function complete({ prompt, max_tokens: limit, temperature, stop = [], seed = 0 }) {
  const ids = model.tokenize(prompt, true);
  // What the last prompt has in common with this one is kept; the last token is read anew, for its successor.
  await sequence.adaptStateToTokens(ids.slice(0, -1), false);
  const tokens = [];
  const logProbs = [];
  let text = '';
  let reason = 'length';
  const written = sequence.evaluateWithMetadata(
    ids.slice(sequence.nextTokenIndex),
    { confidence: true },
    { temperature, seed },
  );
  for await (const { token, confidence } of written) {
    if (model.isEogToken(token)) {
      reason = 'stop';
      break;
    }
    const piece = model.detokenize([token]);
    tokens.push(piece);
    logProbs.push(Math.min(0, Math.log(confidence)));
    text += piece;
    const end = Math.min(...stop.map((each) => text.indexOf(each)).filter((at) => at >= 0));
    if (Number.isFinite(end)) {
      text = text.slice(0, end);
      reason = 'stop';
      break;
    }
    if (tokens.length >= limit) break;
  }
  return {
    choices: [{ text, finish_reason: reason, logprobs: { tokens, token_logprobs: logProbs } }],
    usage: { prompt_tokens: ids.length, completion_tokens: tokens.length },
  };
}

let turn = Promise.resolve();
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    const answer = (status, value) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    if (request.url === '/v1/models') return answer(200, { data: [{ id: 'default' }] });
    turn = turn.then(() =>
      complete(JSON.parse(body)).then(
        (value) => answer(200, value),
        (error) => answer(500, { error: { message: String(error) } }),
      ),
    );
  });
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/v1`));
