using System.Diagnostics;
using System.Globalization;
using System.Text;
using Progeny.Abstractions.Queries;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Rules;
using Progeny.Storage.Expressions;

// What rules cost a row: dotnet run -c Release --project bench/rules [rows]. One line a figure: result <name> <value>.
var total = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
var compiler = new RuleCompiler(new SqliteExpressionEngine());

Measure("one-number", 1, "{name: a, at: before, when: x0 < -1, then: {refuse: no}}");
Measure("one-number", 64, "{name: a, at: before, when: x0 < -1, then: {refuse: no}}");
Measure("one-text", 64, "{name: a, at: before, when: c = 'no', then: {refuse: no}}");
Measure("three-rules-of-three-fields", 64, string.Join(
    ", ", Enumerable.Range(0, 3).Select(i => $"{{name: r{i}, at: before, when: x0 + x1 > 100 AND c = 'no', then: {{refuse: no}}}}")));
Measure("answer-constant", 64, "{name: a, at: before, when: x0 > -1, then: {answer: \"'one'\"}}");
Measure("after-probability", 64, "{name: a, at: after, when: probability_one > 0.99, then: {refuse: no}}");

void Measure(string name, int rows, string rules)
{
    var manifest = ManifestParser.ParseOrThrow(
        $$"""
        name: bench
        version: 1.0.0
        task: multiclass
        schema: {features: [{{string.Join(", ", Enumerable.Range(0, 10).Select(i => $"{{name: x{i}, type: float}}"))}}, {name: c, type: category}]}
        label: {name: y, classes: [one, two, three]}
        pipeline: {model: none.onnx}
        rules: [{{rules}}]
        """);
    using var set = compiler.Compile(manifest)!;
    var row = $"{{{string.Join(", ", Enumerable.Range(0, 10).Select(i => $"\"x{i}\": {i}"))}, \"c\": \"some text\"}}";
    var read = QueryRowsReader.Read(
        Encoding.UTF8.GetBytes($"{{\"rows\": [{string.Join(", ", Enumerable.Repeat(row, rows))}]}}"), new QuerySchema(manifest)).Rows!;
    var prediction = new ModelAnswer
    {
        Prediction = new Prediction
        {
            Classes = [.. manifest.Label!.Classes],
            Scores = Enumerable.Repeat(0.33f, 3 * rows).ToArray(),
            Labels = new int[rows],
        },
    };
    Run(total / 5);
    var allocated = GC.GetAllocatedBytesForCurrentThread();
    var watch = Stopwatch.StartNew();
    Run(total);
    watch.Stop();
    Result($"rules.{name}.{rows}-rows.microseconds-per-row", watch.Elapsed.TotalMicroseconds / total);
    Result($"rules.{name}.{rows}-rows.bytes-per-row", (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / total);

    void Run(int count)
    {
        for (var done = 0; done < count; done += rows)
        {
            var ruled = set.Begin(read);
            if (ruled.Before() is not null || ruled.After(ruled.NeedsModel ? prediction : new ModelAnswer()).Error is not null)
                throw new InvalidOperationException("No rule of the bench refuses.");
        }
    }
}

static void Result(string name, double value) =>
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"result {name} {value:0.###}"));
