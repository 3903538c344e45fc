using System.Collections.Immutable;

namespace Progeny.Abstractions.Gates;

/// <summary>What the gates before a stage said of a generation.</summary>
/// <param name="Passed">Whether all of them let it through.</param>
/// <param name="Verdicts">The verdict of each, in the manifest's order; the contract tests come first, then conditions, approvals and
/// hooks.</param>
[GenerateSerializer, Immutable, Alias("progeny.gate-report")]
public sealed record GateReport([property: Id(0)] bool Passed, [property: Id(1)] ImmutableArray<GateVerdict> Verdicts)
{
    /// <summary>Whether nothing refuses the generation, but a person has to approve.</summary>
    public bool Pending => !Passed && Verdicts.All(verdict => verdict.Passed || verdict.Pending);

    /// <summary>What the gates that did not pass say, in one text; empty where all passed.</summary>
    public string Refusal =>
        string.Join("; ", Verdicts.Where(verdict => !verdict.Passed).Select(verdict => $"gate '{verdict.Name}': {verdict.Message}"));
}
