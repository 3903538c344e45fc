namespace Progeny.Core.Manifests;

/// <summary>The last rows that a training takes.</summary>
/// <param name="Rows">How many at most; null: no bound.</param>
/// <param name="Time">How far back from the last row; null: to the first row.</param>
public sealed record TrainingWindow(int? Rows, TimeSpan? Time);
