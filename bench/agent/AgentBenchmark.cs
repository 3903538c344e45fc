using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using Microsoft.ML.OnnxRuntime;
using Progeny.Abstractions.Queries;
using Progeny.Grains.Serving;

namespace Progeny.Agent.Bench;

/// <summary>One query of one row from its JSON to its answer, in the process of the silo; and what ONNX Runtime takes of that.</summary>
[MemoryDiagnoser]
public class AgentBenchmark
{
    private readonly PredictQuery query = new()
    {
        Body = Encoding.UTF8.GetBytes(
            "{\"rows\": "
                + $"[{{{string.Join(", ", Enumerable.Range(0, AgentNode.Features).Select(i => $"\"f{i}\": {(0.1234 + i).ToString(CultureInfo.InvariantCulture)}"))}}}]}}"),
    };

    private readonly RunOptions options = new();
    private readonly string[] names = [.. Enumerable.Range(0, AgentNode.Features).Select(i => $"f{i}")];
    private readonly string[] output = ["value"];
    private OrtValue[] inputs = [];
    private OrtValue[] outputs = [];
    private InferenceSession session = null!;

    /// <summary>The node's agents, with a project for each mode of the log.</summary>
    public static IOnlineAgents Agents { get; set; } = null!;

    [GlobalSetup]
    public void Start()
    {
        using var settings = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        session = new InferenceSession(AgentNode.Model, settings);
        inputs = Array.ConvertAll(names, _ => OrtValue.CreateTensorValueFromMemory(new float[1], [1, 1]));
        outputs = [OrtValue.CreateTensorValueFromMemory(new float[1], [1, 1])];
    }

    [GlobalCleanup]
    public void Stop()
    {
        foreach (var value in inputs.Concat(outputs))
            value.Dispose();
        session.Dispose();
        options.Dispose();
    }

    /// <summary>The run alone, on values that exist.</summary>
    [Benchmark(Baseline = true)]
    public void OnnxRuntime() => session.Run(options, names, inputs, output, outputs);

    [Benchmark]
    public ValueTask<int> AgentWithoutLog() => AskAsync("none");

    [Benchmark]
    public ValueTask<int> AgentWithLog() => AskAsync("fast");

    private async ValueTask<int> AskAsync(string log)
    {
        using var answer = await Agents.PredictAsync(AgentNode.ProjectName(log), query, CancellationToken.None);
        return answer.Error is null ? answer.Body.Length : throw new InvalidOperationException(answer.Error.Message);
    }
}
