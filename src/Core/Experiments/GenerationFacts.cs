using Progeny.Abstractions.Releases;
using Progeny.Core.Gates;

namespace Progeny.Core.Experiments;

/// <summary>What is known of a generation that may be selected.</summary>
/// <param name="IsChampion">Whether it is in production.</param>
/// <param name="Figures">By the names of <see cref="FigureNames"/>.</param>
public sealed record GenerationFacts(
    GenerationReference Generation, Stage Stage, bool IsChampion, IReadOnlyDictionary<string, double?> Figures)
{
    /// <summary>The outcomes that the experiment has counted of it since it began. They grow, whatever a clock says.</summary>
    public long KnownOutcomes { get; init; }
}
