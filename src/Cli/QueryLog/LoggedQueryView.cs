using System.Text.Json;

namespace Progeny.Cli.QueryLog;

/// <summary>A logged query as the server shows it.</summary>
internal sealed record LoggedQueryView(
    string QueryId, DateTimeOffset At, string Version, string Arm, string Reason, string? Entity, JsonElement Fields, JsonElement? Augmented,
    JsonElement? Prediction, string? Error, JsonElement? Rules, LatencyView? Latency, int Attempts, string? Outcome, IReadOnlyList<OutcomeView>? Outcomes, long Sequence = 0, IReadOnlyList<long>? Others = null);
