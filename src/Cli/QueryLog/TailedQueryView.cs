using System.Text.Json;

namespace Progeny.Cli.QueryLog;

/// <summary>A query of the live tail, as far as its line shows it.</summary>
internal sealed record TailedQueryView(
    string QueryId, DateTimeOffset At, string Version, string Arm, JsonElement? Prediction, string? Error, LatencyView? Latency);
