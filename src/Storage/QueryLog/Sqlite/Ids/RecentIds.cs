namespace Progeny.Storage.QueryLog.Sqlite.Ids;

/// <summary>
/// The keys of the records that no run of the index holds yet, as of a moment. The newest block grows behind what is seen here.
/// </summary>
/// <param name="Last">The sequence number of the last record.</param>
internal sealed record RecentIds(IReadOnlyList<IdBlock> Blocks, long Last)
{
    /// <summary>Adds the sequence numbers of the records that may be the ones searched for.</summary>
    public void Find(uint key, ICollection<long> sequences)
    {
        foreach (var block in Blocks)
        {
            var keys = block.Keys.AsSpan(0, (int)Math.Min(IdBlock.Size, Last - block.Start + 1));
            for (var from = 0; keys[from..].IndexOf(key) is var found and >= 0; from += found + 1)
                sequences.Add(block.Start + from + found);
        }
    }
}
