using System.Text.Json;

namespace Progeny.Contracts.QueryLog;

/// <summary>A query of the live tail: what is known when it has been answered.</summary>
public sealed record TailedQuery(
    string QueryId, DateTimeOffset At, string Version, string Arm, JsonElement? Prediction, string? Error, LatencyView? Latency);
