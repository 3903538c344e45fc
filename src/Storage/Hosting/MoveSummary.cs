namespace Progeny.Storage.Hosting;

/// <summary>What a move has moved.</summary>
/// <param name="Counts">By kind, in the order in which they were moved; what is counted as records and artifacts among them.</param>
/// <param name="Bytes">The size of it all, as it lies in rows and files.</param>
public sealed record MoveSummary(IReadOnlyList<MovedCount> Counts, long Bytes, TimeSpan Elapsed);
