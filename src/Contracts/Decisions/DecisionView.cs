using Progeny.Abstractions.Decisions;
using Progeny.Abstractions.Releases;

namespace Progeny.Contracts.Decisions;

/// <summary>A decision as the API shows it.</summary>
/// <param name="Sequence">Its number in the list; grows.</param>
/// <param name="By">Who or what decided.</param>
/// <param name="Message">What was decided and why.</param>
/// <param name="Figures">The figures on which it was decided, by name.</param>
public sealed record DecisionView(
    long Sequence,
    string Id,
    DateTimeOffset At,
    DecisionKind Kind,
    string By,
    string Message,
    GenerationReference? Generation,
    string? Experiment,
    IReadOnlyDictionary<string, double> Figures);
