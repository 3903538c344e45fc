// The peer on Node: fastify with onnxruntime-node, a worker process a core. Usage: node server.js PORT models.json
import cluster from 'node:cluster';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const [port, models] = process.argv.slice(2);

if (cluster.isPrimary) {
  for (let worker = 0; worker < availableParallelism(); worker++) cluster.fork();
  // A peer that lost a worker would be measured at half its speed: better none at all.
  cluster.on('exit', () => process.exit(1));
} else {
  await serve(JSON.parse(readFileSync(models, 'utf8')));
}

async function serve(list) {
  const { default: fastify } = await import('fastify');
  const { default: ort } = await import('onnxruntime-node');
  const app = fastify({ bodyLimit: 64 << 20 });
  for (const settings of list) {
    const session = await ort.InferenceSession.create(settings.model, { intraOpNumThreads: 1, interOpNumThreads: 1 });
    app.post(`/${settings.name}`, { schema: { response: { 200: answerSchema(settings) } } }, async (request) => {
      const { rows } = request.body;
      const results = await session.run(feeds(ort, settings, session.inputNames, rows), [settings.output]);
      return answer(settings, rows.length, results[settings.output].data);
    });
  }
  await app.listen({ host: '127.0.0.1', port: Number(port) });
}

// A model takes one input a feature, or all of them in one matrix.
function feeds(ort, { features }, inputs, rows) {
  if (!features.some(({ name }) => name === inputs[0])) {
    const matrix = new Float32Array(rows.length * features.length);
    rows.forEach((row, index) => features.forEach(({ name }, column) => { matrix[index * features.length + column] = row[name]; }));
    return { [inputs[0]]: new ort.Tensor('float32', matrix, [rows.length, features.length]) };
  }
  const tensors = {};
  for (const { name, type } of features) {
    tensors[name] = type === 'category'
      ? new ort.Tensor('string', rows.map((row) => row[name]), [rows.length, 1])
      : new ort.Tensor('float32', Float32Array.from(rows, (row) => row[name]), [rows.length, 1]);
  }
  return tensors;
}

function answer({ project, version, classes, threshold }, rows, scores) {
  const predictions = [];
  for (let row = 0; row < rows; row++) {
    const probabilities = {};
    classes.forEach((name, index) => { probabilities[name] = scores[row * classes.length + index]; });
    const label = classes[scores[row * classes.length + 1] >= threshold ? 1 : 0];
    predictions.push({ query_id: randomUUID(), label, probabilities });
  }
  return { project, version, predictions };
}

// Fastify writes an answer whose shape it knows faster than any.
function answerSchema({ classes }) {
  const probabilities = { type: 'object', properties: Object.fromEntries(classes.map((name) => [name, { type: 'number' }])) };
  const prediction = { type: 'object', properties: { query_id: { type: 'string' }, label: { type: 'string' }, probabilities } };
  return {
    type: 'object',
    properties: { project: { type: 'string' }, version: { type: 'string' }, predictions: { type: 'array', items: prediction } },
  };
}
