using System.Collections.Immutable;

namespace Progeny.Core.Gates;

/// <summary>What became of a condition over figures.</summary>
/// <param name="Holds">Whether it is true; one with a figure that is not known mostly is not.</param>
/// <param name="Message">The figures it uses, the condition and its value, in one text.</param>
/// <param name="Figures">The figures it uses, the champion's as <c>champion.name</c>; those that are not known are left out.</param>
public sealed record ConditionVerdict(bool Holds, string Message, ImmutableSortedDictionary<string, double> Figures);
