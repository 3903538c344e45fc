using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Agent.Bench;
using Progeny.Grains.Serving;

// What the online agent costs a query beside ONNX Runtime: dotnet run -c Release --project bench/agent. One line a figure: result <name>
// <value>.
await using var node = await AgentNode.StartAsync("none", "fast");
AgentBenchmark.Agents = node.Services.GetRequiredService<IOnlineAgents>();
var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithIterationCount(15).WithToolchain(InProcessEmitToolchain.Instance))
    .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "progeny-bench-agent"));
var reports = BenchmarkRunner.Run<AgentBenchmark>(config).Reports;
var (model, _) = Figures(nameof(AgentBenchmark.OnnxRuntime));
Result("agent.onnx-runtime.microseconds", model);
foreach (var (name, method) in new[] { ("none", nameof(AgentBenchmark.AgentWithoutLog)), ("fast", nameof(AgentBenchmark.AgentWithLog)) })
{
    var (microseconds, bytes) = Figures(method);
    Result($"agent.{name}.overhead-microseconds", microseconds - model);
    Result($"agent.{name}.bytes", bytes);
}

(double Microseconds, double Bytes) Figures(string method)
{
    var report = reports.Single(report => report.BenchmarkCase.Descriptor.WorkloadMethod.Name == method);
    return (report.ResultStatistics!.Median / 1e3, report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0);
}

static void Result(string name, double value) =>
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"result {name} {value:0.##}"));
