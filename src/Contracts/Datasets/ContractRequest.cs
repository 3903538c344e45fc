using System.Text.Json;

namespace Progeny.Contracts.Datasets;

/// <summary>A contract to be set.</summary>
/// <param name="Document">JSON Schema of a row, with <c>x-table</c>.</param>
/// <param name="Owner">Who answers for it; left out: whoever did before, else who sets it.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who sets it, where nobody has to prove who they are.</param>
/// <param name="Force">Whether it is set though it breaks what projects read.</param>
/// <param name="After">The version that it follows, 0 for none; left out: whichever is the newest.</param>
public sealed record ContractRequest(
    JsonElement Document, string? Owner = null, string? Reason = null, string? By = null, bool Force = false, int? After = null);
