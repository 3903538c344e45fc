namespace Progeny.Core.Security.Audit;

/// <summary>Checks entries one after the other, and then the end.</summary>
/// <param name="from">The number of the first entry that is checked; those before are taken as right. 1: all are.</param>
public sealed class AuditVerifier(long from)
{
    private readonly List<AuditCheckpoint> _checkpoints = [];
    private StoredAuditEntry? _first;
    private StoredAuditEntry? _last;
    private long _entries;
    private (string Problem, long? Entry)? _found;

    /// <summary>The next entry.</summary>
    /// <returns>False: something is wrong, and nothing further need be checked.</returns>
    public bool Add(StoredAuditEntry entry)
    {
        _found ??= Problem(entry) is { } problem ? (problem, entry.Sequence) : null;
        if (_found is not null)
            return false;
        _first ??= entry;
        _last = entry;
        _entries++;
        if (AuditCheckpoint.Of(entry.ToEntry()) is { } checkpoint)
            _checkpoints.Add(checkpoint);
        return true;
    }

    /// <summary>Something was wrong with what was read of an entry.</summary>
    public void Fail(string problem, long? entry) => _found ??= (problem, entry);

    /// <summary>What was found.</summary>
    /// <param name="end">Where the chain should end; null: that is not known.</param>
    /// <param name="seal">The node's secret; null: it is not at hand.</param>
    public AuditVerification Complete(AuditEnd? end, AuditSeal? seal)
    {
        _found ??= BeginProblem() ?? (end is null ? null : EndProblem(end, seal));
        return new AuditVerification(
            _entries,
            _first?.Sequence ?? 0,
            _last?.Sequence ?? 0,
            _found?.Problem,
            _found?.Entry,
            end is { Seal.Length: > 0 } && seal is { IsKeyed: true });
    }

    private string? Problem(StoredAuditEntry entry)
    {
        if (_last is { } last && entry.Sequence != last.Sequence + 1)
        {
            return entry.Sequence <= last.Sequence
                ? $"Entry {entry.Sequence} is out of order: it comes behind entry {last.Sequence}."
                : $"{Missing(last.Sequence + 1, entry.Sequence - 1)}: entry {entry.Sequence} comes behind entry {last.Sequence}.";
        }

        if (_last is null && entry.Sequence < from)
            return $"Entry {entry.Sequence} is out of order: the first one should be entry {from}.";
        if (_last is null && from > 1 && entry.Sequence > from)
            return $"{Missing(from, entry.Sequence - 1)}: the first one is entry {entry.Sequence}.";
        if (!entry.ComputeHash().AsSpan().SequenceEqual(entry.Hash))
            return $"Entry {entry.Sequence} is not as it was written: its contents do not have its hash.";
        if (entry.Text(2) == AuditAppend.BrokenEnd)
        {
            return $"Entry {entry.Sequence} says that the log before it did not end as a node had left it: entries were cut off or "
                + "changed, or the node had another secret (Security:PepperFile). "
                + $"What follows can be checked from entry {entry.Sequence + 1} on.";
        }

        var previous = _last?.Hash ?? (entry.Sequence == 1 ? StoredAuditEntry.Origin : null);
        return previous is null || previous.AsSpan().SequenceEqual(entry.Previous)
            ? null
            : $"Entry {entry.Sequence} does not follow entry {entry.Sequence - 1}: one of them was put in or changed.";
    }

    // Entries at the beginning may have been removed by age. Then a later one, which is in the chain, says so.
    private (string, long?)? BeginProblem()
    {
        if (_first is not { Sequence: > 1 } first || from > 1)
            return null;
        return _checkpoints.Exists(point => point.Through == first.Sequence - 1 && point.Hash == Convert.ToHexStringLower(first.Previous))
            ? null
            : ($"{Missing(1, first.Sequence - 1)}, and no entry says that they were removed by their age.", first.Sequence);
    }

    private (string, long?)? EndProblem(AuditEnd end, AuditSeal? seal)
    {
        if (seal is not null && !seal.Matches(end))
        {
            return (end.Seal.Length == 0 && seal.IsKeyed
                ? "The end of the log is not sealed: it was written by a node without a secret, or somebody took the seal away."
                : "The seal of the log's end does not match: the end was changed, or the node has another secret (Security:PepperFile).", null);
        }

        var last = _last?.Sequence ?? (from > 1 ? from - 1 : 0);
        if (last < end.Last)
            return ($"{Missing(last + 1, end.Last)} at the end of the log.", last + 1);
        if (last > end.Last)
            return ($"Entry {end.Last + 1} was put in: the log ends with entry {end.Last}.", end.Last + 1);
        return _last is null || _last.Hash.AsSpan().SequenceEqual(end.Hash)
            ? null
            : ($"Entry {last} is not the one with which the log ends: it was changed, or those before it.", last);
    }

    private static string Missing(long from, long to) => from == to ? $"Entry {from} is missing" : $"Entries {from} to {to} are missing";
}
