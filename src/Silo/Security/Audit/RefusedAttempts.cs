using Progeny.Core.Security.Audit;

namespace Progeny.Silo.Security.Audit;

/// <summary>
/// Counts the refused attempts of each address in a minute, so that a flood of them does not fill the disk: past a number only how many
/// there were is written, when the minute is over.
/// </summary>
internal sealed class RefusedAttempts(AuditOptions options)
{
    /// <summary>The action of the entry about those that have none of their own.</summary>
    public const string Action = "refused.more";

    // Who has so many addresses is counted as one.
    private const int MaxAddresses = 1_000;
    private const string OtherAddresses = "other addresses";

    private readonly Lock _gate = new();
    private Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>Counts an attempt.</summary>
    /// <returns>Whether it gets an entry of its own.</returns>
    public bool Take(string address)
    {
        lock (_gate)
        {
            if (_counts.Count >= MaxAddresses && !_counts.ContainsKey(address))
                address = OtherAddresses;
            var count = _counts.GetValueOrDefault(address) + 1;
            _counts[address] = count;
            return count <= options.RefusedPerMinute;
        }
    }

    /// <summary>Ends the minute: the entries about the attempts that had none.</summary>
    public IReadOnlyList<AuditEntry> EndMinute(DateTimeOffset now)
    {
        Dictionary<string, int> counts;
        lock (_gate)
        {
            if (_counts.Count == 0)
                return [];
            (counts, _counts) = (_counts, new Dictionary<string, int>(StringComparer.Ordinal));
        }

        return
        [
            .. counts.Where(count => count.Value > options.RefusedPerMinute).Select(count => new AuditEntry
            {
                At = now,
                By = AuditEntry.Platform,
                From = count.Key,
                Action = Action,
                After = $$"""{"attempts":{{count.Value - options.RefusedPerMinute}}}""",
            }),
        ];
    }
}
