using Progeny.Abstractions.Decisions;
using Progeny.Abstractions.Releases;
using Progeny.Core.Decisions;

namespace Progeny.Gateway.Decisions;

/// <summary>A decision as the API shows it.</summary>
/// <param name="Place">Its place in the list; grows.</param>
/// <param name="By">Who or what decided.</param>
/// <param name="Message">What was decided and why.</param>
/// <param name="Figures">The figures on which it was decided, by name.</param>
internal sealed record DecisionView(
    long Place,
    string Id,
    DateTimeOffset At,
    DecisionKind Kind,
    string By,
    string Message,
    GenerationReference? Generation,
    string? Experiment,
    IReadOnlyDictionary<string, double> Figures)
{
    public static DecisionView From(DecisionEntry entry) => new(
        entry.Place,
        entry.Decision.Id,
        entry.Decision.At,
        entry.Decision.Kind,
        entry.Decision.By,
        entry.Decision.Message,
        entry.Decision.Generation,
        entry.Decision.Experiment,
        entry.Decision.Figures);
}
