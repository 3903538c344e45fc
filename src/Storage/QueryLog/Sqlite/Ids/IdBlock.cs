namespace Progeny.Storage.QueryLog.Sqlite.Ids;

/// <summary>The keys of consecutive records, of 2^16 at most; a key's place is its record's.</summary>
/// <param name="Start">The sequence number of the first place; a multiple of <see cref="Size"/>.</param>
internal sealed record IdBlock(long Start, uint[] Keys)
{
    public const int Size = 1 << 16;

    public static long StartOf(long sequence) => sequence & ~(long)(Size - 1);

    /// <summary>The part of a query's hash by which it is searched for: its upper 32 bits. Finds, never proves.</summary>
    public static uint KeyOf(long hash) => (uint)((ulong)hash >> 32);
}
