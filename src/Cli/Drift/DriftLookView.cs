namespace Progeny.Cli.Drift;

/// <summary>A look at the newest queries.</summary>
internal sealed record DriftLookView(long Look, DateTimeOffset At, long Rows, double Level, DateTimeOffset? Since, IReadOnlyList<DriftColumnView> Columns);
