using System.IO.Pipelines;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Progeny.Abstractions.Rollouts;
using Progeny.Contracts.Common;
using Progeny.Core.Alerts;
using Progeny.Core.Common;
using Progeny.Core.Feedback;
using Progeny.Core.Manifests;
using Progeny.Core.Metrics;
using Progeny.Core.Queries;
using Progeny.Core.Releases.Packages;
using Progeny.Core.Rollouts;
using Progeny.Core.Security;
using Progeny.Core.Serving.Requests;
using Progeny.Core.Training.Checks;
using Progeny.Gateway.Experiments;
using Progeny.Gateway.Feedback;
using Progeny.Gateway.Rollouts;

namespace Progeny.Fuzz;

/// <summary>What is fuzzed.</summary>
public static class FuzzTargets
{
    private const string Yaml =
        """
        name: demo
        version: 1.0.0
        task: binary
        schema:
          features:
            - {name: x, type: float, nullable: true}
            - {name: n, type: int, min: 0, max: 100}
            - {name: flag, type: bool}
            - {name: kind, type: category, values: [a, b]}
            - {name: note, type: text, nullable: true}
        label: {name: y, classes: ["0", "1"]}
        pipeline: {model: model.onnx}
        entity: who
        """;

    private static readonly Manifest _manifest = ManifestParser.Parse(Yaml).Manifest!;
    private static readonly Manifest _plain = ManifestParser.Parse(
        "name: demo\nversion: 1.0.0\ntask: regression\npipeline: {model: model.onnx}\n").Manifest!;
    private static readonly QuerySchema _schema = new(_manifest);
    private static readonly PackageLimits _limits = new() { MaxZipBytes = 1 << 20, MaxTotalBytes = 4 << 20 };
    private static readonly DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("manifest", Sync(input => ManifestParser.ParseUtf8(input))) { Generator = Generators.Manifests },
        new("package", ReadPackageAsync, typeof(PackageException)),
        new("model", ReadModelAsync, typeof(TrainingFailedException)),
        new("rows", Sync(ReadRows)) { Generator = Generators.Rows },
        new("tensors-json", Sync(input => InferRequestReader.Read(input, null))),
        new("tensors-binary", Sync(ReadBinary)),
        new("outcomes", ReadOutcomesAsync) { Generator = Generators.Outcomes },
        new("plan", Sync(ReadPlan), typeof(JsonException), typeof(PlanException)),
        new("experiment", Sync(ReadExperiment), typeof(JsonException), typeof(PlanException)),
        new("filter", Sync(ReadFilter)) { Generator = Generators.Filters },
        new("key", Sync(ReadKey)),
        new("audit", Sync(AuditTarget.Read), typeof(JsonException), typeof(FormatException)),
        new("token", TokenTarget.ReadAsync),
        new("webhook", Sync(input => WebhookAnswer.Read(200, input))),
    ];

    private static Func<byte[], Task> Sync(Action<byte[]> read) => input =>
    {
        read(input);
        return Task.CompletedTask;
    };

    private static async Task ReadPackageAsync(byte[] input)
    {
        using var package = await PackageReader.ReadAsync(new MemoryStream(input), _limits, CancellationToken.None);
    }

    // A node checks models in a process of its own, since one may end it: here it may end the fuzzer, which notes the input before.
    private static async Task ReadModelAsync(byte[] input)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, input);
            var request = new ModelCheckRequest
            {
                Model = file,
                Manifest = _plain,
                Accept = true,
                MaxRunTime = TimeSpan.FromMilliseconds(500),
                RunMemory = 64 << 20,
            };
            await new LocalModelCheck(null, TimeProvider.System).RunAsync(request, CancellationToken.None);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void ReadRows(byte[] input)
    {
        var (rows, error) = QueryRowsReader.Read(input, _schema);
        var (tokens, refusal) = QueryTokens.Read(input, _schema.Names);
        if ((rows is null) == (error is null) || (tokens is null) == (refusal is null))
            throw new InvalidOperationException("Neither rows nor an error, or both.");
    }

    // The length of the JSON stands in front, as the header would say it.
    private static void ReadBinary(byte[] input)
    {
        var line = input.AsSpan().IndexOf((byte)'\n');
        if (line >= 0)
            InferRequestReader.Read(input.AsMemory(line + 1), Encoding.Latin1.GetString(input.AsSpan(0, line)));
    }

    private static async Task ReadOutcomesAsync(byte[] input)
    {
        var lines = new OutcomeLines(
            DispatchProxy.Create<IOutcomeStore, ForgetfulStore>(), _manifest, ApiJson.Options, TimeProvider.System);
        await lines.StoreAsync(PipeReader.Create(new MemoryStream(input)), CancellationToken.None);
    }

    private static void ReadPlan(byte[] input)
    {
        if (JsonSerializer.Deserialize<RolloutRequest>(input, ApiJson.Options) is { } request)
            PlanChecks.Check(request.ToDraft("demo"), "demo", null);
    }

    private static void ReadExperiment(byte[] input)
    {
        using var document = JsonDocument.Parse(input);
        ExperimentInput.Read(document.RootElement, "demo", _manifest);
    }

    private static void ReadFilter(byte[] input)
    {
        var parts = Encoding.UTF8.GetString(input).Split('&');
        MetricsQueryReader.Read("demo", At(0), At(1), At(2), At(3), _now);

        string? At(int part) => part < parts.Length && parts[part].Length > 0 ? parts[part] : null;
    }

    private static void ReadKey(byte[] input)
    {
        var text = Encoding.Latin1.GetString(input);
        if (ApiKeyText.IsWellFormed(text))
            _ = ApiKeyText.IdOf(text).ToString();
        AccessEntry.Parse(text);
    }

    /// <summary>Keeps nothing.</summary>
    internal class ForgetfulStore : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod?.Name == nameof(IOutcomeStore.ReportAsync)
                ? Task.FromResult(new OutcomeReceipt(0, 0, 0, 0))
                : throw new NotSupportedException(targetMethod?.Name);
    }
}
