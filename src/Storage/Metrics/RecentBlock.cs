namespace Progeny.Storage.Metrics;

/// <summary>Some hundred of the newest rows of a generation, how they were spread.</summary>
/// <param name="Until">The number of rows of the generation up to the end of the block.</param>
/// <param name="Rows">The number of rows in the block.</param>
/// <param name="Start">The start of the last window in it, in seconds since 1970.</param>
internal sealed record RecentBlock(long Until, long Rows, long Start, byte[] Data)
{
    /// <summary>How many rows of a generation are kept in blocks.</summary>
    public const int MaxRows = 50_000;
}
