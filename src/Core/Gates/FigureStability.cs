namespace Progeny.Core.Gates;

/// <summary>How long conditions over figures keep their answer while nothing is asked and no outcome comes.</summary>
public static class FigureStability
{
    /// <summary>For figures that are the time since something.</summary>
    public static readonly TimeSpan Clock = TimeSpan.FromMinutes(1);

    /// <summary>For figures over the last day: what was counted a day ago drops out of them.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    /// <summary>The time after which the conditions must be asked again; null: their answer stays.</summary>
    /// <param name="figures">The figures by <see cref="FigureNames"/>.</param>
    /// <param name="verdicts">What the conditions said of them.</param>
    public static TimeSpan? Of(IReadOnlyDictionary<string, double?> figures, IEnumerable<ConditionVerdict> verdicts)
    {
        ArgumentNullException.ThrowIfNull(figures);
        ArgumentNullException.ThrowIfNull(verdicts);
        if (verdicts.Any(verdict => verdict.Figures.ContainsKey(FigureNames.Age) || verdict.Figures.ContainsKey(FigureNames.SinceTraining)))
            return Clock;
        return figures.GetValueOrDefault(FigureNames.Requests) > 0 || figures.GetValueOrDefault(FigureNames.Outcomes) > 0 ? Window : null;
    }
}
