using Progeny.Core.Drift;

namespace Progeny.Core.Metrics;

/// <summary>The newest rows of a generation.</summary>
/// <param name="Until">How many rows the generation has had in all.</param>
/// <param name="Rows">How many of them these are.</param>
/// <param name="Distributions">How they were spread.</param>
public sealed record RecentRows(long Until, long Rows, Distributions Distributions);
