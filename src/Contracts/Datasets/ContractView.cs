using System.Text.Json;

namespace Progeny.Contracts.Datasets;

/// <summary>One version of a dataset's contract.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Version">From 1, without gaps.</param>
/// <param name="Owner">Who answers for it.</param>
/// <param name="By">Who set it.</param>
/// <param name="At">When.</param>
/// <param name="Reason">Why.</param>
/// <param name="Document">JSON Schema of a row, with <c>x-table</c>.</param>
public sealed record ContractView(
    string Dataset, int Version, string Owner, string By, DateTimeOffset At, string? Reason, JsonElement Document);
