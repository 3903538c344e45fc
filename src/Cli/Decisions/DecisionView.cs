namespace Progeny.Cli.Decisions;

/// <summary>A decision as servers show it.</summary>
internal sealed record DecisionView(long Place, DateTimeOffset At, string Kind, string By, string Message, IReadOnlyDictionary<string, double> Figures);
