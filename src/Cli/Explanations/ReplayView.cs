using System.Text.Json;

namespace Progeny.Cli.Explanations;

/// <summary>A replay as the server shows it.</summary>
internal sealed record ReplayView(
    string QueryId, string Version, bool Identical, JsonElement Recorded, JsonElement? Replayed, IReadOnlyList<DifferenceView> Differences, IReadOnlyList<string> Notes);
