using System.Text.Json;

namespace Progeny.Contracts.Explanations;

/// <summary>A replay as the API shows it.</summary>
/// <param name="QueryId">The query.</param>
/// <param name="Version">The generation that was asked, again; of another project in full.</param>
/// <param name="Identical">Whether prediction and rules are the same, numbers bit for bit.</param>
/// <param name="Recorded">The prediction in the log.</param>
/// <param name="Replayed">The prediction now; null: there is none.</param>
/// <param name="Differences">What is not the same.</param>
/// <param name="Notes">What a reader should know of how it was replayed.</param>
public sealed record ReplayView(
    string QueryId,
    string Version,
    bool Identical,
    JsonElement Recorded,
    JsonElement? Replayed,
    IReadOnlyList<ReplayDifference> Differences,
    IReadOnlyList<string> Notes);
